//! Changes outside of any request, inside the object of a session.

use crate::platform::host::Response;
use crate::ports::feature::SessionRecord;
use crate::ports::object::Object;
use crate::subscriptions::GONE;
use crate::tool::features;

/// Sends the client the notifications of the changes that it wants and may hear of, and tells the hub.
/// `send` is false where there is no way to the client any more, after which nothing is sent.
pub(crate) fn changed(
    object: &Object,
    session: &SessionRecord,
    changes: &str,
    send: &mut dyn FnMut(&str) -> worker::Result<bool>,
) -> worker::Result<Response> {
    let hub = features::subscriptions(object.app());
    for text in hub.map(|hub| hub.hears(object, session, changes)).unwrap_or_default() {
        if !send(&text)? {
            return Response::ok(GONE);
        }
    }
    Response::ok("")
}
