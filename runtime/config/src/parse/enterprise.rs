//! `[[enterprise]]`: issuers whose word connects a company's people.

use toml::de::DeValue;

use super::value::{Section, Value, names, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Enterprise, KnownClient, List, Scope, Str, Workload};
use crate::names::{CLIENT_SUBJECT, EVERYONE, ISSUER_SEPARATOR, WORKLOAD_SUBJECT};
use crate::suggest;

/// Most issuers of a server: each has keys that an isolate keeps.
const MOST: usize = 32;

/// The sound issuers, in the order of the file; `None` when one of them has a fault.
pub(super) fn read(root: &Section<'_, '_>) -> Option<List<Enterprise>> {
    let mut issuers: Vec<Enterprise> = Vec::new();
    let mut sound = true;
    for table in tables(root, "enterprise", MOST)? {
        let Some(one) = table.as_ref().and_then(enterprise) else {
            sound = false;
            continue;
        };
        if let (Some(table), true) =
            (&table, issuers.iter().any(|known| known.issuer == one.issuer))
        {
            let message =
                format!("two sections `[[enterprise]]` have the issuer `{}`", shown(&one.issuer));
            let help = "keep one of them: an issuer has one set of rules";
            table.report(table.span.clone(), Fault::new(Code::DuplicateValue, message, help));
        }
        issuers.push(one);
    }
    sound.then(|| issuers.into())
}

/// The tables of a list of tables; `None` in the place of one that is none.
pub(super) fn tables<'a, 'i>(
    root: &Section<'a, 'i>,
    key: &str,
    most: usize,
) -> Option<Vec<Option<Section<'a, 'i>>>> {
    let Some(value) = root.get(key) else { return Some(Vec::new()) };
    let help = format!("write `[[{key}]]` for each of them");
    let DeValue::Array(_) = value.raw() else {
        return value.wrong_type("a list of tables", &help);
    };
    let items = value.items()?;
    if items.len() > most {
        let message = format!("more than {most} sections `[[{key}]]`");
        value.report(Fault::new(Code::OutOfRange, message, "split the server"));
        return None;
    }
    let open = |item: &Value<'a, 'i>| match item.raw() {
        DeValue::Table(_) => item.open(item.span()),
        _ => item.wrong_type("a table", &help),
    };
    Some(items.iter().map(open).collect())
}

fn enterprise(table: &Section<'_, '_>) -> Option<Enterprise> {
    table.refuse_unknown(Enterprise::KEYS);
    let issuer = Enterprise::issuer(table);
    let help = "name the clients that may come without a sign-in of their own: \
                `clients = [\"acme-desktop\", \"https://client.example/metadata.json\"]`";
    let clients = table.require("clients", help).and_then(|value| value.texts(super::text::exact));
    let (jwks_uri, algorithms) = (Enterprise::jwks_uri(table), Enterprise::algorithms(table));
    let (scopes, allow) = (Enterprise::scopes(table), Enterprise::allow(table));
    let (tenant, domains) = (Enterprise::tenant(table), Enterprise::domains(table));
    let (claims, token_ttl) = (Enterprise::claims(table), Enterprise::token_ttl(table));
    let allow_public_clients = Enterprise::allow_public_clients(table);
    let trailing_slash = Enterprise::trailing_slash(table);
    let require = Enterprise::require(table);
    Some(Enterprise {
        issuer: issuer?,
        clients: clients?,
        jwks_uri: jwks_uri?,
        algorithms: algorithms?,
        scopes: scopes?,
        allow: allow?,
        tenant: tenant?,
        domains: domains?,
        claims: claims?,
        token_ttl: token_ttl?,
        allow_public_clients: allow_public_clients?,
        trailing_slash: trailing_slash?,
        require: require?,
    })
}

/// The clients that the sections name, sound or not.
pub(super) fn clients<'a>(root: &Section<'a, '_>) -> Vec<&'a str> {
    let lists = raw(root, "enterprise").filter_map(|item| item.get("clients"));
    let names = lists.filter_map(|list| list.get_ref().as_array()).flatten();
    names.filter_map(|name| name.get_ref().as_str()).collect()
}

