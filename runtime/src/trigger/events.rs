//! Events of the platform, in a Worker.

use worker::js_sys::{self, ArrayBuffer, JSON, Object, Promise, Reflect};
use worker::wasm_bindgen::{JsCast as _, JsValue};
use worker::worker_sys::{Message, MessageBatch, ScheduledEvent};
use worker::{Env, ForwardableEmailMessage};

use super::def::Triggers;
use super::mail::Email;
use super::message::{RawMessage, Verdict};
use super::run::{Scheduled, Site};
use super::serve;
use crate::platform::bindings;
use crate::platform::instance;
use crate::platform::mail::Mail;
use crate::ports::app::App;

/// The Worker's `scheduled`.
pub(crate) fn start(
    app: &'static App,
    triggers: &'static Triggers,
    event: ScheduledEvent,
    env: Env,
) -> Promise {
    instance::work(async move {
        let at = event.scheduled_time().unwrap_or_default() / 1000.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "seconds of this era"
        )]
        let at = Scheduled::at(at as u64);
        let schedule = event.cron().unwrap_or_default();
        told(serve::scheduled(&site(app, env), triggers, &schedule, at).await)
    })
}

/// The Worker's `queue`.
pub(crate) fn deliver(
    app: &'static App,
    triggers: &'static Triggers,
    batch: MessageBatch,
    env: Env,
) -> Promise {
    instance::work(async move {
        let messages = batch.messages()?.iter().map(|one| message(one.unchecked_into())).collect();
        let queue = String::from(batch.queue()?);
        told(serve::batch(&site(app, env), triggers, &queue, messages).await)
    })
}

/// The Worker's `email`.
pub(crate) fn receive(app: &'static App, message: ForwardableEmailMessage, env: Env) -> Promise {
    instance::work(async move {
        told(serve::mail(&site(app, env), Email::new(Mail::new(message))).await)
    })
}

fn site(app: &'static App, env: Env) -> Site {
    Site { app, env: bindings::own(env) }
}

/// The outcome, as the platform counts it.
fn told(outcome: Result<(), String>) -> Result<JsValue, JsValue> {
    match outcome {
        Ok(()) => Ok(JsValue::UNDEFINED),
        Err(text) => Err(js_sys::Error::new(&text).into()),
    }
}

fn message(raw: Message) -> RawMessage {
    let id = raw.id().map(String::from).unwrap_or_default();
    let attempts = Reflect::get(&raw, &"attempts".into()).ok().and_then(|number| number.as_f64());
    let sent_at = raw.timestamp().map(|time| time.get_time() / 1000.0).unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small numbers, and seconds of this era"
    )]
    let (attempts, sent_at) = (attempts.unwrap_or(1.0) as u32, sent_at as u64);
    RawMessage::new(id, attempts, sent_at, body(&raw), move |verdict| {
        // It fails only where the event is over, and then nobody is there to be told.
        let _ = match verdict {
            Verdict::Acknowledged => raw.ack(),
            Verdict::Retried(delay) => raw.retry(delay.map_or(JsValue::UNDEFINED, |delay| {
                let options = Object::new();
                let seconds = delay.as_secs_f64().ceil();
                let _ = Reflect::set(&options, &"delaySeconds".into(), &seconds.into());
                options.into()
            })),
        };
    })
}

/// The body as JSON: producers of the content types `json` and `text` send such.
fn body(raw: &Message) -> Result<serde_json::Value, &'static str> {
    const NOT_JSON: &str = "the body is not JSON";
    let body = raw.body().map_err(|_| NOT_JSON)?;
    if body.is_instance_of::<ArrayBuffer>() || ArrayBuffer::is_view(&body) {
        return Err("the body is bytes, and not JSON");
    }
    let text = JSON::stringify(&body).ok().and_then(|text| text.as_string()).ok_or(NOT_JSON)?;
    toolgate_core::json::from_str(&text).map_err(|_| NOT_JSON)
}
