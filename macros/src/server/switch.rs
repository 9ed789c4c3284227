//! The off-switch: which parts of it a server links.

use proc_macro2::TokenStream;
use quote::quote;
use toolgate_config::StorageKind;

use super::valid::Server;

/// The off-switch, where `mcp.toml` asks for a part of it.
pub(super) fn switch(server: &Server) -> TokenStream {
    if has_desk(server) {
        quote!(Some(&::toolgate::__private::SWITCH))
    } else if has_feed(server) {
        quote!(Some(&::toolgate::__private::FEED))
    } else {
        quote!(None)
    }
}

/// True if others may end the grants of a person.
fn has_desk(server: &Server) -> bool {
    let config = &server.checked.config;
    config.admin.is_some() || config.signals.is_some()
}

/// True if calls are judged by the feed of revocations.
pub(super) fn has_feed(server: &Server) -> bool {
    has_desk(server) || server.checked.config.storage.feed
}

/// The storage whose ends reach the feed. `check` lets no other kind pass.
pub(super) fn store(kind: StorageKind) -> TokenStream {
    match kind {
        StorageKind::D1 => quote!(&::toolgate::__private::store::FED_D1),
        _ => quote!(&::toolgate::__private::store::FED_DURABLE_OBJECT),
    }
}

/// What the objects of such a server are in addition.
pub(super) fn feature(server: &Server) -> Option<TokenStream> {
    has_feed(server).then(|| quote!(::toolgate::__private::feature::REVOCATIONS))
}
