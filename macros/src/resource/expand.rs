//! From a checked resource to code. Nothing here can fail.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use toolgate_policy::EVERYONE;

use super::valid::Resource;
use crate::function::ast::Function;
use crate::function::emit::{self, local, option};
use crate::function::{FunctionKind, icon};
use crate::text::{self, Call};

/// The function and its registration.
pub(crate) fn resource(source: &Function, resource: &Resource<'_>) -> TokenStream {
    let name = emit::unique_name(FunctionKind::Resource, &resource.name);
    let uri = &resource.uri;
    let place = emit::unique("two_resources_have_the_uri", &uri.shape, uri.literal.span());
    let info = info(resource);
    let call = call(source, resource);
    let complete = text::completers(resource.variables());
    let needs = resource.needs.tokens(Some("RESOURCES"));
    let fields = quote! {
        info: #info,
        call: #call,
        complete: #complete,
        needs: #needs,
    };
    emit::registration(
        FunctionKind::Resource,
        source,
        &resource.config,
        &quote!(#name #place),
        &fields,
    )
}

fn info(resource: &Resource<'_>) -> TokenStream {
    let uri = &resource.uri.literal;
    let name = &resource.name.text;
    let title = option(resource.title.as_ref());
    let description = option(Some(&resource.description));
    let mime_type = option(resource.mime_type.as_ref());
    let icons = icon::tokens(&resource.icons);
    let annotations = resource.annotations.tokens();
    let policy = &resource.policy;
    let variables = resource.variables().map(|argument| {
        let name = &argument.name;
        let completes = argument.complete.is_some();
        quote!(::toolgate::__private::ResourceVariable { name: #name, completes: #completes })
    });
    quote! {
        ::toolgate::__private::ResourceInfo {
            uri: #uri,
            name: #name,
            title: #title,
            description: #description,
            mime_type: #mime_type,
            variables: &[#(#variables),*],
            icons: #icons,
            #annotations
            policy: #policy,
        }
    }
}

/// The closure that checks the variables and runs the function.
fn call(source: &Function, resource: &Resource<'_>) -> TokenStream {
    let (context, uri, place) = (local("context"), local("uri"), local("place"));
    // A URI whose variables are not what the parameters are has nothing.
    let not_found = |_: &Ident| quote!(::toolgate::__private::not_found(#context, #uri));
    let Call { given, taken, run } = text::call(source, &resource.parameters, &context, not_found);
    let mime_type = option(resource.mime_type.as_ref());
    // What everyone may read may be kept for others, unless it is made of the caller.
    let is_public = resource.policy.value() == EVERYONE && !emit::uses_call(&resource.parameters);
    let (convert, contents) = (local("convert"), local("contents"));
    let into = emit::at_output(source, "_", "IntoResource", "into_resource");
    quote! {
        |#context, mut #given, #uri| ::std::boxed::Box::pin(async move {
            #taken
            let #convert = #into;
            let #place = ::toolgate::__private::RequestedResource { uri: #uri, mime_type: #mime_type };
            let #contents = #convert(#run, &#place);
            ::toolgate::__private::read(#context, &#place, #contents, #is_public)
        })
    }
}
