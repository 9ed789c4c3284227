//! Inside the object of one sign-in.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use toolgate_core::limits::ATTEMPT_TTL;

use super::USE;
use crate::platform::host::{Request, Response};
use crate::ports::feature::Feature;
use crate::ports::object::{self, Object};

/// The table that the object has from its first return on. It needs no rows.
const USED: &str = "used";

/// The feature that lets a sign-in come back once.
pub static SIGN_IN: &dyn Feature = &SignInFeature;

#[derive(Debug)]
struct SignInFeature;

impl Feature for SignInFeature {
    fn prefix(&self) -> &'static str {
        USE
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        _: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move { object::answer(&use_up(object).await?) })
    }

    fn alarm<'a>(&'a self, object: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(async move {
            let is_of_sign_in = object.has_table(USED)?;
            if is_of_sign_in {
                object.state().storage().delete_all().await?;
            }
            Ok(is_of_sign_in)
        })
    }
}

/// Uses the sign-in of this object up; `false` when it was before. Nothing can come between the look
/// and the write. The alarm deletes it when its cookie has expired.
async fn use_up(object: &Object) -> worker::Result<bool> {
    if object.has_table(USED)? {
        return Ok(false);
    }
    object.sql().exec(&format!("CREATE TABLE {USED} (at INTEGER)"), None)?;
    object.state().storage().set_alarm(Duration::from_secs(ATTEMPT_TTL)).await?;
    Ok(true)
}
