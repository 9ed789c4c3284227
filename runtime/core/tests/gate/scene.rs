//! A person who is signed in at a provider that gives each of its tokens once.

use http::Request;
use serde_json::Value;
use toolgate_core::audit::Reason;
use toolgate_core::oauth::callback::{GrantSubject, Identified};
use toolgate_core::oauth::course::{Confirmation, Course, Step};
use toolgate_core::reply::Reply;
use toolgate_core::upstream::trouble::{Cause, Trouble, Upstream};

use crate::support::*;

pub const HOUR: u64 = 3600;
pub const HOME: &str = "198.51.100.7";
pub const ELSEWHERE: &str = "203.0.113.9";

/// What the provider says of the person.
#[derive(Clone, Copy)]
pub enum Says {
    Yes,
    No,
    Nothing(Cause),
    /// It gives a new token, and then its userinfo is away.
    HalfAnAnswer,
}

/// A provider that rotates: a token that was used before ends everything.
pub struct Provider {
    pub current: u32,
    pub questions: u32,
    pub says: Says,
}

impl Provider {
    pub fn confirm(&mut self, holder: &GrantSubject) -> Confirmation {
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
        Confirmation { upstream: Some(upstream(self.current).into()), verdict }
    }
}

pub fn upstream(number: u32) -> Upstream {
    Upstream::Refresh(format!("token {number}"))
}

/// A person who is signed in at such a provider.
pub struct Scene {
    pub world: World,
    pub provider: Provider,
    pub client: String,
    pub grant: String,
    /// The client's refresh token.
    pub token: String,
}

impl Scene {
    pub fn new() -> Self {
        let mut world = World::new();
        let client = world.public_client();
        let code = sign_in(&mut world, &client);
        let (grant, record) = world.grants.iter_mut().next().expect("a grant");
        let grant = grant.clone();
        record.can_ask = true;
        let sealed = record.sealed.clone();
        let mut holder = GrantSubject::open(&world.keys, &grant, &sealed).expect("ours");
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

    pub fn request(&self, token: &str, address: &str) -> Request<Vec<u8>> {
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

    pub fn course(&mut self, token: &str, address: &str) -> Course {
        let request = self.request(token, address);
        self.world.course(&request).expect("a good request")
    }

    pub fn step(&mut self, course: &mut Course, step: Step) -> Step {
        let provider = &mut self.provider;
        self.world.step(course, step, &mut |holder| provider.confirm(holder))
    }

    /// A whole refresh, alone.
    pub fn refresh(&mut self, token: &str, address: &str) -> Answer {
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
    pub fn next(&mut self) -> Answer {
        let token = self.token.clone();
        let answer = self.refresh(&token, HOME);
        if answer.status == 200 {
            self.token = answer.refresh_token();
        }
        answer
    }

    /// As many refreshes of one token as there are addresses, all at once; answers of the provider
    /// take this long.
    pub fn at_once(&mut self, token: &str, addresses: &[&str], provider_takes: u64) -> Vec<Answer> {
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

    pub fn events(&self) -> Vec<String> {
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
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<String>,
    pub body: Value,
}

impl Answer {
    pub fn of(reply: &Reply) -> Self {
        let retry_after = reply.headers().get("retry-after");
        let retry_after = retry_after.map(|value| value.to_str().unwrap().to_owned());
        Self { status: reply.status().as_u16(), retry_after, body: body(reply) }
    }

    pub fn refresh_token(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        text(&self.body, "refresh_token")
    }

    pub fn error(&self) -> (u16, &str) {
        (self.status, self.body["error"].as_str().unwrap_or_default())
    }
}

pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}
