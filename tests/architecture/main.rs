//! Nothing imports a floor above itself: the floors are in `floors.toml`.

mod graph;
mod source;

use std::path::Path;
#[test]
fn print() {
    for (krate) in ["runtime", "runtime/core", "runtime/config", "macros", "cli"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(krate).join("src");
        let read =
            source::Crate::read("lib.rs", &|file| std::fs::read_to_string(root.join(file)).ok());
        let imports = graph::imports(&read);
        println!("== {krate}: {} files {} imports", read.modules.len(), imports.len());
        for circle in graph::circles(&imports) {
            println!(
                "  circle of {}: {:?}",
                circle.len(),
                circle.iter().map(|p| p.display().to_string()).collect::<Vec<_>>()
            );
        }
        if krate == "runtime" {
            for i in &imports {
                println!("I {} -> {} | {}", i.from.display(), i.to.display(), i.path);
            }
        }
    }
}
