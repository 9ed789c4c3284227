//! Prompts, resources and templates, their completions and subscriptions: for any policy and any
//! caller, what is listed is what may be asked for. Of tools, `properties` says the same.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use toolgate_config::Config;
use toolgate_core::audit::Log;
use toolgate_core::mcp::families;
use toolgate_core::mcp::listen::{LISTENING, may_hear};
use toolgate_core::mcp::notify::Change;
use toolgate_core::mcp::prompt::{PromptArgument, PromptInfo};
use toolgate_core::mcp::resource::{ResourceInfo, ResourceVariable};
use toolgate_core::mcp::{
    Accepted, Server, SessionAnswer, SessionState, accept_http, accept_session,
};
use toolgate_policy::{Arguments, Caller, decide};

use crate::properties::{Listed, POLICIES, caller, plain_condition, with_rules};
use crate::support::{
    MODERN, PROMPT_INFOS, RESOURCE_INFOS, REVISIONS, no_params, request_of, tools_only,
};

const ARGUMENT: &[PromptArgument] =
    &[PromptArgument { name: "subject", description: None, required: false, completes: true }];
const VARIABLE: &[ResourceVariable] = &[ResourceVariable { name: "id", completes: true }];

const PROMPTS: [&str; 5] = ["prompt0", "prompt1", "prompt2", "prompt3", "prompt4"];
const RESOURCES: [&str; 5] = ["test://0", "test://1", "test://2", "test://3", "test://4"];
const TEMPLATES: [&str; 5] =
    ["test://0/{id}", "test://1/{id}", "test://2/{id}", "test://3/{id}", "test://4/{id}"];

/// One prompt per policy.
fn prompts() -> Vec<PromptInfo> {
    let prompts = PROMPTS.into_iter().zip(POLICIES);
    let prompt =
        |(name, policy)| PromptInfo { name, policy, arguments: ARGUMENT, ..PROMPT_INFOS[2] };
    prompts.map(prompt).collect()
}

/// One resource and one template per policy, in the order of names.
fn resources() -> Vec<ResourceInfo> {
    let resource = |(uri, policy)| ResourceInfo {
        uri,
        name: uri,
        policy,
        variables: if uri.contains('{') { VARIABLE } else { &[] },
        ..RESOURCE_INFOS[5]
    };
    let places = RESOURCES.into_iter().zip(POLICIES).chain(TEMPLATES.into_iter().zip(POLICIES));
    let mut resources: Vec<ResourceInfo> = places.map(resource).collect();
    resources.sort_by_key(|resource| resource.name);
    resources
}

/// A server, and who asks it in which revision.
struct Asking<'a> {
    server: Server<'a>,
    config: &'a Config,
    caller: &'a Caller,
    vars: &'a Listed,
    revision: &'a str,
}

