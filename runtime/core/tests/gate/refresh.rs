//! Refreshes at a provider that gives each of its tokens once: one question at a time, cut
//! connections and outages.

use serde_json::Value;
use toolgate_config::Recheck;
use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::oauth::course::Step;
use toolgate_core::upstream::trouble::Cause;

use crate::scene::*;
use crate::support::*;

#[test]
fn fifty_refreshes_at_once_are_one_question_and_one_successor() {
    for provider_takes in [20, 300, 4_000] {
        let mut scene = Scene::new();
        let token = scene.token.clone();
        let answers = scene.at_once(&token, &[HOME; 50], provider_takes);
        assert_eq!(scene.provider.questions, 1);
        let successor = answers[0].refresh_token();
        assert!(answers.iter().all(|answer| answer.refresh_token() == successor));
        assert_eq!(scene.refresh(&successor, HOME).status, 200, "nobody is signed out");
    }
}

#[test]
fn a_twin_waits_five_seconds_and_is_told_when_to_come_again() {
    let mut scene = Scene::new();
    let token = scene.token.clone();
    let answers = scene.at_once(&token, &[HOME; 2], 6_000);
    assert_eq!(answers[1].error(), (503, "temporarily_unavailable"));
    assert_eq!(answers[1].retry_after.as_deref(), Some("2"));
    assert_eq!(answers[0].status, 200);
    assert_eq!(scene.provider.questions, 1);
    // As told, a little later.
    let again = scene.refresh(&token, HOME);
    assert_eq!(again.refresh_token(), answers[0].refresh_token());
}

#[test]
fn a_twin_that_is_overtaken_while_it_waits_is_not_taken_for_a_thief() {
    let mut scene = Scene::new();
    let token = scene.token.clone();
    let (mut first, mut twin) = (scene.course(&token, HOME), scene.course(&token, HOME));
    let start = Step::Perform(first.start());
    let asking = scene.step(&mut first, start);
    let start = Step::Perform(twin.start());
    let mut waiting = scene.step(&mut twin, start);
    assert!(matches!(waiting, Step::Wait(_)));
    let settle = scene.step(&mut first, asking);
    let Step::Reply(reply) = scene.step(&mut first, settle) else { panic!("no reply") };
    // The client goes on at once with what it got, while its other request still waits.
    let third = scene.refresh(&Answer::of(&reply).refresh_token(), HOME);
    let late = loop {
        waiting = match waiting {
            Step::Reply(reply) => break Answer::of(&reply),
            step => scene.step(&mut twin, step),
        };
    };
    assert_eq!(late.error(), (503, "temporarily_unavailable"));
    assert_eq!(scene.refresh(&third.refresh_token(), HOME).status, 200);
    // What comes anew with it is reuse, as ever.
    assert_eq!(scene.refresh(&token, HOME).error(), (400, "invalid_grant"));
}

/// The question and its write cannot be parted by a client, but a runtime may stop anywhere.
#[test]
fn a_refresh_cut_after_any_step_is_asked_about_again_and_signs_nobody_out() {
    for steps in 0..=3 {
        let mut scene = Scene::new();
        let token = scene.token.clone();
        let mut course = scene.course(&token, HOME);
        let mut step = Step::Perform(course.start());
        for _ in 0..steps {
            step = scene.step(&mut course, step);
        }
        let was_asked = scene.provider.questions;
        let is_written = scene.world.grants[&scene.grant].generation == 2;
        // The answer of a rotating provider that was never written is lost with what it told.
        if was_asked == 1 && !is_written {
            scene.provider.current = 1;
        }
        let mut answers = Vec::new();
        for wait in [0, 2, 8] {
            scene.world.now += wait;
            answers.push(scene.refresh(&token, HOME));
        }
        assert_eq!(answers[2].status, 200, "cut after {steps}: {answers:?}");
        let expected = if is_written { was_asked } else { was_asked + 1 };
        assert_eq!(scene.provider.questions, expected, "cut after {steps}");
        let record = &scene.world.grants[&scene.grant];
        assert_eq!((record.generation, record.confirmed), (2, 2), "cut after {steps}");
    }
}

