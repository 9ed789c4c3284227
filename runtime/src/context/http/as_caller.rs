//! Requests in the caller's own name.

use std::fmt;
use std::ops::Deref;

use futures_channel::oneshot;
use futures_util::future::LocalBoxFuture;
use http::header::HOST;
use http::{HeaderValue, Request};
use toolgate_config::IdentityUpstream;
use worker::wasm_bindgen_futures::spawn_local;

use super::error::{AsCallerProblem, HttpError, HttpProblem};
use super::hosts::named_host;
use super::transport::Answer;
use super::{Bounds, Http, plain};
use crate::context::secret::Secret;
use crate::ports::app::App;
use crate::ports::as_caller::{NoToken, UpstreamToken};
use crate::tool::{Context, features};

/// Status of a host that does not take a token (RFC 6750 section 3.1).
const UNAUTHORIZED: u16 = 401;

/// A client for requests in the caller's own name: [`Context::as_caller`]. It has the methods of [`Http`].
#[derive(Clone, Copy)]
pub struct AsCaller<'a> {
    http: Http<'a>,
}

impl Context {
    /// A client for requests in the caller's own name: with the access token that the identity provider gave
    /// for them at the sign-in, or one that it was exchanged for. It is renewed before it expires.
    ///
    /// The tool says so, `#[mcp_tool(…, as_caller)]`, and `hosts` of `[identity.upstream]` in `mcp.toml` names
    /// where such requests may go. They go nowhere else, over https, and the function does not see the token.
    /// In a test it is [`TestClient::upstream_token`](crate::testing::TestClient::upstream_token).
    ///
    /// A host that answers 401 is asked once more, with a new token. If there is none, the request fails with
    /// words for the caller: sign in again.
    ///
    /// ```
    /// use toolgate::prelude::*;
    ///
    /// /// Finds pages of the wiki that the caller may read
    /// #[mcp_tool(allow = "everyone", as_caller)]
    /// async fn find_pages(ctx: &Context, words: String) -> Result<String> {
    ///     let request = ctx.as_caller().get("https://wiki.example.com/search").query("words", &words);
    ///     Ok(request.send().await?.text()?.to_owned())
    /// }
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn as_caller(&self) -> AsCaller<'_> {
        AsCaller { http: Http { context: self, send } }
    }
}

impl<'a> Deref for AsCaller<'a> {
    type Target = Http<'a>;

    fn deref(&self) -> &Http<'a> {
        &self.http
    }
}

impl AsCaller<'_> {
    /// The token itself, where `[identity.upstream] expose = true` lets functions see it: for what cannot be
    /// sent otherwise. It goes wherever the function sends it.
    ///
    /// # Errors
    /// Functions may not see it, or there is none.
    pub async fn token(self) -> Result<Secret, HttpError> {
        let context = self.http.context;
        let token = async {
            let (app, calls) = declared(context)?;
            if !calls.expose {
                return Err(problem(AsCallerProblem::NotExposed));
            }
            let token = obtain(context, app, None).await?;
            acts_at(context, "token");
            Ok(Secret::new(token.text.expose_str()))
        };
        token.await.map_err(|problem| HttpError::new("", problem))
    }
}

impl fmt::Debug for AsCaller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AsCaller")
    }
}

fn problem(problem: AsCallerProblem) -> HttpProblem {
    HttpProblem::AsCaller(problem)
}

/// Sends a request with the caller's token, and once more where the host does not take it.
fn send(
    context: &Context,
    request: Request<Vec<u8>>,
    bounds: Bounds,
) -> LocalBoxFuture<'_, Result<Answer, HttpProblem>> {
    Box::pin(async move {
        let (app, calls) = declared(context)?;
        let host = named_host(&calls.hosts, request.uri())?;
        let host = host.ok_or(problem(AsCallerProblem::OtherHost))?;
        let token = obtain(context, app, None).await?;
        acts_at(context, host);
        let answer = send_with(context, &request, &token, bounds).await?;
        if answer.status != UNAUTHORIZED {
            return Ok(answer);
        }
        if token.can_renew {
            // A refusal says that nothing was done, and the body is still here.
            let next = obtain(context, app, Some(token.clone())).await?;
            if next.text.expose() != token.text.expose() {
                let answer = send_with(context, &request, &next, bounds).await?;
                return if is_over(&answer, bounds) { Err(over()) } else { Ok(answer) };
            }
        }
        if is_over(&answer, bounds) { Err(over()) } else { Ok(answer) }
    })
}

