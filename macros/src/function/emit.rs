//! Parts of the expansions of all kinds. Nothing here can fail.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use super::ast::{self, Function};
use super::kind::FunctionKind;
use super::name::Name;
use super::signature::Parameter;
use super::types::{self, Plain};
use crate::config_file::ConfigPath;

/// The function as rustc is to see it.
pub(crate) fn function(function: &Function) -> TokenStream {
    let Function { attrs, vis, sig, body } = function;
    let sig = ast::plain_signature(sig);
    quote!(#(#attrs)* #vis #sig #body)
}

/// The function and its registration.
///
/// `unique` are items that a crate can have only once; `fields` are those of the definition, but for
/// the place of the function.
pub(crate) fn registration(
    kind: FunctionKind,
    source: &Function,
    config: &ConfigPath,
    unique: &TokenStream,
    fields: &TokenStream,
) -> TokenStream {
    let function = function(source);
    let tracker = config.tracker();
    let (constant, definition) = match kind {
        FunctionKind::Tool => (format_ident!("__TOOLGATE_TOOL"), quote!(ToolDef)),
        FunctionKind::Prompt => (format_ident!("__TOOLGATE_PROMPT"), quote!(PromptDef)),
        FunctionKind::Resource => (format_ident!("__TOOLGATE_RESOURCE"), quote!(ResourceDef)),
        FunctionKind::Trigger(_) => (format_ident!("__TOOLGATE_TRIGGER"), quote!(TriggerDef)),
        FunctionKind::Route => (format_ident!("__TOOLGATE_ROUTE"), quote!(RouteDef)),
    };
    quote! {
        #function

        #unique

        const _: () = {
            #tracker

            const #constant: ::toolgate::__private::#definition = ::toolgate::__private::#definition {
                #fields
                location: ::core::concat!(::core::file!(), ":", ::core::line!()),
            };
            ::toolgate::__private::inventory::submit!(#constant);
        };
    }
}

/// An item that a crate can have only once for each name of a kind: exported macros live side by
/// side at the crate's root, wherever they are written.
pub(crate) fn unique_name(kind: FunctionKind, name: &Name) -> TokenStream {
    unique(&format!("two_{}s_have_the_name", kind.noun()), &name.text, name.tokens.span())
}

/// As [`unique_name`], for anything else that must be the only one.
pub(crate) fn unique(what: &str, text: &str, span: Span) -> TokenStream {
    let name = Ident::new(&format!("__toolgate_{what}_{}", identifier(text)), span);
    quote_spanned! {span=>
        #[doc(hidden)]
        #[macro_export]
        #[allow(non_local_definitions)]
        macro_rules! #name { () => {}; }
    }
}

/// Text as part of an identifier; different texts stay different.
fn identifier(text: &str) -> String {
    let mut identifier = String::new();
    for c in text.replace("_x", "_x5fx").chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => identifier.push(c),
            c => identifier.push_str(&format!("_x{:02x}", u32::from(c))),
        }
    }
    identifier
}

/// The type of the standard library that the name stands for.
pub(crate) fn standard(plain: Plain<'_>) -> TokenStream {
    match plain {
        Plain::Bool => quote!(::core::primitive::bool),
        Plain::Whole(whole) => {
            let name = format_ident!("{}", whole.name);
            quote!(::core::primitive::#name)
        }
        Plain::Number(name) => {
            let name = format_ident!("{}", name);
            quote!(::core::primitive::#name)
        }
        Plain::Text => quote!(::std::string::String),
        Plain::List(item) => {
            // A list is known only where its items are.
            let item = Plain::of(item).map(standard);
            quote!(::std::vec::Vec<#item>)
        }
    }
}

/// An `Option` as a constant.
pub(crate) fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// A variable that does not meet the user's: hygiene keeps other variables away, and the prefix
/// constants, which a pattern of their name would mean.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}

/// Return type of the function, written out.
pub(crate) fn output(source: &Function) -> Type {
    match &source.sig.output {
        ReturnType::Type(_, ty) => types::ungrouped(ty).clone(),
        ReturnType::Default => syn::parse_quote!(()),
    }
}

/// A member of a trait at the type that the function returns, so that a type without the trait is
/// reported there, and once.
pub(crate) fn at_output(source: &Function, lifetime: &str, of: &str, member: &str) -> TokenStream {
    let output = output(source);
    let span = output.span();
    let output = with_lifetimes(output.into_token_stream(), lifetime);
    let (of, member) = (Ident::new(of, span), Ident::new(member, span));
    quote_spanned!(span=> <#output as ::toolgate::__private::#of>::#member)
}

/// The type as it can stand outside of the function: with other lifetimes than those it names.
fn with_lifetimes(tokens: TokenStream, name: &str) -> TokenStream {
    let mut after_quote = false;
    let replaced = tokens.into_iter().map(|tree| match tree {
        TokenTree::Group(group) => {
            let inner = with_lifetimes(group.stream(), name);
            let mut replaced = Group::new(group.delimiter(), inner);
            replaced.set_span(group.span());
            TokenTree::Group(replaced)
        }
        TokenTree::Ident(ident) if after_quote => {
            after_quote = false;
            TokenTree::Ident(Ident::new(name, ident.span()))
        }
        other => {
            after_quote = matches!(&other, TokenTree::Punct(punct) if punct.as_char() == '\'');
            other
        }
    });
    replaced.collect()
}

/// The parameters of the function as they are passed; those of the client are in the locals that
/// `argument` names and converts.
pub(crate) fn passed<A>(
    parameters: &[Parameter<A>],
    context: &TokenStream,
    mut argument: impl FnMut(&A) -> TokenStream,
) -> Vec<TokenStream> {
    parameters
        .iter()
        .map(|parameter| match parameter {
            Parameter::Context => context.clone(),
            Parameter::Caller => quote!(::toolgate::__private::Context::caller(#context)),
            Parameter::Argument(inner) => argument(inner),
        })
        .collect()
}

/// True if a parameter comes from the call and not from the client.
pub(crate) fn uses_call<A>(parameters: &[Parameter<A>]) -> bool {
    parameters.iter().any(|parameter| !matches!(parameter, Parameter::Argument(_)))
}

/// A value as the function takes it. Where the macro knows the type by name, this is also what makes
/// sure that the name means the type of the standard library.
pub(crate) fn same(ty: &Type, inner: &TokenStream, optional: bool, name: &Ident) -> TokenStream {
    let expected = if optional { quote!(::core::option::Option<#inner>) } else { inner.clone() };
    quote_spanned!(ty.span()=> ::toolgate::__private::same::<#ty, #expected>(#name))
}
