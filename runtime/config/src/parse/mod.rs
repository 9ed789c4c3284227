//! From the text of `mcp.toml` to a checked configuration, or to every fault at once.

mod audit;
mod bindings;
mod claims;
mod clients;
mod color;
mod comparison;
mod complexity;
mod condition;
mod consent;
mod contradictions;
mod dev;
mod environments;
mod identity;
mod issuer;
mod keys;
mod limits;
mod policies;
mod policy_tests;
mod provider;
mod redirect_uri;
mod references;
mod registration;
#[cfg(feature = "schema")]
pub mod schema;
mod sections;
mod setting;
mod shared;
mod spot;
mod storage;
mod text;
mod transport;
mod url;
mod value;
mod variables;
mod version;
mod wrangler;

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::DeTable;

use self::claims::ClaimName;
use self::policies::Declared;
use self::value::Section;
use crate::diagnostic::{Code, Diagnostic, Fault, Sink};
use crate::model::{Condition, Config, List, PolicyTest, Str};
use crate::render::Position;
use crate::suggest;

#[cfg(feature = "generate")]
pub(crate) use self::bindings::{
    AUDIT_BINDING, AUDIT_QUEUE_BINDING, LIMIT_ATTEMPT, LIMIT_AUTHORIZE, LIMIT_CALLBACK,
    LIMIT_GRANT, LIMIT_REGISTER, LIMIT_RETURN, LIMIT_TOKEN, OBJECT_BINDING,
};
pub use self::dev::{Dev, DevUser};
pub use self::environments::Environment;
#[cfg(feature = "generate")]
pub(crate) use self::environments::TOP_LEVEL_ONLY;
pub use self::issuer::Warning;
pub use self::keys::SECTIONS;
pub use self::storage::Existing;
pub(crate) use self::text::is_variable_name;
pub use self::version::SCHEMA_VERSION;
#[cfg(feature = "generate")]
pub(crate) use self::wrangler::{OBJECT_CLASS, OBJECT_MIGRATION, STRICT_FETCH, worker_name};

/// The policy that every signed-in user passes. It is built in.
pub(crate) const EVERYONE: &str = "everyone";

/// A `mcp.toml` without faults.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// What the Worker needs, with defaults filled in.
    pub config: Config,
    /// `[dev]`: what `cargo toolgate dev` needs.
    pub dev: Dev,
    /// `[wrangler]`: merged into the generated `wrangler.jsonc`.
    pub wrangler: toml::Table,
    /// `[storage]`: the KV namespace or D1 database.
    pub storage: Existing,
    /// `[[policies.<name>.tests]]`, in the order of the file.
    pub policy_tests: Vec<PolicyTest>,
    /// `[env.<name>]`, in the order of the file.
    pub environments: Vec<Environment>,
    places: Vec<Place>,
    claims: Vec<ClaimName>,
    /// Where `identity.scopes` stands.
    identity_scopes: Option<Position>,
}

/// Where a policy stands, and everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    name: Position,
    rule: Positions,
}

impl Place {
    fn of(source: &str, policy: &Declared) -> Self {
        let name = Position::of(source, policy.span.start);
        Self { name, rule: Positions::of(source, &policy.spot) }
    }
}

/// As [`spot::Spot`], in lines and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Positions {
    own: Position,
    inner: Vec<Positions>,
}

impl Positions {
    fn of(source: &str, spot: &spot::Spot) -> Self {
        let inner = spot.inner.iter().map(|inner| Self::of(source, inner)).collect();
        Self { own: Position::of(source, spot.span.start), inner }
    }
}

impl Checked {
    /// The names that `allow = "…"` may use: `everyone`, then the policies in the order of the file.
    pub fn policy_names(&self) -> impl Iterator<Item = &str> {
        let declared = self.config.policies.iter().map(|policy| policy.name.as_ref());
        std::iter::once(EVERYONE).chain(declared)
    }

