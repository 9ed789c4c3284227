//! A person who connects an account at a third party: the page of the link, and the return.

use std::collections::BTreeMap;

use http::header::{CONTENT_TYPE, COOKIE, ORIGIN as ORIGIN_HEADER, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use toolgate_config::Config;
use toolgate_core::account::asker::Asker;
use toolgate_core::account::connect::{self, Asked, ConnectStep, Question};
use toolgate_core::account::link::{Asking, Link, question_id};
use toolgate_core::account::party::Party;
use toolgate_core::account::returned::{self, Return};
use toolgate_core::audit::{Reason, reason_of};
use toolgate_core::limits::{ATTEMPT_TTL, PERSON_TTL};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::grant::Grant;
use toolgate_core::reply::Reply;

use super::connections::{cookie, person};
use crate::support::*;

/// The server with this section, and with these policies.
fn configured(keys: &str) -> Config {
    let source = format!(
        "[server]\nname = \"Demo\"\n[identity]\nprovider = \"oidc\"\nissuer = \"https://login.example.com\"\n\
         [policies.staff]\nemails = [\"boss@mycompany.com\"]\n[policies.bugs]\nargs = {{ kind = [\"bug\"] }}\n\
         [connections.linear]\nclient_id = \"ours\"\n{keys}"
    );
    toolgate_config::check(&source).expect("a configuration").config
}

const SECTION: &str = "hosts = [\"api.linear.example\"]\n\
    authorization_url = \"https://linear.example/authorize\"\ntoken_url = \"https://linear.example/token\"\n";

/// A person, signed in here, whom a client asks for an account.
struct Scene {
    world: World,
    cookie: String,
    grant: String,
    text: String,
}

impl Scene {
    /// Of a client that was approved while the server had this section.
    fn new(section: &str) -> Self {
        Self::of_client_approved_with(Some(section), section)
    }

    /// Of a client that was approved while the server had the section `approved`, or none, and has `section` now.
    fn of_client_approved_with(approved: Option<&str>, section: &str) -> Self {
        let mut world = World::new();
        world.config.powers = approved.map(|keys| configured(keys).powers).unwrap_or_default();
        let client = world.public_client();
        tokens(&mut world, &client);
        let grant = world.grants.keys().next().expect("a grant").clone();
        let cookie = cookie(&mut world);
        let mut scene = Self { world, cookie, grant, text: String::new() };
        scene.become_of(section);
        scene.ask();
        scene
    }

    /// The server has another section now.
    fn become_of(&mut self, section: &str) {
        let Config { connections, policies, powers, .. } = configured(section);
        let config = &mut self.world.config;
        (config.connections, config.policies, config.powers) = (connections, policies, powers);
    }

    /// A new link.
    fn ask(&mut self) {
        let who = person(&mut self.world, &self.cookie).subject_keys[0].clone();
        let (grant, session) = (self.grant.as_str(), Some("session:1"));
        let asking = Asking { client: "A client", tool: "find_issues", grant, session };
        let link = Link::new(&who, "linear", asking, self.world.now);
        let address = link.address(&self.world.keys, ORIGIN, &mut Counter::default());
        self.text = address.split_once("?link=").expect("a link").1.to_owned();
    }

    fn open(&mut self) -> ConnectStep {
        let page = Request::get(format!("/connections/connect?link={}", self.text))
            .header(COOKIE, &self.cookie)
            .body(Vec::new())
            .unwrap();
        connect::open(&mut self.world.gate(), &page)
    }

    fn asked(&mut self) -> Box<Asked> {
        let csrf = person(&mut self.world, &self.cookie).csrf;
        let form = Request::post("/connections/connect")
            .header(COOKIE, &self.cookie)
            .header(ORIGIN_HEADER, ORIGIN)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("csrf={csrf}&link={}", self.text).into_bytes())
            .unwrap();
        match connect::decide(&self.world.gate(), &form) {
            ConnectStep::Read(asked) => asked,
            ConnectStep::Reply(reply) => panic!("the person goes on: {reply:?}"),
        }
    }

    /// The page, and what the form of it is answered: both judge the client.
    fn judged(&mut self) -> Result<(), Box<Reply>> {
        let asked = self.asked();
        let grants = self.world.grants.clone();
        let grant = grants.get_key_value(asked.grant()).map(|(id, grant)| (id.as_str(), grant));
        let vars = Variables::default();
        let asker = Asker { grant, vars: &vars };
        let oauth = self.world.gate();
        let page = connect::show(&oauth, &asked, asker);
        let decided = connect::approve(&oauth, &asked, asker).map(drop);
        let refused = decided.as_ref().err().map_or(StatusCode::OK, |reply| reply.status());
        assert_eq!(page.status(), refused, "the page says what the form says");
        decided
    }

    /// Goes on to the third party: the address there, and the cookie of the attempt.
    fn start(&mut self) -> (Reply, String) {
        let asked = self.asked();
        let section = self.world.config.connections[0].clone();
        let party = Party::resolve(&section, &Variables::default(), ORIGIN).expect("a third party");
        let headers = HeaderMap::new();
        let there = connect::start(&mut self.world.gate(), &headers, &section, &party, *asked);
        let attempt = there.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        (there, attempt)
    }

    /// Comes back with what `use_it` makes of the return.
    fn come_back<T>(
        &mut self,
        (there, attempt): (Reply, String),
        use_it: impl FnOnce(&Return<'_>, &OAuthContext<'_>, &BTreeMap<String, Grant>) -> T,
    ) -> Result<T, Box<Reply>> {
        let (state, attempt) = (&parameters(&there)["state"], attempt.split(';').next().unwrap());
        let back = Request::get(format!("/connections/return/linear?code=c&state={state}"))
            .header(COOKIE, format!("{}; {attempt}", self.cookie))
            .body(Vec::new())
            .unwrap();
        let grants = self.world.grants.clone();
        let oauth = self.world.gate();
        returned::begin(&oauth, &back).map(|back| use_it(&back, &oauth, &grants))
    }
}

