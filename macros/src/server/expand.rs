//! The Worker's entry points. Nothing here can fail.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use toolgate_config::deploy::{self, ENVIRONMENT, Migrated};
use toolgate_config::{Protocol, Provider, StorageKind};

use super::config::Constant;
use super::dev_guard;
use super::grants;
use super::policy_tests;
use super::valid::Server;
use super::{identity, switch};
use crate::function::emit;

/// Everything that `serve!()` stands for.
pub(crate) fn server(server: &Server) -> TokenStream {
    let config_tracker = server.config.tracker();
    let wrangler_tracker = server.wrangler.tracker();
    let app = app(server);
    let charging = charging(server);
    let environment_tracker = environment_tracker();
    let identity_tracker = identity::tracker();
    let dev_guard = dev_guard::dev_guard(server);
    let fetch = fetch();
    let object = object();
    let scheduled = scheduled(server);
    let triggers = server.triggers.table();
    let handlers = server.triggers.handlers();
    let test = test();
    let policy_test = policy_tests::of_tests(server);
    let invariant_test = policy_tests::of_invariants(server);
    let testing = testing(server);
    let reserved = reserved(server);
    let once = emit::unique("serve_stands_twice_in", "this_crate", Span::call_site());
    quote! {
        #once

        #[doc(hidden)]
        #[allow(missing_docs, unreachable_pub)]
        mod toolgate_worker {
            #config_tracker
            #wrangler_tracker
            #environment_tracker
            #identity_tracker
            #dev_guard
            #app
            #charging
            #fetch
            #object
            #scheduled
            #triggers
            #handlers
            #test
            #policy_test
            #invariant_test
            #testing
        }

        #[cfg(not(target_arch = "wasm32"))]
        #[doc(hidden)]
        pub use toolgate_worker::server;

        #reserved
    }
}

/// The modules that `#[worker::event]` makes of handlers which are exported here already. A second one
/// is an error of the compiler that shows both places; it would be one of the linker otherwise, which
/// shows none.
fn reserved(server: &Server) -> TokenStream {
    let purges = server.checked.config.storage.kind == StorageKind::D1;
    let purge = purges && !server.triggers.has_crons();
    let purge = purge.then(|| {
        quote!(
            #[doc(hidden)]
            mod _worker_scheduled {}
        )
    });
    let triggers = server.triggers.reserved();
    quote! {
        #[doc(hidden)]
        mod _worker_fetch {}
        #purge
        #triggers
    }
}

