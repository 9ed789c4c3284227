//! A whole file, or what holds in one environment, with everything that takes several of its sections.

use std::collections::BTreeSet;
use std::ops::Range;

use super::checked::{Checked, PolicyPlace};
use super::declared::Declared;
use super::storage::Existing;
use super::value::Section;
use super::{
    audit, bindings, clients, connections, dev, enterprise, identity, invariants, policies, quotas,
    secrets, storage, switch, tokens, triggers, upstream, variables, version, workloads, wrangler,
};
use crate::model::{
    Admin, Config, Connection, Consent, Enterprise, Identity, IdentityUpstream, KnownClient,
    Limits, List, Observability, PolicyTest, Registration, Server, Signals, Storage, Str, Tokens,
    Transport, Workload,
};
use crate::render::Position;

/// Every section is read even if an earlier one is faulty, so that all faults are found.
pub(super) fn read(root: &Section<'_, '_>, source: &str) -> Option<Checked> {
    let identity = identity::read(&root.section("identity"));
    let (storage, registration) = stored(root);
    let clients = clients::read(root, registration.as_ref());
    let tokens = tokens::read(&root.section("tokens"));
    let (server, (transport, consent), (limits, observability), audit) = plain(root);
    let (mut claims, provider) = (Vec::new(), identity.as_ref().map(|identity| identity.provider));
    let policies = policies::read(root, provider, &mut claims);
    let invariants = invariants::read(root, source, &mut claims);
    let (quotas, connections) = (quotas::read(root, source), connections::read(root, source));
    let ((triggers, wrangler), (issuers, workloads), (admin, signals)) = listed(root);
    let (dev, own) = (dev::read(&root.section("dev")), secrets::read(&root.section("secrets")));

    let declared =
        (clients.as_deref().unwrap_or_default(), connections.as_ref().map(|(all, _)| all));
    check_across(root, &policies, storage.as_ref(), (identity.as_ref(), tokens.as_ref()), declared);

    let ((quotas, quota_places), (connections, connection_places)) = (quotas?, connections?);
    let ((storage, existing), wrangler, trail) = (storage?, wrangler?, audit?);
    let (identity, policy_tests) = (identity?, policy_tests(source, &policies, &wrangler));
    let places = policies.iter().map(|policy| PolicyPlace::of(source, policy)).collect();
    let (clients, enterprise, workloads) = (known(clients?), issuers?, workloads?);
    let config = Config {
        acts: acts(&identity, &connections),
        powers: powers(&identity, &connections),
        server: server?,
        identity,
        storage,
        registration: registration?,
        reserved_subjects: enterprise::reserved_subjects(&clients, &enterprise, &workloads),
        clients,
        enterprise,
        workloads,
        transport: transport?,
        tokens: tokens?,
        consent: consent?,
        limits: limits?,
        observability: observability?,
        audit: trail.audit,
        scopes: policies::scopes(&policies),
        policies: policies.into_iter().map(|policy| policy.policy).collect(),
        quotas,
        connections,
        admin: admin?,
        signals: signals?,
    };
    Some(Checked {
        config,
        dev: dev?,
        wrangler,
        storage: existing,
        secrets: own?,
        triggers: triggers?,
        audit_targets: trail.targets,
        policy_tests,
        invariants: invariants?,
        environments: Vec::new(),
        places,
        quota_places,
        connection_places,
        claims,
        identity_scopes: place_of(&root.section("identity"), "scopes", source),
    })
}

/// The clients alone.
fn known(clients: Vec<clients::Declared>) -> List<KnownClient> {
    clients.into_iter().map(|declared| declared.client).collect()
}

/// Triggers and the author's own bindings, who vouches for callers, and who ends grants.
type Listed = (
    (Option<triggers::Triggers>, Option<toml::Table>),
    (Option<List<Enterprise>>, Option<List<Workload>>),
    (Option<Option<Admin>>, Option<Option<Signals>>),
);