    /// Whether a policy of this name exists; `everyone` always does.
    pub fn has_policy(&self, name: &str) -> bool {
        self.policy_names().any(|known| known == name)
    }

    /// The existing policy that a mistyped name probably means.
    pub fn suggest_policy(&self, name: &str) -> Option<&str> {
        suggest::nearest(name, self.policy_names())
    }

    /// What holds in an environment: the file with `[env.<name>]` over it.
    pub fn environment(&self, name: &str) -> Option<&Self> {
        let found = self.environments.iter().find(|environment| environment.name == name)?;
        Some(&found.checked)
    }

    /// The environment that a mistyped name probably means.
    pub fn suggest_environment(&self, name: &str) -> Option<&str> {
        suggest::nearest(name, self.environments.iter().map(|known| known.name.as_str()))
    }

    /// Where the policy's name stands in the file; `None` for `everyone` and unknown names.
    pub fn policy_position(&self, name: &str) -> Option<Position> {
        self.place(name).map(|place| place.name)
    }

    /// Where a condition of a policy stands in the file; `path` leads from the policy's outermost
    /// condition to it by places among siblings, and ends early where the file has nothing.
    pub fn condition_position(&self, policy: &str, path: &[usize]) -> Option<Position> {
        let mut at = &self.place(policy)?.rule;
        for index in path {
            match at.inner.get(*index) {
                Some(inner) => at = inner,
                None => break,
            }
        }
        Some(at.own)
    }

    /// What is sound and may not be meant.
    pub fn warnings(&self) -> Vec<Warning> {
        issuer::warnings(self)
    }

    fn place(&self, name: &str) -> Option<&Place> {
        let index = self.config.policies.iter().position(|policy| policy.name == name)?;
        self.places.get(index)
    }
}

/// Reads and checks a `mcp.toml`.
///
/// # Errors
///
/// Every fault of the file, in its order. A file that is not TOML gets its syntax errors only,
/// since what could be read around them would cause misleading ones; one of a newer version gets that
/// it is.
pub fn check(source: &str) -> Result<Checked, Vec<Diagnostic>> {
    let (document, syntax_errors) = DeTable::parse_recoverable(source);
    let sink = Sink::default();
    if !syntax_errors.is_empty() {
        for error in syntax_errors {
            report_syntax_error(&sink, &error, source);
        }
        return Err(sink.into_diagnostics());
    }
    version::refuse_newer(document.get_ref())?;
    let root = Section::root(document.get_ref(), &sink);
    let checked = read(&root, source);
    let environments = environments::read(&root, document.get_ref(), source, &sink);
    if let Some(checked) = &checked {
        let others = environments.iter().map(|environment| &environment.checked.config.identity);
        let identities = std::iter::once(&checked.config.identity).chain(others);
        claims::check(&checked.claims, identities, &sink);
    }
    match checked {
        Some(checked) if sink.is_empty() => Ok(Checked { environments, ..checked }),
        _ => Err(sink.into_diagnostics()),
    }
}

fn report_syntax_error(sink: &Sink, error: &toml::de::Error, source: &str) {
    let span = error.span().unwrap_or(source.len()..source.len());
    // The parser points between two characters where something is missing: mark the next one.
    let end = source.ceil_char_boundary(span.end.max(span.start + 1));
    let message = error.message().lines().collect::<Vec<_>>().join("; ");
    sink.report(span.start..end, Fault { code: Code::SyntaxError, message, help: None });
}