/// Makes cargo compile again for another environment.
fn environment_tracker() -> TokenStream {
    quote! {
        const _: ::core::option::Option<&::core::primitive::str> =
            ::core::option_env!(#ENVIRONMENT);
    }
}

fn app(server: &Server) -> TokenStream {
    let config = server.checked.config.constant();
    let store = store(server);
    let identity = identity_provider(server);
    let switch = switch::switch(server);
    let features = features(server);
    let challenging = challenging(server);
    let refusing = refusing(server);
    let tracing = tracing(server);
    let accounts = accounts(server);
    let (token_grants, client_keys) = (grants::token_grants(server), grants::client_keys(server));
    let personal = grants::personal(server);
    quote! {
        static APP: ::toolgate::__private::App = {
            use ::core::option::Option::{None, Some};
            use ::std::borrow::Cow::Borrowed;
            use ::toolgate::__private::config;

            ::toolgate::__private::App {
                config: #config,
                package_name: ::core::env!("CARGO_PKG_NAME"),
                package_version: ::core::env!("CARGO_PKG_VERSION"),
                store: #store,
                identity: #identity,
                challenging: #challenging,
                refusing: #refusing,
                tracing: #tracing,
                accounts: #accounts,
                token_grants: #token_grants,
                client_keys: #client_keys,
                personal: #personal,
                switch: #switch,
                features: #features,
            }
        };
    }
}

/// The storage by its name, so that a Worker links no other.
fn store(server: &Server) -> TokenStream {
    let kind = server.checked.config.storage.kind;
    match kind {
        _ if switch::has_feed(server) => switch::store(kind),
        StorageKind::DurableObject => quote!(&::toolgate::__private::store::DURABLE_OBJECT),
        StorageKind::Kv => quote!(&::toolgate::__private::store::KV),
        StorageKind::D1 => quote!(&::toolgate::__private::store::D1),
    }
}

/// The kind of identity provider by its name, so that a Worker links no other.
fn identity_provider(server: &Server) -> TokenStream {
    let provider = server.checked.config.identity.provider;
    match provider.protocol() {
        Protocol::Access => quote!(&::toolgate::__private::identity::CLOUDFLARE_ACCESS),
        Protocol::OpenIdConnect => match provider {
            Provider::Entra => quote!(&::toolgate::__private::identity::ENTRA),
            Provider::Google => quote!(&::toolgate::__private::identity::GOOGLE),
            Provider::Cognito => quote!(&::toolgate::__private::identity::COGNITO),
            Provider::GitLab => quote!(&::toolgate::__private::identity::GITLAB),
            // Their tokens are those of any OpenID provider.
            _ => quote!(&::toolgate::__private::identity::OIDC),
        },
        Protocol::GitHub => quote!(&::toolgate::__private::identity::GITHUB),
        Protocol::AccessAssertion => {
            quote!(&::toolgate::__private::identity::CLOUDFLARE_ACCESS_JWT)
        }
        Protocol::Nobody => quote!(&::toolgate::__private::identity::NOBODY),
    }
}

/// The way of challenges, where a policy may make one.
fn challenging(server: &Server) -> TokenStream {
    if toolgate_policy::may_challenge(&server.checked.config) {
        quote!(Some(&::toolgate::__private::CHALLENGING))
    } else {
        quote!(None)
    }
}

/// The words for calls that only their arguments keep out, where a policy looks at arguments.
fn refusing(server: &Server) -> TokenStream {
    if toolgate_policy::looks_at_arguments(&server.checked.config) {
        quote!(Some(&::toolgate::__private::REFUSING))
    } else {
        quote!(None)
    }
}

/// Tracing, where `mcp.toml` asks for it.
fn tracing(server: &Server) -> TokenStream {
    if server.checked.config.observability.traces {
        quote!(Some(::toolgate::__private::TRACING))
    } else {
        quote!(None)
    }
}

/// Accounts at third parties, where `mcp.toml` has connections.
fn accounts(server: &Server) -> TokenStream {
    if server.checked.config.connections.is_empty() {
        quote!(None)
    } else {
        quote!(Some(&::toolgate::__private::ACCOUNTS))
    }
}

/// Features that `mcp.toml` asks for in addition to answering requests, so that a Worker links
/// nothing else.
fn features(server: &Server) -> TokenStream {
    let transport = &server.checked.config.transport;
    let mut features = Vec::new();
    if transport.sse {
        features.push(quote!(::toolgate::__private::feature::HTTP_SSE));
    }
    if transport.notifications {
        // Clients of the legacy revisions hear of changes in a session only.
        features.push(quote!(::toolgate::__private::feature::SESSIONS));
        features.push(quote!(::toolgate::__private::feature::SUBSCRIPTIONS));
    }
    if server.triggers.has_handlers() {
        features.push(quote!(::toolgate::__private::feature::TRIGGERS));
    }
    if has_quotas(server) {
        features.push(quote!(::toolgate::__private::feature::QUOTAS));
    }
    if !server.checked.config.connections.is_empty() {
        features.push(quote!(::toolgate::__private::feature::CONNECTIONS));
    }
    if grants::uses_assertions_up(server) {
        features.push(quote!(::toolgate::__private::feature::USED));
    }
    features.extend(switch::feature(server));
    quote!(&[#(#features),*])
}

/// True if calls may be charged.
fn has_quotas(server: &Server) -> bool {
    let config = &server.checked.config;
    !config.quotas.is_empty() || config.policies.iter().any(|policy| policy.rate.is_some())
}

/// Has calls charged, where there is something to charge them to.
fn charging(server: &Server) -> TokenStream {
    if !has_quotas(server) {
        return TokenStream::new();
    }
    quote! {
        ::toolgate::__private::inventory::submit! { ::toolgate::__private::CHARGING }
    }
}

fn fetch() -> TokenStream {
    // In some places wasm-bindgen expands to its own name, whatever it is told, so apart from the
    // attribute the crate is imported as well.
    quote! {
        use ::toolgate::__private::wasm_bindgen::{self, prelude::wasm_bindgen};

        #[wasm_bindgen(
            wasm_bindgen = ::toolgate::__private::wasm_bindgen,
            wasm_bindgen_futures = ::toolgate::__private::wasm_bindgen_futures,
            js_sys = ::toolgate::__private::js_sys
        )]
        pub fn fetch(
            request: ::toolgate::__private::RawRequest,
            env: ::toolgate::__private::Env,
            context: ::toolgate::__private::RawContext,
        ) -> ::toolgate::__private::js_sys::Promise {
            ::toolgate::__private::serve_fetch(&APP, request, env, context)
        }
    }
}

fn object() -> TokenStream {
    quote! {
        #[wasm_bindgen(wasm_bindgen = ::toolgate::__private::wasm_bindgen)]
        pub struct ToolgateObject {
            object: ::std::rc::Rc<::toolgate::__private::Object>,
        }

        #[wasm_bindgen(
            wasm_bindgen = ::toolgate::__private::wasm_bindgen,
            wasm_bindgen_futures = ::toolgate::__private::wasm_bindgen_futures,
            js_sys = ::toolgate::__private::js_sys
        )]
        impl ToolgateObject {
            #[wasm_bindgen(constructor, wasm_bindgen = ::toolgate::__private::wasm_bindgen)]
            pub fn new(
                state: ::toolgate::__private::RawState,
                env: ::toolgate::__private::Env,
            ) -> Self {
                Self { object: ::toolgate::__private::new_object(&APP, state, env) }
            }

            #[wasm_bindgen(js_name = fetch)]
            pub fn fetch(
                &self,
                request: ::toolgate::__private::RawRequest,
            ) -> ::toolgate::__private::js_sys::Promise {
                ::toolgate::__private::object_fetch(&self.object, request)
            }

            #[wasm_bindgen(js_name = alarm)]
            pub fn alarm(&self) -> ::toolgate::__private::js_sys::Promise {
                ::toolgate::__private::object_alarm(&self.object)
            }
        }
    }
}

