//! Inside the object: what the session and others tell each other, the hub of changes and the roster of
//! its person.

use std::rc::Rc;

use toolgate_core::mcp::notify;

use super::connection::End;
use super::object::{Memory, Session, end, load};
use super::{CLOSE, KIND, STREAM};
use crate::platform::host::Response;
use crate::ports::object::Object;
use crate::roster::{self, Entry};
use crate::sessions_common;
use crate::subscriptions;
use crate::subscriptions::GONE;

/// Counts a stream among those of its person, of which the oldest ends if there are too many.
pub(super) async fn counted(object: &Object, memory: &Memory, stream: u64) -> worker::Result<()> {
    let known = memory.session.borrow().as_ref().map(|session| {
        let subject_key = session.record.principal.subject_key.clone();
        (subject_key, session.name.clone(), Rc::clone(&session.streams))
    });
    let Some((subject_key, session, streams)) = known else {
        return Ok(());
    };
    let entry = Entry::Open { session, stream, open: streams.open() };
    roster::tell(object.app(), object.env(), KIND, &subject_key, &entry).await.map(drop)
}

/// Answers the roster of the session's person.
pub(super) async fn asked(
    object: &Object,
    memory: &Memory,
    path: &str,
    text: &str,
) -> worker::Result<Response> {
    if !load(object, memory)? {
        return Response::ok(roster::GONE);
    }
    let Some((streams, _)) = memory.streams() else { return Response::ok(roster::GONE) };
    let number: u64 = text.parse().unwrap_or(0);
    match path {
        CLOSE => streams.close(number, End::Displaced),
        STREAM if streams.is_open(number).await => return Response::ok(roster::OPEN),
        STREAM => {}
        _ => {
            if streams.is_read() || memory.calls.len() > 0 {
                return Response::ok(roster::BUSY);
            }
            let used = memory.session.borrow().as_ref().map_or(0, |session| session.used_at);
            if used > number {
                return Response::ok(used.to_string());
            }
            end(object, memory).await?;
        }
    }
    Response::ok(roster::GONE)
}

/// Has the hub tell this session of changes, once there is a stream for them. False if it has no room.
pub(super) async fn register(object: &Object, memory: &Memory) -> worker::Result<bool> {
    let (subject_key, name) = {
        let session = memory.session.borrow();
        match session.as_ref().filter(|session| !session.is_registered) {
            Some(session) => (session.record.principal.subject_key.clone(), session.name.clone()),
            None => return Ok(true),
        }
    };
    let is_heard = subscriptions::register(object, &subject_key, &name).await?;
    if let Some(session) = memory.session.borrow_mut().as_mut() {
        session.is_registered = is_heard;
    }
    Ok(is_heard)
}

/// The person has finished what this elicitation asked for: tells the client, where one reads a stream now. Nobody else
/// hears of it, and another person's word counts for nothing.
pub(crate) fn finished(
    object: &Object,
    people: &[String],
    elicitation: &str,
) -> worker::Result<()> {
    let memory = object.memory::<Memory>();
    if !load(object, &memory)? {
        return Ok(());
    }
    let session = memory.session.borrow();
    let Some(Session { record, streams, .. }) = session.as_ref() else { return Ok(()) };
    let is_theirs = people.contains(&record.principal.subject_key);
    if !is_theirs || !record.state.revision.has_elicitation_ids() {
        return Ok(());
    }
    streams.tell(&notify::elicitation_complete(elicitation))
}

/// Something changed: tells the client what it wants and may hear of.
pub(super) fn changed(object: &Object, memory: &Memory, changes: &str) -> worker::Result<Response> {
    if !load(object, memory)? {
        return Response::ok(GONE);
    }
    let mut session = memory.session.borrow_mut();
    let Some(Session { record, streams, is_registered, .. }) = session.as_mut() else {
        return Response::ok(GONE);
    };
    sessions_common::changed(object, record, changes, &mut |text| {
        let is_sent = streams.notify(text)?;
        // The next stream registers it again.
        *is_registered &= is_sent;
        Ok(is_sent)
    })
}
