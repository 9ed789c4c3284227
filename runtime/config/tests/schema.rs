//! The JSON Schema of `mcp.toml`. `UPDATE_EXPECT=1 cargo test -p toolgate-config --features schema`
//! writes `mcp.schema.json` anew.

#![cfg(feature = "schema")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::Value;
use support::{repository, with_example};
use toolgate_config::check;
use toolgate_config::schema::{json_schema, json_schema_text};

const SMALLEST: &str = "[server]\nname = \"Test\"\n";

fn validator() -> Validator {
    jsonschema::validator_for(&json_schema()).expect("a schema")
}

fn document(source: &str) -> Value {
    let table: toml::Table = source.parse().unwrap_or_else(|error| panic!("{error}: {source}"));
    serde_json::to_value(table).expect("JSON")
}

fn faults(validator: &Validator, source: &str) -> Vec<String> {
    let document = document(source);
    let faults = validator.iter_errors(&document);
    faults.map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

/// Every `mcp.toml` of the repository.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            let foreign = ["target", "node_modules", "build", "my-server"].contains(&&*name);
            if !foreign && !name.starts_with('.') {
                files(&path, found);
            }
        } else if name == "mcp.toml" {
            found.push(path);
        }
    }
}

#[test]
fn the_schema_at_the_root_is_current() {
    let (path, wanted) = (repository().join("mcp.schema.json"), json_schema_text());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &wanted).expect("the file can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    // The two in full would bury the command.
    let command = "UPDATE_EXPECT=1 cargo test -p toolgate-config --features schema";
    assert!(found == wanted, "mcp.schema.json is stale: run `{command}`");
}

#[test]
fn the_schema_is_one_of_draft_7() {
    let schema = json_schema();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    if let Err(fault) = jsonschema::draft7::meta::validate(&schema) {
        panic!("{}: {fault}", fault.instance_path());
    }
}

#[test]
fn every_sound_file_of_the_repository_is_valid() {
    let validator = validator();
    let mut found = Vec::new();
    files(&repository(), &mut found);
    let mut valid = 0;
    for path in found {
        let source = fs::read_to_string(&path).expect("a file");
        if check(&source).is_err() {
            continue;
        }
        let faults = faults(&validator, &source);
        assert!(faults.is_empty(), "{}: {}", path.display(), faults.join("\n"));
        valid += 1;
    }
    assert!(valid >= 19, "only {valid} files were found");
}

#[test]
fn the_examples_in_the_reference_are_valid() {
    let validator = validator();
    let reference = fs::read_to_string(repository().join("mcp.toml")).expect("the reference");
    let examples = reference.lines().filter_map(|line| line.strip_prefix('#'));
    let examples: Vec<&str> =
        examples.filter(|line| !line.is_empty() && !line.starts_with([' ', ':'])).collect();
    assert!(examples.len() > 20);
    for example in examples {
        let source = with_example(&reference, &format!("#{example}"), example);
        let faults = faults(&validator, &source);
        assert!(faults.is_empty(), "{example}: {}", faults.join("\n"));
    }
}

