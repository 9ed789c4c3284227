//! Sending from a Worker.

use std::time::Duration;

use super::error::HttpProblem;
pub(super) use crate::platform::outgoing::Answer;
use crate::platform::outgoing::{Bounds, Failure, exchange};

pub(super) async fn send(
    request: http::Request<Vec<u8>>,
    max_body: usize,
    time: Duration,
) -> Result<Answer, HttpProblem> {
    exchange(&request, Bounds { may_be_cached: false, max_body, time }).await.map_err(|failure| {
        match failure {
            // JavaScript's own words may quote the address.
            Failure::Unreachable(_) => HttpProblem::Unreachable,
            Failure::TimedOut => HttpProblem::TimedOut(time),
            Failure::TooLarge => HttpProblem::TooLarge(max_body),
        }
    })
}
