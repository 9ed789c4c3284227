//! The guard of Workers that must run on the developer's own machine alone.

use proc_macro2::TokenStream;
use quote::quote;
use toolgate_config::Provider;

use super::valid::Server;

/// The dev identity provider lets anyone be anyone, and no provider lets in anyone, so a Worker
/// with one of them is compiled only where the developer's own machine will run it. Tests of the
/// host are not Workers.
pub(super) fn dev_guard(server: &Server) -> TokenStream {
    let message = match server.checked.config.identity.provider {
        Provider::Dev => {
            "mcp.toml says `provider = \"dev\"`: this Worker would trust an identity provider that \
             lets anyone sign in as anyone. Run it with `cargo toolgate dev`; to deploy, choose \
             another provider"
        }
        Provider::None => {
            "mcp.toml says `provider = \"none\"`: this Worker would let in everyone. Build it with \
             TOOLGATE_DEV=1 for this very machine; to deploy, choose another provider"
        }
        _ => return TokenStream::new(),
    };
    quote! {
        #[cfg(target_arch = "wasm32")]
        const _: () = ::core::assert!(
            ::toolgate::__private::is_one(::core::option_env!("TOOLGATE_DEV")),
            #message,
        );
    }
}
