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
    #[cfg(target_arch = "wasm32")]
    const _: () = ::core::assert!(
        ::toolgate::__private::is_one(::core::option_env!("TOOLGATE_DEV")),
        "mcp.toml says `provider = \"dev\"`: this Worker would trust an identity provider that lets anyone sign in as anyone. Run it with `cargo toolgate dev`; to deploy, choose another provider",
    );
    static APP: ::toolgate::__private::App = {
        use ::core::option::Option::{None, Some};
        use ::std::borrow::Cow::Borrowed;
        use ::toolgate::__private::config;
        ::toolgate::__private::App {
            config: config::Config {
                server: config::Server {
                    name: Borrowed("Behind"),
                    title: None,
                    version: None,
                    description: None,
                    instructions: None,
                    website_url: None,
                    icon: None,
                },
                identity: config::Identity {
                    provider: config::Provider::Dev,
                    client_id: config::Setting::Var(Borrowed("TOOLGATE_DEV_CLIENT_ID")),
                    client_secret: Some(Borrowed("TOOLGATE_DEV_CLIENT_SECRET")),
                    endpoints: config::Endpoints::Urls {
                        authorization_url: config::Setting::Var(
                            Borrowed("TOOLGATE_DEV_AUTHORIZATION_URL"),
                        ),
                        token_url: config::Setting::Var(
                            Borrowed("TOOLGATE_DEV_TOKEN_URL"),
                        ),
                        jwks_url: config::Setting::Var(Borrowed("TOOLGATE_DEV_JWKS_URL")),
                    },
                    issuer: None,
                    scopes: Borrowed(
                        &[Borrowed("openid"), Borrowed("email"), Borrowed("profile")],
                    ),
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
                    kind: config::StorageKind::DurableObject,
                    binding: Borrowed("TOOLGATE"),
                    feed: false,
                    seal_state: false,
                    jurisdiction: None,
                },
                registration: config::Registration {
                    metadata_documents: true,
                    dynamic: true,
                    allowed_domains: Borrowed(&[]),
                    redirect_schemes: Borrowed(&[]),
                },
                clients: Borrowed(&[]),
                enterprise: Borrowed(&[]),
                workloads: Borrowed(&[]),
                reserved_subjects: Borrowed(&[]),
                transport: config::Transport {
                    sse: true,
                    notifications: false,
                    allowed_origins: Borrowed(&[]),
                    allowed_hosts: Borrowed(&[]),
                    max_body_bytes: 4194304u32,
                    session_idle: 3600u32,
                    page_size: 1000u32,
                },
                tokens: config::Tokens {
                    encryption_key: Borrowed("COOKIE_ENCRYPTION_KEY"),
                    access_token_ttl: 3600u32,
                    refresh_token_ttl: 2592000u32,
                    code_ttl: 600u32,
                    refresh_grace: 60u32,
                    revocation_max_age: 30u32,
                    personal: 0u32,
                    max_unconfirmed: 86400u32,
                    recheck: config::Recheck::BestEffort,
                },
                consent: config::Consent {
                    name: None,
                    logo_url: None,
                    color: None,
                    color_dark: None,
                    remember_for: 2592000u32,
                    privacy_policy_url: None,
                    terms_of_service_url: None,
                },
                limits: config::Limits {
                    register: 300u32,
                    authorize: 600u32,
                    token: 600u32,
                    callback: 120u32,
                    routes: 600u32,
                    tool_timeout: 300u32,
                    task_ttl: 86400u32,
                    sessions_per_person: 64u32,
                    streams_per_person: 16u32,
                    hosted: Borrowed(&[]),
                },
                audit: config::Audit {
                    sinks: Borrowed(&[]),
                    email: false,
                    arguments: false,
                    required: false,
                },
                observability: config::Observability {
                    traces: false,
                },
                scopes: Borrowed(&[]),
                policies: Borrowed(&[]),
                quotas: Borrowed(&[]),
                connections: Borrowed(&[]),
                admin: None,
                signals: None,
                acts: Borrowed(&[]),
                powers: Borrowed(""),
            },
            package_name: ::core::env!("CARGO_PKG_NAME"),
            package_version: ::core::env!("CARGO_PKG_VERSION"),
            store: &::toolgate::__private::store::DURABLE_OBJECT,
            identity: &::toolgate::__private::identity::CLOUDFLARE_ACCESS,
            challenging: None,
            refusing: None,
            tracing: None,
            accounts: None,
            token_grants: &[],
            client_keys: None,
            personal: None,
            switch: None,
            features: &[::toolgate::__private::feature::HTTP_SSE],
        }
    };
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
        ::toolgate::testing::Server::new(&APP, &[]).triggered(&TRIGGERS)
    }
}
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub use toolgate_worker::server;
#[doc(hidden)]
mod _worker_fetch {}
