//! From the Worker, or from an object that hosts calls, to the objects that count.

use serde::Serialize;
use serde_json::json;
use toolgate_config::Rate;
use toolgate_core::from_json::FromJson;
use toolgate_core::json::to_text;
use toolgate_core::quota::person::{Charge, PersonAnswer, PersonRequest, Taken};
use toolgate_core::quota::pool::{Draw, Drawn};
use toolgate_core::quota::refusal::{Refusal, Whose};
use toolgate_core::seal::Purpose;

use super::isolate;
#[cfg(not(target_arch = "wasm32"))]
use super::memory::Memory;
use super::plan::{Plan, named};
use super::{PERSON, SERVER};
use crate::http::object_client;
use crate::platform::EnvVars;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::within::within;
use crate::ports::app::App;
use crate::tool::Context;

/// Longest wait for an object, in seconds. One that is moved or starts anew answers within a second or two.
const ANSWER_TIMEOUT: u64 = 5;

/// The caller was let in already, so whether the identity provider is fit for the address of the
/// request is not judged again.
const ORIGIN: &str = "http://localhost";

/// Takes units of all quotas of a plan, or of none.
///
/// # Errors
/// Why there are none.
pub(super) async fn charge(context: &Context, plan: &Plan, units: u32) -> Result<(), Refusal> {
    if units == 0 {
        return Ok(());
    }
    let counted = count(context, plan, units).await;
    match counted {
        Err(Refusal::Unavailable { quota }) if plan.allows_uncounted() => {
            log_error!("a call of `{}` is not counted: {quota} cannot be reached", plan.function);
            Ok(())
        }
        other => other,
    }
}

async fn count(context: &Context, plan: &Plan, units: u32) -> Result<(), Refusal> {
    if let Some(unknown) = plan.unknown {
        return Err(Refusal::Unknown { quota: format!("the quota `{unknown}`") });
    }
    let of_person = plan.of_person();
    let of_server = plan.of_server();
    let rates = of_person.iter().map(|(_, quota, rate)| (quota.clone(), *rate));
    let server = of_server.map(|(quota, rate)| (named(quota), rate));
    if let Some((quota, rate)) = rates.chain(server).find(|(_, rate)| rate.units < units) {
        return Err(Refusal::TooMany { quota, rate, units });
    }
    // The person first, so that nobody who is out of units asks for those of all.
    let taken = of_the_person(context, plan, &of_person, units).await?;
    let Some((quota, rate)) = of_server else { return Ok(()) };
    let outcome = isolate::take(context, quota, rate, units).await;
    if outcome.is_err() && !taken.is_empty() {
        // What cannot be given back is lost to the person, and nobody gains by it.
        let _ = ask_person(context, &PersonRequest::GiveBack(taken)).await;
    }
    outcome
}

async fn of_the_person(
    context: &Context,
    plan: &Plan,
    rates: &[(String, String, Rate)],
    units: u32,
) -> Result<Vec<Taken>, Refusal> {
    if rates.is_empty() {
        return Ok(Vec::new());
    }
    let charge = |(name, _, rate): &(String, String, Rate)| Charge {
        name: name.clone(),
        units,
        limit: (*rate).into(),
    };
    let request = PersonRequest::Charge(rates.iter().map(charge).collect());
    match ask_person(context, &request).await {
        Some(PersonAnswer::Charged(taken)) => Ok(taken),
        Some(PersonAnswer::Spent(key, wait)) => {
            let found = rates.iter().find(|(known, ..)| *known == key);
            Err(match found {
                Some((_, quota, rate)) => {
                    let whose = Whose::Person;
                    Refusal::Spent { quota: quota.clone(), rate: *rate, whose, wait }
                }
                None => Refusal::Unavailable { quota: plan.words() },
            })
        }
        _ => Err(Refusal::Unavailable { quota: plan.words() }),
    }
}

/// Uses up the pass of a round; false where it was used before, or nobody can tell.
pub(super) async fn pass(context: &Context, id: String) -> bool {
    ask_person(context, &PersonRequest::Pass(id)).await == Some(PersonAnswer::Passed)
}

/// Asks the object of the person; `None` where it does not answer.
async fn ask_person(context: &Context, request: &PersonRequest) -> Option<PersonAnswer> {
    let Some(name) = person(context) else {
        log_error!("a quota cannot tell who calls");
        return None;
    };
    ask(context.app()?, context.env(), &name, PERSON, request).await
}

/// Asks the object of a quota; `None` where it does not answer.
pub(super) async fn draw(app: &App, env: &Env, quota: &str, draw: &Draw) -> Option<Drawn> {
    // A name with a colon is nobody's pseudonym.
    ask(app, env, &["quota:server:", quota].concat(), SERVER, draw).await
}

async fn ask<T: FromJson>(
    app: &App,
    env: &Env,
    object: &str,
    path: &str,
    request: &impl Serialize,
) -> Option<T> {
    let asking = async {
        let question = serde_json::to_string(request)?;
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(bindings) = env.bindings() {
            return bindings.memory::<Memory>().ask(object, path, &question);
        }
        object_client::ask(app, env, object, path, &question).await
    };
    let answer = within(ANSWER_TIMEOUT, asking).await.unwrap_or_else(|| Err("no answer".into()));
    let read = answer.and_then(|text| Ok(toolgate_core::from_json::read::<T>(&text)?));
    read.inspect_err(|error| log_error!("a quota could not be counted: {error}")).ok()
}

/// The object of the caller. The hash is made under the first key whenever it is asked for, so that tokens from
/// before a rotation of keys do not bring a second quota.
fn person(context: &Context) -> Option<String> {
    let subject = &context.caller().subject;
    if subject.is_empty() {
        return None;
    }
    #[cfg(not(target_arch = "wasm32"))]
    if context.env().bindings().is_some() {
        return Some(["quota:person:", &toolgate_core::seal::sha256(subject)].concat());
    }
    let app = context.app()?;
    let keys = app.keyring(context.env())?;
    let provider = app.identity.resolve(&app.config, &EnvVars(context.env()), ORIGIN).ok()?;
    // Another text than that of the name of the person's grants.
    let text = to_text(&json!(["quota", provider.issuer, subject]));
    Some(["quota:person:", &keys.mac(Purpose::SubjectKey, &text)].concat())
}
