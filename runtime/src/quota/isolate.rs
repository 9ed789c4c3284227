//! The units of a server's quota, as one isolate hands them out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use toolgate_config::{Quota, Rate};
use toolgate_core::quota::Limit;
use toolgate_core::quota::lease::{Leases, Take};
use toolgate_core::quota::pool::{Drawn, GIVE_BACK_AFTER};
use toolgate_core::quota::refusal::{Refusal, Whose};

use super::client;
use super::plan::named;
use crate::audit;
use crate::platform::bindings::Env;
use crate::platform::millis;
use crate::platform::timer::Timer;
use crate::tool::Context;

/// The wait of a call for the request of another one.
const MOMENT: Duration = Duration::from_millis(5);

/// Times that a call waits so, before it sends a request of its own.
const PATIENCE: u32 = 50;

/// Shares of one isolate, by the quota. The name tells isolates apart.
#[derive(Default)]
pub(super) struct Isolate {
    name: String,
    leases: BTreeMap<&'static str, Leases>,
}

thread_local! {
    static ISOLATE: RefCell<Isolate> = RefCell::default();
}

impl Isolate {
    fn of(&mut self, quota: &'static str) -> (&str, &mut Leases) {
        if self.name.is_empty() {
            self.name = audit::new_id();
        }
        (&self.name, self.leases.entry(quota).or_default())
    }
}

/// Works with the shares. Nothing here waits.
fn with<T>(env: &Env, quota: &'static str, work: impl FnOnce(&str, &mut Leases) -> T) -> T {
    #[cfg(not(target_arch = "wasm32"))]
    if let Some(bindings) = env.bindings() {
        let memory = bindings.memory::<super::memory::Memory>();
        let mut isolate = memory.isolate.borrow_mut();
        let (name, leases) = isolate.of(quota);
        return work(name, leases);
    }
    #[cfg(target_arch = "wasm32")]
    let _ = env;
    ISOLATE.with_borrow_mut(|isolate| {
        let (name, leases) = isolate.of(quota);
        work(name, leases)
    })
}

/// Takes units: of a share, or of the quota's object.
///
/// # Errors
/// There are none, or the object does not answer.
pub(super) async fn take(
    context: &Context,
    quota: &'static Quota,
    rate: Rate,
    units: u32,
) -> Result<(), Refusal> {
    let unavailable = || Refusal::Unavailable { quota: named(quota) };
    let spent =
        |wait| Err(Refusal::Spent { quota: named(quota), rate, whose: Whose::Server, wait });
    let Some(app) = context.app() else { return Err(unavailable()) };
    let (env, limit) = (context.env(), Limit::from(rate));
    let mut waited = 0;
    loop {
        let sent = millis();
        let take = with(env, &quota.name, |name, leases| {
            leases.take(name, (units, limit), waited < PATIENCE, sent)
        });
        match take {
            Take::Taken => return Ok(()),
            Take::Spent(wait) => return spent(wait),
            Take::Wait => {
                waited += 1;
                Timer::from(MOMENT).await;
            }
            Take::Ask(draw) => {
                let asked = Asked { env: env.clone(), quota: &quota.name, is_open: true };
                let drawn = client::draw(app, env, &quota.name, &draw).await;
                let Some(drawn) = drawn else { return Err(unavailable()) };
                asked.answered(&drawn, units, sent);
                return match drawn {
                    Drawn::Granted { units, .. } => {
                        if units > 0 {
                            give_back_at_the_end(context, quota, limit);
                        }
                        Ok(())
                    }
                    Drawn::Spent { resets, .. } => spent(resets),
                };
            }
        }
    }
}

/// A request that is under way. Where its call ends before the answer, others wait for it no more.
struct Asked {
    env: Env,
    quota: &'static str,
    is_open: bool,
}

impl Asked {
    fn answered(mut self, drawn: &Drawn, units: u32, sent: u64) {
        self.is_open = false;
        with(&self.env, self.quota, |_, leases| leases.answered(drawn, units, sent));
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if self.is_open {
            with(&self.env, self.quota, |_, leases| leases.unanswered());
        }
    }
}

/// Has the request stay until the lease is over for a while, and give back what is still left then. Without a trail, the next
/// request to the object does.
fn give_back_at_the_end(context: &Context, quota: &'static Quota, limit: Limit) {
    let (Some(trail), Some(app)) = (context.live().trail(), context.app()) else { return };
    let env = context.env().clone();
    trail.hold(async move {
        Timer::from(Duration::from_millis(GIVE_BACK_AFTER)).await;
        let rest = with(&env, &quota.name, |name, leases| leases.give_back(name, limit, millis()));
        if let Some(rest) = rest {
            // What does not arrive is lost until the window ends.
            let _ = client::draw(app, &env, &quota.name, &rest).await;
        }
    });
}
