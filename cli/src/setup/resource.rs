//! Resources of a server at Cloudflare: namespaces, databases, buckets, queues.

use serde_json::Value;
use toolgate_config::binding_lists::{self, BindingList};
use toolgate_config::{Checked, Jurisdiction, Made, StorageKind, deploy};

use super::insert::KeyPlace;
use super::wrangler::Wrangler;
use crate::{Error, Result};

/// A kind of thing that wrangler can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResourceKind {
    Kv,
    D1,
    R2,
    Queue,
}

impl ResourceKind {
    /// Every kind.
    const ALL: [Self; 4] = [Self::Kv, Self::D1, Self::R2, Self::Queue];

    /// Its bindings in `wrangler.jsonc`.
    const fn list(self) -> &'static BindingList {
        match self {
            Self::Kv => &binding_lists::KV_NAMESPACES,
            Self::D1 => &binding_lists::D1_DATABASES,
            Self::R2 => &binding_lists::R2_BUCKETS,
            Self::Queue => &binding_lists::QUEUE_PRODUCERS,
        }
    }
}

/// Something that has to be there before the server is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) kind: ResourceKind,
    /// Its name at Cloudflare.
    pub(super) name: String,
    /// Its name there if a deployment has made it, where that differs.
    pub(super) provisioned: Option<String>,
    /// Its purpose for the server.
    pub(super) purpose: String,
    /// Where its id belongs in `mcp.toml`; `None` where its name is enough.
    pub(super) place: Option<KeyPlace>,
    /// Where Cloudflare may keep it.
    pub(super) jurisdiction: Option<Jurisdiction>,
}

impl Resource {
    /// Something that is known by its name alone.
    fn new(kind: ResourceKind, name: String, purpose: String) -> Self {
        Self { kind, name, provisioned: None, purpose, place: None, jurisdiction: None }
    }

    /// Its kind, with its name.
    pub(super) fn title(&self) -> String {
        self.titled(&self.name)
    }

    /// Its kind, with another name.
    pub(super) fn titled(&self, name: &str) -> String {
        format!("{} `{name}`", self.kind.list().title)
    }

    /// The arguments by which wrangler makes it.
    fn creation(&self, environment: Option<&str>) -> Vec<&str> {
        let name = self.name.as_str();
        let mut words = match self.kind {
            ResourceKind::Kv => {
                vec!["kv", "namespace", "create", without_environment(name, environment)]
            }
            ResourceKind::R2 => vec!["r2", "bucket", "create", name],
            ResourceKind::D1 => vec!["d1", "create", name],
            ResourceKind::Queue => vec!["queues", "create", name],
        };
        if let Some(jurisdiction) = self.jurisdiction {
            words.extend(["--jurisdiction", jurisdiction.name()]);
        }
        words
    }

    /// The command that makes it, as a person would type it.
    pub(super) fn typed(&self, wrangler: &Wrangler<'_>) -> String {
        wrangler.typed(&self.creation(wrangler.environment))
    }

    /// Its name and its id, if it is there.
    ///
    /// # Errors
    ///
    /// When wrangler cannot list what there is.
    pub(super) fn find(&self, wrangler: &Wrangler<'_>) -> Result<Option<(String, String)>> {
        match self.kind {
            ResourceKind::Kv => {
                let list = wrangler.list(&["kv", "namespace", "list"])?;
                // Where grants are already goes before an empty one.
                let mut names = self.provisioned.iter().chain([&self.name]);
                Ok(names.find_map(|name| id(&list, ("title", name), "id")))
            }
            ResourceKind::D1 => {
                Ok(id(&wrangler.list(&["d1", "list", "--json"])?, ("name", &self.name), "uuid"))
            }
            ResourceKind::R2 => Ok(self.asked(wrangler, &["r2", "bucket", "info", &self.name])),
            ResourceKind::Queue => Ok(self.asked(wrangler, &["queues", "info", &self.name])),
        }
    }

