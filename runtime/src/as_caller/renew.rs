//! The token in a record, and a new one from the identity provider.

use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::oauth::grant::ASKING;
use toolgate_core::oauth::grant::access::{Renewal, fingerprint};
use toolgate_core::paths;
use toolgate_core::upstream::provider::Provider;
use toolgate_core::upstream::tokens::Tokens;
use toolgate_core::upstream::trouble::{AccessToken, Cause, Trouble};

use super::client::Call;
use super::exchange;
use super::memory::Held;
use crate::identity;
use crate::platform::console::log_error;
use crate::platform::within::within;
use crate::platform::{EnvVars, PlatformEntropy, now};
use crate::ports::as_caller::NoToken;

/// Longest wait for the provider, in seconds. An answer that nobody waits for any more may have brought the only
/// refresh token that is still good, so it is most of the lease.
pub(super) const ANSWER_TIMEOUT: u64 = ASKING - 2;

/// What came of asking the provider.
pub(super) struct Renewed {
    /// For the record.
    pub(super) answer: Renewal,
    /// The new token.
    pub(super) held: Option<Held>,
    /// Why there is none, where there is none.
    pub(super) why: Why,
}

/// Why there is no token, and for how long that is said without asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Why {
    pub(super) no_token: NoToken,
    /// It would be the same answer for a while.
    pub(super) stays: bool,
}

impl Why {
    pub(super) fn once(no_token: NoToken) -> Self {
        Self { no_token, stays: false }
    }

    pub(super) fn for_a_while(no_token: NoToken) -> Self {
        Self { no_token, stays: true }
    }
}

impl Renewed {
    pub(super) fn failed(why: NoToken) -> Self {
        Self { answer: Renewal::Failed, held: None, why: Why::once(why) }
    }
}

/// The token of a record; `None` where it has to be renewed first.
///
/// # Errors
/// There is none, and nothing to get one with.
pub(super) fn read(
    call: &Call,
    sealed: &str,
    refused: Option<&str>,
) -> Result<Option<Held>, NoToken> {
    let subject = open(call, sealed).ok_or(NoToken::SignInAgain)?;
    if !is_approved(call, &subject) {
        return Err(NoToken::SignInAgain);
    }
    let (token, can_renew) = match exchange::section(call) {
        Some((calls, _)) => (exchange::kept(calls, call, sealed), exchange::can_ask(&subject)),
        None => own(call, &subject),
    };
    let is_refused = |text: &str| refused == Some(text);
    let now = now();
    let held = token.map(|(text, expires)| Held {
        text,
        expires,
        can_renew,
        seen: fingerprint(sealed),
        at: now,
        is_new: false,
        replaces_refused: false,
    });
    match held {
        Some(held) if can_renew && (!held.is_fresh(now) || is_refused(&held.text)) => Ok(None),
        // What cannot be renewed serves to its end.
        Some(held) if held.expires.is_none_or(|expires| expires > now) => Ok(Some(held)),
        None if can_renew => Ok(None),
        _ => Err(NoToken::SignInAgain),
    }
}

/// The person's own token, and whether there is something to get a new one with.
fn own(call: &Call, subject: &GrantSubject) -> (Option<AccessToken>, bool) {
    let can_renew = subject.refresh_token().is_some();
    let token = subject.access_token().filter(|_| can_renew || !names_resource(call));
    (token.map(|(text, expires)| (text.to_owned(), expires)), can_renew)
}

/// True if the person was told of everything that calls in their name may do now.
fn is_approved(call: &Call, subject: &GrantSubject) -> bool {
    let calls = call.app.config.identity.upstream.as_ref();
    calls.is_some_and(|calls| calls.powers().lines().all(|power| subject.has_approved(power)))
}

/// A token from the sign-in is not one for a `resource` of its own.
fn names_resource(call: &Call) -> bool {
    let calls = call.app.config.identity.upstream.as_ref();
    calls.is_some_and(|calls| calls.resource.is_some())
}

fn open(call: &Call, sealed: &str) -> Option<GrantSubject> {
    GrantSubject::open(&call.keys, &call.address.id, sealed)
}

/// Gets a new token with what is in a record. The log tells why there is none.
pub(super) async fn renew(call: &Call, sealed: &str) -> Renewed {
    let subject = open(call, sealed).filter(|subject| is_approved(call, subject));
    let Some(mut subject) = subject else { return Renewed::failed(NoToken::SignInAgain) };
    if exchange::section(call).is_some() {
        return exchange::renew(call, subject).await;
    }
    let refresh_token = subject.refresh_token().map(str::to_owned);
    let Some(token) = refresh_token else { return Renewed::failed(NoToken::SignInAgain) };
    let tokens = match refresh(call, &subject.resource, &token, ANSWER_TIMEOUT).await {
        Ok(tokens) => tokens,
        Err(renewed) => return renewed,
    };
    let refresh_token = tokens.refresh_token.clone().unwrap_or(token);
    subject.replace(Some(tokens.renewed(refresh_token, now())));
    let sealed = subject.seal(&call.keys, &call.address.id, &mut PlatformEntropy);
    let held = new(&tokens, &sealed);
    let answer = Renewal::Renewed { sealed };
    Renewed { answer, held: Some(held), why: Why::once(NoToken::Unavailable) }
}

