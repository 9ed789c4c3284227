//! The token in a record, and a new one from the identity provider.

use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::oauth::grant::ASKING;
use toolgate_core::oauth::grant::access::{Renewal, fingerprint};
use toolgate_core::paths;
use toolgate_core::upstream::provider::Provider;
use toolgate_core::upstream::tokens::Tokens;
use toolgate_core::upstream::trouble::{Cause, Trouble};

use super::client::Call;
use super::memory::Held;
use crate::identity;
use crate::platform::console::log_error;
use crate::platform::within::within;
use crate::platform::{EnvVars, PlatformEntropy, now};
use crate::ports::as_caller::NoToken;

/// Longest wait for the provider, in seconds. An answer that nobody waits for any more may have brought the only
/// refresh token that is still good, so it is most of the lease.
const ANSWER_TIMEOUT: u64 = ASKING - 2;

/// What came of asking the provider.
pub(super) struct Renewed {
    /// For the record.
    pub(super) answer: Renewal,
    /// The new token.
    pub(super) held: Option<Held>,
    /// Why there is none, where there is none.
    pub(super) why: NoToken,
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
    let can_renew = subject.refresh_token().is_some();
    let is_refused = |text: &str| refused == Some(text);
    let now = now();
    let token = subject.access_token().filter(|_| can_renew || !names_resource(call));
    let held = token.map(|(text, expires)| Held {
        text: text.to_owned(),
        expires,
        can_renew,
        seen: fingerprint(sealed),
        at: now,
        is_new: false,
    });
    match held {
        Some(held) if can_renew && (!held.is_fresh(now) || is_refused(&held.text)) => Ok(None),
        // What cannot be renewed serves to its end.
        Some(held) if held.expires.is_none_or(|expires| expires > now) => Ok(Some(held)),
        None if can_renew => Ok(None),
        _ => Err(NoToken::SignInAgain),
    }
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

/// Gets a new token with the refresh token of a record. The log tells why there is none.
pub(super) async fn renew(call: &Call, sealed: &str) -> Renewed {
    let failed = |why| Renewed { answer: Renewal::Failed, held: None, why };
    let subject = open(call, sealed).filter(|subject| is_approved(call, subject));
    let Some(mut subject) = subject else { return failed(NoToken::SignInAgain) };
    let refresh = subject.refresh_token().map(str::to_owned);
    let Some(refresh) = refresh else { return failed(NoToken::SignInAgain) };
    let asking = ask(call, &subject.resource, &refresh);
    let verdict = within(ANSWER_TIMEOUT, asking).await.unwrap_or_else(|| {
        Err(Trouble::Failed(Cause::Timeout, format!("no answer within {ANSWER_TIMEOUT} s")))
    });
    match verdict {
        Ok(tokens) => {
            let refresh = tokens.refresh_token.clone().unwrap_or(refresh);
            subject.replace(Some(tokens.renewed(refresh, now())));
            let sealed = subject.seal(&call.keys, &call.address.id, &mut PlatformEntropy);
            let held = new(&tokens, &sealed);
            Renewed {
                answer: Renewal::Renewed { sealed },
                held: Some(held),
                why: NoToken::Unavailable,
            }
        }
        Err(Trouble::Ended(reason, text)) => {
            log_error!("the identity provider has ended a sign-in: {text}");
            Renewed { answer: Renewal::Refused, held: None, why: NoToken::Ended(reason) }
        }
        Err(Trouble::Failed(_, text)) => {
            log_error!("the identity provider gave no new token for a call as the caller: {text}");
            failed(NoToken::Unavailable)
        }
    }
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
    }
}

async fn ask(call: &Call, resource: &str, refresh: &str) -> Result<Tokens, Trouble> {
    let unavailable = |text: &str| Trouble::Failed(Cause::Unavailable, text.to_owned());
    let app = call.app;
    let origin = paths::origin(resource);
    let provider: Provider = app
        .identity
        .resolve(&app.config, &EnvVars(&call.env), origin)
        .map_err(|error| unavailable(&error.to_string()))?;
    let located = app.identity.locate(&provider, origin).await;
    let provider = located.as_ref().unwrap_or(&provider);
    identity::renew(&app.config.identity, provider, refresh).await
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use toolgate_core::oauth::grant::GrantKey;
    use toolgate_core::seal::Keyring;
    use toolgate_core::upstream::trouble::{Given, Upstream};
    use toolgate_policy::Caller;

    use super::*;
    use crate::platform::bindings::Env;
    use crate::platform::native::double::Bindings;

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn call(section: &str) -> Call {
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
        subject.seal(&call.keys, &call.address.id, &mut PlatformEntropy)
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
