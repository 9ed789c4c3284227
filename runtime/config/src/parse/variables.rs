//! The names of Worker variables: each setting has one of its own, and none is a binding's.

use std::ops::Range;

use super::bindings::is_binding;
use super::clients;
use super::value::{Section, Value, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Connection, Endpoints, Identity, List, Setting, Storage, Tokens};

/// A place in the file that reads a Worker variable.
pub(crate) struct Use<'a> {
    /// The key that reads it, with its section.
    pub(crate) path: String,
    /// The name of the variable.
    pub(crate) variable: &'a str,
    /// True for one that nobody may read.
    pub(crate) is_secret: bool,
    /// Absent when the name is a default.
    span: Option<Range<usize>>,
}

/// Reports variables that are used twice, or that have the name of a binding.
pub(crate) fn check(root: &Section<'_, '_>, uses: &[Use<'_>], storage: Option<&Storage>) {
    for (index, this) in uses.iter().enumerate() {
        if is_binding(storage, this.variable) {
            let message = format!("`{}` is the name of a generated binding", shown(this.variable));
            let fault = Fault::new(Code::WranglerCollision, message, "use another name");
            root.report(this.span.clone().unwrap_or_default(), fault);
        }
        let Some(first) = uses[..index].iter().find(|other| other.variable == this.variable) else {
            continue;
        };
        let message = format!("`{}` and `{}` are both `{}`", this.path, first.path, this.variable);
        let help = "give each its own variable, so that one can be changed without the other";
        // One of the two is written in the file; the other may be a default.
        let span = this.span.clone().or_else(|| first.span.clone()).unwrap_or_default();
        root.report(span, Fault::new(Code::SharedSecret, message, help));
    }
}

/// The variables that settings read.
pub(crate) fn uses<'a>(
    root: &Section<'_, '_>,
    identity: Option<&'a Identity>,
    tokens: Option<&'a Tokens>,
    (clients, connections): (&'a [clients::Declared], Option<&'a List<Connection>>),
) -> Vec<Use<'a>> {
    let mut uses = Vec::new();
    let mut add = |section: &str, key: &str, variable: &'a str| {
        let table = root.get(section).filter(|value| value.raw().is_table());
        let value = table.and_then(|value| value.open(0..0)?.get(key));
        let span = value.as_ref().map(Value::span);
        let is_secret = matches!(key, "client_secret" | "encryption_key");
        uses.push(Use { path: format!("{section}.{key}"), variable, is_secret, span });
    };
    for (key, variable) in identity.into_iter().flat_map(identity_variables) {
        add("identity", key, variable);
    }
    if let Some(tokens) = tokens {
        add("tokens", "encryption_key", &tokens.encryption_key);
    }
    for (index, declared) in clients.iter().enumerate() {
        let client = &declared.client;
        let secrets = [
            ("secret", &client.secret, &declared.secret),
            ("previous_secret", &client.previous_secret, &declared.previous_secret),
        ];
        for (key, variable, span) in secrets {
            let Some(variable) = variable else { continue };
            let path = format!("clients[{index}].{key}");
            uses.push(Use { path, variable, is_secret: true, span: Some(span.clone()) });
        }
    }
    uses.extend(of_connections(connections));
    uses
}

/// The variables that the client ids of connections are read from. The secrets are those of `[secrets]`.
fn of_connections(connections: Option<&List<Connection>>) -> impl Iterator<Item = Use<'_>> {
    let connections = connections.into_iter().flat_map(|all| all.iter());
    connections.filter_map(|connection| match &connection.client_id {
        Setting::Var(variable) => Some(Use {
            path: format!("connections.{}.client_id", connection.name),
            variable,
            is_secret: false,
            span: None,
        }),
        Setting::Literal(_) => None,
    })
}

/// The keys of `[identity]` that read a variable, and its name.
fn identity_variables(identity: &Identity) -> Vec<(&'static str, &str)> {
    let client_id = identity.provider.facts().client_id;
    let mut settings: Vec<_> =
        client_id.into_iter().map(|client_id| (client_id.key, &identity.client_id)).collect();
    if let Endpoints::Urls { authorization_url, token_url, jwks_url } = &identity.endpoints {
        settings.push(("authorization_url", authorization_url));
        settings.push(("token_url", token_url));
        settings.push(("jwks_url", jwks_url));
    }
    settings.extend(identity.issuer.as_ref().map(|issuer| ("issuer", issuer)));
    let variables = settings.into_iter().filter_map(|(key, setting)| match setting {
        Setting::Var(name) => Some((key, name.as_ref())),
        Setting::Literal(_) => None,
    });
    let secret = identity.client_secret.as_deref().map(|name| ("client_secret", name));
    variables.chain(secret).collect()
}
