//! Refreshes at a provider that gives each of its tokens once: one question at a time, cut
//! connections, outages, and tokens that two programs hold.

use http::Request;
use serde_json::Value;
use toolgate_config::Recheck;
use toolgate_core::access::upstream::{Cause, Trouble, Upstream};
use toolgate_core::audit::Reason;
use toolgate_core::oauth::callback::{Holder, Identified};
use toolgate_core::oauth::course::{Confirmation, Course, Step};
use toolgate_core::oauth::grant::SHARED_ROWS;
use toolgate_core::reply::Reply;

use crate::support::*;

const HOUR: u64 = 3600;
const HOME: &str = "198.51.100.7";
const ELSEWHERE: &str = "203.0.113.9";

/// What the provider says of the person.
#[derive(Clone, Copy)]
enum Says {
    Yes,
    No,
    Nothing(Cause),
    /// It gives a new token, and then its userinfo is away.
    HalfAnAnswer,
}

/// A provider that rotates: a token that was used before ends everything.
struct Provider {
    current: u32,
    questions: u32,
    says: Says,
}

impl Provider {
    fn confirm(&mut self, holder: &Holder) -> Confirmation {
        self.questions += 1;
        let failed = |cause| Err(Trouble::Failed(cause, "scripted".to_owned()));
        if let Says::Nothing(cause) = self.says {
            return Confirmation { upstream: None, verdict: failed(cause) };
        }
        let is_current = holder.upstream == Some(upstream(self.current));
        if !is_current || matches!(self.says, Says::No) {
            let verdict =
                Err(Trouble::Ended(Reason::RevokedByUpstream, "invalid_grant".to_owned()));
            return Confirmation { upstream: None, verdict };
        }
        self.current += 1;
        let verdict = match self.says {
            Says::HalfAnAnswer => failed(Cause::Unavailable),
            _ => Ok(Some(Identified { caller: holder.caller.clone(), upstream: None })),
        };
        Confirmation { upstream: Some(upstream(self.current)), verdict }
    }
}

fn upstream(number: u32) -> Upstream {
    Upstream::Refresh(format!("token {number}"))
}

/// A person who is signed in at such a provider.
struct Scene {
    world: World,
    provider: Provider,
    client: String,
    grant: String,
    /// The client's refresh token.
    token: String,
}

impl Scene {
    fn new() -> Self {
        let mut world = World::new();
        let client = world.public_client();
        let code = sign_in(&mut world, &client);
        let (grant, record) = world.grants.iter_mut().next().expect("a grant");
        let grant = grant.clone();
        record.can_ask = true;
        let sealed = record.sealed.clone();
        let mut holder = Holder::open(&world.keys, &grant, &sealed).expect("ours");
        holder.upstream = Some(upstream(1));
        let gate = world.gate();
        let sealed = holder.seal(gate.keys, &grant, gate.entropy);
        world.grants.get_mut(&grant).expect("it").sealed = sealed;
        let (status, tokens) = world.token(&redeem(&client, &code));
        assert_eq!(status, 200, "{tokens}");
        let provider = Provider { current: 1, questions: 0, says: Says::Yes };
        let token = text(&tokens, "refresh_token");
        Self { world, provider, client, grant, token }
    }

