//! The pages, as text: nothing of others gets out of its slot, and the headers allow no more than
//! the page needs. How they look and work in a browser is tested end to end.

#[path = "pages/accounts.rs"]
mod accounts;
#[path = "pages/admin.rs"]
mod admin;
#[path = "pages/connections.rs"]
mod connections;
#[path = "pages/contrast.rs"]
mod contrast;
#[path = "pages/escaping.rs"]
mod escaping;
#[path = "pages/landing.rs"]
mod landing;
#[path = "pages/policy.rs"]
mod policy;
#[path = "pages/support.rs"]
mod support;
#[path = "pages/trust.rs"]
mod trust;
