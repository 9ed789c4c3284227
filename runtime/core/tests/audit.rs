//! The audit trail: what it says, what it keeps to itself, and that its codes are documented.

use std::collections::BTreeSet;

use http::HeaderMap;
use serde_json::Value;
use toolgate_config::Audit;
use toolgate_core::audit::{
    BLOBS, Event, EventKind, Log, MAX_ARGUMENTS, PSEUDONYM_LENGTH, Reason, Record, because,
    reason_of, request_id,
};
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::seal::Entropy;
use toolgate_policy::Caller;

const KINDS: [EventKind; 25] = [
    EventKind::SignIn,
    EventKind::Consent,
    EventKind::Registration,
    EventKind::TokenIssued,
    EventKind::TokenRefreshed,
    EventKind::RefreshRetried,
    EventKind::RefreshUnconfirmed,
    EventKind::Refused,
    EventKind::Revoked,
    EventKind::ToolAllowed,
    EventKind::ToolDenied,
    EventKind::PromptAllowed,
    EventKind::PromptDenied,
    EventKind::ResourceAllowed,
    EventKind::ResourceDenied,
    EventKind::RateLimited,
    EventKind::ToolFinished,
    EventKind::PromptFinished,
    EventKind::ResourceFinished,
    EventKind::RouteAllowed,
    EventKind::RouteDenied,
    EventKind::RouteFinished,
    EventKind::AccountConnected,
    EventKind::AccountEnded,
    EventKind::AccountDenied,
];

fn audit(email: bool, arguments: bool) -> Audit {
    let checked = toolgate_config::check("[server]\nname = \"Demo\"\n").unwrap();
    Audit { email, arguments, ..checked.config.audit }
}

fn documentation() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reason-codes.md");
    std::fs::read_to_string(path).unwrap()
}

/// First cell and second cell of the tables under a heading.
fn rows(heading: &str) -> Vec<(String, String)> {
    let text = documentation();
    let section = text.split_once(&format!("\n## {heading}\n")).unwrap().1;
    let section = section.split_once("\n## ").map_or(section, |(section, _)| section);
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    cells.map(|(code, rest)| (code.to_owned(), rest.trim_end_matches(" |").to_owned())).collect()
}

fn call() -> Event {
    Event {
        user: Some("u".repeat(43)),
        email: Some("erin@example.com".to_owned()),
        client: Some("client-key".to_owned()),
        tool: Some("draw"),
        policy: Some("image-makers"),
        detail: Some("department".to_owned()),
        arguments: Some(r#"{"prompt":"a secret"}"#.to_owned()),
        ..Event::new(EventKind::ToolDenied, Reason::ClaimMissing)
    }
}

#[test]
fn every_reason_code_is_documented_once_and_every_documented_one_exists() {
    let documented: Vec<String> =
        rows("Reason codes").into_iter().map(|(code, _)| code).filter(|c| c != "code").collect();
    let known: Vec<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    let set = |codes: &[&str]| codes.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let documented: Vec<&str> = documented.iter().map(String::as_str).collect();
    assert_eq!(set(&documented), set(&known));
    assert_eq!(documented.len(), set(&documented).len(), "a code is documented twice");
    assert_eq!(known.len(), set(&known).len(), "two reasons share a code");
}

#[test]
fn every_meaning_is_a_sentence_and_every_code_is_snake_case() {
    for (code, meaning) in rows("Reason codes") {
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
        assert!(meaning.len() > 15 && meaning.ends_with('.'), "{code}: {meaning}");
    }
}

#[test]
fn every_kind_of_event_is_documented() {
    let documented: BTreeSet<_> = rows("Events").into_iter().map(|(name, _)| name).collect();
    let known: BTreeSet<_> = KINDS.iter().map(|kind| kind.name().to_owned()).collect();
    assert_eq!(documented, known);
}

#[test]
fn the_order_of_blobs_is_the_documented_one() {
    let list = BLOBS.map(|name| format!("`{name}`")).join(", ");
    assert!(documentation().replace('\n', " ").contains(&list), "{list}");
}

/// A blob of a record by its name.
fn blob<'a>(record: &Record<'a>, name: &str) -> &'a str {
    let place = BLOBS.iter().position(|known| *known == name);
    record.blobs()[place.expect("a blob of this name")]
}

#[test]
fn an_event_tells_neither_address_nor_arguments_unless_asked_to() {
    let event = call();
    let line = Record::new(&event, &audit(false, false), 1_800_000_000, "ray", ("i", 0)).json();
    assert_eq!(
        line,
        format!(
            r#"{{"toolgate":"audit","time":1800000000,"event":"tool_denied","reason":"claim_missing","user":"{}","client":"client-key","tool":"draw","policy":"image-makers","detail":"department","request":"ray","instance":"i","seq":0}}"#,
            "u".repeat(PSEUDONYM_LENGTH)
        )
    );
    let blobs = Record::new(&event, &audit(false, false), 1, "ray", ("i", 0)).blobs();
    assert!(!blobs.concat().contains("erin") && !blobs.concat().contains("secret"), "{blobs:?}");
}

#[test]
fn an_event_tells_what_the_owner_asks_for() {
    let event = call();
    let line = Record::new(&event, &audit(true, true), 1, "ray", ("i", 0)).json();
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["email"], "erin@example.com");
    assert_eq!(line["arguments"], r#"{"prompt":"a secret"}"#);
    let blobs = Record::new(&event, &audit(true, true), 1, "ray", ("i", 0)).blobs();
    for (name, blob) in BLOBS.iter().zip(blobs) {
        assert_eq!(line[name].as_str().unwrap_or_default(), blob, "{name}");
    }
}

