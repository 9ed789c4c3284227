//! From a checked route to code. Nothing here can fail.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::valid::{Guard, Parameter, Route};
use crate::function::FunctionKind;
use crate::function::ast::Function;
use crate::function::emit::{self, local};

/// The function and its registration.
pub(crate) fn route(source: &Function, route: &Route<'_>) -> TokenStream {
    let (name, method, path) =
        (route.address.literal.value(), &route.address.method, &route.address.path);
    let guard = guard(&route.guard);
    let call = call(source, route);
    let needs = route.needs.tokens(None);
    let shape: Vec<_> =
        path.split('/').map(|it| if it.starts_with('{') { "{}" } else { it }).collect();
    let shape = format!("{method} {}", shape.join("/"));
    let unique = emit::unique("two_routes_have_the_address", &shape, route.address.literal.span());
    let fields = quote! {
        info: ::toolgate::__private::RouteInfo {
            name: #name,
            method: #method,
            path: #path,
            guard: #guard,
        },
        call: #call,
        needs: #needs,
        door: &::toolgate::__private::ROUTES,
    };
    emit::registration(FunctionKind::Route, source, &route.config, &unique, &fields)
}

fn guard(guard: &Guard) -> TokenStream {
    match guard {
        Guard::Public => quote!(::toolgate::__private::Guard::Public),
        Guard::Policy(name, bearer) => quote! {
            ::toolgate::__private::Guard::Policy { name: #name, bearer: #bearer }
        },
        Guard::Signed(hmac) => hmac.tokens(),
    }
}

/// The closure that reads the request and runs the function.
fn call(source: &Function, route: &Route<'_>) -> TokenStream {
    let (context, request) = (local("context"), local("request"));
    let mut takes = Vec::new();
    let mut passed = Vec::new();
    for parameter in &route.parameters {
        let name = local(&format!("parameter_{}", takes.len()));
        match parameter {
            Parameter::Context => passed.push(context.to_token_stream()),
            Parameter::Caller => {
                passed.push(quote!(::toolgate::__private::Context::caller(#context)));
            }
            Parameter::Request => passed.push(quote!(&#request)),
            Parameter::Segment(ident, ty) => {
                let text = ident.to_string();
                takes.push(quote_spanned! {ty.span()=>
                    let ::core::option::Option::Some(#name) =
                        ::toolgate::__private::segment::<#ty>(&#request, #text)
                    else {
                        return ::toolgate::__private::no_such_route();
                    };
                });
                passed.push(name.to_token_stream());
            }
            Parameter::Body(ty) => {
                takes.push(quote_spanned! {ty.span()=>
                    let #name = match <#ty as ::toolgate::__private::FromBody>::from_body(&#request) {
                        ::core::result::Result::Ok(#name) => #name,
                        ::core::result::Result::Err(#name) => {
                            return ::toolgate::__private::IntoRouteResponse::into_route_response(#name);
                        }
                    };
                });
                passed.push(name.to_token_stream());
            }
        }
    }
    let function = &source.sig.ident;
    let wait = source.sig.asyncness.is_some().then(|| quote!(.await));
    let convert = local("convert");
    let into = emit::at_output(source, "_", "IntoRouteResponse", "into_route_response");
    quote! {
        |#context, #request| ::std::boxed::Box::pin(async move {
            let _ = (&#context, &#request);
            #(#takes)*
            let #convert = #into;
            #convert(#function(#(#passed),*) #wait)
        })
    }
}
