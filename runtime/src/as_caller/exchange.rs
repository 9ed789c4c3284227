//! A token for the API that tools call, which the provider gives in exchange for the person's own.

use toolgate_config::{Exchange, IdentityUpstream};
use toolgate_core::limits::MAX_UPSTREAM_TOKEN;
use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::oauth::exchanged;
use toolgate_core::oauth::grant::access::{Renewal, fingerprint};
use toolgate_core::upstream::exchange::{Exchanged, Refusal, read, request};
use toolgate_core::upstream::trouble::AccessToken;

use super::client::Call;
use super::memory::{Held, MARGIN};
use super::renew::{self, ANSWER_TIMEOUT, Renewed, Why};
use crate::identity;
use crate::platform::console::log_error;
use crate::platform::within::within;
use crate::platform::{PlatformEntropy, now};
use crate::ports::as_caller::NoToken;

/// Longest wait for an exchange after which the person's own token may have to be renewed, in seconds: the renewal
/// needs the rest of the lease, since an answer that comes too late may have brought the only good refresh token.
const FIRST_EXCHANGE: u64 = 3;

/// Least time in which a renewal is begun, in seconds.
const LEAST_FOR_RENEWAL: u64 = ANSWER_TIMEOUT - FIRST_EXCHANGE;

/// The section, where `mcp.toml` has the person's token exchanged.
pub(super) fn section(call: &Call) -> Option<(&'static IdentityUpstream, Exchange)> {
    let calls = call.app.config.identity.upstream.as_ref()?;
    Some((calls, calls.exchange?))
}

/// The token for the API in a record.
pub(super) fn kept(calls: &IdentityUpstream, call: &Call, sealed: &str) -> Option<AccessToken> {
    let kept = exchanged::open(calls, &call.keys, &call.address.id, sealed)?;
    Some((kept.text, Some(kept.expires)))
}

/// True if there is a token of the person to exchange, or something to get one with.
pub(super) fn can_ask(subject: &GrantSubject) -> bool {
    subject.refresh_token().is_some() || subject.access_token().is_some_and(|token| lives(token, 0))
}

fn lives((_, expires): (&str, Option<u64>), margin: u64) -> bool {
    expires.is_none_or(|expires| expires > now() + margin)
}

/// Exchanges the person's token, and renews it where it is over or the provider does not take it. The log tells
/// why there is none.
pub(super) async fn renew(call: &Call, mut subject: GrantSubject) -> Renewed {
    let Some((calls, exchange)) = section(call) else {
        return Renewed::failed(NoToken::SignInAgain);
    };
    let until = now() + ANSWER_TIMEOUT;
    let mut is_renewed = false;
    loop {
        let can_renew = !is_renewed && subject.refresh_token().is_some();
        let is_over = !subject.access_token().is_some_and(|token| lives(token, MARGIN));
        if is_over && can_renew {
            if let Err(renewed) = renew_subject(call, &mut subject, until).await {
                return renewed;
            }
            is_renewed = true;
            continue;
        }
        let own = subject.access_token().filter(|token| is_renewed || lives(*token, 0));
        let Some((token, _)) = own else {
            // It is over, or the provider gave none that could be kept.
            return without(call, &subject, is_renewed, Why::once(NoToken::SignInAgain));
        };
        let seconds = if can_renew { FIRST_EXCHANGE } else { left(until) };
        match ask(call, calls, exchange, (&subject.resource, token), seconds).await {
            Ok(exchanged) => return given(call, calls, (&subject, is_renewed), exchanged),
            Err(Refusal::Subject(_) | Refusal::Request(_)) if can_renew => {
                if let Err(renewed) = renew_subject(call, &mut subject, until).await {
                    return renewed;
                }
                is_renewed = true;
            }
            Err(refusal) => return without(call, &subject, is_renewed, why(refusal)),
        }
    }
}

/// Gets the person a new token: the provider decides by their refresh token whether the grant goes on.
async fn renew_subject(call: &Call, subject: &mut GrantSubject, until: u64) -> Result<(), Renewed> {
    let refresh = subject.refresh_token().map(str::to_owned);
    let refresh = refresh.ok_or_else(|| Renewed::failed(NoToken::SignInAgain))?;
    let seconds = left(until);
    if seconds < LEAST_FOR_RENEWAL {
        log_error!("there is no time left to renew the token of a person; the next call does");
        return Err(Renewed::failed(NoToken::Unavailable));
    }
    let tokens = renew::refresh(call, &subject.resource, &refresh, seconds).await?;
    subject.replace(Some(tokens.renewed(tokens.refresh_token.clone().unwrap_or(refresh), now())));
    Ok(())
}

/// All that is asked is asked under one lease.
fn left(until: u64) -> u64 {
    until.saturating_sub(now())
}

