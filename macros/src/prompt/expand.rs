//! From a checked prompt to code. Nothing here can fail.

use proc_macro2::TokenStream;
use quote::quote;

use super::valid::Prompt;
use crate::function::ast::Function;
use crate::function::emit::{self, local, option};
use crate::function::{FunctionKind, description, icon};
use crate::text::{self, Call};

/// The function and its registration.
pub(crate) fn prompt(source: &Function, prompt: &Prompt<'_>) -> TokenStream {
    let unique = emit::unique_name(FunctionKind::Prompt, &prompt.name);
    let info = info(prompt);
    let call = call(source, prompt);
    let complete = text::completers(prompt.arguments());
    let needs = prompt.needs.tokens(Some("PROMPTS"));
    let undescribed = prompt.arguments().filter(|argument| argument.description.is_none());
    let warnings = description::missing(source, undescribed.map(|argument| argument.ident));
    let fields = quote! {
        info: #info,
        call: #call,
        complete: #complete,
        needs: #needs,
    };
    let registration =
        emit::registration(FunctionKind::Prompt, source, &prompt.config, &unique, &fields);
    quote!(#registration #warnings)
}

fn info(prompt: &Prompt<'_>) -> TokenStream {
    let name = &prompt.name.text;
    let title = option(prompt.title.as_ref());
    let description = option(Some(&prompt.description));
    let icons = icon::tokens(&prompt.icons);
    let policy = &prompt.policy;
    let arguments = prompt.arguments().map(|argument| {
        let name = &argument.name;
        let description = option(argument.description.as_ref());
        let required = !argument.optional;
        let completes = argument.complete.is_some();
        quote! {
            ::toolgate::__private::PromptArgument {
                name: #name,
                description: #description,
                required: #required,
                completes: #completes,
            }
        }
    });
    quote! {
        ::toolgate::__private::PromptInfo {
            name: #name,
            title: #title,
            description: #description,
            arguments: &[#(#arguments),*],
            icons: #icons,
            policy: #policy,
        }
    }
}

/// The closure that checks the arguments and runs the function.
fn call(source: &Function, prompt: &Prompt<'_>) -> TokenStream {
    let context = local("context");
    let Call { given, taken, run } =
        text::call(source, &prompt.parameters, &context, |given| quote!(#given.invalid_params()));
    let parameter = if emit::uses_call(&prompt.parameters) { quote!(#context) } else { quote!(_) };
    let convert = local("convert");
    let into = emit::at_output(source, "_", "IntoPromptResult", "into_prompt_result");
    quote! {
        |#parameter, mut #given| ::std::boxed::Box::pin(async move {
            #taken
            let #convert = #into;
            ::toolgate::__private::prompted(#convert(#run))
        })
    }
}