/// The purge of expired rows, which wrangler.jsonc has a trigger for: only D1 needs it.
fn scheduled(server: &Server) -> TokenStream {
    if server.checked.config.storage.kind != StorageKind::D1 || server.triggers.has_crons() {
        return TokenStream::new();
    }
    quote! {
        #[wasm_bindgen(
            wasm_bindgen = ::toolgate::__private::wasm_bindgen,
            wasm_bindgen_futures = ::toolgate::__private::wasm_bindgen_futures,
            js_sys = ::toolgate::__private::js_sys
        )]
        pub async fn scheduled(
            _event: ::toolgate::__private::RawScheduledEvent,
            env: ::toolgate::__private::Env,
            context: ::toolgate::__private::RawScheduleContext,
        ) -> ::toolgate::__private::JsResult {
            ::toolgate::__private::serve_scheduled(&APP, env, context).await
        }
    }
}

fn test() -> TokenStream {
    quote! {
        #[cfg(test)]
        #[test]
        fn tools_have_names_of_their_own_and_known_policies() {
            ::toolgate::__private::check_tools(&APP);
        }

        #[cfg(test)]
        #[test]
        fn triggers_and_functions_belong_together() {
            ::toolgate::__private::check_triggers(&TRIGGERS);
        }

        #[cfg(all(test, not(target_arch = "wasm32")))]
        #[test]
        fn the_registry_can_be_exported() {
            ::toolgate::__private::export_registry(&APP, &TRIGGERS);
        }
    }
}

/// Code for the tests of the user's crate, and for those in its folder `tests`: the argument of
/// `TestServer`. A Worker has none of it, and so not the names of `[secrets]`.
fn testing(server: &Server) -> TokenStream {
    let folders = deploy::migrated(&server.checked).map(|Migrated { binding, folder, .. }| {
        let folder = server.config.sibling(folder).include;
        quote!((#binding, #folder))
    });
    let folders: Vec<_> = folders.collect();
    let migrated = (!folders.is_empty()).then(|| quote!(.migrated(&[#(#folders),*])));
    let secrets = server.checked.secrets.iter().map(|secret| &secret.name);
    quote! {
        #[cfg(not(target_arch = "wasm32"))]
        pub fn server() -> ::toolgate::testing::Server {
            ::toolgate::testing::Server::new(&APP, &[#(#secrets),*]).triggered(&TRIGGERS) #migrated
        }
    }
}