#[test]
fn a_retry_of_what_nobody_confirmed_asks_the_provider() {
    let mut scene = Scene::new();
    let token = scene.token.clone();
    scene.provider.says = Says::Nothing(Cause::Unavailable);
    let first = scene.refresh(&token, HOME);
    assert_eq!(first.status, 200);
    // Disabled meanwhile: the retry within the grace is no way round.
    scene.provider.says = Says::No;
    scene.world.now += 30;
    let retry = scene.refresh(&token, HOME);
    assert_eq!(retry.error(), (400, "invalid_grant"));
    assert_eq!(scene.provider.questions, 2);
    assert_eq!(scene.refresh(&first.refresh_token(), HOME).error(), (400, "invalid_grant"));
}

#[test]
fn a_retry_of_what_was_confirmed_asks_nobody() {
    let mut scene = Scene::new();
    let token = scene.token.clone();
    let first = scene.refresh(&token, HOME);
    scene.world.now += 30;
    assert_eq!(scene.refresh(&token, HOME).refresh_token(), first.refresh_token());
    assert_eq!(scene.provider.questions, 1);
}

#[test]
fn a_refusal_of_a_token_that_another_request_used_up_ends_nothing() {
    let mut scene = Scene::new();
    let token = scene.token.clone();
    let mut slow = scene.course(&token, HOME);
    let start = Step::Perform(slow.start());
    let asking = scene.step(&mut slow, start);
    assert!(matches!(asking, Step::Ask(_)));
    // Its lease runs out before the provider sees its question.
    scene.world.now += 11;
    let fast = scene.refresh(&token, HOME);
    assert_eq!(fast.status, 200);
    let mut step = asking;
    let late = loop {
        step = match step {
            Step::Reply(reply) => break Answer::of(&reply),
            step => scene.step(&mut slow, step),
        };
    };
    assert_eq!(late.refresh_token(), fast.refresh_token());
    assert_eq!(scene.refresh(&fast.refresh_token(), HOME).status, 200);
}

#[test]
fn a_new_token_of_the_provider_is_kept_even_if_it_decided_nothing() {
    let mut scene = Scene::new();
    scene.provider.says = Says::HalfAnAnswer;
    assert_eq!(scene.next().status, 200);
    scene.provider.says = Says::Yes;
    assert_eq!(scene.next().status, 200, "its first token was used up");
}

#[test]
fn an_outage_keeps_the_claims_for_max_unconfirmed_and_no_longer() {
    let causes = [Cause::Unavailable, Cause::Timeout, Cause::RateLimited, Cause::Credentials];
    for cause in causes {
        let mut scene = Scene::new();
        let signed_in = scene.world.now;
        scene.provider.says = Says::Nothing(cause);
        let _ = scene.events();
        let mut refreshes = 0;
        let refused = loop {
            scene.world.now += HOUR - 300;
            let answer = scene.next();
            if answer.status != 200 {
                break answer;
            }
            let lives = answer.body["expires_in"].as_u64().unwrap();
            assert!(scene.world.now + lives <= signed_in + 24 * HOUR, "{cause:?}");
            let told = format!("refresh_unconfirmed {}", cause.reason().code());
            assert_eq!(scene.events(), [told], "and not as a refresh like any other");
            refreshes += 1;
        };
        assert_eq!(refreshes, 26, "{cause:?}");
        assert_eq!(refused.error(), (400, "invalid_grant"));
        assert!(scene.events().contains(&"revoked revoked_unconfirmed".to_owned()));
        scene.provider.says = Says::Yes;
        assert_eq!(scene.next().error(), (400, "invalid_grant"), "for good");
    }
}

