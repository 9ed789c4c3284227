//! What a server needs at Cloudflare besides its Worker: namespaces, databases, buckets, queues.

use serde_json::Value;
use toolgate_config::{Checked, StorageKind};

use super::insert::Place;
use super::wrangler::Wrangler;
use crate::{Error, Result};

/// A kind of thing that wrangler can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Kv,
    D1,
    R2,
    Queue,
}

/// Something that has to be there before the server is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) kind: Kind,
    /// What it is called at Cloudflare.
    pub(super) name: String,
    /// What the server has it for.
    pub(super) purpose: String,
    /// Where its id belongs in `mcp.toml`; `None` where its name is enough.
    pub(super) place: Option<Place>,
}

impl Resource {
    /// What it is, with its name.
    pub(super) fn title(&self) -> String {
        let kind = match self.kind {
            Kind::Kv => "KV namespace",
            Kind::D1 => "D1 database",
            Kind::R2 => "R2 bucket",
            Kind::Queue => "queue",
        };
        format!("{kind} `{}`", self.name)
    }

    /// The arguments by which wrangler makes it.
    pub(super) fn creation(&self) -> [&str; 4] {
        let name = self.name.as_str();
        match self.kind {
            Kind::Kv => ["kv", "namespace", "create", name],
            Kind::R2 => ["r2", "bucket", "create", name],
            // One word less: the name takes its place.
            Kind::D1 => ["d1", "create", name, ""],
            Kind::Queue => ["queues", "create", name, ""],
        }
    }

    /// How it is made, as a person would type it.
    pub(super) fn typed(&self, wrangler: &Wrangler<'_>) -> String {
        wrangler.typed(&words(&self.creation()))
    }

    /// What its id is, if it is there.
    ///
    /// # Errors
    ///
    /// When wrangler cannot list what there is.
    pub(super) fn find(&self, wrangler: &Wrangler<'_>) -> Result<Option<String>> {
        match self.kind {
            Kind::Kv => {
                let list = wrangler.list(&["kv", "namespace", "list"])?;
                // `kv namespace create --env preview` puts the name of the environment in front.
                let title = match wrangler.environment {
                    Some(environment) => format!("{environment}-{}", self.name),
                    None => self.name.clone(),
                };
                Ok(id(&list, ("title", &title), "id"))
            }
            Kind::D1 => {
                Ok(id(&wrangler.list(&["d1", "list", "--json"])?, ("name", &self.name), "uuid"))
            }
            Kind::R2 => Ok(self.asked(wrangler, &["r2", "bucket", "info", &self.name])),
            Kind::Queue => Ok(self.asked(wrangler, &["queues", "info", &self.name])),
        }
    }

    /// Whether wrangler knows it. Where it cannot say, making it says why.
    fn asked(&self, wrangler: &Wrangler<'_>, arguments: &[&str]) -> Option<String> {
        wrangler.run(arguments).ok().map(|_| self.name.clone())
    }

    /// Makes it, and returns its id.
    ///
    /// # Errors
    ///
    /// When wrangler cannot, or prints no id.
    pub(super) fn create(&self, wrangler: &Wrangler<'_>) -> Result<String> {
        let said = wrangler.run(&words(&self.creation()))?;
        let id = match self.kind {
            Kind::Kv => said.split(|c: char| !c.is_ascii_hexdigit()).find(|word| word.len() == 32),
            Kind::D1 => said
                .split(|c: char| !c.is_ascii_hexdigit() && c != '-')
                .find(|word| word.len() == 36 && word.matches('-').count() == 4),
            Kind::R2 | Kind::Queue => Some(self.name.as_str()),
        };
        id.map(str::to_owned).ok_or_else(|| {
            Error::new(format!("wrangler made the {}, and printed no id", self.title()))
                .output(said.clone())
                .help("run this again: it takes what is there")
        })
    }
}

fn words<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    arguments.iter().copied().filter(|word| !word.is_empty()).collect()
}

fn id(list: &[Value], (key, name): (&str, &str), id: &str) -> Option<String> {
    let one = list.iter().find(|one| one.get(key).and_then(Value::as_str) == Some(name))?;
    Some(one.get(id)?.as_str()?.to_owned())
}

/// Everything that the server needs and that has no id in `mcp.toml`.
pub(super) fn needed(checked: &Checked, worker: &str, environment: Option<&str>) -> Vec<Resource> {
    let mut needed = Vec::new();
    needed.extend(storage(checked, worker, environment));
    if let Some(queue) = &checked.config.audit.queue {
        needed.push(Resource {
            kind: Kind::Queue,
            name: queue.to_string(),
            purpose: "gets the events of [audit]".to_owned(),
            place: None,
        });
    }
    needed.extend(bindings(checked, worker));
    needed
}