    /// Its name and id, where wrangler knows it. Where it cannot say, making it says why.
    fn asked(&self, wrangler: &Wrangler<'_>, arguments: &[&str]) -> Option<(String, String)> {
        wrangler.run(arguments).ok().map(|_| (self.name.clone(), self.name.clone()))
    }

    /// Makes it, and returns its id.
    ///
    /// # Errors
    ///
    /// When wrangler cannot, or prints no id.
    pub(super) fn create(&self, wrangler: &Wrangler<'_>) -> Result<String> {
        let said = wrangler.run(&self.creation(wrangler.environment))?;
        let id = match self.kind {
            ResourceKind::Kv => {
                said.split(|c: char| !c.is_ascii_hexdigit()).find(|word| word.len() == 32)
            }
            ResourceKind::D1 => said
                .split(|c: char| !c.is_ascii_hexdigit() && c != '-')
                .find(|word| word.len() == 36 && word.matches('-').count() == 4),
            ResourceKind::R2 | ResourceKind::Queue => Some(self.name.as_str()),
        };
        id.map(str::to_owned).ok_or_else(|| {
            Error::new(format!("wrangler made the {}, and printed no id", self.title()))
                .output(said.clone())
                .help("run this again: it takes what is there")
        })
    }
}

/// `kv namespace create --env preview` puts the name of the environment in front.
fn without_environment<'a>(name: &'a str, environment: Option<&str>) -> &'a str {
    let rest = environment.and_then(|environment| name.strip_prefix(environment));
    rest.and_then(|rest| rest.strip_prefix('-')).unwrap_or(name)
}

fn id(list: &[Value], (key, name): (&str, &str), id: &str) -> Option<(String, String)> {
    let one = list.iter().find(|one| one.get(key).and_then(Value::as_str) == Some(name))?;
    Some((name.to_owned(), one.get(id)?.as_str()?.to_owned()))
}

/// The Worker that needs them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) worker: &'a str,
    /// `[env.NAME]` of `mcp.toml`.
    pub(super) environment: Option<&'a str>,
}

impl Owner<'_> {
    /// A KV namespace, without its place.
    fn namespace(self, binding: &str, purpose: String) -> Resource {
        let own = provisioned(self.worker, binding);
        let (name, provisioned) = match self.environment {
            None => (own, None),
            Some(environment) => {
                let outer = self.worker.strip_suffix(environment);
                let outer = outer.and_then(|outer| outer.strip_suffix('-')).unwrap_or(self.worker);
                (format!("{environment}-{}", provisioned(outer, binding)), Some(own))
            }
        };
        Resource { provisioned, ..Resource::new(ResourceKind::Kv, name, purpose) }
    }

    /// The table of `mcp.toml` that holds for it alone.
    fn table(self, names: &[&str]) -> Vec<String> {
        let outer = self.environment.map(|name| ["env", name]);
        outer.iter().flatten().chain(names).map(|&name| name.to_owned()).collect()
    }
}

/// Everything that the server needs and that has no id in `mcp.toml`.
pub(super) fn needed(checked: &Checked, owner: Owner<'_>) -> Vec<Resource> {
    let mut needed = Vec::new();
    needed.extend(storage(checked, owner));
    needed.extend(checked.audit_targets.iter().filter_map(|(sink, target)| {
        let facts = sink.facts();
        let kind = ResourceKind::ALL.into_iter().find(|kind| kind.list() == facts.kind.list())?;
        let purpose = "gets the events of [audit]".to_owned();
        (facts.made == Made::BeforeDeployment)
            .then(|| Resource::new(kind, target.to_string(), purpose))
    }));
    needed.extend(queues(checked, owner));
    needed.extend(bindings(checked, owner));
    needed
}

