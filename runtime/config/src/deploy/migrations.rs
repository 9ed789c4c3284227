//! Migrations of the D1 databases in `[wrangler]`.

use toml::Value;

use crate::binding_lists::D1_DATABASES;
use crate::parse::Checked;

/// Folder in which wrangler looks when a database names none.
const DEFAULT_FOLDER: &str = "migrations";

/// A D1 database and the folder that its migrations would be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated<'a> {
    /// The binding of the database, by which wrangler knows it, too.
    pub binding: &'a str,
    /// The folder, from that of `mcp.toml`. It need not be there.
    pub folder: &'a str,
    /// True if `mcp.toml` says which database it is at Cloudflare.
    pub has_id: bool,
}

/// The databases of `[wrangler]`, each with its folder.
pub fn migrated(checked: &Checked) -> impl Iterator<Item = Migrated<'_>> {
    let lists = D1_DATABASES.path.first().and_then(|key| checked.wrangler.get(*key));
    lists.and_then(Value::as_array).into_iter().flatten().filter_map(|database| {
        let text = |key| database.get(key).and_then(Value::as_str);
        let folder = text("migrations_dir").unwrap_or(DEFAULT_FOLDER);
        let has_id = text(D1_DATABASES.id).is_some();
        Some(Migrated { binding: text(D1_DATABASES.binding)?, folder, has_id })
    })
}
