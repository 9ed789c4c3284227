//! From a checked tool to code. Nothing here can fail.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Type};

use super::argument::{Argument, Presence};
use super::input_schema::InputSchema;
use super::limits::Limits;
use super::valid::{Task, Tool};
use super::{schema, values};
use crate::function::ast::Function;
use crate::function::description::{self, Description};
use crate::function::emit::{self, local, option, standard};
use crate::function::types::Plain;
use crate::function::{FunctionKind, icon};

/// The function and its registration.
pub(crate) fn tool(source: &Function, tool: &Tool<'_>) -> TokenStream {
    let unique = emit::unique_name(FunctionKind::Tool, &tool.name);
    let info = info(source, tool);
    let call = call(source, tool);
    let needs = tool.needs.tokens(None);
    // A type of the user's may describe itself, and so does a schema of the user's.
    let undescribed = tool.arguments().filter(|argument| {
        tool.input_schema.is_none() && argument.plain.is_some() && argument.description.is_none()
    });
    let warnings = description::missing(source, undescribed.map(|argument| argument.ident));
    let fields = quote! {
        info: #info,
        call: #call,
        needs: #needs,
    };
    let registration =
        emit::registration(FunctionKind::Tool, source, &tool.config, &unique, &fields);
    let shown = tool.needs.as_caller.then(|| {
        quote! {
            ::toolgate::__private::inventory::submit! { ::toolgate::__private::SHOWS_AS_CALLER }
        }
    });
    let name = &tool.name.text;
    let charged = tool.quota.as_ref().map(|quota| {
        quote! {
            ::toolgate::__private::inventory::submit! {
                ::toolgate::__private::CHARGING.of_tool(#name, #quota)
            }
        }
    });
    let connections = &tool.connections;
    let connected = (!connections.is_empty()).then(|| {
        quote! {
            ::toolgate::__private::inventory::submit! { ::toolgate::__private::SHOWS_CONNECTIONS }
            ::toolgate::__private::inventory::submit! {
                ::toolgate::__private::Connecting::of_tool(#name, &[#(#connections),*])
            }
        }
    });
    quote!(#registration #warnings #shown #charged #connected)
}

fn info(source: &Function, tool: &Tool<'_>) -> TokenStream {
    let name = &tool.name.text;
    let title = option(tool.title.as_ref());
    let description = option(Some(&tool.description));
    let input_schema = input_schema(tool);
    let output_schema = emit::at_output(source, "static", "IntoToolResult", "OUTPUT_SCHEMA");
    let read_only = option(tool.hints.read_only);
    let destructive = option(tool.hints.destructive);
    let idempotent = option(tool.hints.idempotent);
    let open_world = option(tool.hints.open_world);
    let policy = &tool.policy;
    let icons = icon::tokens(&tool.icons);
    let headers = tool.arguments().filter_map(|argument| {
        let (header, argument) = (argument.header.as_ref()?, &argument.name);
        Some(quote!(::toolgate::__private::ParamHeader { header: #header, argument: #argument }))
    });
    let task = match tool.task {
        Task::Forbidden => quote!(Forbidden),
        Task::Optional => quote!(Optional),
        Task::Required => quote!(Required),
    };
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
            icons: #icons,
            headers: &[#(#headers),*],
            task: ::toolgate::__private::TaskSupport::#task,
        }
    }
}

fn input_schema(tool: &Tool<'_>) -> TokenStream {
    match &tool.input_schema {
        Some(InputSchema::Literal(text)) => {
            return quote!(::toolgate::__private::Schema::Static(#text));
        }
        Some(InputSchema::Constant(text)) => {
            return quote_spanned! {text.span()=>
                ::toolgate::__private::Schema::Build(|| ::toolgate::__private::constant(#text))
            };
        }
        None => {}
    }
    let arguments: Vec<_> = tool.arguments().collect();
    if let Some(text) = schema::whole(&arguments) {
        return quote!(::toolgate::__private::Schema::Static(#text));
    }
    let arguments = arguments.iter().map(|argument| {
        let Argument { name, value, .. } = argument;
        if let Some(text) = schema::property(argument) {
            let required = matches!(argument.presence, Presence::Required);
            let unread = argument.description.as_ref().and_then(Description::constant);
            let unread = option(unread);
            return quote!(.written(#name, #text, #unread, #required));
        }
        let required = match argument.presence {
            Presence::Required => is_required(value),
            Presence::Optional | Presence::Default(_) => quote!(false),
        };
        let description = option(argument.description.as_ref());
        let shown = |literal: &Expr| {
            quote_spanned!(literal.span()=> ::toolgate::__private::shown::<#value>(#literal))
        };
        let default = option(match &argument.presence {
            Presence::Default(default) => Some(shown(default)),
            _ => None,
        });
        let example = option(argument.example.as_ref().map(shown));
        quote_spanned! {value.span()=>
            .described::<#value>(#name, #description, #default, #example, #required)
        }
    });
    quote! {
        ::toolgate::__private::Schema::Build(|| {
            ::toolgate::__private::InputSchema::new()#(#arguments)*.finish()
        })
    }
}

/// True if an argument of this type has to be there: only the compiler knows whether it is an
/// `Option` by another name.
fn is_required(ty: &Type) -> TokenStream {
    quote_spanned! {ty.span()=> {
        #[allow(unused_imports)]
        use ::toolgate::__private::Required as _;
        <::toolgate::__private::Presence<#ty>>::IS_REQUIRED
    }}
}

/// The closure that checks the arguments and runs the function.
fn call(source: &Function, tool: &Tool<'_>) -> TokenStream {
    let given = local("arguments");
    let context = match emit::uses_call(&tool.parameters) {
        true => local("context").into_token_stream(),
        false => quote!(_),
    };
    let mut taken = Vec::new();
    let mut names = Vec::new();
    let passed = emit::passed(&tool.parameters, &context, |argument| {
        let name = local(&format!("argument_{}", names.len()));
        taken.push(take(argument, &given, &name));
        taken.extend(checks(argument, &given, &name));
        let passed = same(argument, &name);
        names.push(name);
        passed
    });
    let function = &source.sig.ident;
    let wait = source.sig.asyncness.is_some().then(|| quote!(.await));
    let convert = local("convert");
    let into = emit::at_output(source, "_", "IntoToolResult", "into_tool_result");
    let declared =
        tool.needs.as_caller.then(|| quote!(::toolgate::__private::acts_as_caller(#context);));
    quote! {
        |#context, mut #given| ::std::boxed::Box::pin(async move {
            #declared
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

/// The argument as the function takes it.
fn same(argument: &Argument<'_>, name: &Ident) -> TokenStream {
    let Argument { ty, value, plain, presence, .. } = argument;
    let optional = matches!(presence, Presence::Optional);
    match plain {
        Some(plain) => emit::same(ty, &standard(*plain), optional, name),
        None if optional => emit::same(ty, &value.to_token_stream(), optional, name),
        None => name.to_token_stream(),
    }
}

fn take(argument: &Argument<'_>, given: &Ident, name: &Ident) -> TokenStream {
    let Argument { name: text, value, presence, .. } = argument;
    let convert = match argument.plain.map(standard) {
        Some(ty) => quote!(::toolgate::__private::plain::<#ty>),
        None => quote_spanned!(value.span()=> ::toolgate::__private::json::<#value>),
    };
    match presence {
        Presence::Required if argument.plain.is_none() => {
            let required = is_required(value);
            quote!(let #name = #given.of_own_type(#text, #convert, #required);)
        }
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
    let text = &argument.name;
    let optional = matches!(argument.presence, Presence::Optional);
    tests(argument, &value)
        .into_iter()
        .map(|(test, violation)| {
            let test =
                if optional { quote!(#value.as_ref().is_none_or(|#value| #test)) } else { test };
            quote!(#given.check(#text, &#name, |#value| #test, #violation);)
        })
        .collect()
}

/// Tests that `value` has to pass, with the messages for the caller where it does not.
fn tests(argument: &Argument<'_>, value: &Ident) -> Vec<(TokenStream, String)> {
    let Limits { range, length, pattern, values } = &argument.limits;
    let is_list = matches!(argument.plain, Some(Plain::List(_)));
    let mut tests = Vec::new();
    if let Some(range) = range {
        let tokens = &range.tokens;
        tests.push((quote!((#tokens).contains(#value)), range.violation()));
    }
    if let Some(length) = length {
        let (count, unit) = match is_list {
            true => (quote!(#value.len()), "item"),
            false => (quote!(#value.chars().count()), "character"),
        };
        let test = match (length.min.map(|min| min as usize), length.max.map(|max| max as usize)) {
            (Some(min), Some(max)) => quote!((#min..=#max).contains(&#count)),
            (Some(min), None) => quote!(#count >= #min),
            (None, max) => quote!(#count <= #max),
        };
        tests.push((test, length.violation(unit)));
    }
    if let Some(pattern) = pattern {
        let (compiled, matched) = (local("PATTERN"), &pattern.matched);
        let test = quote! {{
            static #compiled: ::toolgate::__private::Pattern =
                ::toolgate::__private::Pattern::new(#matched);
            #compiled.is_match(#value)
        }};
        tests.push((test, pattern.violation()));
    }
    if let Some(values) = values {
        let test = match argument.plain {
            Some(Plain::List(item)) => {
                let item = is_among(values, Plain::of(item), value);
                quote!(#value.iter().all(|#value| #item))
            }
            plain => is_among(values, plain, value),
        };
        tests.push((test, values::violation(values, is_list)));
    }
    tests
}

fn is_among(values: &[Expr], plain: Option<Plain<'_>>, value: &Ident) -> TokenStream {
    match plain {
        Some(Plain::Text) => quote!([#(#values),*].contains(&#value.as_str())),
        _ => quote!([#(#values),*].contains(#value)),
    }
}
