//! Pages that show a whole server, with its files, its `mcp.toml` and its migrations: compiled and run as such.

use std::collections::BTreeMap;
use std::fs;

use crate::block::Block;
use crate::parsed::whole;
use crate::rust::{manifest, target, test, write};
use crate::{assert_none, blocks};

#[test]
fn a_page_that_shows_a_server_shows_one_that_works() {
    let mut pages: BTreeMap<String, Vec<Block>> = BTreeMap::new();
    for block in blocks().into_iter().filter(|block| block.has("page")) {
        let page = block.place.split(':').next().unwrap_or_default();
        pages.entry(page.replace(['/', '.'], "-")).or_default().push(block);
    }
    assert!(!pages.is_empty(), "no page shows a server: what is checked here?");
    for (page, blocks) in pages {
        let folder = target().join("book-pages").join(&page);
        let _ = fs::remove_dir_all(&folder);
        let of = |language| {
            let blocks = blocks.iter().filter(move |block| block.language() == language);
            blocks.map(|block| block.text.as_str())
        };
        // Packages of one name would overwrite each other in the folder of the target.
        let named = manifest().replacen("my-server", &page, 1);
        let named = named.replacen("[lib]\n", "[lib]\nname = \"my_server\"\n", 1);
        write(&folder.join("Cargo.toml"), &named);
        write(&folder.join("mcp.toml"), &whole(&of("toml").collect::<Vec<_>>().join("\n")));
        for (number, migration) in of("sql").enumerate() {
            write(&folder.join(format!("migrations/{:04}.sql", number + 1)), migration);
        }
        for text in of("rust") {
            let name = text.lines().next().and_then(|line| line.strip_prefix("// "));
            write(&folder.join(name.expect("the name of the file")), text);
        }
        test(&folder);
    }
}

#[test]
fn a_migration_is_of_a_server() {
    let is_alone = |block: &Block| block.language() == "sql" && !block.has("page");
    let alone = blocks().into_iter().filter(is_alone);
    assert_none(&alone.map(|block| format!("{}: no `page`", block.place)).collect::<Vec<_>>());
}
