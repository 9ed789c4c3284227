//! `[[workloads]]`: jobs that come with the token of their platform.

use super::comparison;
use super::condition::Reference;
use super::declared::Declared;
use super::enterprise::{raw, tables};
use super::form::Form;
use super::schema::{pattern, shape};
use super::text::{exact, owned};
use super::value::{Section, names, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Condition, List, Str, Test, Workload};
use crate::suggest;

/// Most workloads of a server: each exchange looks at them in turn.
const MOST: usize = 128;

/// Longest name of a workload: it is part of a subject, and stands in messages.
const LONGEST_NAME: usize = 64;

/// Algorithms that a Worker verifies and an issuer may be configured for. None has a secret key on both sides.
const ALGORITHMS: [&str; 7] = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"];

pub(super) const ALGORITHM: Form = Form::new(algorithm, || shape::one_of(&ALGORITHMS));

pub(super) const WORKLOAD_NAME: Form = Form::new(name, || shape::pattern(pattern::QUOTA_NAME));

/// The beginning of GitHub's default audience, which every repository of an owner can ask for.
const DEFAULT_AUDIENCE: &str = "https://github.com/";

/// The issuer of GitHub Actions, and claims of its tokens that stay when a name is given to somebody else.
const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITHUB_IDS: [&str; 3] = ["repository_id", "repository_owner_id", "enterprise_id"];

/// The sound workloads, in the order of the file; `None` when one of them has a fault.
pub(super) fn read(root: &Section<'_, '_>) -> Option<List<Workload>> {
    let mut workloads: Vec<Workload> = Vec::new();
    let mut sound = true;
    for table in tables(root, "workloads", MOST)? {
        let Some((table, one)) = table.and_then(|table| {
            let one = workload(&table)?;
            Some((table, one))
        }) else {
            sound = false;
            continue;
        };
        let twin = workloads.iter().find(|known| known.issuer == one.issuer);
        if twin.is_some_and(|twin| {
            (&twin.jwks_uri, &twin.algorithms) != (&one.jwks_uri, &one.algorithms)
        }) {
            let message = format!("two workloads of `{}` have different keys", shown(&one.issuer));
            let help = "write the same `jwks_uri` and `algorithms` for all workloads of one issuer";
            table.report(table.span.clone(), Fault::new(Code::ConflictingKeys, message, help));
        }
        if workloads.iter().any(|known| known.name == one.name) {
            let message = format!("two workloads have the name `{}`", shown(&one.name));
            let fault = Fault::new(Code::DuplicateValue, message, "give each a name of its own");
            table.report(table.span.clone(), fault);
        }
        workloads.push(one);
    }
    sound.then(|| workloads.into())
}

fn workload(table: &Section<'_, '_>) -> Option<Workload> {
    table.refuse_unknown(Workload::KEYS);
    let (name, issuer) = (Workload::name(table), Workload::issuer(table));
    let audience = audience(table);
    let (jwks_uri, algorithms) = (Workload::jwks_uri(table), Workload::algorithms(table));
    let when = when(table, issuer.as_deref());
    let (scopes, token_ttl) = (Workload::scopes(table), Workload::token_ttl(table));
    let single_use = Workload::single_use(table);
    Some(Workload {
        name: name?,
        issuer: issuer?,
        audience: audience?,
        jwks_uri: jwks_uri?,
        algorithms: algorithms?,
        when: when?,
        scopes: scopes?,
        token_ttl: token_ttl?,
        single_use: single_use?,
    })
}

/// One text, or a list of them.
fn audience(table: &Section<'_, '_>) -> Option<List<Str>> {
    let help = "the platform is asked for a token for this server: `audience = \"https://mcp.example.com\"`";
    let value = table.require("audience", help)?;
    let audience = match value.raw().is_str() {
        true => vec![value.text(exact)?].into(),
        false => value.texts(exact)?,
    };
    let default = audience.iter().find(|one| one.starts_with(DEFAULT_AUDIENCE));
    if let Some(default) = default {
        let message = format!("`{}` is the audience of every token of that owner", shown(default));
        let help =
            "have the workflow ask for an audience of its own, such as the address of this server";
        value.report(Fault::new(Code::InvalidText, message, help));
        return None;
    }
    Some(audience)
}

/// The rules on claims.
fn when(table: &Section<'_, '_>, issuer: Option<&str>) -> Option<Condition> {
    let help = "say which job it is: `when.claims = { repository_id = \"123\", ref = \"refs/heads/main\" }`";
    let value = table.require("when", help)?;
    let rules = value.open(value.span())?;
    rules.refuse_unknown(super::keys::of("workloads.when"));
    let conditions: Vec<_> = comparison::of_token(&rules.require("claims", help)?)?
        .into_iter()
        .map(|(one, _)| one)
        .collect();
    if issuer == Some(GITHUB) && !conditions.iter().any(names_id) {
        let message =
            "`when` names no id of GitHub, and a name can come to belong to somebody else";
        let help = format!("add one of {}", names(&GITHUB_IDS));
        value.report(Fault::new(Code::MissingKey, message, help));
        return None;
    }
    Some(Condition::All(conditions.into()))
}

/// True for a value that one of the ids has to have.
fn names_id(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Claim { path, test: Test::OneOf(_) }
            if path.first().is_some_and(|name| GITHUB_IDS.contains(&name.as_ref()))
    )
}

/// Reports names in policies that no workload has: under `not` one would let everybody in.
pub(super) fn check_names(root: &Section<'_, '_>, policies: &[Declared]) {
    let names: Vec<&str> =
        raw(root, "workloads").filter_map(|item| item.get("name")?.get_ref().as_str()).collect();
    for Reference { name, span } in policies.iter().flat_map(|policy| &policy.workloads) {
        if names.contains(&name.as_ref()) {
            continue;
        }
        let help = match suggest::nearest(name, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "name a workload of `[[workloads]]`".to_owned(),
        };
        let message = format!("unknown workload `{}`", shown(name));
        root.report(span.clone(), Fault::new(Code::UnsupportedValue, message, help));
    }
}

fn algorithm(text: &str) -> Result<Str, Fault> {
    if ALGORITHMS.contains(&text) {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not an algorithm that is verified here", shown(text));
    Err(Fault::new(Code::InvalidText, message, format!("supported: {}", names(&ALGORITHMS))))
}

fn name(text: &str) -> Result<Str, Fault> {
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
    {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not a name of a workload", shown(text));
    let help = format!(
        "names are up to {LONGEST_NAME} lower-case letters, digits and `-`: `name = \"deploy\"`"
    );
    Err(Fault::new(Code::InvalidText, message, help))
}
