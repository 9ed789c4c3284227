//! Signatures that are good, and all that are not.

use http::header::{HeaderName, HeaderValue};

use super::*;

const NOW: u64 = 1_700_000_000;
const PLAIN: Scheme = Scheme {
    header: "x-signature",
    secrets: &["HOOK_SECRET"],
    encoding: Encoding::Hex,
    prefix: "sha256=",
    separator: None,
    id: None,
    timestamp: None,
    tolerance: 300,
    payload: "{body}",
};
const SLACK: Scheme = Scheme {
    prefix: "v0=",
    timestamp: Some(Timestamp::Header("x-time")),
    payload: "v0:{timestamp}:{body}",
    ..PLAIN
};
const STRIPE: Scheme = Scheme {
    prefix: "v1=",
    separator: Some(','),
    timestamp: Some(Timestamp::Field("t")),
    payload: "{timestamp}.{body}",
    ..PLAIN
};
const STANDARD_WEBHOOKS: Scheme = Scheme {
    header: "webhook-signature",
    encoding: Encoding::Base64,
    prefix: "v1,",
    separator: Some(' '),
    id: Some("webhook-id"),
    timestamp: Some(Timestamp::Header("webhook-timestamp")),
    payload: "{id}.{timestamp}.{body}",
    ..PLAIN
};

