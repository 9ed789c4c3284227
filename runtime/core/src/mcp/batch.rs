//! Batches: several messages in one POST (2025-03-26 and before).

use super::exchange::Exchange;
use super::fault::method_not_found;
use super::jsonrpc::{Fault, INVALID_REQUEST, Invalid, Message, Request};
use super::method::Method;
use super::server::{MethodAnswer, Scope};

/// The answers to a batch.
pub(super) enum BatchAnswers {
    /// Notifications and responses only.
    None,
    /// JSON text.
    Ready(String),
    /// Something has to run first.
    Waiting(Exchange),
}

/// The answer to one request, for the slot of this number.
pub(super) type AnswerRequest<'a> =
    &'a mut dyn FnMut(Request, usize) -> Result<MethodAnswer, Fault>;

/// Answers a batch: each request by itself, in the order they came. Notifications and responses are given
/// back.
pub(super) fn answer(
    scope: &Scope<'_>,
    messages: Vec<Result<Message, Box<Invalid>>>,
    answer_request: AnswerRequest<'_>,
) -> (BatchAnswers, Vec<Message>) {
    let (mut exchange, mut others) = (Exchange::new(scope, true), Vec::new());
    for message in messages {
        match message {
            Ok(Message::Request(request)) => answer_one(request, answer_request, &mut exchange),
            Ok(message) => others.push(message),
            Err(invalid) => {
                let Invalid { id, fault } = *invalid;
                exchange.push(fault.response(id.as_ref()));
            }
        }
    }
    let answers = if exchange.next_slot() == 0 {
        BatchAnswers::None
    } else if exchange.is_waiting() {
        BatchAnswers::Waiting(exchange)
    } else {
        BatchAnswers::Ready(exchange.finish_text(Vec::new()))
    };
    (answers, others)
}

fn answer_one(request: Request, answer_request: AnswerRequest<'_>, exchange: &mut Exchange) {
    let id = request.id.clone();
    let answer = if Method::parse(&request.method) == Some(Method::Initialize) {
        Err(Fault::new(INVALID_REQUEST, "`initialize` cannot be part of a batch"))
    } else {
        answer_request(request, exchange.next_slot())
    };
    match answer {
        Ok(MethodAnswer::Ready(text)) => exchange.push(text),
        Ok(MethodAnswer::Call(call)) => exchange.wait(*call),
        // Both are of a revision without batches.
        Ok(MethodAnswer::Listen(_) | MethodAnswer::Task(_)) => {
            exchange.push(method_not_found().response(Some(&id)));
        }
        Err(fault) => exchange.push(fault.response(Some(&id))),
    }
}