/// The queues of `[queues]`, and those for dead letters, each once.
fn queues(checked: &Checked, owner: Owner<'_>) -> Vec<Resource> {
    let queues = &checked.triggers.queues;
    let own = queues.iter().map(|queue| {
        (deploy::queue_name(queue, owner.worker), format!("is [queues.{}]", queue.name))
    });
    let dead = queues.iter().filter_map(|queue| {
        let name =
            deploy::dead_letter_queue(checked, queue.dead_letter_queue.as_ref()?, owner.worker);
        Some((name, format!("gets what fails in [queues.{}]", queue.name)))
    });
    let mut found: Vec<Resource> = Vec::new();
    for (name, purpose) in own.chain(dead) {
        if found.iter().all(|known| known.name != name) {
            found.push(Resource::new(ResourceKind::Queue, name, purpose));
        }
    }
    // The trail of [audit] may be read by a function.
    found.retain(|queue| checked.audit_targets.iter().all(|(_, target)| *target != queue.name));
    found
}

fn storage(checked: &Checked, owner: Owner<'_>) -> Option<Resource> {
    if checked.storage.id.is_some() {
        return None;
    }
    let purpose = "keeps grants ([storage])".to_owned();
    let resource = match checked.config.storage.kind {
        StorageKind::DurableObject => return None,
        StorageKind::Kv => owner.namespace(&checked.config.storage.binding, purpose),
        StorageKind::D1 => {
            let name = checked.storage.database_name.clone();
            let name = name.unwrap_or_else(|| format!("{}-oauth", owner.worker));
            let jurisdiction = checked.config.storage.jurisdiction;
            Resource { jurisdiction, ..Resource::new(ResourceKind::D1, name, purpose) }
        }
    };
    let place = KeyPlace { table: owner.table(&["storage"]), after: "kind", key: "id" };
    Some(Resource { place: Some(place), ..resource })
}

/// As wrangler calls one that it makes by itself when a server is deployed.
fn provisioned(worker: &str, binding: &str) -> String {
    format!("{worker}-{}", binding.to_ascii_lowercase().replace('_', "-"))
}

fn bindings(checked: &Checked, owner: Owner<'_>) -> Vec<Resource> {
    let mut found = Vec::new();
    for kind in [ResourceKind::Kv, ResourceKind::D1, ResourceKind::R2] {
        let BindingList { path, id: id_key, name: name_key, .. } = kind.list();
        let entries = at(checked, path);
        for (index, entry) in entries.iter().enumerate() {
            let text = |key: &str| entry.get(key).and_then(toml::Value::as_str);
            let has_id = text(id_key).is_some();
            let Some(binding) = text("binding").filter(|_| !has_id || kind == ResourceKind::R2)
            else {
                continue;
            };
            let purpose = format!("is your binding {binding}");
            let resource = if kind == ResourceKind::Kv {
                owner.namespace(binding, purpose)
            } else {
                let name = name_key.and_then(text).map(str::to_owned);
                let name = name.unwrap_or_else(|| provisioned(owner.worker, binding));
                Resource::new(kind, name, purpose)
            };
            let index = index.to_string();
            let table = owner.table(&[&["wrangler"][..], path, &[index.as_str()]].concat());
            let place = (!has_id).then_some(KeyPlace { table, after: "binding", key: id_key });
            found.push(Resource { place, ..resource });
        }
    }
    let BindingList { path, id, .. } = ResourceKind::Queue.list();
    let queues = at(checked, path).iter().filter_map(|entry| entry.get(id)?.as_str());
    found.extend(
        queues.map(|queue| {
            Resource::new(ResourceKind::Queue, queue.to_owned(), "is yours".to_owned())
        }),
    );
    found
}