/// Begins at the third party of `section`, and comes back after the section has become `then`.
fn come_back(section: &str, then: &str) -> Result<String, Box<Reply>> {
    let mut scene = Scene::new(section);
    let there = scene.start();
    scene.become_of(then);
    scene.come_back(there, |back, _, _| back.connection.name.to_string())
}

fn refusal(reply: &Reply) -> (u16, Option<Reason>) {
    (reply.status().as_u16(), reason_of(reply))
}

#[test]
fn a_return_counts_only_while_the_section_names_the_third_party_that_the_person_saw() {
    assert_eq!(come_back(SECTION, SECTION).ok().as_deref(), Some("linear"));
    let with_title = format!("title = \"Linear\"\n{SECTION}");
    assert!(come_back(SECTION, &with_title).is_ok(), "another title is no other party");
    for (from, to) in [
        ("/token\"", "/other\""),
        ("https://linear.example/authorize", "https://evil.example/authorize"),
        ("[\"api.linear.example\"]", "[\"api.linear.example\", \"files.linear.example\"]"),
    ] {
        let refused = come_back(SECTION, &SECTION.replace(from, to)).expect_err(to);
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{to}");
    }
}

#[test]
fn a_client_that_was_approved_before_the_connection_has_to_be_approved_again() {
    assert!(Scene::new(SECTION).judged().is_ok());
    let renamed = format!("title = \"Linear\"\n{SECTION}");
    let wider = SECTION.replace("[\"api", "[\"evil.example\", \"api");
    for (approved, section) in
        [(None, SECTION), (Some(SECTION), renamed.as_str()), (Some(SECTION), wider.as_str())]
    {
        let mut scene = Scene::of_client_approved_with(approved, section);
        let reply = scene.judged().expect_err("not approved");
        assert_eq!(refusal(&reply), (403, Some(Reason::AccountNotApproved)), "{approved:?}");
        assert!(text(&reply).contains("connect it again"), "{}", text(&reply));
    }
}

#[test]
fn a_link_is_of_the_grant_of_the_client_that_asked() {
    let mut scene = Scene::new(SECTION);
    let there = scene.start();
    scene.world.grants.get_mut(&scene.grant).unwrap().revoked = true;
    let reply = scene.judged().expect_err("the grant is over");
    assert_eq!(refusal(&reply), (403, Some(Reason::GrantOver)));
    // The person was at the third party meanwhile.
    let judged = scene.come_back(there, |back, oauth, grants| {
        let grant = Some((back.grant(), &grants[back.grant()]));
        let vars = Variables::default();
        back.judge(oauth, Asker { grant, vars: &vars }).expect_err("the grant is over")
    });
    let reply = judged.expect("a return");
    assert_eq!(refusal(&reply), (403, Some(Reason::GrantOver)));
    assert!(reply.headers().contains_key(SET_COOKIE), "the attempt is over");
    // Another grant of the same client does not count for it.
    scene.world.grants.clear();
    assert!(scene.judged().is_err());
}

#[test]
fn the_policy_of_the_connection_is_judged_at_the_page_as_well() {
    let staff = format!("{SECTION}allow = \"staff\"\n");
    let reply = Scene::new(&staff).judged().expect_err("not one of the staff");
    assert_eq!(refusal(&reply), (403, Some(Reason::PolicyNotMatched)));
    // Arguments are not known before a call.
    assert!(Scene::new(&format!("{SECTION}allow = \"bugs\"\n")).judged().is_ok());
    assert!(Scene::new(&format!("{SECTION}allow = \"everyone\"\n")).judged().is_ok());
}

#[test]
fn an_attempt_is_over_no_later_than_the_sign_in_that_it_is_of() {
    let mut scene = Scene::new(SECTION);
    assert!(matches!(scene.open(), ConnectStep::Read(_)));
    let reading = PERSON_TTL - ATTEMPT_TTL;
    scene.world.now += reading;
    assert!(matches!(scene.open(), ConnectStep::Read(_)), "there is time to read the page");
    assert!(scene.start().1.contains(&format!("Max-Age={ATTEMPT_TTL}")));
    scene.world.now += 60;
    let ConnectStep::Reply(reply) = scene.open() else { panic!("the sign-in would be over first") };
    assert!(location(&reply).contains("/authorization?"), "{}", location(&reply));
    let rest = ATTEMPT_TTL - 60;
    assert!(scene.start().1.contains(&format!("Max-Age={rest}")), "the page was open already");
}

#[test]
fn a_return_knows_the_question_to_the_client_that_asked_it() {
    let mut scene = Scene::new(SECTION);
    let there = scene.start();
    let address = format!("{ORIGIN}/connections/connect?link={}", scene.text);
    let question = Question { session: "session:1".to_owned(), id: question_id(&address) };
    let found = scene.come_back(there, |back, _, _| back.question().cloned());
    assert_eq!(found.expect("a return"), Some(question));
}