impl Asking<'_> {
    /// The answer, or nothing when something would run first.
    fn ask(&self, method: &str, params: Value) -> Option<Value> {
        let request = request_of(self.revision, method, params);
        match accept_http(&self.server, self.caller, self.vars, &request) {
            Accepted::Done(response) => {
                Some(serde_json::from_slice(response.body()).expect("JSON"))
            }
            Accepted::Run(_) => None,
            other => panic!("{method}: {other:?}"),
        }
    }

    /// Whether the request would run. One that does not is refused.
    fn is_admitted(&self, method: &str, params: Value) -> bool {
        match self.ask(method, params) {
            None => true,
            Some(answer) => {
                assert!(answer["error"]["code"].is_i64(), "{method}: {answer}");
                false
            }
        }
    }

    /// What a list has.
    fn list(&self, method: &str, list: &str, key: &str) -> Vec<String> {
        let answer = self.ask(method, no_params()).expect("a list runs nothing");
        let entries = answer["result"][list].as_array().unwrap_or_else(|| panic!("{answer}"));
        entries.iter().filter_map(|entry| entry[key].as_str()).map(str::to_owned).collect()
    }

    fn may(&self, policy: &str) -> bool {
        decide(self.config, policy, self.caller, Arguments::Unknown, self.vars).is_allowed()
    }

    fn check_prompts(&self) {
        let listed = self.list("prompts/list", "prompts", "name");
        for (name, policy) in PROMPTS.into_iter().zip(POLICIES) {
            let allowed = self.may(policy);
            assert_eq!(listed.iter().any(|listed| listed == name), allowed, "{name} in the list");
            assert_eq!(self.is_admitted("prompts/get", json!({ "name": name })), allowed, "{name}");
            let reference = json!({ "type": "ref/prompt", "name": name });
            assert_eq!(self.completes(&reference, "subject"), allowed, "completion of {name}");
        }
    }

    fn check_resources(&self) {
        let resources = self.list("resources/list", "resources", "uri");
        let templates = self.list("resources/templates/list", "resourceTemplates", "uriTemplate");
        for ((uri, template), policy) in RESOURCES.into_iter().zip(TEMPLATES).zip(POLICIES) {
            let (allowed, instance) = (self.may(policy), template.replace("{id}", "7"));
            assert_eq!(resources.iter().any(|listed| listed == uri), allowed, "{uri} in the list");
            let is_listed = templates.iter().any(|listed| listed == template);
            assert_eq!(is_listed, allowed, "{template} in the list");
            for uri in [uri, &instance] {
                let reads = self.is_admitted("resources/read", json!({ "uri": uri }));
                assert_eq!(reads, allowed, "{uri}");
                assert_eq!(self.subscribes(uri), allowed, "subscription to {uri}");
                let change = Change::Resource(uri.to_owned());
                let hears = may_hear(&self.server, self.caller, self.vars, "owner", &change);
                assert_eq!(hears, allowed, "changes of {uri}");
            }
            let reference = json!({ "type": "ref/resource", "uri": template });
            assert_eq!(self.completes(&reference, "id"), allowed, "completion of {template}");
        }
    }

    fn completes(&self, reference: &Value, argument: &str) -> bool {
        let argument = json!({ "name": argument, "value": "" });
        self.is_admitted("completion/complete", json!({ "ref": reference, "argument": argument }))
    }

    /// Whether the caller is told of changes: by `subscriptions/listen`, or in a session.
    fn subscribes(&self, uri: &str) -> bool {
        if self.revision == MODERN {
            let params = json!({ "notifications": { "resourceSubscriptions": [uri] } });
            let request = request_of(MODERN, "subscriptions/listen", params);
            return match accept_http(&self.server, self.caller, self.vars, &request) {
                Accepted::Listen(listen) => listen.filter.uris == [uri],
                other => panic!("{other:?}"),
            };
        }
        let mut session = SessionState::default();
        let initialize = json!({
            "protocolVersion": self.revision, "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        });
        self.in_session(&mut session, "initialize", initialize);
        let answer = self.in_session(&mut session, "resources/subscribe", json!({ "uri": uri }));
        assert_eq!(answer.get("result").is_some(), session.subscriptions == [uri], "{answer}");
        answer.get("result").is_some()
    }

    fn in_session(&self, session: &mut SessionState, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let body = body.to_string();
        let server = Server { sessions: true, ..self.server };
        match accept_session(&server, self.caller, self.vars, session, None, body.as_bytes()).answer
        {
            SessionAnswer::Text(text) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("{method}: {other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_listed_can_be_asked_for_completed_and_subscribed_to_and_nothing_else(
        rules in vec(plain_condition(), 3),
        caller in caller(),
        listed in prop::option::of(prop::sample::select(vec!["", "a@x.test, b@y.test", "b@y.test ä"])),
        revision in prop::sample::select(REVISIONS.to_vec()),
    ) {
        let (config, log) = (with_rules(rules), Log::default());
        let (prompts, resources) = (prompts(), resources());
        let server = Server {
            prompts: &prompts,
            resources: &resources,
            families: &families::ALL,
            notifications: Some(&LISTENING),
            ..tools_only(&config, &[], &log)
        };
        let vars = Listed(listed.map(str::to_owned));
        let asking = Asking { server, config: &config, caller: &caller, vars: &vars, revision };
        asking.check_prompts();
        asking.check_resources();
        prop_assert!(asking.may("everyone") && !asking.may("unknown"));
    }
}
