//! `cargo toolgate deploy`, with a script in place of wrangler: what it is asked, and what becomes of
//! what it says. The real one is asked by `cargo verify`.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use cargo_toolgate::deploy::{Arguments, Wrangler};
use cargo_toolgate::project::Project;
use cargo_toolgate::tools::Tools;

const CONFIG: &str = "[server]\nname = \"Demo\"\n[env.preview.server]\nname = \"Preview\"\n";

struct Demo {
    root: PathBuf,
    project: Project,
    tools: Tools,
}

impl Demo {
    /// A server whose wrangler keeps its arguments and goes on as `script` says.
    fn new(name: &str, script: &str) -> Self {
        let root =
            std::env::temp_dir().join(format!("toolgate-deploy-{name}-{}", std::process::id()));
        let tools = Tools::at(root.join("tools"));
        let wrangler = tools.npm_binary("wrangler");
        fs::create_dir_all(wrangler.parent().expect("a folder")).expect("a folder");
        let script = format!("#!/bin/sh\necho \"$@\" > arguments\n{script}\n");
        fs::write(&wrangler, script).expect("a script");
        fs::set_permissions(&wrangler, fs::Permissions::from_mode(0o755)).expect("a script");
        fs::write(root.join("mcp.toml"), CONFIG).expect("a file");
        let project =
            Project { workspace: root.clone(), root: root.clone(), package: "demo".into() };
        Self { root, project, tools }
    }

    fn upload(&self, environment: Option<&str>, arguments: &Arguments) -> Result<String, String> {
        let worker = if environment.is_some() { "demo-preview" } else { "demo" };
        let wrangler = Wrangler { project: &self.project, tools: &self.tools, worker, environment };
        let checked = self.project.config_in(environment).expect("it is there");
        let outcome = wrangler.upload(arguments).map_err(|error| error.to_string())?;
        Ok(outcome.report(&checked, &wrangler, arguments))
    }

    fn asked(&self) -> String {
        fs::read_to_string(self.root.join("arguments")).expect("wrangler was run").trim().to_owned()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // What stays is in the temporary folder.
        let _ = fs::remove_dir_all(&self.root);
    }
}

#[test]
fn wrangler_is_asked_for_the_environment_and_gets_its_own_arguments() {
    let demo = Demo::new("arguments", "");
    let cases = [
        (None, Arguments::default(), "deploy --env"),
        (Some("preview"), Arguments::default(), "deploy --env preview"),
        (
            None,
            Arguments { dry_run: true, ..Arguments::default() },
            "deploy --env  --dry-run --outdir .toolgate/bundle",
        ),
        (
            None,
            Arguments {
                dry_run: true,
                wrangler: vec!["--outdir=x".into()],
                ..Arguments::default()
            },
            "deploy --env  --dry-run --outdir=x",
        ),
        (
            Some("preview"),
            Arguments { gradual: true, ..Arguments::default() },
            "versions upload --env preview",
        ),
    ];
    for (environment, arguments, expected) in cases {
        demo.upload(environment, &arguments).expect("it succeeds");
        assert_eq!(demo.asked(), expected);
    }
}

#[test]
fn a_deployment_ends_with_the_address_and_what_to_do_with_it() {
    let demo = Demo::new(
        "success",
        "echo 'Total Upload: 1000.00 KiB / gzip: 400.00 KiB'\n\
         echo 'Worker Startup Time: 12 ms'\necho '  https://demo.acme.workers.dev'\n\
         echo 'Current Version ID: 1-2-3'",
    );
    let report = demo.upload(None, &Arguments::default()).expect("it succeeds");
    for expected in [
        "400.0 KiB compressed, 13 %",
        "12 ms of 1000 ms",
        "https://demo.acme.workers.dev/mcp",
        "https://demo.acme.workers.dev/callback",
        "cargo toolgate connect claude-code --url https://demo.acme.workers.dev`",
        "cargo toolgate wrangler -- rollback`",
    ] {
        assert!(report.contains(expected), "{expected} is missing in\n{report}");
    }
}

#[test]
fn a_gradual_deployment_says_how_it_goes_on() {
    let demo = Demo::new("gradual", "echo 'Worker Version ID: 1-2-3'");
    let arguments = Arguments { gradual: true, ..Arguments::default() };
    let report = demo.upload(Some("preview"), &arguments).expect("it succeeds");
    assert!(
        report.contains("cargo toolgate wrangler -- versions deploy 1-2-3@10% --env preview`"),
        "{report}"
    );
}