/// The entries of a list of tables, sound or not.
pub(super) fn raw<'a, 'i>(
    root: &Section<'a, 'i>,
    key: &str,
) -> impl Iterator<Item = &'a DeValue<'i>> {
    let list = root.get(key).and_then(|value| value.raw().as_array());
    list.into_iter().flatten().map(|item| item.get_ref())
}

/// Reports what the rest of the file does not have: clients, policies and scopes that are named.
pub(super) fn check(root: &Section<'_, '_>, policies: &[&str], scopes: &[Scope]) {
    let ids: Vec<&str> =
        raw(root, "clients").filter_map(|item| item.get("id")?.get_ref().as_str()).collect();
    let sections = ["enterprise", "workloads", "clients"].into_iter();
    for (section, value) in sections.filter_map(|name| Some((name, root.get(name)?))) {
        let items = match value.raw() {
            DeValue::Array(_) => value.items().unwrap_or_default(),
            _ => continue,
        };
        for item in items.iter().filter(|item| item.raw().is_table()) {
            let Some(table) = item.open(item.span()) else { continue };
            if section == "enterprise" {
                check_clients(&table, &ids);
                check_policy(&table, policies);
            }
            check_scopes(&table, scopes);
        }
    }
}

fn texts<'a, 'i>(table: &Section<'a, 'i>, key: &str) -> Vec<(Value<'a, 'i>, &'a str)> {
    let list = table.get(key).filter(|value| matches!(value.raw(), DeValue::Array(_)));
    let items = list.and_then(|list| list.items()).unwrap_or_default();
    items.into_iter().filter_map(|item| Some((item.clone(), item.raw().as_str()?))).collect()
}

fn check_clients(table: &Section<'_, '_>, ids: &[&str]) {
    for (item, name) in texts(table, "clients") {
        if ids.contains(&name) || name.starts_with("https://") {
            continue;
        }
        let help = match suggest::nearest(name, ids.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "name an `id` of `[[clients]]`, or the https address of a metadata document"
                .to_owned(),
        };
        let message = format!("unknown client `{}`", shown(name));
        item.report(Fault::new(Code::UnsupportedValue, message, help));
    }
}

fn check_policy(table: &Section<'_, '_>, policies: &[&str]) {
    let Some(allow) = table.get("allow") else { return };
    let Some(name) = allow.raw().as_str() else { return };
    if name != EVERYONE && !policies.contains(&name) {
        allow.report(super::connections::unknown(name, policies));
    }
}

/// A scope that no policy asks for gives nothing.
fn check_scopes(table: &Section<'_, '_>, scopes: &[Scope]) {
    let known: Vec<&str> = scopes.iter().map(|scope| scope.name.as_ref()).collect();
    for (item, name) in texts(table, "scopes") {
        if known.contains(&name) || super::text::OWN_SCOPES.contains(&name) {
            continue;
        }
        let help = match suggest::nearest(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if known.is_empty() => "remove it: no policy has a `scope`".to_owned(),
            None => format!("scopes of policies: {}", names(&known)),
        };
        let message = format!("no policy asks for the scope `{}`", shown(name));
        item.report(Fault::new(Code::InvalidScope, message, help));
    }
}

/// Beginnings of subjects that no sign-in may have.
pub(super) fn reserved_subjects(
    clients: &[KnownClient],
    issuers: &[Enterprise],
    workloads: &[Workload],
) -> List<Str> {
    let has_machines = clients.iter().any(|client| client.machine);
    let client = has_machines.then(|| CLIENT_SUBJECT.into());
    let workload = (!workloads.is_empty()).then(|| WORKLOAD_SUBJECT.into());
    let of_issuer = |issuer: &Enterprise| [&issuer.issuer, ISSUER_SEPARATOR].concat().into();
    client.into_iter().chain(workload).chain(issuers.iter().map(of_issuer)).collect()
}
