#[doc(hidden)]
#[macro_export]
#[allow(non_local_definitions)]
macro_rules! __toolgate_serve_stands_twice_in_this_crate {
    () => {};
}
#[doc(hidden)]
#[allow(missing_docs, unreachable_pub)]
mod toolgate_worker {
    const _: ::core::option::Option<&::core::primitive::str> = ::core::option_env!(
        "TOOLGATE_ENV"
    );
    const _: ::core::option::Option<&str> = ::core::option_env!("TOOLGATE_IDENTITY");
    static APP: ::toolgate::__private::App = {
        use ::core::option::Option::{None, Some};
        use ::std::borrow::Cow::Borrowed;
        use ::toolgate::__private::config;
        ::toolgate::__private::App {
            config: config::Config {
                server: config::Server {
                    name: Borrowed("Everything"),
                    title: Some(Borrowed("Every key")),
                    version: Some(Borrowed("2.0.0")),
                    description: Some(Borrowed("Has every kind of value")),
                    instructions: Some(Borrowed("Say \"please\"")),
                    website_url: Some(Borrowed("https://example.com/")),
                    icon: None,
                },
                identity: config::Identity {
                    provider: config::Provider::CloudflareAccess,
                    client_id: config::Setting::Literal(Borrowed("literal-id")),
                    client_secret: Some(Borrowed("SECRET")),
                    endpoints: config::Endpoints::Team(Borrowed("acme")),
                    issuer: Some(config::Setting::Var(Borrowed("ISSUER"))),
                    scopes: Borrowed(&[Borrowed("openid"), Borrowed("email")]),
                    client_auth: None,
                    prompt: None,
                    parameters: Borrowed(""),
                    organizations: Borrowed(&[]),
                    trust_email: false,
                    groups_claim: Borrowed("groups"),
                    groups_format: config::GroupsFormat::List,
                    groups_member: None,
                    leeway: 60u32,
                    upstream: None,
                },
                storage: config::Storage {
                    kind: config::StorageKind::Kv,
                    binding: Borrowed("GRANTS"),
                    feed: false,
                    seal_state: false,
                    jurisdiction: None,
                },
                registration: config::Registration {
                    metadata_documents: false,
                    dynamic: false,
                    allowed_domains: Borrowed(&[Borrowed("claude.ai")]),
                    redirect_schemes: Borrowed(&[Borrowed("cursor")]),
                },
                clients: Borrowed(
                    &[
                        config::KnownClient {
                            id: Borrowed("acme-desktop"),
                            name: Borrowed("Acme Desktop"),
                            redirect_uris: Borrowed(
                                &[
                                    Borrowed("cursor://callback"),
                                    Borrowed("https://app.example.com/callback"),
                                ],
                            ),
                            secret: Some(Borrowed("ACME_CLIENT_SECRET")),
                            previous_secret: None,
                            jwks: None,
                            jwks_uri: None,
                            single_use: true,
                            machine: false,
                            scopes: Borrowed(&[]),
                        },
                    ],
                ),
                enterprise: Borrowed(&[]),
                workloads: Borrowed(&[]),
                reserved_subjects: Borrowed(&[]),
                transport: config::Transport {
                    sse: false,
                    notifications: false,
                    allowed_origins: Borrowed(&[Borrowed("https://app.example.com")]),
                    allowed_hosts: Borrowed(&[]),
                    max_body_bytes: 4194304u32,
                    session_idle: 3600u32,
                    page_size: 1000u32,
                },
                tokens: config::Tokens {
                    encryption_key: Borrowed("COOKIE_ENCRYPTION_KEY"),
                    access_token_ttl: 1800u32,
                    refresh_token_ttl: 2592000u32,
                    code_ttl: 600u32,
                    refresh_grace: 60u32,
                    revocation_max_age: 30u32,
                    personal: 0u32,
                    max_unconfirmed: 86400u32,
                    recheck: config::Recheck::BestEffort,
                },
                consent: config::Consent {
                    name: Some(Borrowed("Example Ltd")),
                    logo_url: Some(Borrowed("https://example.com/logo.svg")),
                    color: Some(Borrowed("#0b5cad")),
                    color_dark: Some(Borrowed("#58a6ff")),
                    remember_for: 0u32,
                    privacy_policy_url: Some(Borrowed("https://example.com/privacy")),
                    terms_of_service_url: None,
                },
                limits: config::Limits {
                    register: 1u32,
                    authorize: 600u32,
                    token: 600u32,
                    callback: 120u32,
                    routes: 600u32,
                    tool_timeout: 300u32,
                    task_ttl: 86400u32,
                    sessions_per_person: 64u32,
                    streams_per_person: 16u32,
                    hosted: Borrowed(
                        &[
                            config::HostedRange {
                                name: Borrowed("acme"),
                                first: 281473902969344u128,
                                last: 281473902969599u128,
                            },
                            config::HostedRange {
                                name: Borrowed("acme"),
                                first: 42540766411282592856903984951653826560u128,
                                last: 42540766490510755371168322545197776895u128,
                            },
                        ],
                    ),
                },
                audit: config::Audit {
                    sinks: Borrowed(
                        &[config::AuditSink::AnalyticsEngine, config::AuditSink::Queue],
                    ),
                    email: false,
                    arguments: true,
                    required: false,
                },
                observability: config::Observability {
                    traces: false,
                },
                scopes: Borrowed(&[]),
                policies: Borrowed(
                    &[
                        config::Policy {
                            name: Borrowed("everything"),
                            description: Some(Borrowed("Every condition")),
                            scope: None,
                            on_deny: config::OnDeny::Hide,
                            deny_message: None,
                            rate: None,
                            rule: config::Condition::All(
                                Borrowed(
                                    &[
                                        config::Condition::Any(
                                            Borrowed(
                                                &[
                                                    config::Condition::Domains(
                                                        Borrowed(&[Borrowed("example.com")]),
                                                    ),
                                                    config::Condition::Groups(Borrowed(&[Borrowed("staff")])),
                                                ],
                                            ),
                                        ),
                                        config::Condition::Not(
                                            Borrowed(
                                                &[
                                                    config::Condition::Emails(
                                                        Borrowed(&[Borrowed("outsider@example.com")]),
                                                    ),
                                                ],
                                            ),
                                        ),
                                        config::Condition::Claim {
                                            path: Borrowed(&[Borrowed("level")]),
                                            test: config::Test::OneOf(
                                                Borrowed(
                                                    &[
                                                        config::Scalar::Int(1i64),
                                                        config::Scalar::Str(Borrowed("gold")),
                                                        config::Scalar::Bool(true),
                                                    ],
                                                ),
                                            ),
                                        },
                                        config::Condition::EmailsFrom(Borrowed("ALLOWED_EMAILS")),
                                        config::Condition::Policy(Borrowed("some")),
                                    ],
                                ),
                            ),
                        },
                        config::Policy {
                            name: Borrowed("some"),
                            description: None,
                            scope: None,
                            on_deny: config::OnDeny::Hide,
                            deny_message: None,
                            rate: None,
                            rule: config::Condition::Emails(
                                Borrowed(
                                    &[Borrowed("one@example.com"), Borrowed("two@example.com")],
                                ),
                            ),
                        },
                    ],
                ),
                quotas: Borrowed(
                    &[
                        config::Quota {
                            name: Borrowed("costly"),
                            per_user: Some(config::Rate {
                                units: 20u32,
                                period: 3600u32,
                            }),
                            server: Some(config::Rate {
                                units: 1000u32,
                                period: 86400u32,
                            }),
                            on_failure: config::OnFailure::Allow,
                        },
                    ],
                ),
                connections: Borrowed(&[]),
                admin: None,
                signals: None,
                acts: Borrowed(&[]),
                powers: Borrowed(""),
            },
            package_name: ::core::env!("CARGO_PKG_NAME"),
            package_version: ::core::env!("CARGO_PKG_VERSION"),
            store: &::toolgate::__private::store::KV,
            identity: &::toolgate::__private::identity::CLOUDFLARE_ACCESS,
            challenging: None,
            refusing: None,
            tracing: None,
            accounts: None,
            token_grants: &[],
            client_keys: None,
            personal: None,
            switch: None,
            features: &[::toolgate::__private::feature::QUOTAS],
        }
    };
    ::toolgate::__private::inventory::submit! {
        ::toolgate::__private::CHARGING
    }
    use ::toolgate::__private::wasm_bindgen::{self, prelude::wasm_bindgen};
    #[wasm_bindgen(
        wasm_bindgen = ::toolgate::__private::wasm_bindgen,
        wasm_bindgen_futures = ::toolgate::__private::wasm_bindgen_futures,
        js_sys = ::toolgate::__private::js_sys
    )]
    pub fn fetch(
        request: ::toolgate::__private::RawRequest,
        env: ::toolgate::__private::Env,
        context: ::toolgate::__private::RawContext,
    ) -> ::toolgate::__private::js_sys::Promise {
        ::toolgate::__private::serve_fetch(&APP, request, env, context)
    }
    #[wasm_bindgen(wasm_bindgen = ::toolgate::__private::wasm_bindgen)]
    pub struct ToolgateObject {
        object: ::std::rc::Rc<::toolgate::__private::Object>,
    }
    #[wasm_bindgen(
        wasm_bindgen = ::toolgate::__private::wasm_bindgen,
        wasm_bindgen_futures = ::toolgate::__private::wasm_bindgen_futures,
        js_sys = ::toolgate::__private::js_sys
    )]
    impl ToolgateObject {
        #[wasm_bindgen(constructor, wasm_bindgen = ::toolgate::__private::wasm_bindgen)]
        pub fn new(
            state: ::toolgate::__private::RawState,
            env: ::toolgate::__private::Env,
        ) -> Self {
            Self {
                object: ::toolgate::__private::new_object(&APP, state, env),
            }
        }
        #[wasm_bindgen(js_name = fetch)]
        pub fn fetch(
            &self,
            request: ::toolgate::__private::RawRequest,
        ) -> ::toolgate::__private::js_sys::Promise {
            ::toolgate::__private::object_fetch(&self.object, request)
        }
        #[wasm_bindgen(js_name = alarm)]
        pub fn alarm(&self) -> ::toolgate::__private::js_sys::Promise {
            ::toolgate::__private::object_alarm(&self.object)
        }
    }
    #[allow(dead_code)]
    static TRIGGERS: ::toolgate::__private::Triggers = ::toolgate::__private::Triggers {
        crons: &[],
        queues: &[],
        has_email: false,
        purge: ::core::option::Option::None,
        elsewhere: &[],
    };
    #[cfg(test)]
    #[test]
    fn tools_have_names_of_their_own_and_known_policies() {
        ::toolgate::__private::check_tools(&APP);
    }
    #[cfg(test)]
    #[test]
    fn triggers_and_functions_belong_together() {
        ::toolgate::__private::check_triggers(&TRIGGERS);
    }
    #[cfg(all(test, not(target_arch = "wasm32")))]
    #[test]
    fn the_registry_can_be_exported() {
        ::toolgate::__private::export_registry(&APP, &TRIGGERS);
    }
    #[cfg(not(target_arch = "wasm32"))]
    pub fn server() -> ::toolgate::testing::Server {
        ::toolgate::testing::Server::new(&APP, &["STATUS_TOKEN"]).triggered(&TRIGGERS)
    }
}
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub use toolgate_worker::server;
#[doc(hidden)]
mod _worker_fetch {}