/// The list of `[wrangler]` at a path.
fn at<'a>(checked: &'a Checked, path: &[&str]) -> &'a [toml::Value] {
    let [first, rest @ ..] = path else { return &[] };
    let first = checked.wrangler.get(*first);
    let list = rest.iter().fold(first, |found, key| found.and_then(|table| table.get(key)));
    list.and_then(toml::Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: Owner<'_> = Owner { worker: "demo", environment: None };

    #[test]
    fn what_has_an_id_or_needs_none_is_left_alone() {
        let config = |rest: &str| {
            toolgate_config::check(&format!("[server]\nname = \"A\"\n{rest}")).expect("it is sound")
        };
        assert_eq!(needed(&config(""), DEMO), []);
        let id = "0123456789abcdef0123456789abcdef";
        let kv = config(&format!("[storage]\nkind = \"kv\"\nid = \"{id}\"\n"));
        assert_eq!(needed(&kv, DEMO), []);
    }

    #[test]
    fn an_environment_has_names_and_tables_of_its_own() {
        let text = "[server]\nname = \"A\"\n[storage]\nkind = \"kv\"\n\
                    [[wrangler.d1_databases]]\nbinding = \"DB\"\n";
        let checked = toolgate_config::check(text).expect("it is sound");
        let owner = Owner { worker: "demo-preview", environment: Some("preview") };
        let found = needed(&checked, owner);
        let titles: Vec<_> = found.iter().map(Resource::title).collect();
        assert_eq!(
            titles,
            ["KV namespace `preview-demo-oauth-kv`", "D1 database `demo-preview-db`"]
        );
        let shown = |resource: &Resource| resource.place.as_ref().map(KeyPlace::shown);
        assert_eq!(shown(&found[0]).as_deref(), Some("[env.preview.storage]"));
        assert_eq!(shown(&found[1]).as_deref(), Some("[env.preview.wrangler.d1_databases]"));
        // wrangler adds `preview-` again.
        let creation = found[0].creation(owner.environment);
        assert_eq!(creation, ["kv", "namespace", "create", "demo-oauth-kv"]);
    }

    #[test]
    fn a_database_for_grants_is_made_in_the_jurisdiction_of_the_server() {
        let text = "[server]\nname = \"A\"\n[storage]\nkind = \"d1\"\njurisdiction = \"eu\"\n\
                    [[wrangler.d1_databases]]\nbinding = \"DB\"\n";
        let checked = toolgate_config::check(text).expect("it is sound");
        let made: Vec<_> = needed(&checked, DEMO);
        let made: Vec<_> = made.iter().map(|resource| resource.creation(None).join(" ")).collect();
        assert_eq!(made, ["d1 create demo-oauth --jurisdiction eu", "d1 create demo-db"]);
    }

    #[test]
    fn the_queues_of_functions_and_their_dead_letters_are_found_each_once() {
        let text = "[server]\nname = \"A\"\n[audit]\nqueue = \"events\"\n\
                    [queues.jobs]\ndead_letter_queue = \"dead\"\nbinding = \"JOBS\"\n\
                    [queues.mails]\nqueue = \"acme-mails\"\ndead_letter_queue = \"dead\"\n\
                    [queues.trail]\nqueue = \"events\"\n";
        let checked = toolgate_config::check(text).expect("it is sound");
        let titles: Vec<_> = needed(&checked, DEMO).iter().map(Resource::title).collect();
        let expected =
            ["queue `events`", "queue `demo-jobs`", "queue `acme-mails`", "queue `demo-dead`"];
        assert_eq!(titles, expected);
    }

    #[test]
    fn bindings_of_one_s_own_and_queues_are_found() {
        let text = "[server]\nname = \"A\"\n[audit]\nqueue = \"events\"\n\
                    [[wrangler.kv_namespaces]]\nbinding = \"CACHE\"\n\
                    [[wrangler.d1_databases]]\nbinding = \"DB\"\ndatabase_name = \"orders\"\n\
                    [[wrangler.r2_buckets]]\nbinding = \"FILES\"\nbucket_name = \"files\"\n";
        let checked = toolgate_config::check(text).expect("it is sound");
        let titles: Vec<_> = needed(&checked, DEMO).iter().map(Resource::title).collect();
        let expected = [
            "queue `events`",
            "KV namespace `demo-cache`",
            "D1 database `orders`",
            "R2 bucket `files`",
        ];
        assert_eq!(titles, expected);
    }
}
