//! The generated files: against the committed ones of the example, and their general properties.

#![cfg(feature = "generate")]

mod support;

use serde_json::Value;
use support::{assert_file, repository, without_comments};
use toolgate_config::deploy::{Package, dev_vars_example, variables, worker, wrangler_jsonc};
use toolgate_config::{Checked, check};

const PACKAGE: Package<'_> = Package { name: "My_Server" };

fn checked(source: &str) -> Checked {
    let source = format!("[server]\nname = \"Test\"\n{source}");
    check(&source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
}

/// The generated file as JSON; a failure to parse shows the text.
fn generated(source: &str) -> Value {
    let text = wrangler_jsonc(&checked(source), &PACKAGE).expect("the name is sound");
    serde_json::from_str(&without_comments(&text)).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_files_of_the_example_are_up_to_date() {
    let example = repository().join("examples/access");
    let source = std::fs::read_to_string(example.join("mcp.toml")).expect("the example has one");
    let checked = check(&source).expect("the example is sound");
    let wrangler =
        wrangler_jsonc(&checked, &Package { name: "access" }).expect("the name is sound");
    assert_file(&example.join("wrangler.jsonc"), &wrangler);
    assert_file(&example.join(".dev.vars.example"), &dev_vars_example(&checked));
}

#[test]
fn the_smallest_server_has_the_six_names_of_the_demo() {
    let names: Vec<String> =
        variables(&checked("")).into_iter().map(|variable| variable.name).collect();
    let expected = [
        "ACCESS_CLIENT_ID",
        "ACCESS_CLIENT_SECRET",
        "ACCESS_TOKEN_URL",
        "ACCESS_AUTHORIZATION_URL",
        "ACCESS_JWKS_URL",
        "COOKIE_ENCRYPTION_KEY",
    ];
    assert_eq!(names, expected);
    assert_eq!(generated("")["secrets"]["required"], Value::from(expected.to_vec()));
}

#[test]
fn a_server_that_announces_changes_may_tell_each_session() {
    assert_eq!(generated("")["limits"], Value::Null);
    let announcing = generated("[transport]\nnotifications = true\n");
    assert_eq!(announcing["limits"]["subrequests"], 1_000_000);
}

#[test]
fn a_worker_says_in_which_jurisdiction_it_finds_its_objects() {
    assert_eq!(generated("")["vars"], Value::Null);
    let held = generated("[storage]\njurisdiction = \"eu\"\n[wrangler.vars]\nOWN = \"x\"\n");
    assert_eq!(held["vars"]["TOOLGATE_JURISDICTION"], "eu");
    assert_eq!(held["vars"]["OWN"], "x");
}

#[test]
fn the_smallest_server_is_named_after_its_package_and_has_its_object() {
    let config = generated("");
    assert_eq!(config["name"], "my_server");
    assert_eq!(config["main"], "build/index.js");
    assert_eq!(config["compatibility_flags"][0], "global_fetch_strictly_public");
    assert_eq!(config["durable_objects"]["bindings"][0]["name"], "TOOLGATE");
    assert_eq!(config["migrations"][0]["new_sqlite_classes"][0], "ToolgateObject");
    assert_eq!(config["dev"]["port"], 8788);
    assert_eq!(config["compatibility_date"], toolgate_config::deploy::COMPATIBILITY_DATE);
    assert_eq!(config["observability"]["enabled"], true);
    let command = config["build"]["command"].as_str().unwrap_or_default();
    assert!(command.ends_with("worker-build --release"), "{command}");
    assert_eq!(config.get("kv_namespaces"), None);
}

#[test]
fn the_text_is_stable_and_ends_in_a_line_break() {
    let checked = checked("[wrangler]\nb = 1\na = 2\n");
    let text = wrangler_jsonc(&checked, &PACKAGE).expect("the name is sound");
    assert_eq!(wrangler_jsonc(&checked, &PACKAGE).as_ref(), Ok(&text));
    assert!(text.ends_with("}\n") && !text.ends_with("\n\n"), "{text}");
    assert!(
        text.starts_with("// Generated from mcp.toml by `cargo toolgate sync`; do not edit.\n")
    );
    assert!(!text.lines().any(|line| line.ends_with(' ')), "{text}");
    assert!(text.find("\"b\"") < text.find("\"a\""), "the order of the file is kept: {text}");
}

#[test]
fn kv_storage_adds_a_namespace_and_keeps_the_object() {
    let config = generated("[storage]\nkind = \"kv\"\n");
    assert_eq!(config["kv_namespaces"], serde_json::json!([{ "binding": "OAUTH_KV" }]));
    assert_eq!(config["durable_objects"]["bindings"][0]["name"], "TOOLGATE");
    let id = "0123456789abcdef0123456789abcdef";
    let config =
        generated(&format!("[storage]\nkind = \"kv\"\nbinding = \"GRANTS\"\nid = \"{id}\"\n"));
    assert_eq!(config["kv_namespaces"], serde_json::json!([{ "binding": "GRANTS", "id": id }]));
}

#[test]
fn d1_has_a_database_and_a_purge_every_hour() {
    let config = generated("[storage]\nkind = \"d1\"\n");
    let database =
        serde_json::json!([{ "binding": "OAUTH_DB", "database_name": "my_server-oauth" }]);
    assert_eq!(config["d1_databases"], database);
    assert_eq!(config["triggers"], serde_json::json!({ "crons": ["17 * * * *"] }));
    let id = "01234567-89ab-cdef-0123-456789abcdef";
    let config = generated(&format!(
        "[storage]\nkind = \"d1\"\nbinding = \"GRANTS\"\nid = \"{id}\"\ndatabase_name = \"grants\"\n\
         [wrangler.triggers]\ncrons = [\"0 6 * * *\"]\n"
    ));
    let database = serde_json::json!([
        { "binding": "GRANTS", "database_name": "grants", "database_id": id },
    ]);
    assert_eq!(config["d1_databases"], database);
    assert_eq!(config["triggers"]["crons"], serde_json::json!(["17 * * * *", "0 6 * * *"]));
    assert!(generated("").get("triggers").is_none());
}

#[test]
fn limits_are_those_of_the_file_and_of_this_server() {
    let config = generated("[limits]\ntoken = 7\n");
    let limiters = config["ratelimits"].as_array().expect("it is a list");
    let names: Vec<_> = limiters.iter().map(|limiter| limiter["name"].as_str()).collect();
    let expected = ["REGISTER", "AUTHORIZE", "TOKEN", "CALLBACK", "GRANT", "ATTEMPT", "RETURN"];
    let expected = expected.map(|name| format!("TOOLGATE_LIMIT_{name}"));
    assert_eq!(names, expected.each_ref().map(|name| Some(name.as_str())));
    assert_eq!(limiters[2]["simple"], serde_json::json!({ "limit": 7, "period": 60 }));
    let other = generated("[wrangler]\nname = \"other\"\n");
    for (this, that) in limiters.iter().zip(other["ratelimits"].as_array().expect("a list")) {
        assert_ne!(this["namespace_id"], that["namespace_id"]);
    }
}

#[test]
fn hosted_clients_have_a_limiter_of_their_own_only_where_the_file_names_some() {
    let config = generated("[limits]\nregister = 7\nhosted = { a = [\"192.0.2.0/24\"] }\n");
    let limiters = config["ratelimits"].as_array().expect("it is a list");
    let hosted = limiters.last().expect("it is not empty");
    assert_eq!((limiters.len(), &hosted["name"]), (8, &"TOOLGATE_LIMIT_HOSTED".into()));
    assert_eq!(hosted["simple"], serde_json::json!({ "limit": 280, "period": 60 }));
}

#[test]
fn audit_events_have_bindings_only_where_the_file_says_so() {
    let config = generated("");
    assert!(config.get("queues").is_none() && config.get("analytics_engine_datasets").is_none());
    let config = generated(
        "[audit]\nanalytics_engine = \"mcp_audit\"\nqueue = \"mcp-audit\"\n\
         [[wrangler.queues.producers]]\nbinding = \"JOBS\"\nqueue = \"jobs\"\n",
    );
    let dataset = serde_json::json!([{ "binding": "TOOLGATE_AUDIT", "dataset": "mcp_audit" }]);
    assert_eq!(config["analytics_engine_datasets"], dataset);
    let producer = serde_json::json!([{ "binding": "TOOLGATE_AUDIT_QUEUE", "queue": "mcp-audit" }]);
    assert_eq!(config["queues"]["producers"][0], producer[0]);
    assert_eq!(config["queues"]["producers"][1]["queue"], "jobs");
}

#[test]
fn every_provider_asks_for_its_own_variables() {
    let names = |identity: &str| -> Vec<String> {
        let variables = variables(&checked(&format!("[identity]\n{identity}\n")));
        variables.into_iter().map(|variable| variable.name).collect()
    };
    let key = "COOKIE_ENCRYPTION_KEY";
    let oidc = names("provider = \"oidc\"\nissuer = { var = \"OIDC_ISSUER\" }");
    assert_eq!(oidc, ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_ISSUER", key]);
    let github = names("provider = \"github\"");
    assert_eq!(github, ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET", key]);
    let jwt = names("provider = \"cloudflare-access-jwt\"\nteam = \"acme\"");
    assert_eq!(jwt, ["ACCESS_AUD", key]);
}

#[test]
fn secrets_of_clients_are_asked_for() {
    let checked = checked(
        "[[clients]]\nid = \"acme\"\nname = \"Acme\"\nredirect_uris = [\"https://a.b/c\"]\n\
         secret = { var = \"ACME_CLIENT_SECRET\" }\n",
    );
    let text = dev_vars_example(&checked);
    assert!(text.contains("# client secret of `acme`\nACME_CLIENT_SECRET=\"\"\n"), "{text}");
}

#[test]
fn own_settings_are_merged_with_generated_ones() {
    let config = generated(
        "[wrangler]\nname = \"other\"\ncompatibility_flags = [\"nodejs_compat\"]\n\
         routes = [{ pattern = \"mcp.example.com\", custom_domain = true }]\n\
         migrations = [{ tag = \"v2\", new_sqlite_classes = [\"Mine\"] }]\n\
         [wrangler.dev]\nip = \"127.0.0.1\"\n\
         [wrangler.observability.logs]\nenabled = false\n",
    );
    assert_eq!(config["name"], "other");
    assert_eq!(config["compatibility_flags"][1], "nodejs_compat");
    assert_eq!(config["routes"][0]["custom_domain"], true);
    assert_eq!(config["migrations"][1]["tag"], "v2");
    assert_eq!(config["dev"], serde_json::json!({ "port": 8788, "ip": "127.0.0.1" }));
    assert_eq!(config["observability"]["enabled"], true);
    assert_eq!(config["observability"]["logs"]["enabled"], false);
}

#[test]
fn where_a_server_answers_is_said_and_no_undeployed_version_does() {
    let plain = generated("");
    assert_eq!((&plain["workers_dev"], &plain["preview_urls"]), (&true.into(), &false.into()));
    let routed = "[wrangler]\nroutes = [{ pattern = \"mcp.example.com\", custom_domain = true }]\n";
    assert_eq!(generated(routed)["workers_dev"], false);
    let own = generated("[wrangler]\nworkers_dev = false\npreview_urls = true\n");
    assert_eq!((&own["workers_dev"], &own["preview_urls"]), (&false.into(), &true.into()));
    let away = format!("{routed}[env.preview.wrangler]\nworkers_dev = true\n");
    assert_eq!(generated(&away)["env"]["preview"]["workers_dev"], true);
}

/// Two secrets of the server's own, and an environment with another one and another purpose.
const OWN_SECRETS: &str = "[secrets]\nWEATHER_TOKEN = \"token of the weather service\"\n\
    ALERT_KEY = \"key of the alerts\"\n\
    [env.preview.secrets]\nTRACE_KEY = \"key of the traces\"\nALERT_KEY = \"key of the test alerts\"\n";

#[test]
fn secrets_of_the_server_s_own_are_asked_for_after_the_others_each_by_its_purpose() {
    let checked = checked(OWN_SECRETS);
    let own = |checked: &Checked| -> Vec<(String, String)> {
        let all = variables(checked).into_iter().filter(|variable| variable.is_own);
        all.map(|variable| (variable.name, variable.purpose)).collect()
    };
    let pair = |name: &str, purpose: &str| (name.to_owned(), purpose.to_owned());
    let weather = pair("WEATHER_TOKEN", "token of the weather service");
    assert_eq!(own(&checked), [weather.clone(), pair("ALERT_KEY", "key of the alerts")]);
    let expected = "\n# token of the weather service\nWEATHER_TOKEN=\"\"\n\n# key of the alerts\nALERT_KEY=\"\"\n";
    assert!(dev_vars_example(&checked).ends_with(expected), "{}", dev_vars_example(&checked));
    let preview = checked.environment("preview").expect("it is there");
    let own_there = own(preview);
    assert_eq!(own_there.len(), 3, "those of the file, too: {own_there:?}");
    let here = [
        weather,
        pair("ALERT_KEY", "key of the test alerts"),
        pair("TRACE_KEY", "key of the traces"),
    ];
    assert!(here.iter().all(|secret| own_there.contains(secret)), "{own_there:?}");
}

#[test]
fn wrangler_refuses_a_deployment_without_the_server_s_own_secrets() {
    let config = generated(OWN_SECRETS);
    let required = |config: &Value| -> Vec<String> {
        let names = config["secrets"]["required"].as_array().into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    assert_eq!(required(&config)[6..], ["WEATHER_TOKEN", "ALERT_KEY"]);
    let preview = required(&config["env"]["preview"]);
    assert_eq!(preview.len(), 9, "{preview:?}");
    assert!(preview.contains(&"TRACE_KEY".to_owned()), "{preview:?}");
    // Purposes are for people.
    assert!(!config.to_string().contains("key of the"), "{config}");
}

#[test]
fn a_purpose_stays_in_its_comment() {
    for purpose in [
        "\"a token\\nCOOKIE_ENCRYPTION_KEY=1\"",
        "\"a token\\rCOOKIE_ENCRYPTION_KEY=1\"",
        "\"a token\\u0085COOKIE_ENCRYPTION_KEY=1\"",
        "\"a token\\u2028COOKIE_ENCRYPTION_KEY=1\"",
        "\"a token\\u2029COOKIE_ENCRYPTION_KEY=1\"",
        "'''\na token\nCOOKIE_ENCRYPTION_KEY=1'''",
    ] {
        let source = format!("[server]\nname = \"Test\"\n[secrets]\nSTATUS_TOKEN = {purpose}\n");
        let faults = check(&source).expect_err(purpose);
        assert_eq!(faults[0].code.as_str(), "MCP009", "{purpose}");
    }
    let quoted = checked("[secrets]\nSTATUS_TOKEN = '  # \"a\" `$(id)` =\\n token '\n");
    let text = dev_vars_example(&quoted);
    assert!(text.ends_with("\n# # \"a\" `$(id)` =\\n token\nSTATUS_TOKEN=\"\"\n"), "{text}");
}

#[test]
fn a_variable_that_is_set_in_the_file_is_not_asked_for() {
    let config = generated("[wrangler.vars]\nACCESS_CLIENT_ID = \"abc\"\n");
    let required = config["secrets"]["required"].as_array().expect("it is a list");
    assert_eq!(required.len(), 5);
    assert!(!required.contains(&Value::from("ACCESS_CLIENT_ID")));
}

#[test]
fn a_team_replaces_the_three_addresses() {
    let names: Vec<String> = variables(&checked("[identity]\nteam = \"acme\"\n"))
        .into_iter()
        .map(|variable| variable.name)
        .collect();
    assert_eq!(names, ["ACCESS_CLIENT_ID", "ACCESS_CLIENT_SECRET", "COOKIE_ENCRYPTION_KEY"]);
}

#[test]
fn lists_of_addresses_in_variables_are_asked_for() {
    let checked = checked("[policies.a]\nany = [{ not = { emails_from = \"ALLOWED\" } }]\n");
    assert!(variables(&checked).iter().any(|variable| variable.name == "ALLOWED"));
    assert!(dev_vars_example(&checked).contains("policy `a`, separated by commas\nALLOWED=\"\"\n"));
}

#[test]
fn a_package_name_that_cannot_be_a_workers_is_reported() {
    let package = Package { name: &"long".repeat(16) };
    let faults = wrangler_jsonc(&checked(""), &package).expect_err("the name is too long");
    assert_eq!(faults[0].code.as_str(), "MCP052");
    assert!(wrangler_jsonc(&checked("[wrangler]\nname = \"short\"\n"), &package).is_ok());
}

/// Two environments over a server with variables, a binding of its own and D1.
const ENVIRONMENTS: &str = "[storage]\nkind = \"d1\"\nid = \"01234567-89ab-cdef-0123-456789abcdef\"\n\
    [wrangler]\nname = \"demo\"\nai = { binding = \"AI\" }\nvars = { MODEL = \"a\" }\n\
    [env.preview.identity]\nprovider = \"github\"\n\
    [env.preview.limits]\nregister = 5\n\
    [env.preview.wrangler.vars]\nMODEL = \"b\"\n\
    [env.kv.storage]\nkind = \"kv\"\n[env.kv.wrangler]\nname = \"other\"\n";

#[test]
fn an_environment_is_a_worker_with_everything_that_wrangler_does_not_take_over() {
    let config = generated(ENVIRONMENTS);
    let preview = &config["env"]["preview"];
    assert_eq!(preview["name"], "demo-preview");
    assert_eq!(preview["vars"]["MODEL"], "b");
    for key in ["ai", "durable_objects"] {
        assert_eq!(preview[key], config[key], "{key}");
    }
    assert_eq!(preview["d1_databases"][0]["database_name"], "demo-preview-oauth");
    assert_eq!(preview["d1_databases"][0].get("database_id"), None);
    assert_eq!(preview["secrets"]["required"][0], "GITHUB_CLIENT_ID");
    assert_eq!(preview["ratelimits"][0]["simple"]["limit"], 5);
    for limiter in 0..4 {
        let id = |config: &Value| config["ratelimits"][limiter]["namespace_id"].clone();
        assert_ne!(id(preview), id(&config));
    }
    for inherited in
        ["main", "migrations", "compatibility_flags", "observability", "triggers", "dev"]
    {
        assert!(config.get(inherited).is_some() && preview.get(inherited).is_none(), "{inherited}");
    }
    let kv = &config["env"]["kv"];
    assert_eq!((&kv["name"], &kv["triggers"]["crons"]), (&"other".into(), &Value::Array(vec![])));
    assert_eq!(kv.get("d1_databases"), None);
}

#[test]
fn an_environment_is_compiled_for_itself_whatever_the_build_command() {
    for (own, command) in
        [("", "cargo install"), ("[wrangler.build]\ncommand = \"a && b\"\n", "a && b")]
    {
        let config = generated(&format!("{own}[env.preview.server]\ntitle = \"Preview\"\n"));
        let built = config["env"]["preview"]["build"]["command"].as_str().unwrap_or_default();
        let expected = format!("export TOOLGATE_ENV=preview && {command}");
        assert!(built.starts_with(&expected), "{built}");
        assert!(!config["build"]["command"].as_str().unwrap_or_default().contains("TOOLGATE_ENV"));
    }
}

#[test]
fn a_worker_s_name_is_that_of_its_environment() {
    let checked = checked(ENVIRONMENTS);
    for (environment, expected) in
        [(None, "demo"), (Some("preview"), "demo-preview"), (Some("kv"), "other")]
    {
        assert_eq!(worker(&checked, &PACKAGE, environment).as_deref(), Ok(expected));
    }
}
