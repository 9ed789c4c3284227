//! Questions to the client, and the state of a call between its rounds.

use serde_json::Value;
use toolgate_core::mcp::ask::{Ask, ElicitationReply, InputRequest};
use toolgate_core::mcp::input_required::InputRequired;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::request_state::{Binding, RequestState};
use toolgate_core::mcp::{Fault, INTERNAL_ERROR, INVALID_PARAMS, Target};
use toolgate_core::seal::Keyring;
use toolgate_policy::Vars as _;

use super::refusal::Refusal;
use crate::call::HostKind;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::{EnvVars, PlatformEntropy, now};
use crate::ports::app::App;
use crate::ports::feature::Record;
use crate::tool::{Context, registry};

/// Asks, and gives back the content of the answer.
pub(super) async fn ask(
    context: &Context,
    key: String,
    question: InputRequest,
) -> Result<Value, Refusal> {
    let live = context.live();
    let ask = Ask { key, question };
    let supported = ask.is_supported(live.client().capabilities());
    if !supported || !ask.is_supported_by(live.peer()) {
        live.lacks(ask.required());
        return Err(Refusal::Unsupported);
    }
    resume(context).await;
    let reply = match known(context, &ask) {
        Some(reply) => reply,
        None => {
            if live.host() == HostKind::Stateless {
                pause(context);
            }
            live.question(ask).await.ok_or(Refusal::Invalid)?
        }
    };
    match reply {
        ElicitationReply::Accepted(content) => Ok(content),
        ElicitationReply::Declined => Err(Refusal::Declined),
        ElicitationReply::Cancelled => Err(Refusal::Cancelled),
        ElicitationReply::Failed { message, .. } => Err(Refusal::Failed(message)),
    }
}

/// The reply that an earlier round had, or that came with this request. One that does not answer the
/// question counts for nothing: it is asked again.
fn known(context: &Context, ask: &Ask) -> Option<ElicitationReply> {
    let live = context.live();
    if let Some(reply) = live.recorded(&ask.key).and_then(|answer| ask.read(&answer)) {
        return Some(reply);
    }
    let response = live.response(&ask.key)?;
    let reply = ask.read(&response)?;
    live.record_answer(&ask.key, response);
    Some(reply)
}

/// Takes up the state that the client gave back, if it has not happened yet. A state that is not of
/// this call ends it.
pub(crate) async fn resume(context: &Context) {
    let live = context.live();
    let Some(state) = live.take_state() else { return };
    if live.subject().is_none() {
        // Nothing here gives out any.
        live.fail(Fault::new(INVALID_PARAMS, "Invalid params: `requestState` is not of this call"))
            .await;
    }
    let opened = seat(context).and_then(|seat| {
        let keys = keys(seat.app, context.env())?;
        RequestState::open(&keys, &seat.binding, &state, now())
    });
    match opened {
        Ok(RequestState { answers, memo, .. }) => live.resume(Record { answers, memo }),
        Err(fault) => live.fail(fault).await,
    }
}

/// The binding that a state of this call is sealed for.
struct Seat {
    app: &'static App,
    binding: Binding,
}

fn seat(context: &Context) -> Result<Seat, Fault> {
    let live = context.live();
    let found = context.app().zip(live.subject()).zip(registry().ok());
    let Some(((app, (target, arguments)), registry)) = found else { return Err(failed()) };
    let name = match target {
        Target::Tool(tool) => registry.infos().get(*tool).map(|info| info.name),
        Target::Prompt(prompt) => registry.prompt_infos().get(*prompt).map(|info| info.name),
        Target::Resource { uri, .. } => Some(uri.as_str()),
        Target::PromptCompletion { .. } | Target::ResourceCompletion { .. } => None,
    };
    let (name, method) = (name.ok_or_else(failed)?, target.method().name());
    Ok(Seat { app, binding: Binding::new(context.subject_key(), method, name, arguments) })
}

/// Has the call end its round when it waits for the client.
fn pause(context: &Context) {
    let (seat, env) = (seat(context), context.env().clone());
    context.live().pause_with(Box::new(move |asks, record| {
        let seat = seat.as_ref().map_err(Clone::clone)?;
        input_required(seat, &env, asks, record)
    }));
}

fn input_required(seat: &Seat, env: &Env, asks: Vec<Ask>, record: &Record) -> CallResult {
    let Record { answers, memo } = record.clone();
    let mut state = RequestState { answers, memo, issued_at: 0 };
    let keys = keys(seat.app, env)?;
    let state = state.seal(&keys, &seat.binding, now(), &mut PlatformEntropy)?;
    Ok(Box::new(InputRequired { asks, state }))
}

fn keys(app: &App, env: &Env) -> Result<Keyring, Fault> {
    let text = EnvVars(env).var(&app.config.tokens.encryption_key).unwrap_or_default();
    Keyring::parse(&text).map_err(|error| {
        log_error!("{}: {error}", app.config.tokens.encryption_key);
        failed()
    })
}

fn failed() -> Fault {
    Fault::new(INTERNAL_ERROR, "The call cannot ask its client")
}