fn storage(checked: &Checked, worker: &str, environment: Option<&str>) -> Option<Resource> {
    if checked.storage.id.is_some() {
        return None;
    }
    let (kind, name) = match checked.config.storage.kind {
        StorageKind::DurableObject => return None,
        // As wrangler calls one that it makes by itself when a server is deployed.
        StorageKind::Kv => (Kind::Kv, provisioned(worker, &checked.config.storage.binding)),
        StorageKind::D1 => {
            let name = checked.storage.database_name.clone();
            (Kind::D1, name.unwrap_or_else(|| format!("{worker}-oauth")))
        }
    };
    let outer = environment.map(|name| vec!["env".to_owned(), name.to_owned()]);
    let mut table = outer.unwrap_or_default();
    table.push("storage".to_owned());
    let place = Some(Place { table, after: "kind", key: "id" });
    Some(Resource { kind, name, purpose: "keeps grants ([storage])".to_owned(), place })
}

fn provisioned(worker: &str, binding: &str) -> String {
    format!("{worker}-{}", binding.to_ascii_lowercase().replace('_', "-"))
}

/// The lists of `[wrangler]`: kind, the key of the name, the key of the id.
const LISTS: [(&str, Kind, Option<&str>, &str); 3] = [
    ("kv_namespaces", Kind::Kv, None, "id"),
    ("d1_databases", Kind::D1, Some("database_name"), "database_id"),
    ("r2_buckets", Kind::R2, Some("bucket_name"), "bucket_name"),
];

fn bindings(checked: &Checked, worker: &str) -> Vec<Resource> {
    let mut found = Vec::new();
    for (list, kind, name_key, id_key) in LISTS {
        let entries = checked.wrangler.get(list).and_then(toml::Value::as_array);
        for (index, entry) in entries.into_iter().flatten().enumerate() {
            let text = |key: &str| entry.get(key).and_then(toml::Value::as_str);
            let has_id = text(id_key).is_some();
            let Some(binding) = text("binding").filter(|_| !has_id || kind == Kind::R2) else {
                continue;
            };
            let name = name_key.and_then(text).map(str::to_owned);
            let table = vec!["wrangler".to_owned(), list.to_owned(), index.to_string()];
            found.push(Resource {
                kind,
                name: name.unwrap_or_else(|| provisioned(worker, binding)),
                purpose: format!("is your binding {binding}"),
                place: (!has_id).then_some(Place { table, after: "binding", key: id_key }),
            });
        }
    }
    let producers = checked.wrangler.get("queues").and_then(|queues| queues.get("producers"));
    for producer in producers.and_then(toml::Value::as_array).into_iter().flatten() {
        let Some(queue) = producer.get("queue").and_then(toml::Value::as_str) else { continue };
        found.push(Resource {
            kind: Kind::Queue,
            name: queue.to_owned(),
            purpose: "is yours".to_owned(),
            place: None,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_an_id_or_needs_none_is_left_alone() {
        let config = |rest: &str| {
            toolgate_config::check(&format!("[server]\nname = \"A\"\n{rest}")).expect("it is sound")
        };
        assert_eq!(needed(&config(""), "demo", None), []);
        let id = "0123456789abcdef0123456789abcdef";
        let kv = config(&format!("[storage]\nkind = \"kv\"\nid = \"{id}\"\n"));
        assert_eq!(needed(&kv, "demo", None), []);
        let kv = needed(&config("[storage]\nkind = \"kv\"\n"), "demo", Some("preview"));
        assert_eq!(kv[0].title(), "KV namespace `demo-oauth-kv`");
        assert_eq!(
            kv[0].place.as_ref().map(Place::shown).as_deref(),
            Some("[env.preview.storage]")
        );
    }

    #[test]
    fn bindings_of_one_s_own_and_queues_are_found() {
        let text = "[server]\nname = \"A\"\n[audit]\nqueue = \"events\"\n\
                    [[wrangler.kv_namespaces]]\nbinding = \"CACHE\"\n\
                    [[wrangler.d1_databases]]\nbinding = \"DB\"\ndatabase_name = \"orders\"\n\
                    [[wrangler.r2_buckets]]\nbinding = \"FILES\"\nbucket_name = \"files\"\n";
        let checked = toolgate_config::check(text).expect("it is sound");
        let titles: Vec<_> = needed(&checked, "demo", None).iter().map(Resource::title).collect();
        let expected = [
            "queue `events`",
            "KV namespace `demo-cache`",
            "D1 database `orders`",
            "R2 bucket `files`",
        ];
        assert_eq!(titles, expected);
    }
}
