//! Inside the object that counts.

use std::cell::RefCell;

use futures_util::future::LocalBoxFuture;
use toolgate_core::rate::Window;

use super::COUNT;
use crate::platform::host::{Request, Response};
use crate::platform::now;
use crate::ports::feature::Feature;
use crate::ports::object::{self, Object};

/// The feature that counts requests where the platform's rate limiter does not.
pub static RATE_LIMIT: &dyn Feature = &RateLimitFeature;

#[derive(Debug)]
struct RateLimitFeature;

impl Feature for RateLimitFeature {
    fn prefix(&self) -> &'static str {
        COUNT
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        mut request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            let limit = object::body(&mut request).await?;
            let window = object.memory::<RefCell<Window>>();
            object::answer(&window.borrow_mut().admits(limit, now()))
        })
    }
}
