//! Asking the test in place of another server.

use std::time::Duration;

use super::error::HttpProblem;
use crate::platform::native::double::{HttpAnswer, HttpCall, HttpScript};
use crate::platform::timer::Timer;

/// The answer of the test.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let same = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        let values: Vec<_> = self.headers.iter().filter(same).map(|(_, v)| v.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

pub(super) async fn send(
    request: http::Request<Vec<u8>>,
    max_body: usize,
    time: Duration,
) -> Result<Answer, HttpProblem> {
    match HttpScript::current().answer(HttpCall::new(request)) {
        HttpAnswer::Response { body, .. } if body.len() > max_body => {
            Err(HttpProblem::TooLarge(max_body))
        }
        HttpAnswer::Response { status, headers, body } => Ok(Answer { status, headers, body }),
        HttpAnswer::Unreachable => Err(HttpProblem::Unreachable),
        HttpAnswer::Never => {
            Timer::from(time).await;
            Err(HttpProblem::TimedOut(time))
        }
    }
}