/// New tokens by a refresh token, in so many seconds.
///
/// # Errors
/// There are none, which the log tells: what that is for the record and for the call.
pub(super) async fn refresh(
    call: &Call,
    resource: &str,
    token: &str,
    seconds: u64,
) -> Result<Tokens, Renewed> {
    let asking = async {
        let provider = provider(call, resource).await?;
        identity::renew(&call.app.config.identity, &provider, token).await
    };
    let verdict = within(seconds, asking).await.unwrap_or_else(|| {
        Err(Trouble::Failed(Cause::Timeout, format!("no answer within {seconds} s")))
    });
    verdict.map_err(|trouble| match trouble {
        Trouble::Ended(reason, text) => {
            log_error!("the identity provider has ended a sign-in: {text}");
            let why = Why::once(NoToken::Ended(reason));
            Renewed { answer: Renewal::Refused, held: None, why }
        }
        Trouble::Failed(_, text) => {
            log_error!("the identity provider gave no new token for a call as the caller: {text}");
            Renewed::failed(NoToken::Unavailable)
        }
    })
}

/// It is used whatever its life is: nothing is renewed twice for one request.
fn new(tokens: &Tokens, sealed: &str) -> Held {
    let now = now();
    Held {
        text: tokens.access_token.clone(),
        expires: tokens.expires_in.map(|lifetime| now.saturating_add(lifetime)),
        can_renew: true,
        seen: fingerprint(sealed),
        at: now,
        is_new: true,
        replaces_refused: false,
    }
}

/// The identity provider, with its endpoints.
pub(super) async fn provider(call: &Call, resource: &str) -> Result<Provider, Trouble> {
    let unavailable = |text: &str| Trouble::Failed(Cause::Unavailable, text.to_owned());
    let app = call.app;
    let origin = paths::origin(resource);
    let provider: Provider = app
        .identity
        .resolve(&app.config, &EnvVars(&call.env), origin)
        .map_err(|error| unavailable(&error.to_string()))?;
    Ok(app.identity.locate(&provider, origin).await.unwrap_or(provider))
}

#[cfg(test)]
pub(super) mod tests {
    use std::rc::Rc;

    use toolgate_core::oauth::grant::GrantKey;
    use toolgate_core::seal::Keyring;
    use toolgate_core::upstream::trouble::{Given, Upstream};
    use toolgate_policy::Caller;

    use super::*;
    use crate::platform::bindings::Env;
    use crate::platform::native::double::Bindings;

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    pub(in crate::as_caller) fn call(section: &str) -> Call {
        let source = format!(
            "[server]\nname = \"Demo\"\n[identity]\nprovider = \"oidc\"\n\
             issuer = \"https://login.example.com\"\n[identity.upstream]\n{section}"
        );
        let config = toolgate_config::check(&source).expect("a configuration").config;
        Call {
            app: crate::testing::of_config(config).app,
            env: Env::of_test(Rc::new(Bindings::default())),
            keys: Keyring::parse(KEY).expect("a key"),
            address: GrantKey { subject_key: "person".to_owned(), id: "grant".to_owned() },
        }
    }

    /// The record of a grant whose person was told of these powers.
    fn sealed(call: &Call, approved: &[&str]) -> String {
        subject(approved).seal(&call.keys, &call.address.id, &mut PlatformEntropy)
    }

    pub(in crate::as_caller) fn subject(approved: &[&str]) -> GrantSubject {
        let (token, expires) = ("token".to_owned(), Some(now() + 3600));
        let mut subject = GrantSubject {
            caller: Caller::default(),
            resource: String::new(),
            client_name: String::new(),
            upstream: None,
            access: Default::default(),
            approved: approved.join("\n"),
            redirect_uri: String::new(),
            nonce: String::new(),
        };
        let upstream = Upstream::Refresh("rt".to_owned());
        subject.replace(Some(Given { upstream, access: Some((token, expires)) }));
        subject
    }

    #[test]
    fn tools_act_only_where_the_person_let_them_at_the_sign_in() {
        let (one, two) = ("hosts = [\"a.example\"]", "hosts = [\"a.example\", \"b.example\"]");
        let exposed = "hosts = [\"a.example\"]\nexpose = true";
        for (section, approved, is_approved) in [
            (one, &["a.example"][..], true),
            (one, &["a.example", "b.example"], true),
            (two, &["a.example", "b.example"], true),
            (two, &["a.example"], false),
            (exposed, &["a.example"], false),
            (exposed, &["a.example", "token"], true),
            // A record from before the page named it.
            (one, &[], false),
        ] {
            let call = call(section);
            let found = read(&call, &sealed(&call, approved), None);
            match found {
                Ok(Some(held)) => assert!(is_approved && held.text == "token", "{section}"),
                Err(NoToken::SignInAgain) => assert!(!is_approved, "{section} {approved:?}"),
                _ => panic!("{section}: neither a token nor a reason"),
            }
        }
    }
}