#[test]
fn long_arguments_are_cut_between_characters() {
    let arguments = Some("é".repeat(MAX_ARGUMENTS));
    let event = Event { arguments, ..Event::new(EventKind::ToolAllowed, Reason::PolicyMatched) };
    let asked = audit(false, true);
    let record = Record::new(&event, &asked, 1, "ray", ("i", 0));
    assert_eq!(blob(&record, "arguments").len(), MAX_ARGUMENTS);
    let event = Event { arguments: Some(format!("a{}", "é".repeat(MAX_ARGUMENTS))), ..event };
    let record = Record::new(&event, &asked, 1, "ray", ("i", 0));
    assert_eq!(blob(&record, "arguments").len(), MAX_ARGUMENTS - 1);
}

#[test]
fn events_of_a_request_are_about_its_person_and_client() {
    let log = Log::default();
    log.tell(EventKind::Refused, Reason::CodeInvalid);
    log.client("client");
    let caller = Caller { email: Some("erin@example.com".to_owned()), ..Caller::default() };
    log.person("shard", &caller);
    log.record(Event {
        user: Some("another".to_owned()),
        ..Event::new(EventKind::Revoked, Reason::RevokedByPerson)
    });
    let [first, second] = &log.take()[..] else { panic!("two events") };
    assert_eq!((first.user.as_deref(), first.client.as_deref()), (Some("shard"), Some("client")));
    assert_eq!(first.email.as_deref(), Some("erin@example.com"));
    assert_eq!(second.user.as_deref(), Some("another"));
    assert!(log.take().is_empty(), "an event is given out once");
}

#[test]
fn an_event_about_somebody_else_does_not_get_the_address_of_the_caller() {
    let log = Log::default();
    let caller = Caller { email: Some("erin@example.com".to_owned()), ..Caller::default() };
    log.person("shard", &caller);
    log.record(Event {
        user: Some("another".to_owned()),
        ..Event::new(EventKind::Revoked, Reason::RevokedByPerson)
    });
    assert_eq!(log.take()[0].email, None);
}

#[test]
fn an_address_that_is_not_proven_has_a_field_of_its_own() {
    let log = Log::default();
    let claimed = Some("boss@example.com".to_owned());
    log.person("shard", &Caller { claimed_email: claimed, ..Caller::default() });
    log.tell(EventKind::SignIn, Reason::SignedIn);
    let event = &log.take()[0];
    let asked = audit(true, false);
    let record = Record::new(event, &asked, 1, "ray", ("i", 0));
    assert_eq!((blob(&record, "email"), blob(&record, "claimed_email")), ("", "boss@example.com"));
    let line: Value = serde_json::from_str(&record.json()).unwrap();
    assert_eq!((line.get("email"), &line["claimed_email"]), (None, &"boss@example.com".into()));
    let unasked = Record::new(event, &audit(false, true), 1, "ray", ("i", 0));
    assert_eq!(blob(&unasked, "claimed_email"), "");
}

#[test]
fn a_refusal_carries_its_reason_and_tells_it_to_people() {
    let error = OAuthError::invalid_grant("The code has expired").because(Reason::CodeExpired);
    let reply = error.into_reply();
    assert_eq!(reason_of(&reply), Some(Reason::CodeExpired));
    let body: Value = serde_json::from_slice(reply.body()).unwrap();
    assert_eq!(body["error"], "invalid_grant");
    assert_eq!(body["error_description"], "The code has expired (code_expired)");

    let log = Log::default();
    log.refusal(&reply);
    let events = log.take();
    assert_eq!((events[0].kind, events[0].reason), (EventKind::Refused, Reason::CodeExpired));
}

#[test]
fn a_reply_that_refuses_nothing_is_no_event() {
    let log = Log::default();
    log.refusal(&http::Response::new(Vec::new()));
    assert!(log.take().is_empty());
    let marked = because(http::Response::new(Vec::new()), Reason::TokenMissing);
    assert_eq!(marked.headers().len(), 0, "the mark does not leave the server");
}

#[test]
fn an_oauth_error_without_a_reason_of_its_own_has_that_of_its_code() {
    for (code, reason) in [
        ("invalid_request", Reason::InvalidRequest),
        ("invalid_client", Reason::InvalidClient),
        ("invalid_target", Reason::ResourceUnknown),
        ("access_denied", Reason::AccessDenied),
        ("something_new", Reason::InvalidRequest),
    ] {
        assert_eq!(OAuthError::new(code, "Text").reason, reason);
    }
}

struct Ones;

impl Entropy for Ones {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill(0x11);
    }
}

#[test]
fn a_request_is_named_by_cloudflare_and_never_by_whoever_sends_it() {
    let name = |ray: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("cf-ray", ray.parse().unwrap());
        request_id(&headers, &mut Ones)
    };
    assert_eq!(name("8f1c2d3e4a5b6c7d-FRA"), "8f1c2d3e4a5b6c7d-FRA");
    assert_eq!(name("8f1c2d3e4a5b6c7d"), "8f1c2d3e4a5b6c7d");
    for forged in ["", "x", "8f1c2d3e4a5b6c7d-FRA\",\"user\":\"me", "8f1c2d3e4a5b6c7d-fra1"] {
        assert_eq!(name(forged), "1111111111111111", "{forged}");
    }
    assert_eq!(request_id(&HeaderMap::new(), &mut Ones), "1111111111111111");
}
