//! The client of one person.

use std::cell::RefCell;
use std::collections::VecDeque;

use serde_json::{Map, Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::tool::ParamHeader;
use toolgate_core::mcp::{self, Accepted, Method, Revision};
use toolgate_core::oauth::scope;
use toolgate_core::seal;
use toolgate_policy::Caller;

use super::answer::{Called, CalledKind, Round, TestAnswer};
use super::list::List;
use super::reply::Reply;
use super::request::{self, Sender};
use super::server::TestServer;
use crate::call::stateless;
use crate::platform::EnvVars;
use crate::platform::native::console;
use crate::ports::principal::Principal;

/// Questions of one call after which it is given up.
const MAX_ROUNDS: usize = 100;

/// The client of one person, who is signed in to a [`TestServer`].
#[derive(Debug, Clone)]
pub struct TestClient {
    pub(super) server: TestServer,
    pub(super) caller: Caller,
    pub(super) revision: Revision,
    pub(super) capabilities: Value,
    replies: RefCell<VecDeque<Reply>>,
    /// False for a person whose sign-in at the identity provider is over.
    pub(super) has_upstream: bool,
}

/// The person, and the capabilities of their client.
impl TestClient {
    pub(super) fn new(server: TestServer, subject: String) -> Self {
        let client_id = "toolgate-testing".to_owned();
        let scopes = scope::all(&server.app().config).map(str::to_owned).collect();
        Self {
            server,
            caller: Caller {
                subject,
                client_id,
                client: Some(String::new()),
                scopes,
                ..Caller::default()
            },
            revision: Revision::LATEST,
            capabilities: json!({
                "elicitation": { "form": {}, "url": {} }, "sampling": {}, "roots": {},
            }),
            replies: RefCell::default(),
            has_upstream: true,
        }
    }

    /// The client that is used, as policies name it by `clients`: an id of `[[clients]]`, or the address of a
    /// metadata document. By default one that no policy names.
    #[must_use]
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.caller.client = Some(id.into());
        self
    }

    /// The subject at the identity provider (`sub`).
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.caller.subject = subject.into();
        self
    }

    /// The name for people.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.caller.name = Some(name.into());
        self
    }

    /// The groups, as the claim of `groups_claim` has them; at GitHub `org` and `org/team`.
    #[must_use]
    pub fn groups(mut self, groups: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.caller.groups = groups.into_iter().map(Into::into).collect();
        self
    }

    /// One more claim that policies may name.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.caller.claims.insert(name.into(), value.into());
        self
    }

    /// The OAuth scopes of the access token; without this, all that the server knows.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.caller.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// The identity provider does not vouch for the address.
    #[must_use]
    pub fn unverified_email(mut self) -> Self {
        self.caller.claimed_email = self.caller.email.take().or(self.caller.claimed_email);
        self
    }

    /// Speaks this revision of MCP instead of the newest, as a client without a session.
    ///
    /// # Panics
    /// There is no such revision.
    #[must_use]
    #[track_caller]
    pub fn revision(mut self, revision: &str) -> Self {
        let known = Revision::parse(revision);
        self.revision = known.unwrap_or_else(|| panic!("`{revision}` is no revision of MCP"));
        self
    }

    /// Answers the questions of functions, in this order: JSON for the form of `ctx.ask()`, or any
    /// [`Reply`]. A question without an answer fails the test.
    ///
    /// ```
    /// # use toolgate::testing::{Reply, TestClient, json};
    /// # fn show(ada: TestClient) {
    /// let ada = ada.answers([json!({ "city": "Oslo" })]);
    /// # let _ = ada.clone();
    /// let ada = ada.answers([Reply::declined(), Reply::sampled("a model's words")]);
    /// # }
    /// ```
    #[must_use]
    pub fn answers(self, replies: impl IntoIterator<Item = impl Into<Reply>>) -> Self {
        self.replies.borrow_mut().extend(replies.into_iter().map(Into::into));
        self
    }

    /// Can be asked nothing.
    #[must_use]
    pub fn without_questions(mut self) -> Self {
        self.capabilities = json!({});
        self
    }
}

