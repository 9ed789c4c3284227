//! The handlers of triggers, which are exported only where `mcp.toml` has such triggers.

use std::env;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use toolgate_config::deploy::{self, PURGE, Package};
use toolgate_config::{Checked, StorageKind};

/// The triggers of the environment that the server is compiled for.
pub(crate) struct Triggers {
    /// Names and schedules.
    crons: Vec<(String, String)>,
    /// Names, and those at Cloudflare.
    queues: Vec<(String, String)>,
    has_email: bool,
    purges: bool,
    /// Kinds and names of those that other environments have.
    elsewhere: Vec<(&'static str, String)>,
}

impl Triggers {
    /// `checked` is what holds in the environment, and `whole` the file.
    pub(crate) fn of(whole: &Checked, checked: &Checked, environment: Option<&str>) -> Self {
        let package = env::var("CARGO_PKG_NAME").unwrap_or_default();
        // A name that Cloudflare would refuse is a fault of `wrangler.jsonc`, which is reported there.
        let worker = deploy::worker(whole, &Package { name: &package }, environment);
        let worker = worker.unwrap_or_default();
        let crons = checked.triggers.crons.iter();
        let queues = checked.triggers.queues.iter();
        let environments = whole.environments.iter().map(|one| &one.checked);
        let others: Vec<_> = std::iter::once(whole).chain(environments).collect();
        let own = all(checked);
        let mut elsewhere: Vec<_> = others.into_iter().flat_map(all).collect();
        elsewhere.retain(|one| !own.contains(one));
        elsewhere.sort();
        elsewhere.dedup();
        Self {
            crons: crons.map(|cron| (cron.name.clone(), cron.schedule.clone())).collect(),
            queues: queues
                .map(|queue| (queue.name.clone(), deploy::queue_name(queue, &worker)))
                .collect(),
            has_email: checked.triggers.has_email,
            purges: checked.config.storage.kind == StorageKind::D1,
            elsewhere,
        }
    }

    /// True where functions run at certain times, so that the purge of the storage is one of several.
    pub(crate) fn has_crons(&self) -> bool {
        !self.crons.is_empty()
    }

    pub(crate) fn has_handlers(&self) -> bool {
        self.has_crons() || !self.queues.is_empty() || self.has_email
    }

    /// The table that the handlers and the tests read. A Worker without handlers has nothing of it.
    pub(crate) fn table(&self) -> TokenStream {
        let pairs = |pairs: &[(String, String)]| {
            let pairs = pairs.iter().map(|(one, other)| quote!((#one, #other)));
            quote!(&[#(#pairs),*])
        };
        let (crons, queues) = (pairs(&self.crons), pairs(&self.queues));
        let has_email = self.has_email;
        let purge = match self.purges {
            true => quote!(::core::option::Option::Some(#PURGE)),
            false => quote!(::core::option::Option::None),
        };
        let elsewhere = self.elsewhere.iter().map(|(kind, name)| {
            let kind = Ident::new(kind, Span::call_site());
            quote!((::toolgate::__private::TriggerKind::#kind, #name))
        });
        quote! {
            #[allow(dead_code)]
            static TRIGGERS: ::toolgate::__private::Triggers = ::toolgate::__private::Triggers {
                crons: #crons,
                queues: #queues,
                has_email: #has_email,
                purge: #purge,
                elsewhere: &[#(#elsewhere),*],
            };
        }
    }

    /// The exports.
    pub(crate) fn handlers(&self) -> TokenStream {
        let cron = self.has_crons().then(|| {
            handler(
                "scheduled",
                "RawScheduledEvent",
                "RawScheduleContext",
                &quote! {
                    ::toolgate::__private::serve_crons(&APP, &TRIGGERS, event, env)
                },
            )
        });
        let queue = (!self.queues.is_empty()).then(|| {
            handler(
                "queue",
                "RawBatch",
                "RawContext",
                &quote! {
                    ::toolgate::__private::serve_queue(&APP, &TRIGGERS, event, env)
                },
            )
        });
        let email = self.has_email.then(|| {
            handler(
                "email",
                "RawEmail",
                "RawContext",
                &quote! {
                    ::toolgate::__private::serve_email(&APP, event, env)
                },
            )
        });
        quote!(#cron #queue #email)
    }

    /// The modules that `#[worker::event]` makes of the same handlers.
    pub(crate) fn reserved(&self) -> TokenStream {
        let cron = self.has_crons().then(|| {
            quote!(
                #[doc(hidden)]
                mod _worker_scheduled {}
            )
        });
        let queue = (!self.queues.is_empty()).then(|| {
            quote!(
                #[doc(hidden)]
                mod _worker_queue {}
            )
        });
        let email = self.has_email.then(|| {
            quote!(
                #[doc(hidden)]
                mod _worker_email {}
            )
        });
        quote!(#cron #queue #email)
    }
}

fn all(checked: &Checked) -> Vec<(&'static str, String)> {
    let triggers = &checked.triggers;
    let crons = triggers.crons.iter().map(|cron| ("Cron", cron.name.clone()));
    let queues = triggers.queues.iter().map(|queue| ("Queue", queue.name.clone()));
    let email = triggers.has_email.then(|| ("Email", String::new()));
    crons.chain(queues).chain(email).collect()
}

fn handler(name: &str, event: &str, context: &str, serve: &TokenStream) -> TokenStream {
    let ident = |name: &str| Ident::new(name, Span::call_site());
    let (name, event, context) = (ident(name), ident(event), ident(context));
    quote! {
        #[wasm_bindgen(
            wasm_bindgen = ::toolgate::__private::wasm_bindgen,
            wasm_bindgen_futures = ::toolgate::__private::wasm_bindgen_futures,
            js_sys = ::toolgate::__private::js_sys
        )]
        pub fn #name(
            event: ::toolgate::__private::#event,
            env: ::toolgate::__private::Env,
            _context: ::toolgate::__private::#context,
        ) -> ::toolgate::__private::js_sys::Promise {
            #serve
        }
    }
}
