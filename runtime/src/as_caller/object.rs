//! Inside the object of one person's grants.

use crate::platform::host::{Request, Response};
use toolgate_core::oauth::grant::access;

use super::AccessRequest;
use crate::grants::change_in_object;
use crate::platform::now;
use crate::ports::object::{self, Object};

pub(super) async fn serve(object: &Object, mut request: Request) -> worker::Result<Response> {
    let AccessRequest { id, operation } = object::body(&mut request).await?;
    let apply = |stored| access::apply(stored, operation, now());
    object::answer(&change_in_object(object, &id, apply).await?)
}
