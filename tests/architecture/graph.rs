//! Which file imports which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::source::{Crate, Module, ModulePath};

/// One file names something of another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    pub from: PathBuf,
    pub line: usize,
    /// As it is written.
    pub path: String,
    pub to: PathBuf,
}

/// Every import of a crate from one of its files to another. What is handed on by a module counts as
/// imported from where it is defined.
pub fn imports(read: &Crate) -> Vec<Import> {
    let mut imports = BTreeSet::new();
    for (module, content) in &read.modules {
        for (path, line) in &content.paths {
            let Some(to) = resolve(read, module, path, &mut BTreeSet::new()) else { continue };
            if to.file != content.file {
                let (from, to) = (content.file.clone(), to.file.clone());
                imports.insert(Import { from, line: *line, path: path.join("::"), to });
            }
        }
    }
    imports.into_iter().collect()
}

type Visited = BTreeSet<(ModulePath, Vec<String>)>;

/// The module that defines what a path means that stands in `module`; `None` for what is of elsewhere.
fn resolve<'a>(
    read: &'a Crate,
    module: &[String],
    path: &[String],
    visited: &mut Visited,
) -> Option<&'a Module> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => walk(read, &[], rest, visited),
        "self" => walk(read, module, rest, visited),
        "super" => {
            let mut above = module.split_last()?.1;
            let mut rest = rest;
            while let Some(("super", more)) =
                rest.split_first().map(|(first, more)| (first.as_str(), more))
            {
                above = above.split_last()?.1;
                rest = more;
            }
            walk(read, above, rest, visited)
        }
        _ => {
            let here = read.modules.get(module)?;
            let is_known = here.items.contains(first)
                || here.uses.iter().any(|found| found.name.as_ref() == Some(first));
            is_known.then(|| walk(read, module, path, visited))?
        }
    }
}

fn walk<'a>(
    read: &'a Crate,
    module: &[String],
    path: &[String],
    visited: &mut Visited,
) -> Option<&'a Module> {
    let here = read.modules.get(module)?;
    let Some((first, rest)) = path.split_first() else { return Some(here) };
    if !visited.insert((module.to_vec(), path.to_vec())) {
        return None;
    }
    let inner = [module, std::slice::from_ref(first)].concat();
    if read.modules.contains_key(&inner) {
        return walk(read, &inner, rest, visited);
    }
    if here.items.contains(first) {
        return Some(here);
    }
    // `use toml::toml`, of a crate of that name, says nothing about this one.
    let is_elsewhere = |path: &[String]| path.first() == Some(first);
    let named = here.uses.iter().filter(|found| found.name.as_ref() == Some(first));
    for found in named.filter(|found| !is_elsewhere(&found.path)) {
        let whole = [&found.path[..], rest].concat();
        if let Some(definition) = resolve(read, module, &whole, visited) {
            return Some(definition);
        }
    }
    let globs = here.uses.iter().filter(|found| found.name.is_none());
    for found in globs {
        let whole = [&found.path[..], path].concat();
        if let Some(definition) = resolve(read, module, &whole, visited) {
            return Some(definition);
        }
    }
    None
}

/// Groups of files that import each other in a circle.
pub fn circles(imports: &[Import]) -> Vec<BTreeSet<PathBuf>> {
    let mut reached: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> = BTreeMap::new();
    let mut arrows: BTreeMap<&PathBuf, Vec<&PathBuf>> = BTreeMap::new();
    for import in imports {
        arrows.entry(&import.from).or_default().push(&import.to);
    }
    for from in arrows.keys() {
        let mut seen = BTreeSet::new();
        let mut next = arrows[from].clone();
        while let Some(file) = next.pop() {
            if seen.insert(file) {
                next.extend(arrows.get(file).into_iter().flatten());
            }
        }
        reached.insert(from, seen);
    }
    let reaches = |from: &PathBuf, to: &PathBuf| {
        reached.get(from).is_some_and(|reached| reached.contains(to))
    };
    let mut circles = BTreeSet::new();
    for file in reached.keys().filter(|file| reaches(file, file)) {
        let circle: BTreeSet<PathBuf> = reached[*file]
            .iter()
            .filter(|other| reaches(other, file))
            .map(|other| (*other).clone())
            .collect();
        circles.insert(circle);
    }
    circles.into_iter().collect()
}
