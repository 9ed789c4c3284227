//! Requests that this server makes.

use worker::Request;
use worker::web_sys::{self, RequestInit};

/// A request of ours. The constructor of worker-rs brings settings of Cloudflare that nothing here
/// uses, 4 KiB of a Worker.
pub(crate) fn request(url: &str, init: &RequestInit) -> worker::Result<Request> {
    Ok(web_sys::Request::new_with_str_and_init(url, init)?.into())
}
