//! The gate as a whole, without a platform: every exchange of a sign-in, with fixed time and
//! entropy and a scripted identity provider.

#[path = "gate/scene.rs"]
mod scene;
#[path = "gate/support/mod.rs"]
mod support;

#[path = "gate/access_jwt.rs"]
mod access_jwt;
#[path = "gate/accounts.rs"]
mod accounts;
#[path = "gate/as_caller.rs"]
mod as_caller;
#[path = "gate/assertion.rs"]
mod assertion;
#[path = "gate/attempts.rs"]
mod attempts;
#[path = "gate/authorize.rs"]
mod authorize;
#[path = "gate/callback.rs"]
mod callback;
#[path = "gate/claims.rs"]
mod claims;
#[path = "gate/client.rs"]
mod client;
#[path = "gate/confirmation.rs"]
mod confirmation;
#[path = "gate/connections.rs"]
mod connections;
#[path = "gate/consent.rs"]
mod consent;
#[path = "gate/counted.rs"]
mod counted;
#[path = "gate/crowd.rs"]
mod crowd;
#[path = "gate/direct.rs"]
mod direct;
#[path = "gate/discovery.rs"]
mod discovery;
#[path = "gate/document.rs"]
mod document;
#[path = "gate/exchange.rs"]
mod exchange;
#[path = "gate/github.rs"]
mod github;
#[path = "gate/id_token.rs"]
mod id_token;
#[path = "gate/identity.rs"]
mod identity;
#[path = "gate/in_step.rs"]
mod in_step;
#[path = "gate/peculiarities.rs"]
mod peculiarities;
#[path = "gate/recorded.rs"]
mod recorded;
#[path = "gate/refresh.rs"]
mod refresh;
#[path = "gate/register.rs"]
mod register;
#[path = "gate/setup.rs"]
mod setup;
#[path = "gate/token.rs"]
mod token;
#[path = "gate/visitor.rs"]
mod visitor;