#[test]
fn a_confirmation_begins_max_unconfirmed_again_and_a_long_pause_is_no_outage() {
    let mut scene = Scene::new();
    for _ in 0..9 {
        scene.provider.says = Says::Nothing(Cause::RateLimited);
        for _ in 0..10 {
            scene.world.now += 2 * HOUR;
            assert_eq!(scene.next().status, 200);
        }
        scene.provider.says = Says::Yes;
        scene.world.now += HOUR;
        assert_eq!(scene.next().status, 200);
        scene.world.now += 40 * HOUR;
        assert_eq!(scene.next().status, 200, "asked first, and confirmed");
    }
}

#[test]
fn a_grant_with_nothing_to_ask_with_lives_to_its_end() {
    let mut scene = Scene::new();
    let record = scene.world.grants.get_mut(&scene.grant).expect("a grant");
    record.can_ask = false;
    scene.provider.says = Says::Nothing(Cause::Unavailable);
    for _ in 0..14 {
        scene.world.now += 50 * HOUR;
        assert_eq!(scene.next().status, 200);
    }
    assert_eq!(scene.provider.questions, 0);
    scene.world.now += 50 * HOUR;
    assert_eq!(scene.next().error(), (400, "invalid_grant"));
}

#[test]
fn where_confirmation_is_required_only_a_decision_ends_the_grant() {
    let mut scene = Scene::new();
    scene.world.config.tokens.recheck = Recheck::Required;
    for cause in [Cause::Unavailable, Cause::Credentials, Cause::Unreadable, Cause::UnknownKey] {
        scene.provider.says = Says::Nothing(cause);
        scene.world.now += 30 * HOUR;
        let _ = scene.events();
        let refused = scene.next();
        assert_eq!(refused.error(), (503, "temporarily_unavailable"));
        assert_eq!(refused.retry_after.as_deref(), Some("30"));
        assert_eq!(scene.events(), [format!("refresh_unconfirmed {}", cause.reason().code())]);
    }
    // The token that was refused four days ago is as good as ever.
    scene.provider.says = Says::Yes;
    assert_eq!(scene.next().status, 200);
    scene.provider.says = Says::No;
    assert_eq!(scene.next().error(), (400, "invalid_grant"));
}

#[test]
fn where_confirmation_is_required_and_impossible_no_refresh_token_is_given() {
    let mut world = World::new();
    world.config.tokens.recheck = Recheck::Required;
    let client = world.public_client();
    let code = sign_in(&mut world, &client);
    let id = world.grants.keys().next().expect("a grant").clone();
    let mut holder = GrantSubject::open(&world.keys, &id, &world.grants[&id].sealed).expect("ours");
    holder.upstream = None;
    let gate = world.gate();
    let sealed = holder.seal(gate.keys, &id, gate.entropy);
    world.grants.get_mut(&id).expect("it").sealed = sealed;
    let (status, tokens) = world.token(&redeem(&client, &code));
    assert_eq!((status, tokens.get("refresh_token")), (200, None), "{tokens}");
}

#[test]
fn a_record_from_before_confirmations_were_noted_is_asked_about() {
    let mut scene = Scene::new();
    assert_eq!(scene.next().status, 200);
    let record = scene.world.grants[&scene.grant].clone();
    let mut old = serde_json::to_value(record).unwrap();
    for name in ["confirmed", "confirmed_at", "can_ask", "asking", "uses"] {
        old.as_object_mut().unwrap().remove(name);
    }
    let open =
        |old: &Value| toolgate_core::from_json::read_value(old.clone()).expect("an old record");
    scene.world.grants.insert(scene.grant.clone(), open(&old));
    scene.provider.says = Says::Nothing(Cause::Unavailable);
    scene.world.now += 23 * HOUR;
    assert_eq!(scene.next().status, 200, "within a day of its last refresh");
    scene.world.now += 2 * HOUR;
    assert_eq!(scene.next().error(), (400, "invalid_grant"));
}
