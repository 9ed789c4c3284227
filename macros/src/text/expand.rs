//! Code that takes parameters which are sent as text, and that completes them.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::argument::TextArgument;
use super::complete::Complete;
use crate::function::ast::Function;
use crate::function::emit::{self, local, option, standard};
use crate::function::signature::Parameter;
use crate::function::types::Plain;

/// The pieces of the closure that runs the function.
pub(crate) struct Call {
    /// The parameter of the closure that holds the arguments.
    pub(crate) given: Ident,
    /// Takes the arguments out of `given`; `refused` is what ends the call where one is wrong.
    pub(crate) taken: TokenStream,
    /// Runs the function.
    pub(crate) run: TokenStream,
}

/// Puts the pieces together.
pub(crate) fn call(
    source: &Function,
    parameters: &[Parameter<TextArgument<'_>>],
    context: &Ident,
    refused: impl FnOnce(&Ident) -> TokenStream,
) -> Call {
    let given = local("arguments");
    let mut names = Vec::new();
    let mut takes = Vec::new();
    let passed = emit::passed(parameters, &context.to_token_stream(), |argument| {
        let name = local(&format!("argument_{}", names.len()));
        takes.push(take(argument, &given, &name));
        let same = emit::same(argument.ty, &standard(argument.plain), argument.optional, &name);
        names.push(name);
        same
    });
    let refused = refused(&given);
    let taken = quote! {
        #(#takes)*
        let (true, #(::core::option::Option::Some(#names),)*) =
            (#given.accepted(), #(#names,)*)
        else {
            return #refused;
        };
    };
    let function = &source.sig.ident;
    let wait = source.sig.asyncness.is_some().then(|| quote!(.await));
    Call { given, taken, run: quote!(#function(#(#passed),*) #wait) }
}

fn take(argument: &TextArgument<'_>, given: &Ident, name: &Ident) -> TokenStream {
    let text = &argument.name;
    let ty = standard(argument.plain);
    let convert = match argument.plain {
        Plain::Text => quote!(::toolgate::__private::plain::<#ty>),
        _ => quote!(::toolgate::__private::parsed::<#ty>),
    };
    let method = if argument.optional { quote!(optional) } else { quote!(required) };
    quote!(let #name = #given.#method(#text, #convert);)
}

/// The list of what completes each argument.
pub(crate) fn completers<'a>(arguments: impl Iterator<Item = &'a TextArgument<'a>>) -> TokenStream {
    let completers = arguments.map(|argument| option(argument.complete.as_ref().map(completer)));
    quote!(&[#(#completers),*])
}

fn completer(complete: &Complete) -> TokenStream {
    let (context, typed) = (local("context"), local("typed"));
    match complete {
        Complete::List(values) => quote! {
            |_, #typed| ::toolgate::__private::beginning_with(#typed, &[#(#values),*])
        },
        Complete::Function(path) => quote_spanned! {path.span()=>
            |#context, #typed| ::toolgate::__private::complete(#path, #context, #typed)
        },
    }
}