fn is_over(answer: &Answer, bounds: Bounds) -> bool {
    answer.status == UNAUTHORIZED && !bounds.any_status
}

fn over() -> HttpProblem {
    problem(AsCallerProblem::SignInAgain)
}

async fn send_with(
    context: &Context,
    request: &Request<Vec<u8>>,
    token: &UpstreamToken,
    bounds: Bounds,
) -> Result<Answer, HttpProblem> {
    let value = [token.scheme, token.text.expose_str()].concat();
    let mut value = HeaderValue::from_str(&value).map_err(|_| HttpProblem::Header)?;
    value.set_sensitive(true);
    let mut request = request.clone();
    // One that the function has set would be sent in its place, or along with it; and a host of its own might
    // lead to somebody else behind the same address.
    let names_host = request.headers().contains_key(HOST);
    if names_host || request.headers_mut().insert(token.header, value).is_some() {
        return Err(HttpProblem::Header);
    }
    plain(context, request, bounds).await
}

/// The server and its `[identity.upstream]`, where the running tool says that it acts as its caller.
fn declared(context: &Context) -> Result<(&'static App, &'static IdentityUpstream), HttpProblem> {
    let app = context.app().filter(|_| context.live().acts_as_caller());
    let app = app.ok_or(problem(AsCallerProblem::NotDeclared))?;
    let calls = app.config.identity.upstream.as_ref();
    Ok((app, calls.ok_or(problem(AsCallerProblem::OtherHost))?))
}

fn acts_at(context: &Context, host: &str) {
    if let Some(trail) = context.live().trail() {
        trail.acts_as_caller(host);
    }
}

/// The caller's token, from the feature or from the test. What is begun for it goes to its end though the call
/// be cancelled: a refresh token that the provider has replaced must not be lost.
async fn obtain(
    context: &Context,
    app: &'static App,
    refused: Option<UpstreamToken>,
) -> Result<UpstreamToken, HttpProblem> {
    #[cfg(not(target_arch = "wasm32"))]
    if context.env().bindings().is_some() {
        return of_test(context, app);
    }
    let unavailable = problem(AsCallerProblem::Unavailable);
    let Some(door) = features::as_caller(app) else { return Err(unavailable) };
    let (env, principal) = (context.env().clone(), context.principal().clone());
    let work = door.token(app, env, principal, refused);
    let (done, result) = oneshot::channel();
    let work = async move {
        let _ = done.send(work.await);
    };
    let trail = context.live().trail();
    match trail {
        Some(trail) => trail.hold(work),
        None => spawn_local(work),
    }
    result.await.unwrap_or(Err(NoToken::Unavailable)).map_err(|why| {
        if let (NoToken::Ended(reason), Some(trail)) = (why, trail) {
            trail.revoked(reason);
        }
        problem(match why {
            NoToken::SignInAgain | NoToken::Ended(_) => AsCallerProblem::SignInAgain,
            NoToken::NotSetUp => AsCallerProblem::NotSetUp,
            NoToken::NotAsserted => AsCallerProblem::PastAccess,
            NoToken::Unavailable => AsCallerProblem::Unavailable,
        })
    })
}

/// The token that a test's client is signed in with; it is the same at each request.
#[cfg(not(target_arch = "wasm32"))]
fn of_test(context: &Context, app: &App) -> Result<UpstreamToken, HttpProblem> {
    use toolgate_config::Protocol;

    use crate::ports::principal::Credential;

    let protocol = app.config.identity.provider.protocol();
    match &context.principal().credential {
        Some(Credential::Grant(token) | Credential::Assertion(token)) => {
            Ok(UpstreamToken::new(protocol, token, false))
        }
        None if protocol == Protocol::AccessAssertion => Err(problem(AsCallerProblem::PastAccess)),
        None => Err(over()),
    }
}