/// Faults of shape: keys that there are not, other types, values out of range or of no choice.
const FAULTY: &[&str] = &[
    "[servers]",
    "[server]\nname = \"Test\"\ncolour = 1",
    "[server]\nname = 1",
    "[server]\nname = \" \"",
    "[server]",
    "[server]\nname = \"Test\"\nwebsite_url = \"example.com\"",
    "server = \"Test\"",
    "[identity]\nprovider = \"acme\"",
    "[identity]\nclient_id = { env = \"ID\" }",
    "[identity]\nclient_id = { var = \"id\" }",
    "[identity]\nclient_secret = \"hunter2\"",
    "[identity]\nscopes = \"openid\"",
    "[identity]\nscopes = []",
    "[identity]\nscopes = [\"openid\", \"openid\"]",
    "[identity]\nleeway = \"6m\"",
    "[identity]\nleeway = 60",
    "[storage]\nkind = \"sqlite\"",
    "[storage]\nkind = \"kv\"\nid = \"0123\"",
    "[registration]\ndynamic = \"yes\"",
    "[registration]\nallowed_domains = [\"*.example.com\"]",
    "[registration]\nredirect_schemes = [\"cursor:\"]",
    "[clients]\nid = \"a\"",
    "[[clients]]\nid = \"a\"\nredirect_uris = [\"https://a.b/c\"]",
    "[[clients]]\nid = \"a b\"\nname = \"A\"\nredirect_uris = [\"https://a.b/c\"]",
    "[[clients]]\nid = \"a\"\nname = \"A\"\nredirect_uris = [\"https://a.b/c\"]\nsecret = \"hunter2\"",
    "[transport]\nsse = 1",
    "[transport]\nmax_body_bytes = 65535",
    "[transport]\nmax_body_bytes = \"1MiB\"",
    "[transport]\nsession_idle = \"9s\"",
    "[transport]\npage_size = 10001",
    "[tokens]\nencryption_key = \"00\"",
    "[tokens]\naccess_token_ttl = \"25h\"",
    "[tokens]\ncode_ttl = \"10\"",
    "[consent]\ncolor = \"red\"",
    "[consent]\nlogo_url = \"http://example.com/logo.png\"",
    "[consent]\nremember_for = \"366d\"",
    "[limits]\ntoken = 0",
    "[limits]\ntoken = 100001",
    "[limits]\ntool_timeout = \"0s\"",
    "[limits]\nregister = \"30\"",
    "[audit]\ninclude = [\"name\"]",
    "[audit]\nqueue = \"Mcp_Audit\"",
    "[policies]\na = true",
    "[policies.Admins]\ngroups = [\"a\"]",
    "[policies.everyone]\ngroups = [\"a\"]",
    "[policies.a]\nemail = [\"ada@example.com\"]",
    "[policies.a]\nemails = \"ada@example.com\"",
    "[policies.a]\nemails = [\"Ada@example.com\"]",
    "[policies.a]\ndomains = [\"@example.com\"]",
    "[policies.a]\nemails_from = \"allowed\"",
    "[policies.a]\nclaims = {}",
    "[policies.a]\nclaims = { level = 1.5 }",
    "[policies.a]\nany = []",
    "[policies.a]\nany = { groups = [\"a\"] }",
    "[policies.a]\nany = [{ group = [\"a\"] }]",
    "[policies.a]\nall = [{ description = \"a\", groups = [\"a\"] }]",
    "[policies.a]\nnot = [{ groups = [\"a\"] }]",
    "[policies.a]\nnot = {}",
    "[policies.a]\nany = [{ not = { all = [{ groups = \"a\" }] } }]",
    "[dev]\nuser = []",
    "[[dev.users]]\nname = \"Ada\"",
    "[[dev.users]]\nemail = \"ada\"",
    "[secrets]\nSTATUS_TOKEN = 1",
    "[secrets]\nSTATUS_TOKEN = \" \"",
    "[secrets]\nstatus-token = \"token of the status page\"",
    "[secrets]\nSTATUS.TOKEN = \"token of the status page\"",
    "[env.preview.secrets]\nstatus_token = \"token of the status page\"",
    "secrets = [\"STATUS_TOKEN\"]",
    "wrangler = []",
];

#[test]
fn faults_of_shape_are_found_as_the_parser_finds_them() {
    let validator = validator();
    for faulty in FAULTY {
        let source = if faulty.starts_with("[server]") || faulty.starts_with("server") {
            (*faulty).to_owned()
        } else if faulty.starts_with('[') {
            format!("{SMALLEST}{faulty}\n")
        } else {
            format!("{faulty}\n{SMALLEST}")
        };
        assert!(check(&source).is_err(), "the parser accepts {source}");
        assert!(!faults(&validator, &source).is_empty(), "the schema accepts {source}");
    }
    assert!(check(SMALLEST).is_ok() && faults(&validator, SMALLEST).is_empty());
}

#[test]
fn the_limits_of_every_number_are_those_of_the_parser() {
    let (schema, validator) = (json_schema(), validator());
    let mut numbers = 0;
    for (section, table) in schema["properties"].as_object().expect("sections") {
        for (key, shape) in table["properties"].as_object().into_iter().flatten() {
            let (Some(least), Some(most)) = (shape["minimum"].as_i64(), shape["maximum"].as_i64())
            else {
                continue;
            };
            numbers += 1;
            for (number, accepted) in
                [(least - 1, false), (least, true), (most, true), (most + 1, false)]
            {
                let source = format!("{SMALLEST}[{section}]\n{key} = {number}\n");
                assert_eq!(check(&source).is_ok(), accepted, "the parser on {source}");
                assert_eq!(
                    faults(&validator, &source).is_empty(),
                    accepted,
                    "the schema on {source}"
                );
            }
        }
    }
    assert!(numbers >= 6, "only {numbers} numbers were found");
}

#[test]
fn the_limits_of_every_duration_are_those_of_the_parser() {
    let (schema, validator) = (json_schema(), validator());
    let mut durations = 0;
    for (section, table) in schema["properties"].as_object().expect("sections") {
        for (key, shape) in table["properties"].as_object().into_iter().flatten() {
            let Some(default) = shape["default"].as_str() else { continue };
            if !default.starts_with(|c: char| c.is_ascii_digit()) {
                continue;
            }
            durations += 1;
            for duration in [
                "0s", "1s", "9s", "10s", "59s", "1m", "5m", "301s", "10m", "11m", "1h", "61m",
                "24h", "25h", "7d", "8d", "365d", "366d",
            ] {
                // With the longest of the others, only its own limits count.
                let other = match key.as_str() {
                    "access_token_ttl" => "refresh_token_ttl = \"365d\"\n",
                    "refresh_token_ttl" => "access_token_ttl = \"1m\"\n",
                    _ => "",
                };
                let source = format!("{SMALLEST}[{section}]\n{other}{key} = \"{duration}\"\n");
                let accepted = check(&source).is_ok();
                assert_eq!(faults(&validator, &source).is_empty(), accepted, "{source}");
            }
        }
    }
    assert!(durations >= 10, "only {durations} durations were found");
}