async fn ask(
    call: &Call,
    calls: &IdentityUpstream,
    exchange: Exchange,
    (resource, token): (&str, &str),
    seconds: u64,
) -> Result<Exchanged, Refusal> {
    let asking = async {
        let undecided = |text: String| Refusal::Undecided(text);
        let provider = renew::provider(call, resource)
            .await
            .map_err(|trouble| undecided(trouble.to_string()))?;
        let request = request(&provider, calls, token);
        let request =
            request.ok_or_else(|| undecided("its token endpoint is not known".to_owned()))?;
        let answer = identity::ask(request).await;
        read(exchange, &answer.map_err(|trouble| undecided(trouble.to_string()))?, now())
    };
    let late = || Err(Refusal::Undecided(format!("no answer within {seconds} s")));
    within(seconds, asking).await.unwrap_or_else(late)
}

/// The new token, for the call and for the record.
fn given(
    call: &Call,
    calls: &IdentityUpstream,
    (subject, is_renewed): (&GrantSubject, bool),
    exchanged: Exchanged,
) -> Renewed {
    let grant = &call.address.id;
    let entropy = &mut PlatformEntropy;
    let sealed = match exchanged.text.len() <= MAX_UPSTREAM_TOKEN {
        true => Some(exchanged::seal((subject, &exchanged), calls, &call.keys, grant, entropy)),
        // It is too large to keep, and serves this isolate.
        false => is_renewed.then(|| subject.seal(&call.keys, grant, entropy)),
    };
    let held = Held {
        text: exchanged.text,
        expires: Some(exchanged.expires),
        can_renew: true,
        seen: sealed.as_deref().map(fingerprint).unwrap_or_default(),
        at: now(),
        is_new: true,
        replaces_refused: false,
    };
    let answer = sealed.map_or(Renewal::Failed, |sealed| Renewal::Renewed { sealed });
    Renewed { answer, held: Some(held), why: Why::once(NoToken::Unavailable) }
}

/// No token for the API. The person's own may be new, and its refresh token the only one that is still good.
fn without(call: &Call, subject: &GrantSubject, is_renewed: bool, why: Why) -> Renewed {
    let sealed = || subject.seal(&call.keys, &call.address.id, &mut PlatformEntropy);
    let answer = match is_renewed {
        true => Renewal::Renewed { sealed: sealed() },
        false => Renewal::Failed,
    };
    Renewed { answer, held: None, why }
}

/// Words for the log, and who can do something about it. A refusal of the API ends no grant: only one of the
/// person's own token does.
fn why(refusal: Refusal) -> Why {
    match refusal {
        Refusal::Undecided(text) => {
            log_error!("the identity provider gave no token for the API: {text}");
            Why::once(NoToken::Unavailable)
        }
        Refusal::Subject(text) | Refusal::Person(text) => {
            log_error!(
                "the identity provider gives no token for the API before the person signs in again: {text}"
            );
            Why::for_a_while(NoToken::SignInAgain)
        }
        Refusal::Request(text) | Refusal::Server(text) => {
            log_error!(
                "the identity provider gives this server no token for the API ({text}): look at `exchange`, \
                 `audience`, `resource` and `scopes` of [identity.upstream] in mcp.toml, and at the \
                 permissions of this server's registration at the provider"
            );
            Why::for_a_while(NoToken::NotSetUp)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::renew::tests::{call, subject};
    use super::*;

    const SECTION: &str = "hosts = [\"a.example\"]\nexchange = \"rfc8693\"\naudience = \"a\"\n";

    fn found(call: &Call, sealed: &str, refused: Option<&str>) -> String {
        match renew::read(call, sealed, refused) {
            Ok(Some(held)) => held.text,
            Ok(None) => "ask".to_owned(),
            Err(why) => format!("{why:?}"),
        }
    }

    fn sealed(call: &Call, expires: u64) -> String {
        let (calls, _) = section(call).expect("it exchanges");
        let exchanged = Exchanged { text: "exchanged".to_owned(), expires };
        let both = (&subject(&["a.example", "audience a"]), &exchanged);
        exchanged::seal(both, calls, &call.keys, &call.address.id, &mut PlatformEntropy)
    }

    #[test]
    fn the_person_s_own_token_is_never_the_one_for_the_api() {
        let call = call(SECTION);
        let own =
            subject(&["a.example", "audience a"]).seal(&call.keys, "grant", &mut PlatformEntropy);
        assert_eq!(found(&call, &own, None), "ask");
        let both = sealed(&call, now() + 3600);
        assert_eq!(found(&call, &both, None), "exchanged");
        assert_eq!(found(&call, &both, Some("exchanged")), "ask");
        assert_eq!(found(&call, &sealed(&call, now() + MARGIN - 1), None), "ask");
        let unapproved =
            super::super::renew::tests::call(&SECTION.replace("a.example", "b.example"));
        assert_eq!(found(&unapproved, &both, None), "SignInAgain");
    }

    #[test]
    fn an_exchanged_token_is_for_the_api_that_the_configuration_names() {
        let kept = sealed(&call(SECTION), now() + 3600);
        let other = call(&SECTION.replace("\"a\"", "\"b\""));
        assert_eq!(found(&other, &kept, None), "SignInAgain", "nobody approved that");
        // After a rollback to a version without exchange the person's own is what hosts get.
        assert_eq!(found(&call("hosts = [\"a.example\"]\n"), &kept, None), "token");
    }
}