/// The requests of the client.
impl TestClient {
    /// Calls a tool.
    ///
    /// # Panics
    /// The arguments are no object, the function panics or waits for what never comes, or it asks
    /// something that [`answers`](Self::answers) has no answer to.
    #[track_caller]
    pub fn call(&self, tool: &str, arguments: Value) -> TestAnswer {
        let infos = self.server.registry().infos();
        let info = infos.iter().find(|info| info.name == tool);
        let params = json!({ "name": tool, "arguments": object(&arguments) });
        let names = infos.iter().map(|info| info.name).collect();
        let called = self.called(CalledKind::Tool, tool, names);
        self.send(Method::CallTool, params, info.map_or(&[], |info| info.headers), called)
    }

    /// Gets a prompt. Its arguments are text.
    ///
    /// # Panics
    /// As for [`call`](Self::call).
    #[track_caller]
    pub fn prompt(&self, prompt: &str, arguments: Value) -> TestAnswer {
        let params = json!({ "name": prompt, "arguments": object(&arguments) });
        let infos = self.server.registry().prompt_infos();
        let names = infos.iter().map(|info| info.name).collect();
        self.send(Method::GetPrompt, params, &[], self.called(CalledKind::Prompt, prompt, names))
    }

    /// Reads a resource.
    ///
    /// # Panics
    /// As for [`call`](Self::call).
    #[track_caller]
    pub fn resource(&self, uri: &str) -> TestAnswer {
        let infos = self.server.registry().resource_infos();
        let uris = infos.iter().map(|info| info.uri).collect();
        let called = self.called(CalledKind::Resource, uri, uris);
        self.send(Method::ReadResource, json!({ "uri": uri }), &[], called)
    }

    /// The proposals for an argument of a prompt of which this was typed.
    ///
    /// # Panics
    /// Nothing completes it, or nobody may.
    #[track_caller]
    #[must_use]
    pub fn complete_prompt(&self, prompt: &str, argument: &str, typed: &str) -> Vec<String> {
        self.complete(json!({ "type": "ref/prompt", "name": prompt }), argument, typed)
    }

    /// The proposals for a variable of a template of resources, given as its functions have it,
    /// of which this was typed.
    ///
    /// # Panics
    /// Nothing completes it, or nobody may.
    #[track_caller]
    #[must_use]
    pub fn complete_resource(&self, template: &str, variable: &str, typed: &str) -> Vec<String> {
        self.complete(json!({ "type": "ref/resource", "uri": template }), variable, typed)
    }

    /// The tools that the person may call.
    #[must_use]
    pub fn list_tools(&self) -> List {
        self.list(Method::ListTools, "tools")
    }

    /// The prompts that the person may get.
    #[must_use]
    pub fn list_prompts(&self) -> List {
        self.list(Method::ListPrompts, "prompts")
    }

    /// The resources that the person may read, without templates.
    #[must_use]
    pub fn list_resources(&self) -> List {
        self.list(Method::ListResources, "resources")
    }

    /// The templates of resources that the person may read.
    #[must_use]
    pub fn list_resource_templates(&self) -> List {
        self.list(Method::ListResourceTemplates, "resourceTemplates")
    }
}

impl TestClient {
    pub(super) fn server(&self) -> &TestServer {
        &self.server
    }

    #[track_caller]
    fn complete(&self, reference: Value, argument: &str, typed: &str) -> Vec<String> {
        let params = json!({ "ref": reference, "argument": { "name": argument, "value": typed } });
        let called = self.called(CalledKind::Method, Method::Complete.name(), Vec::new());
        let answer = self.send(Method::Complete, params, &[], called);
        let values = answer.assert_ok().raw()["completion"]["values"].clone();
        serde_json::from_value(values).expect("values are text")
    }