fn listed(root: &Section<'_, '_>) -> Listed {
    version::check(root);
    (
        (triggers::read(root), wrangler::read(root)),
        (enterprise::read(root), workloads::read(root)),
        switch::read(root),
    )
}

/// Where grants are kept, and which clients may have one.
fn stored(root: &Section<'_, '_>) -> (Option<(Storage, Existing)>, Option<Registration>) {
    (storage::read(&root.section("storage")), Registration::read(&root.section("registration")))
}

/// The sections that no other one is needed for.
type Plain = (
    Option<Server>,
    (Option<Transport>, Option<Consent>),
    (Option<Limits>, Option<Observability>),
    Option<audit::Trail>,
);

fn plain(root: &Section<'_, '_>) -> Plain {
    (
        Server::read(&root.section("server")),
        (Transport::read(&root.section("transport")), Consent::read(&root.section("consent"))),
        (
            Limits::read(&root.section("limits")),
            Observability::read(&root.section("observability")),
        ),
        audit::read(&root.section("audit")),
    )
}

/// Actions that tools take at other servers as the person, as the approval page words them.
fn acts(identity: &Identity, connections: &[Connection]) -> List<Str> {
    let calls = identity.upstream.iter().map(upstream::act);
    calls.chain(connections.iter().map(Connection::act)).collect()
}

/// The powers of these actions, one in each line.
fn powers(identity: &Identity, connections: &[Connection]) -> Str {
    let calls = identity.upstream.iter().map(IdentityUpstream::powers);
    let powers: Vec<_> = calls.chain(connections.iter().map(Connection::power)).collect();
    powers.join("\n").into()
}

/// The place of a key, where the section has it.
fn place_of(section: &Section<'_, '_>, key: &str, source: &str) -> Option<Position> {
    section.entry(key).map(|entry| Position::of(source, entry.key_span.start))
}

/// Each name of a variable, secret or binding stands for one thing, and the storage can do what is asked of it.
fn check_across(
    root: &Section<'_, '_>,
    policies: &[Declared],
    storage: Option<&(Storage, Existing)>,
    (identity, tokens): (Option<&Identity>, Option<&Tokens>),
    declared: (&[clients::Declared], Option<&List<Connection>>),
) {
    let storage = storage.map(|(storage, _)| storage);
    let uses = &variables::uses(root, identity, tokens, declared);
    tokens::check_recheck(&root.section("tokens"), tokens, identity);
    let known: Vec<&str> = policies.iter().map(|policy| &*policy.policy.name).collect();
    connections::check(root, identity, storage, &known);
    enterprise::check(root, &known, &policies::scopes(policies));
    workloads::check_names(root, policies);
    switch::check(root, identity, storage, &known);
    upstream::check_storage(&root.section("identity"), storage);
    clients::check_named(root, policies, declared.0);
    variables::check(root, uses, storage);
    secrets::check_names(root, uses, policies, storage);
    let of_settings = uses.iter().filter(|one| one.is_secret).map(|one| one.variable);
    let secrets: Vec<&str> = of_settings.chain(secrets::names(root)).collect();
    bindings::check_names(root, &secrets, storage);
    triggers::check_names(root, storage);
}

/// The tests of all policies, with the variables of the file that they use.
fn policy_tests(source: &str, policies: &[Declared], wrangler: &toml::Table) -> Vec<PolicyTest> {
    let used = policies.iter().flat_map(Declared::variables).collect();
    let mut tests: Vec<_> = policies.iter().flat_map(|policy| tests_of(source, policy)).collect();
    tests.iter_mut().for_each(|test| test.vars = with_file(test, &used, wrangler));
    tests
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

/// The tests of a policy, each with its place.
fn tests_of(source: &str, policy: &Declared) -> Vec<PolicyTest> {
    let placed = |(test, span): &(PolicyTest, Range<usize>)| {
        let Position { line, column } = Position::of(source, span.start);
        PolicyTest { line, column, ..test.clone() }
    };
    policy.tests.iter().map(placed).collect()
}