fn headers(list: &[(&'static str, String)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in list {
        headers.append(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap());
    }
    headers
}

fn verify(scheme: &Scheme, list: &[(&'static str, String)], body: &[u8]) -> Result<(), Unsigned> {
    with(scheme, &headers(list), body, b"secret")
}

fn with(scheme: &Scheme, headers: &HeaderMap, body: &[u8], secret: &[u8]) -> Result<(), Unsigned> {
    scheme.claimed(headers, NOW)?.verify(body, &[secret])
}

#[test]
fn a_signature_of_rfc_4231_is_good() {
    // Test case 2 of RFC 4231, section 4.3.
    let mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let list = headers(&[("x-signature", format!("sha256={mac}"))]);
    let body = b"what do ya want for nothing?";
    assert_eq!(with(&PLAIN, &list, body, b"Jefe"), Ok(()));
    assert_eq!(with(&PLAIN, &list, body, b"jefe"), Err(Unsigned::Wrong));
    let upper = headers(&[("x-signature", format!("sha256={}", mac.to_uppercase()))]);
    assert_eq!(with(&PLAIN, &upper, body, b"Jefe"), Ok(()));
}

#[test]
fn what_signs_is_what_verifies_and_a_changed_body_is_not_signed() {
    let base64 = Scheme { encoding: Encoding::Base64, prefix: "", ..PLAIN };
    for scheme in [PLAIN, SLACK, STRIPE, STANDARD_WEBHOOKS, base64] {
        let list = scheme.sign(b"{}", b"secret", NOW);
        assert_eq!(verify(&scheme, &list, b"{}"), Ok(()), "{scheme:?}");
        for body in [&b"{ }"[..], b"", b"{}{}", b"{}\n"] {
            assert_eq!(verify(&scheme, &list, body), Err(Unsigned::Wrong), "{scheme:?}");
        }
    }
}

#[test]
fn an_old_signature_and_one_for_later_are_not_good() {
    for scheme in [SLACK, STRIPE, STANDARD_WEBHOOKS] {
        for (signed, expected) in [
            (NOW - 300, Ok(())),
            (NOW + 300, Ok(())),
            (NOW - 301, Err(Unsigned::Old)),
            (NOW + 301, Err(Unsigned::Old)),
            (0, Err(Unsigned::Old)),
            (999_999_999_999, Err(Unsigned::Old)),
            (u64::MAX, Err(Unsigned::Missing)),
        ] {
            let list = scheme.sign(b"{}", b"secret", signed);
            assert_eq!(verify(&scheme, &list, b"{}"), expected, "{scheme:?} {signed}");
        }
    }
}

#[test]
fn the_time_of_another_signature_does_not_make_an_old_one_good() {
    let mut list = SLACK.sign(b"{}", b"secret", NOW - 4000);
    list[1].1 = NOW.to_string();
    assert_eq!(verify(&SLACK, &list, b"{}"), Err(Unsigned::Wrong));
    let old = STRIPE.sign(b"{}", b"secret", NOW - 4000)[0].1.clone();
    let fresh = old.replace(&(NOW - 4000).to_string(), &NOW.to_string());
    assert_eq!(verify(&STRIPE, &[("x-signature", fresh)], b"{}"), Err(Unsigned::Wrong));
    for both in [format!("t={NOW},{old}"), format!("{old},t={NOW}")] {
        assert_eq!(verify(&STRIPE, &[("x-signature", both)], b"{}"), Err(Unsigned::Missing));
    }
}

#[test]
fn a_header_that_comes_twice_counts_as_none() {
    let good = PLAIN.sign(b"{}", b"secret", NOW).remove(0);
    for list in [
        vec![good.clone(), good.clone()],
        vec![("x-signature", "sha256=00".to_owned()), good.clone()],
        vec![("x-signature", format!("{}, {}", good.1, good.1))],
        vec![],
    ] {
        assert_eq!(verify(&PLAIN, &list, b"{}"), Err(Unsigned::Missing), "{list:?}");
    }
    let mut twice = SLACK.sign(b"{}", b"secret", NOW);
    twice.push(("x-time", NOW.to_string()));
    assert_eq!(verify(&SLACK, &twice, b"{}"), Err(Unsigned::Missing));
}

#[test]
fn what_is_no_signature_is_not_compared() {
    let good = PLAIN.sign(b"{}", b"secret", NOW)[0].1.clone();
    for text in [
        String::new(),
        "sha256=".to_owned(),
        good.replace("sha256=", ""),
        good.replace("sha256", "sha1"),
        good[..good.len() - 1].to_owned(),
        format!("{good}0"),
        format!("sha256=+{}", &good[8..]),
    ] {
        let found = verify(&PLAIN, &[("x-signature", text.clone())], b"{}");
        assert_eq!(found, Err(Unsigned::Missing), "{text}");
    }
    for time in ["", "now", "+1700000000", "1700000000.0", "-1", "0x1", "9999999999999"] {
        let mut list = SLACK.sign(b"{}", b"secret", NOW);
        list[1].1 = time.to_owned();
        assert_eq!(verify(&SLACK, &list, b"{}"), Err(Unsigned::Missing), "{time}");
    }
}

#[test]
fn a_sender_that_changes_its_secret_signs_twice() {
    let one = STRIPE.sign(b"{}", b"old", NOW)[0].1.clone();
    let two = STRIPE.sign(b"{}", b"secret", NOW)[0].1.clone();
    let two = two.split_once(',').unwrap().1;
    assert_eq!(verify(&STRIPE, &[("x-signature", format!("{one},{two}"))], b"{}"), Ok(()));
    let many = [&*one, &[two; MAX_SIGNATURES].join(",")].join(",");
    assert_eq!(verify(&STRIPE, &[("x-signature", many)], b"{}"), Err(Unsigned::Missing));
}

#[test]
fn a_time_has_one_spelling_though_another_one_was_signed() {
    for time in ["01700000000", "001700000000", " 1700000000 ", "+1700000000"] {
        let mac = SLACK.mac(b"secret", ("", time), b"{}").finalize().into_bytes();
        let text = mac.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let list = [("x-signature", format!("v0={text}")), ("x-time", time.to_owned())];
        assert!(verify(&SLACK, &list, b"{}").is_err(), "{time}");
    }
}

#[test]
fn headers_that_cannot_be_good_are_refused_without_a_body() {
    let claimed =
        |list: &[(&'static str, String)]| SLACK.claimed(&headers(list), NOW).map(drop).unwrap_err();
    assert_eq!(claimed(&[]), Unsigned::Missing);
    assert_eq!(claimed(&[("x-signature", "v0=00".to_owned())]), Unsigned::Missing);
    assert_eq!(claimed(&SLACK.sign(b"{}", b"other", NOW - 301)), Unsigned::Old);
    let forged = headers(&SLACK.sign(b"{}", b"other", NOW));
    assert!(SLACK.claimed(&forged, NOW).is_ok(), "only the body shows that it is not good");
}

#[test]
fn the_example_of_standard_webhooks_is_good() {
    // Of the document "Standard Webhooks", version 1.0.0, and its libraries.
    let list = headers(&[
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()),
        ("webhook-timestamp", "1614265330".to_owned()),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned()),
    ]);
    let secret = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let claimed = STANDARD_WEBHOOKS.claimed(&list, 1_614_265_330).unwrap();
    assert_eq!(claimed.verify(br#"{"test": 2432232314}"#, &[secret]), Ok(()));
    assert_eq!(claimed.verify(br#"{"test": 2432232315}"#, &[secret]), Err(Unsigned::Wrong));
}

#[test]
fn an_id_that_could_hold_a_part_of_the_text_is_none() {
    let signed = STANDARD_WEBHOOKS.sign(b"{}", b"secret", NOW);
    let long = "m".repeat(MAX_ID + 1);
    for id in ["", "msg_1.1700000000", "a b", &long] {
        let mut list = signed.clone();
        list[2].1 = id.to_owned();
        assert_eq!(verify(&STANDARD_WEBHOOKS, &list, b"{}"), Err(Unsigned::Missing), "{id}");
    }
}

#[test]
fn while_a_secret_is_changed_a_signature_with_either_is_good() {
    let list = headers(&PLAIN.sign(b"{}", b"old", NOW));
    let claimed = PLAIN.claimed(&list, NOW).unwrap();
    assert_eq!(claimed.verify(b"{}", &["new", "old"]), Ok(()));
    assert_eq!(claimed.verify(b"{}", &["old"]), Ok(()));
    assert_eq!(claimed.verify(b"{}", &["new"]), Err(Unsigned::Wrong));
    assert_eq!(claimed.verify(b"{}", &[] as &[&str]), Err(Unsigned::Wrong));
}

/// By `openssl dgst -sha256 -hmac`: its secrets look encoded, and their text is the key.
#[test]
fn a_signature_of_stripe_is_good_though_its_secret_could_be_base64() {
    let mac = "81def8c1048ecbd2ee65de386fad24e6a0be034a14d0ef911ad3e3d12870cceb";
    let list = headers(&[("x-signature", format!("t={NOW},v1={mac}"))]);
    assert_eq!(with(&STRIPE, &list, b"{}", b"whsec_abcdefghijklmnopqrstuvwxyz012345"), Ok(()));
}