/// A wrangler whose live Worker has these bindings.
fn live(bindings: &str) -> String {
    format!(
        "case $1 in\n\
         deployments) echo '{{\"versions\":[{{\"version_id\":\"1-2-3\",\"percentage\":100}}]}}';;\n\
         versions) echo '{{\"resources\":{{\"bindings\":[{bindings}]}}}}';;\n\
         esac"
    )
}

#[test]
fn another_jurisdiction_than_that_of_the_live_worker_is_refused() {
    let eu = "{\"type\":\"plain_text\",\"name\":\"TOOLGATE_JURISDICTION\",\"text\":\"eu\"}";
    let no_worker = "echo 'This Worker does not exist on your account. [code: 10007]' >&2; exit 1";
    let cases = [
        ("same", live(eu), "jurisdiction = \"eu\"", None),
        ("first", no_worker.to_owned(), "jurisdiction = \"eu\"", None),
        ("neither", live(""), "", None),
        (
            "other",
            live(eu),
            "jurisdiction = \"us\"",
            Some("in jurisdiction `eu`, and `[storage]` says `us`"),
        ),
        ("left", live(eu), "", Some("in jurisdiction `eu`, and `[storage]` says `none`")),
        ("joined", live(""), "jurisdiction = \"eu\"", Some("in jurisdiction `none`")),
        ("silent", "exit 1".to_owned(), "jurisdiction = \"eu\"", Some("cannot be told")),
        (
            "database",
            no_worker.to_owned(),
            "kind = \"d1\"\njurisdiction = \"eu\"",
            Some("cargo toolgate setup"),
        ),
    ];
    for (name, script, storage, expected) in cases {
        let demo = Demo::new(&format!("jurisdiction-{name}"), &script);
        let text = format!("[server]\nname = \"Demo\"\n[storage]\n{storage}\n");
        fs::write(demo.root.join("mcp.toml"), text).expect("a file");
        let checked = demo.project.config_in(None).expect("it is there");
        let (project, tools) = (&demo.project, &demo.tools);
        let wrangler = Wrangler { project, tools, worker: "demo", environment: None };
        let refused = wrangler.require_jurisdiction(&checked).err().map(|error| error.to_string());
        match (refused, expected) {
            (None, None) => {}
            (Some(refused), Some(expected)) => {
                assert!(refused.contains(expected), "{name}: {refused}")
            }
            (refused, _) => panic!("{name}: {refused:?}"),
        }
    }
}

const DATABASE: &str = "[wrangler]\nd1_databases = [{ binding = \"DB\", database_name = \"notes\"";

/// A wrangler whose deployed database lacks what `listed` says.
fn lacking(listed: &str) -> String {
    format!(
        "echo \"$@\" >> calls\ncase \"$1 $3\" in \"d1 list\") printf '%s' '{listed}';; deploy*) \
         echo 'Total Upload: 1.00 KiB / gzip: 1.00 KiB';; esac"
    )
}

/// The calls of wrangler that `migrate` makes, and the error it ends with; empty without one.
fn migrate(name: &str, listed: &str, database: &str, migrate: bool) -> (Vec<String>, String) {
    migrate_with(name, listed, database, &Arguments { migrate, ..Arguments::default() })
}

fn migrate_with(
    name: &str,
    listed: &str,
    database: &str,
    arguments: &Arguments,
) -> (Vec<String>, String) {
    let demo = Demo::new(&format!("migrate-{name}"), &lacking(listed));
    fs::create_dir_all(demo.root.join("migrations")).expect("a folder");
    fs::write(demo.root.join("migrations/0001_notes.sql"), "").expect("a file");
    let text = format!("[server]\nname = \"Demo\"\n{database}");
    fs::write(demo.root.join("mcp.toml"), text).expect("a file");
    let checked = demo.project.config_in(None).expect("it is there");
    let (project, tools) = (&demo.project, &demo.tools);
    let wrangler = Wrangler { project, tools, worker: "demo", environment: None };
    let refused = wrangler.migrate(&checked, arguments).err().map(|error| error.to_string());
    let calls = fs::read_to_string(demo.root.join("calls")).unwrap_or_default();
    let calls = calls.lines().map(|line| line.trim().to_owned()).collect();
    (calls, refused.unwrap_or_default())
}

