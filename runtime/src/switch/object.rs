//! Inside the objects: that of a person, the feed, and those of the index.

use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use toolgate_core::from_json::FromJson;
use toolgate_core::oauth::grant::{GrantKey, Operation};

use super::names::{FIND, ONE, PERSON, PUT, SINCE, TELL};
use super::{feed_object, index, outbox, person};
use crate::platform::host::{Request, Response};
use crate::ports::feature::Feature;
use crate::ports::object::{self, Object};

/// The feature of servers with the feed.
pub static REVOCATIONS: &dyn Feature = &RevocationsFeature;

/// A request about one grant.
#[derive(Debug, Serialize, FromJson)]
pub(super) struct OneRequest {
    pub(super) address: GrantKey,
    pub(super) operation: Operation,
}

/// A request to end a person.
#[derive(Debug, Serialize, FromJson)]
pub(super) struct PersonRequest {
    pub(super) person: String,
    /// When that was decided elsewhere, in seconds since 1970.
    pub(super) decided: Option<u64>,
}

#[derive(Debug)]
struct RevocationsFeature;

impl Feature for RevocationsFeature {
    fn prefix(&self) -> &'static str {
        "/switch/"
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        mut request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            match &*request.path() {
                ONE => {
                    let OneRequest { address, operation } = object::body(&mut request).await?;
                    object::answer(&person::perform(object, &address, operation).await?)
                }
                PERSON => {
                    let PersonRequest { person, decided } = object::body(&mut request).await?;
                    object::answer(&person::end(object, &person, decided).await?)
                }
                TELL => {
                    let notices = object::body(&mut request).await?;
                    feed_object::tell(object, notices).await?;
                    object::answer(&true)
                }
                SINCE => {
                    let cursor = object::body(&mut request).await?;
                    object::answer(&feed_object::since(object, cursor)?)
                }
                PUT => {
                    let change = object::body(&mut request).await?;
                    index::put(object, &change).await?;
                    object::answer(&true)
                }
                FIND => object::answer(&index::find(object, object::body(&mut request).await?)?),
                _ => Err("no such operation".into()),
            }
        })
    }

    fn alarm<'a>(&'a self, object: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(async move {
            if object.has_table(outbox::TABLE)? {
                person::look_after(object).await?;
            } else if object.has_table(feed_object::TABLE)? {
                feed_object::prune(object).await?;
            } else if object.has_table(index::TABLE)? {
                index::prune(object).await?;
            } else {
                return Ok(false);
            }
            Ok(true)
        })
    }
}