    /// All pages of a list; empty where the server has nothing of the kind.
    fn list(&self, method: Method, key: &str) -> List {
        let mut entries = Vec::new();
        let mut params = json!({});
        loop {
            let called = self.called(CalledKind::Method, method.name(), Vec::new());
            let answer = self.send(method, params, &[], called);
            if answer.code() == Some(mcp::METHOD_NOT_FOUND) {
                break;
            }
            let page = answer.assert_ok().raw();
            entries.extend(page[key].as_array().into_iter().flatten().cloned());
            match page.get("nextCursor") {
                Some(cursor) => params = json!({ "cursor": cursor }),
                None => break,
            }
        }
        List { who: self.who(), entries }
    }

    pub(super) fn called(&self, kind: CalledKind, name: &str, known: Vec<&'static str>) -> Called {
        Called { kind, name: name.to_owned(), who: self.who(), known }
    }

    pub(super) fn who(&self) -> String {
        self.caller.email.clone().unwrap_or_else(|| self.caller.subject.clone())
    }

    /// Sends a request, and again with answers as long as something is asked.
    #[track_caller]
    fn send(
        &self,
        method: Method,
        params: Value,
        repeated: &[ParamHeader],
        called: Called,
    ) -> TestAnswer {
        let mut params = object(&params).clone();
        let mut answer = TestAnswer::new(called);
        for _ in 0..MAX_ROUNDS {
            answer.add(self.round(method, params.clone(), repeated));
            let Some((requests, state)) = answer.required() else { return answer };
            let replies = self.replies_to(&answer, &requests);
            params.insert("inputResponses".to_owned(), replies.into());
            params.insert("requestState".to_owned(), state);
        }
        panic!("{answer} still asks after {MAX_ROUNDS} answers")
    }

    /// The answers that the test has to these questions.
    #[track_caller]
    pub(super) fn replies_to(
        &self,
        asking: &TestAnswer,
        requests: &Map<String, Value>,
    ) -> Map<String, Value> {
        let reply = |(key, request): (&String, &Value)| {
            let reply = self.replies.borrow_mut().pop_front();
            (key.clone(), reply.unwrap_or_else(|| unanswered(asking, request)).0)
        };
        requests.iter().map(reply).collect()
    }

    /// One request and its answer, on the way of production.
    fn round(&self, method: Method, params: Map<String, Value>, repeated: &[ParamHeader]) -> Round {
        let (app, registry) = (self.server.app(), self.server.registry());
        let sender = Sender { revision: self.revision, capabilities: &self.capabilities };
        let request = request::post(&sender, self.server.next_id(), method, params, repeated);
        let subject_key = seal::sha256(&self.caller.subject);
        let log = Log::default();
        log.person(&subject_key, &self.caller);
        log.client(&self.caller.client_id);
        let env = self.server.env();
        let (said, response) = self.server.run(async {
            let server = crate::tool::server::server(app, registry, &log);
            match mcp::accept_http(&server, &self.caller, &EnvVars(env), &request) {
                Accepted::Done(response) => (Vec::new(), response),
                Accepted::Run(exchange) => {
                    let (env, caller) = (env.clone(), self.caller.clone());
                    let credential = self.credential();
                    let principal =
                        Principal { caller, subject_key, expires: u64::MAX, credential };
                    stateless::answer_here(app, env, principal, registry, exchange).await
                }
                Accepted::Begin(_) | Accepted::Listen(_) | Accepted::Task(_) => {
                    unreachable!("no method of a client sends this")
                }
            }
        });
        let mut events = log.take();
        events.extend(crate::audit::take_events());
        Round { response, said, events, internal: console::take() }
    }
}

#[track_caller]
fn unanswered(answer: &TestAnswer, request: &Value) -> Reply {
    let what = request["params"]["message"].as_str().or(request["method"].as_str());
    panic!(
        "{answer} asks \"{}\", and the test has no answer left: `TestClient::answers` gives it one",
        what.unwrap_or_default()
    )
}

#[track_caller]
fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("arguments are an object, and not {value}"))
}