    fn request(&self, token: &str, address: &str) -> Request<Vec<u8>> {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &*self.client),
            ("refresh_token", token),
        ];
        let mut request = post("/token", &form);
        request.headers_mut().insert("cf-connecting-ip", address.parse().unwrap());
        request.headers_mut().insert("cf-ipcountry", "AT".parse().unwrap());
        request
    }

    fn course(&mut self, token: &str, address: &str) -> Course {
        let request = self.request(token, address);
        self.world.course(&request).expect("a good request")
    }

    fn step(&mut self, course: &mut Course, step: Step) -> Step {
        let provider = &mut self.provider;
        self.world.step(course, step, &mut |holder| provider.confirm(holder))
    }

    /// A whole refresh, alone.
    fn refresh(&mut self, token: &str, address: &str) -> Answer {
        let mut course = self.course(token, address);
        let mut step = Step::Perform(course.start());
        loop {
            step = match step {
                Step::Reply(reply) => return Answer::of(&reply),
                step => self.step(&mut course, step),
            };
        }
    }

    /// The next refresh of the client that keeps its tokens.
    fn next(&mut self) -> Answer {
        let token = self.token.clone();
        let answer = self.refresh(&token, HOME);
        if answer.status == 200 {
            self.token = answer.refresh_token();
        }
        answer
    }

    /// As many refreshes of one token as there are addresses, all at once; answers of the provider
    /// take this long.
    fn at_once(&mut self, token: &str, addresses: &[&str], provider_takes: u64) -> Vec<Answer> {
        let started = self.world.now;
        let mut courses: Vec<_> =
            addresses.iter().map(|address| self.course(token, address)).collect();
        let mut answers: Vec<_> = courses.iter().map(|_| None).collect();
        let mut events: Vec<(u64, usize, Step)> = (courses.iter().enumerate())
            .map(|(index, course)| (0, index, Step::Perform(course.start())))
            .collect();
        while let Some(first) = (0..events.len()).min_by_key(|at| (events[*at].0, *at)) {
            let (time, index, step) = events.remove(first);
            self.world.now = started + time / 1000;
            let next = match step {
                Step::Reply(reply) => {
                    answers[index] = Some(Answer::of(&reply));
                    continue;
                }
                step => self.step(&mut courses[index], step),
            };
            let time = match &next {
                Step::Wait(wait) => time + u64::try_from(wait.as_millis()).unwrap(),
                Step::Ask(_) => time + provider_takes,
                Step::Perform(_) | Step::Reply(_) => time + 5,
            };
            events.push((time, index, next));
        }
        answers.into_iter().map(|answer| answer.expect("an answer")).collect()
    }

    fn events(&self) -> Vec<String> {
        let events = self.world.log.take();
        let word = |event: &toolgate_core::audit::Event| {
            let detail = event.detail.as_deref().unwrap_or_default();
            format!("{} {} {detail}", event.kind.name(), event.reason.code()).trim().to_owned()
        };
        events.iter().map(word).collect()
    }
}

/// What the client is told.
#[derive(Debug, Clone, PartialEq)]
struct Answer {
    status: u16,
    retry_after: Option<String>,
    body: Value,
}

impl Answer {
    fn of(reply: &Reply) -> Self {
        let retry_after = reply.headers().get("retry-after");
        let retry_after = retry_after.map(|value| value.to_str().unwrap().to_owned());
        Self { status: reply.status().as_u16(), retry_after, body: body(reply) }
    }

    fn refresh_token(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        text(&self.body, "refresh_token")
    }

    fn error(&self) -> (u16, &str) {
        (self.status, self.body["error"].as_str().unwrap_or_default())
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}

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
    let mut holder = Holder::open(&world.keys, &id, &world.grants[&id].sealed).expect("ours");
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
    let open = |old: &Value| serde_json::from_value(old.clone()).expect("an old record");
    scene.world.grants.insert(scene.grant.clone(), open(&old));
    scene.provider.says = Says::Nothing(Cause::Unavailable);
    scene.world.now += 23 * HOUR;
    assert_eq!(scene.next().status, 200, "within a day of its last refresh");
    scene.world.now += 2 * HOUR;
    assert_eq!(scene.next().error(), (400, "invalid_grant"));
}

#[test]
fn two_programs_that_share_a_file_stay_signed_in_for_two_days() {
    for gap in [0, 1, 20, 59] {
        let mut scene = Scene::new();
        let mut file = scene.token.clone();
        for hour in 0..48 {
            scene.world.now += HOUR - gap;
            // Both have read the file; both refresh, and both write what they got.
            let token = file.clone();
            let answers = if gap == 0 {
                scene.at_once(&token, &[HOME, HOME], 300)
            } else {
                let first = scene.refresh(&token, HOME);
                scene.world.now += gap;
                vec![first, scene.refresh(&token, HOME)]
            };
            assert_eq!(answers[0].refresh_token(), answers[1].refresh_token(), "hour {hour}");
            file = answers[usize::from(hour % 2 == 0)].refresh_token();
        }
        assert_eq!(scene.provider.questions, 48);
        assert!(scene.world.grants[&scene.grant].is_shared(), "the person reads of it");
        assert!(scene.events().iter().any(|event| {
            event == "refresh_retried refresh_repeated generations=48 network=same country=same"
        }));
    }
}

