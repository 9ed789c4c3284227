//! The calls that run in a session.

use std::cell::{Cell, RefCell};
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::rc::Rc;

use serde_json::Value;
use toolgate_core::mcp::Signal;
use toolgate_core::mcp::outcome::CallResult;

use crate::call::{Asked, Running, SessionStep, Step};

/// Where what the calls of one message say goes.
pub(crate) trait Outgoing {
    /// Sends a notification, where there is a way for it.
    async fn notify(&self, text: &str);

    /// Sends a request to the client. False if that is not possible.
    async fn ask(&self, asked: &Asked) -> bool;

    /// Tells the client that nobody waits for its answer any more.
    async fn withdraw(&self, id: &str);

    /// Ends the connection while the calls go on, where the client comes back for the rest.
    fn release(&self);

    /// A call has ended; without an outcome if it was cancelled, which is not answered.
    async fn answer(&self, slot: usize, request_id: &Value, outcome: Option<CallResult>);
}

/// One call. What arrives for it comes with other requests than the one it answers.
pub(super) struct LiveCall {
    running: RefCell<Running<SessionStep>>,
    slot: usize,
    request_id: Value,
    /// Ids of the requests to the client that it waits for.
    asked: RefCell<Vec<String>>,
    is_cancelled: Cell<bool>,
}

/// The calls of a session.
#[derive(Default)]
pub(crate) struct Calls(RefCell<Vec<Rc<LiveCall>>>);

impl Calls {
    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    pub(super) fn add(
        &self,
        slot: usize,
        request_id: Value,
        running: Running<SessionStep>,
    ) -> Rc<LiveCall> {
        let call = Rc::new(LiveCall {
            running: RefCell::new(running),
            slot,
            request_id,
            asked: RefCell::default(),
            is_cancelled: Cell::new(false),
        });
        self.0.borrow_mut().push(Rc::clone(&call));
        call
    }

    /// Tells the calls what the client has to say to them.
    pub(super) fn signal(&self, signal: Signal) {
        match signal {
            Signal::Reply { id, reply } => self.reply(&id, reply),
            Signal::Cancel { request_id } => self.cancel(&request_id),
        }
    }

    /// The client's answer to a request of ours; one that nobody waits for is ignored.
    fn reply(&self, id: &str, reply: Result<Value, Value>) {
        let call = self.find(|call| call.asked.borrow().iter().any(|asked| asked == id));
        if let Some(call) = call
            && call.running.borrow().reply(id, reply)
        {
            call.asked.borrow_mut().retain(|asked| asked != id);
        }
    }

    /// The client no longer wants the answer to a request.
    fn cancel(&self, request_id: &Value) {
        if let Some(call) = self.find(|call| call.request_id == *request_id) {
            call.cancel();
        }
    }

    pub(crate) fn cancel_all(&self) {
        let calls = self.0.borrow().clone();
        calls.iter().for_each(|call| call.cancel());
    }

    /// Runs a call to its end.
    pub(super) async fn run(&self, call: Rc<LiveCall>, post: &impl Outgoing) {
        loop {
            match call.next().await {
                Step::Send(text) => post.notify(&text).await,
                Step::Host(SessionStep::Ask(asked)) => {
                    for asked in asked {
                        // To be found before the client can answer.
                        call.asked.borrow_mut().push(asked.id.clone());
                        if !post.ask(&asked).await {
                            self.reply(&asked.id, Err(Value::Null));
                        }
                    }
                }
                Step::Host(SessionStep::Release) => post.release(),
                Step::Done(outcome) => {
                    self.0.borrow_mut().retain(|other| !Rc::ptr_eq(other, &call));
                    for id in call.asked.take() {
                        post.withdraw(&id).await;
                    }
                    let outcome = (!call.is_cancelled.get()).then_some(outcome);
                    return post.answer(call.slot, &call.request_id, outcome).await;
                }
            }
        }
    }

    fn find(&self, is_meant: impl Fn(&LiveCall) -> bool) -> Option<Rc<LiveCall>> {
        self.0.borrow().iter().find(|call| is_meant(call)).map(Rc::clone)
    }
}

impl LiveCall {
    /// Borrows the call only while it is polled, so that replies reach it in between.
    async fn next(&self) -> Step<SessionStep> {
        poll_fn(|polling| pin!(self.running.borrow_mut().next()).poll(polling)).await
    }

    fn cancel(&self) {
        self.is_cancelled.set(true);
        self.running.borrow().cancel();
    }
}
