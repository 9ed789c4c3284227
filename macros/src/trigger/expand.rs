//! From a checked function to code. Nothing here can fail.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::parameters::Given;
use super::valid::Trigger;
use crate::function::ast::Function;
use crate::function::emit::{self, local};
use crate::function::{FunctionKind, TriggerKind};

/// The function and its registration.
pub(crate) fn trigger(source: &Function, trigger: &Trigger<'_>) -> TokenStream {
    let name = trigger.name.clone().unwrap_or_else(|| LitStr::new("", Span::call_site()));
    let what = format!("two_functions_have_the_{}", trigger.kind.attribute());
    let span = trigger.name.as_ref().map_or_else(|| source.sig.ident.span(), LitStr::span);
    let unique = emit::unique(&what, &name.value(), span);
    let function_name = source.sig.ident.unraw().to_string();
    let call = call(source, trigger, &name);
    let needs = trigger.needs.tokens(None);
    let fields = quote! {
        name: #name,
        function: #function_name,
        call: #call,
        needs: #needs,
    };
    let kind = FunctionKind::Trigger(trigger.kind);
    emit::registration(kind, source, &trigger.config, &unique, &fields)
}

/// The closure that runs the function.
fn call(source: &Function, trigger: &Trigger<'_>, name: &LitStr) -> TokenStream {
    let (context, given, convert) = (local("context"), local("given"), local("convert"));
    let mut variant = match trigger.kind {
        TriggerKind::Cron => quote!(Cron),
        TriggerKind::Queue => quote!(Message),
        TriggerKind::Email => quote!(Email),
    };
    let mut arguments = Vec::new();
    for parameter in &trigger.parameters {
        arguments.push(match parameter {
            Given::Context => context.to_token_stream(),
            Given::Scheduled | Given::Email => given.to_token_stream(),
            Given::Body(ty) => {
                quote_spanned!(ty.span()=> ::toolgate::__private::RawMessage::read::<#ty>(&#given)?.body)
            }
            Given::Queued(ty) => {
                quote_spanned!(ty.span()=> ::toolgate::__private::RawMessage::read::<#ty>(&#given)?)
            }
            Given::Batch(ty) => {
                variant = quote!(Batch);
                quote_spanned! {ty.span()=>
                    ::toolgate::__private::RawMessage::read_all::<#ty>(#name, #given)
                }
            }
        });
    }
    let takes_context = trigger.parameters.iter().any(|one| matches!(one, Given::Context));
    let context = if takes_context { quote!(#context) } else { quote!(_) };
    let takes_given = trigger.parameters.iter().any(|one| !matches!(one, Given::Context));
    let given = if takes_given { quote!(#given) } else { quote!(_) };
    let function = &source.sig.ident;
    let wait = source.sig.asyncness.is_some().then(|| quote!(.await));
    let into = emit::at_output(source, "_", "IntoTriggerResult", "into_trigger_result");
    quote! {
        ::toolgate::__private::TriggerCall::#variant(
            |#context, #given| ::std::boxed::Box::pin(async move {
                let #convert = #into;
                #convert(#function(#(#arguments),*) #wait)
            })
        )
    }
}