#[test]
fn migrations_are_applied_before_the_worker_that_needs_them_and_after_it_was_built() {
    let database = format!("{DATABASE}, database_id = \"1\" }}]\n");
    let list = "d1 migrations list DB --remote --env";
    let (calls, refused) = migrate("none", "No migrations to apply!", &database, false);
    assert_eq!((calls, refused.as_str()), (vec![list.to_owned()], ""));

    let (calls, refused) = migrate("given", "| 0001_notes.sql |", &database, true);
    let built = "deploy --env  --dry-run --outdir .toolgate/bundle";
    let apply = "d1 migrations apply DB --remote --env";
    assert_eq!((calls, refused.as_str()), ([list, built, apply].map(str::to_owned).to_vec(), ""));

    let (calls, refused) = migrate("unasked", "| 0001_notes.sql |", &database, false);
    assert_eq!(calls, [list, built]);
    assert!(refused.contains("not applied: 0001_notes.sql; nothing is deployed"), "{refused}");
    assert!(refused.contains("`cargo toolgate deploy --migrate`"), "{refused}");
}

#[test]
fn nothing_is_migrated_for_a_worker_that_is_not_deployed() {
    let database = format!("{DATABASE}, database_id = \"1\" }}]\n");
    for (index, word) in
        ["--dry-run", "--config=x.jsonc", "-c", "--name", "--env"].iter().enumerate()
    {
        let wrangler = vec![(*word).to_owned(), "other".to_owned()];
        let arguments = Arguments { migrate: true, wrangler, ..Arguments::default() };
        let name = format!("elsewhere-{index}");
        let (calls, refused) = migrate_with(&name, "| 0001_notes.sql |", &database, &arguments);
        assert_eq!(calls, ["d1 migrations list DB --remote --env"], "{word}");
        assert!(refused.contains("for another Worker"), "{refused}");
    }
}

#[test]
fn whoever_refuses_one_of_two_databases_has_changed_neither() {
    let database = "[wrangler]\nd1_databases = [{ binding = \"A\", database_id = \"1\" }, \
                    { binding = \"B\", database_id = \"2\" }]\n";
    let (calls, refused) = migrate("two", "| 0001_notes.sql |", database, false);
    assert!(calls.iter().all(|call| !call.contains("apply")), "{calls:?}");
    assert!(refused.contains("nothing is deployed"), "{refused}");
}

#[test]
fn a_database_that_cannot_be_asked_stops_the_deployment() {
    let database = format!("{DATABASE}, database_id = \"1\" }}]\n");
    let (calls, refused) = migrate("silent", "who knows", &database, true);
    assert_eq!(calls, ["d1 migrations list DB --remote --env"]);
    assert!(refused.contains("does not say which the database lacks"), "{refused}");

    let (calls, refused) = migrate("unmade", "", &format!("{DATABASE} }}]\n"), true);
    assert!(calls.is_empty());
    assert!(
        refused.contains("no `database_id`") && refused.contains("toolgate setup"),
        "{refused}"
    );
}

#[test]
fn failures_say_what_to_do() {
    let cases = [
        (
            "first",
            "The following required secrets have not been set: ACCESS_CLIENT_ID, KEY_2 This Worker does not exist yet",
            &[
                "demo-preview lacks secrets: ACCESS_CLIENT_ID, KEY_2",
                "--env preview -- --secrets-file FILE`",
            ][..],
        ),
        (
            "secrets",
            "The following required secrets have not been set: KEY_2 Use `wrangler secret put`",
            &[
                "lacks secrets: KEY_2",
                "`cargo toolgate wrangler -- secret put KEY_2 --env preview`",
            ],
        ),
        (
            "login",
            "it is necessary to set a CLOUDFLARE_API_TOKEN environment variable",
            &["not signed in to Cloudflare", "cargo toolgate wrangler -- login"],
        ),
        ("whoami", "{\"loggedIn\":false}", &["not signed in to Cloudflare"]),
        ("network", "TypeError: fetch failed", &["Cloudflare cannot be reached", "HTTPS_PROXY"]),
        (
            "migration",
            "This Worker has a pending Durable Object migration, which cannot be applied",
            &["create its Durable Objects first", "`cargo toolgate deploy --env preview`"],
        ),
        ("build", "Running custom build `x` failed", &["the Worker cannot be built"]),
        ("other", "something else", &["exit status: 1", "| something else"]),
    ];
    for (name, said, expected) in cases {
        let demo = Demo::new(name, &format!("cat >&2 <<'END'\n{said}\nEND\nexit 1"));
        let error = demo.upload(Some("preview"), &Arguments::default()).expect_err("it fails");
        for expected in expected {
            assert!(error.contains(expected), "{name}: {expected} is missing in\n{error}");
        }
    }
}

#[test]
fn an_unknown_environment_is_told_the_right_one() {
    let demo = Demo::new("unknown", "");
    for (name, expected) in [("preveiw", "did you mean `preview`?"), ("x", "it has preview")] {
        let error = demo.project.config_in(Some(name)).expect_err("there is none").to_string();
        assert!(error.contains(expected), "{error}");
    }
}