/// Every section is read even if an earlier one is faulty, so that all faults are found.
fn read(root: &Section<'_, '_>, source: &str) -> Option<Checked> {
    version::check(root);
    let server = sections::server(&root.section("server"));
    let identity_section = root.section("identity");
    let identity = identity::read(&identity_section);
    let identity_scopes = identity_section.entry("scopes");
    let identity_scopes = identity_scopes.map(|entry| Position::of(source, entry.key_span.start));
    let storage = storage::read(&root.section("storage"));
    let registration = registration::read(&root.section("registration"));
    let schemes = registration.as_ref().map(|registration| registration.redirect_schemes.as_ref());
    let clients = clients::read(root, schemes);
    let transport = transport::read(&root.section("transport"));
    let tokens = sections::tokens(&root.section("tokens"));
    let consent = consent::read(&root.section("consent"));
    let limits = limits::read(&root.section("limits"));
    let audit = audit::read(&root.section("audit"));
    let mut claims = Vec::new();
    let provider = identity.as_ref().map(|identity| identity.provider);
    let policies = policies::read(root, provider, &mut claims);
    let dev = dev::read(&root.section("dev"));
    let wrangler = wrangler::read(root);

    sections::check_recheck(&root.section("tokens"), tokens.as_ref(), identity.as_ref());
    let declared = clients.as_deref().unwrap_or_default();
    let kind = storage.as_ref().map(|(storage, _)| storage);
    variables::check(root, identity.as_ref(), tokens.as_ref(), declared, kind);
    let client_secret = identity.as_ref().and_then(|identity| identity.client_secret.as_deref());
    let encryption_key = tokens.as_ref().map(|tokens| tokens.encryption_key.as_ref());
    let secrets = declared.iter().filter_map(|declared| declared.client.secret.as_deref());
    let secrets: Vec<&str> = secrets.chain(client_secret).chain(encryption_key).collect();
    bindings::check_names(root, &secrets, kind);

    let ((storage, existing), wrangler) = (storage?, wrangler?);
    let places = policies.iter().map(|policy| Place::of(source, policy)).collect();
    let mut policy_tests: Vec<_> =
        policies.iter().flat_map(|policy| tests_of(source, policy)).collect();
    let used = policies.iter().flat_map(|policy| variables_of(&policy.policy.rule)).collect();
    policy_tests.iter_mut().for_each(|test| test.vars = with_file(test, &used, &wrangler));
    let config = Config {
        server: server?,
        identity: identity?,
        storage,
        registration: registration?,
        clients: clients?.into_iter().map(|declared| declared.client).collect(),
        transport: transport?,
        tokens: tokens?,
        consent: consent?,
        limits: limits?,
        audit: audit?,
        scopes: policies::scopes(&policies),
        policies: policies.into_iter().map(|policy| policy.policy).collect(),
    };
    Some(Checked {
        config,
        dev: dev?,
        wrangler,
        storage: existing,
        policy_tests,
        environments: Vec::new(),
        places,
        claims,
        identity_scopes,
    })
}

/// The variables of a test: its own, and those of `[wrangler.vars]` that policies use.
fn with_file(test: &PolicyTest, used: &BTreeSet<&str>, wrangler: &toml::Table) -> List<(Str, Str)> {
    let file = wrangler.get("vars").and_then(toml::Value::as_table).into_iter().flatten();
    let is_new = |name: &str| !test.vars.iter().any(|(known, _)| known == name);
    let of_file = file.filter_map(|(name, value)| {
        let value = value.as_str().filter(|_| used.contains(name.as_str()) && is_new(name))?;
        Some((name.clone().into(), value.to_owned().into()))
    });
    test.vars.iter().cloned().chain(of_file).collect::<Vec<_>>().into()
}

/// The variables that a condition reads people from.
fn variables_of(condition: &Condition) -> Vec<&str> {
    match condition {
        Condition::EmailsFrom(name) => vec![name],
        Condition::Any(parts) | Condition::All(parts) | Condition::Not(parts) => {
            parts.iter().flat_map(variables_of).collect()
        }
        _ => Vec::new(),
    }
}

/// The tests of a policy, each with its place.
fn tests_of(source: &str, policy: &Declared) -> Vec<PolicyTest> {
    let placed = |(test, span): &(PolicyTest, Range<usize>)| {
        let Position { line, column } = Position::of(source, span.start);
        PolicyTest { line, column, ..test.clone() }
    };
    policy.tests.iter().map(placed).collect()
}
