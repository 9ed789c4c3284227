//! Ways to tokens without a sign-in, by the sections of `mcp.toml`: a Worker links what it has.

use proc_macro2::TokenStream;
use quote::quote;
use toolgate_config::KnownClient;

use super::valid::Server;

/// Ways at `/token`. That of ID-JAGs stands before that of workloads, which takes what it leaves.
pub(super) fn token_grants(server: &Server) -> TokenStream {
    let config = &server.checked.config;
    let mut grants = Vec::new();
    if !config.enterprise.is_empty() {
        grants.push(quote!(&::toolgate::__private::token_grant::ENTERPRISE));
    }
    if config.clients.iter().any(|client| client.machine) {
        grants.push(quote!(&::toolgate::__private::token_grant::MACHINES));
    }
    if !config.workloads.is_empty() {
        grants.push(quote!(&::toolgate::__private::token_grant::WORKLOADS));
    }
    quote!(&[#(#grants),*])
}

/// The check of clients that have keys, or a secret that is being replaced.
pub(super) fn client_keys(server: &Server) -> TokenStream {
    if server.checked.config.clients.iter().any(has_keys) {
        quote!(Some(&::toolgate::__private::CLIENT_KEYS))
    } else {
        quote!(None)
    }
}

/// Personal tokens.
pub(super) fn personal(server: &Server) -> TokenStream {
    if server.checked.config.tokens.personal > 0 {
        quote!(Some(&::toolgate::__private::PERSONAL))
    } else {
        quote!(None)
    }
}

/// True if an assertion may be good for one request.
pub(super) fn uses_assertions_up(server: &Server) -> bool {
    let config = &server.checked.config;
    !config.enterprise.is_empty()
        || config.workloads.iter().any(|workload| workload.single_use)
        || config.clients.iter().any(has_keys)
}

/// True for a client that proves itself otherwise than by one secret.
fn has_keys(client: &KnownClient) -> bool {
    client.jwks.is_some() || client.jwks_uri.is_some() || client.previous_secret.is_some()
}
