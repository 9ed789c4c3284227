//! From a checked tool to code. Nothing here can fail.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use super::argument::{Argument, Presence};
use super::ast::{self, ToolFn};
use super::schema;
use super::types::{self, Plain};
use super::valid::{Parameter, Tool};

/// The function as rustc is to see it.
pub(crate) fn function(function: &ToolFn) -> TokenStream {
    let ToolFn { attrs, vis, sig, body } = function;
    let sig = ast::plain_signature(sig);
    quote!(#(#attrs)* #vis #sig #body)
}

/// The function and its registration.
pub(crate) fn tool(source: &ToolFn, tool: &Tool<'_>) -> TokenStream {
    let function = function(source);
    let tracker = tool.config.tracker();
    let unique = unique(tool);
    let info = info(source, tool);
    let call = call(source, tool);
    quote! {
        #function

        #unique

        const _: () = {
            #tracker

            const __TOOLGATE_TOOL: ::toolgate::__private::ToolDef = ::toolgate::__private::ToolDef {
                info: #info,
                call: #call,
                interactive: false,
                families: &[],
                location: ::core::concat!(::core::file!(), ":", ::core::line!()),
            };
            ::toolgate::__private::inventory::submit!(__TOOLGATE_TOOL);
        };
    }
}

/// An item that a crate can have only once for each tool name: exported macros live side by side
/// at the crate's root, wherever they are written.
fn unique(tool: &Tool<'_>) -> TokenStream {
    let span = tool.name_tokens.span();
    let name = Ident::new(&format!("__toolgate_tool_named_{}", identifier(&tool.name)), span);
    quote_spanned! {span=>
        #[doc(hidden)]
        #[macro_export]
        #[allow(non_local_definitions)]
        macro_rules! #name { () => {}; }
    }
}

/// A tool's name as part of an identifier; different names stay different.
fn identifier(name: &str) -> String {
    name.replace("_x", "_x5fx").replace('-', "_x2d").replace('.', "_x2e")
}

fn standard(plain: Plain<'_>) -> TokenStream {
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

fn info(source: &ToolFn, tool: &Tool<'_>) -> TokenStream {
    let name = &tool.name;
    let title = option(tool.title.as_ref().map(|title| quote!(#title)));
    let description = option(tool.description.as_ref().map(|text| quote!(#text)));
    let input_schema = input_schema(tool);
    let span = output(source).span();
    let output = with_lifetimes(output(source).into_token_stream(), "static");
    let output_schema = quote_spanned! {span=>
        <#output as ::toolgate::__private::IntoToolResult>::OUTPUT_SCHEMA
    };
    let hint = |hint: Option<bool>| option(hint.map(|hint| quote!(#hint)));
    let read_only = hint(tool.hints.read_only);
    let destructive = hint(tool.hints.destructive);
    let idempotent = hint(tool.hints.idempotent);
    let open_world = hint(tool.hints.open_world);
    let policy = &tool.policy;
    quote! {
        ::toolgate::__private::ToolInfo {
            name: #name,
            title: #title,
            description: #description,
            input_schema: #input_schema,
            output_schema: #output_schema,
            annotations: ::toolgate::__private::Annotations {
                read_only: #read_only,
                destructive: #destructive,
                idempotent: #idempotent,
                open_world: #open_world,
            },
            policy: #policy,
            icons: &[],
            headers: &[],
            task: ::toolgate::__private::TaskSupport::Forbidden,
        }
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// What the function returns, written out.
fn output(source: &ToolFn) -> Type {
    match &source.sig.output {
        ReturnType::Type(_, ty) => types::ungrouped(ty).clone(),
        ReturnType::Default => syn::parse_quote!(()),
    }
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

fn input_schema(tool: &Tool<'_>) -> TokenStream {
    let arguments: Vec<_> = tool.arguments().collect();
    if let Some(text) = schema::whole(&arguments) {
        return quote!(::toolgate::__private::Schema::Static(#text));
    }
    let arguments = arguments.iter().map(|argument| {
        let Argument { name, value, .. } = argument;
        let required = matches!(argument.presence, Presence::Required);
        if let Some(text) = schema::property(argument) {
            return quote!(.written(#name, #text, #required));
        }
        let description = option(argument.description.as_ref().map(|text| quote!(#text)));
        let default = option(match &argument.presence {
            Presence::Default(default) => Some(quote_spanned! {default.span()=>
                ::toolgate::__private::default_value::<#value>(#default)
            }),
            _ => None,
        });
        quote_spanned! {value.span()=>
            .described::<#value>(#name, #description, #default, #required)
        }
    });
    quote! {
        ::toolgate::__private::Schema::Build(|| {
            ::toolgate::__private::InputSchema::new()#(#arguments)*.finish()
        })
    }
}

/// The closure that checks the arguments and runs the function.
fn call(source: &ToolFn, tool: &Tool<'_>) -> TokenStream {
    let given = local("arguments");
    let uses_context = tool.parameters.iter().any(|p| !matches!(p, Parameter::Argument(_)));
    let context = if uses_context { local("context").into_token_stream() } else { quote!(_) };

    let mut taken = Vec::new();
    let mut names = Vec::new();
    let mut passed = Vec::new();
    for parameter in &tool.parameters {
        match parameter {
            Parameter::Context => passed.push(quote!(#context)),
            Parameter::Caller => {
                passed.push(quote!(::toolgate::__private::Context::caller(#context)));
            }
            Parameter::Argument(argument) => {
                let name = local(&format!("argument_{}", names.len()));
                taken.push(take(argument, &given, &name));
                taken.extend(checks(argument, &given, &name));
                passed.push(same(argument, &name));
                names.push(name);
            }
        }
    }
    let function = &source.sig.ident;
    let wait = source.sig.asyncness.is_some().then(|| quote!(.await));
    // The trait is asked for at the type, so that a type without it is reported there, and once.
    let span = output(source).span();
    let output = with_lifetimes(output(source).into_token_stream(), "_");
    let convert = local("convert");
    let into = quote_spanned! {span=>
        <#output as ::toolgate::__private::IntoToolResult>::into_tool_result
    };
    quote! {
        |#context, mut #given| ::std::boxed::Box::pin(async move {
            #(#taken)*
            let (true, #(::core::option::Option::Some(#names),)*) =
                (#given.accepted(), #(#names,)*)
            else {
                return #given.refusal();
            };
            let #convert = #into;
            #convert(#function(#(#passed),*) #wait)
        })
    }
}

/// A variable that does not meet the user's: hygiene keeps other variables away, and the prefix
/// constants, which a pattern of their name would mean.
fn local(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}

/// The argument as the function takes it. Where the macro knows the type by name, this is also
/// what makes sure that the name means the type of the standard library.
fn same(argument: &Argument<'_>, name: &Ident) -> TokenStream {
    let Argument { ty, value, plain, presence, .. } = argument;
    let optional = matches!(presence, Presence::Optional);
    let inner = match plain {
        Some(plain) => standard(*plain),
        None if optional => value.to_token_stream(),
        None => return name.to_token_stream(),
    };
    let expected = if optional { quote!(::core::option::Option<#inner>) } else { inner };
    quote_spanned!(ty.span()=> ::toolgate::__private::same::<#ty, #expected>(#name))
}

fn take(argument: &Argument<'_>, given: &Ident, name: &Ident) -> TokenStream {
    let Argument { name: text, value, presence, .. } = argument;
    let convert = match argument.plain.map(standard) {
        Some(ty) => quote!(::toolgate::__private::plain::<#ty>),
        None => quote_spanned!(value.span()=> ::toolgate::__private::json::<#value>),
    };
    match presence {
        Presence::Required => quote!(let #name = #given.required(#text, #convert);),
        Presence::Optional => quote!(let #name = #given.optional(#text, #convert);),
        Presence::Default(default) => {
            let default = match argument.plain {
                Some(Plain::Text) => quote!(::std::string::String::from(#default)),
                _ => quote!(#default),
            };
            quote!(let #name = #given.defaulted(#text, #convert, || #default);)
        }
    }
}

fn checks(argument: &Argument<'_>, given: &Ident, name: &Ident) -> Vec<TokenStream> {
    let value = local("value");
    let mut checks = Vec::new();
    if let Some(range) = &argument.range {
        let tokens = &range.tokens;
        checks.push((quote!((#tokens).contains(#value)), range.violation()));
    }
    if let Some(length) = &argument.length {
        let (count, unit) = match argument.plain {
            Some(Plain::List(_)) => (quote!(#value.len()), "item"),
            _ => (quote!(#value.chars().count()), "character"),
        };
        let test = match (length.min.map(|min| min as usize), length.max.map(|max| max as usize)) {
            (Some(min), Some(max)) => quote!((#min..=#max).contains(&#count)),
            (Some(min), None) => quote!(#count >= #min),
            (None, max) => quote!(#count <= #max),
        };
        checks.push((test, length.violation(unit)));
    }
    let text = &argument.name;
    let optional = matches!(argument.presence, Presence::Optional);
    checks
        .into_iter()
        .map(|(test, violation)| {
            let test =
                if optional { quote!(#value.as_ref().is_none_or(|#value| #test)) } else { test };
            quote!(#given.check(#text, &#name, |#value| #test, #violation);)
        })
        .collect()
}