/// Owner and thief, each refresh within the grace of the other.
fn in_step(scene: &mut Scene, thief_at: &str) -> Option<u32> {
    for generation in 1..=48 {
        scene.world.now += HOUR;
        let token = scene.token.clone();
        // Now the one is first, now the other.
        let (first, second) = if generation % 3 == 0 { (thief_at, HOME) } else { (HOME, thief_at) };
        let own = scene.refresh(&token, first);
        scene.world.now += 40;
        let stolen = scene.refresh(&token, second);
        if stolen.status != 200 {
            assert_eq!(stolen.error(), (400, "invalid_grant"));
            assert_eq!(scene.refresh(&own.refresh_token(), HOME).status, 400, "for both");
            return Some(generation);
        }
        scene.token = own.refresh_token();
    }
    None
}

#[test]
fn a_thief_who_keeps_in_step_from_another_network_ends_the_grant() {
    let mut scene = Scene::new();
    assert_eq!(in_step(&mut scene, ELSEWHERE), Some(SHARED_ROWS));
    let events = scene.events();
    let code = Reason::RevokedByTwoNetworks.code();
    assert!(events.contains(&format!("revoked {code}")), "{events:?}");
    let rows = events.iter().filter(|event| event.starts_with("refresh_retried")).count();
    assert_eq!(rows, usize::try_from(SHARED_ROWS).unwrap() - 1, "each was told before");
}

#[test]
fn a_thief_in_the_same_network_is_shown_to_the_person() {
    let mut scene = Scene::new();
    assert_eq!(in_step(&mut scene, "198.51.100.200"), None);
    assert!(scene.world.grants[&scene.grant].is_shared());
}

#[test]
fn a_laptop_that_changes_networks_in_a_refresh_now_and_then_goes_on() {
    let mut scene = Scene::new();
    for day in 0..60 {
        for _ in 0..SHARED_ROWS - 1 {
            scene.world.now += HOUR;
            let token = scene.token.clone();
            scene.refresh(&token, HOME);
            scene.token = scene.refresh(&token, ELSEWHERE).refresh_token();
        }
        scene.world.now += HOUR;
        assert_eq!(scene.next().status, 200, "day {day}");
        assert!(!scene.world.grants[&scene.grant].is_shared());
        scene.world.grants.get_mut(&scene.grant).unwrap().expires += 24 * HOUR;
    }
}

#[test]
fn addresses_of_both_families_are_one_computer_and_a_country_is_another_place() {
    let mut scene = Scene::new();
    assert_eq!(in_step(&mut scene, "2001:db8:1:2::7"), None);
    let mut scene = Scene::new();
    scene.world.now += HOUR;
    let token = scene.token.clone();
    scene.refresh(&token, HOME);
    let mut request = scene.request(&token, HOME);
    request.headers_mut().insert("cf-ipcountry", "NZ".parse().unwrap());
    let _ = scene.events();
    assert_eq!(scene.world.token_request(&request).0, 200);
    assert_eq!(
        scene.events(),
        ["refresh_retried refresh_repeated_elsewhere generations=1 network=same country=other"]
    );
}

#[test]
fn no_record_tells_where_it_is_used_from() {
    let mut scene = Scene::new();
    let token = scene.token.clone();
    scene.refresh(&token, HOME);
    scene.refresh(&token, ELSEWHERE);
    let record = serde_json::to_string(&scene.world.grants[&scene.grant]).unwrap();
    for plain in ["198.51", "203.0", "\"AT\""] {
        assert!(!record.contains(plain), "{plain} in {record}");
    }
}
