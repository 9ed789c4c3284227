//! The modules of a crate, as its files say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree, Visibility};

/// The path of a module inside its crate; the root's is empty.
pub type ModulePath = Vec<String>;

/// One module of a crate.
#[derive(Debug, Default)]
pub struct Module {
    /// Where it is written, from the folder of the crate's root.
    pub file: PathBuf,
    /// Names that it defines.
    pub items: BTreeSet<String>,
    /// Names that it imports, which others may import from it.
    pub uses: Vec<Use>,
    /// Paths that it names, with the line.
    pub paths: Vec<(Vec<String>, usize)>,
}

/// One name of a `use`.
#[derive(Debug)]
pub struct Use {
    pub path: Vec<String>,
    /// The name that it has here; `None` for `*`.
    pub name: Option<String>,
}

/// The modules of one crate.
#[derive(Debug)]
pub struct Crate {
    pub modules: BTreeMap<ModulePath, Module>,
}

impl Crate {
    /// Reads a crate from the file of its root. Modules of tests are left out.
    ///
    /// # Panics
    /// A file is missing, or is not Rust.
    pub fn read(root: &str, text: &dyn Fn(&Path) -> Option<String>) -> Self {
        let mut reader = Reader { text, modules: BTreeMap::new() };
        reader.file(Path::new(root), Vec::new());
        Self { modules: reader.modules }
    }
}

struct Reader<'a> {
    text: &'a dyn Fn(&Path) -> Option<String>,
    modules: BTreeMap<ModulePath, Module>,
}

impl Reader<'_> {
    fn file(&mut self, file: &Path, path: ModulePath) {
        let text = (self.text)(file).unwrap_or_else(|| panic!("{} is missing", file.display()));
        let read = syn::parse_file(&text);
        let read = read.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.module(file, path, read.items);
    }

    fn module(&mut self, file: &Path, path: ModulePath, items: Vec<Item>) {
        let mut found = Found::default();
        let mut children = Vec::new();
        for item in items.iter().filter(|item| !is_for_tests(attributes(item))) {
            match item {
                Item::Mod(module) => {
                    found.items.insert(module.ident.to_string());
                    children.push(module.clone());
                }
                Item::Use(item) => {
                    let line = item.span().start().line;
                    let is_public = !matches!(item.vis, Visibility::Inherited);
                    found.tree(&item.tree, &mut Vec::new(), line, is_public);
                }
                item => {
                    found.items.extend(name(item));
                    found.visit_item(item);
                }
            }
        }
        let module = Module {
            file: file.to_owned(),
            items: found.items,
            uses: found.uses,
            paths: found.paths,
        };
        self.modules.insert(path.clone(), module);
        for child in children {
            let name = child.ident.to_string();
            let path = [&path[..], std::slice::from_ref(&name)].concat();
            match child.content {
                Some((_, items)) => self.module(file, path, items),
                None => self.file(&self.find(file, &path, &name), path),
            }
        }
    }

    /// Where `mod name;` is written: in `name.rs` or `name/mod.rs`, in the folder of the module.
    fn find(&self, parent: &Path, path: &[String], name: &str) -> PathBuf {
        let folder = parent.parent().unwrap_or(Path::new(""));
        let stem = parent.file_stem().unwrap_or_default();
        let is_own = path.len() == 1 || stem == "mod";
        let folder = if is_own { folder.to_owned() } else { folder.join(stem) };
        let file = folder.join(name).with_extension("rs");
        if (self.text)(&file).is_some() { file } else { folder.join(name).join("mod.rs") }
    }
}

/// What a module defines and names.
#[derive(Default)]
struct Found {
    items: BTreeSet<String>,
    uses: Vec<Use>,
    paths: Vec<(Vec<String>, usize)>,
}

impl Found {
    fn tree(&mut self, tree: &UseTree, before: &mut Vec<String>, line: usize, is_public: bool) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(&path.tree, before, line, is_public);
                before.pop();
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(tree, before, line, is_public);
                }
            }
            UseTree::Name(name) => {
                self.import(before, name.ident.to_string(), None, line, is_public)
            }
            UseTree::Rename(rename) => {
                let (name, here) = (rename.ident.to_string(), rename.rename.to_string());
                self.import(before, name, Some(here), line, is_public);
            }
            UseTree::Glob(_) => {
                self.uses.push(Use { path: before.clone(), name: None });
                if !is_public {
                    self.paths.push((before.clone(), line));
                }
            }
        }
    }

    /// A name that is only handed on is no use of it: whoever takes it from here uses it.
    fn import(
        &mut self,
        before: &[String],
        name: String,
        here: Option<String>,
        line: usize,
        is_public: bool,
    ) {
        let mut path = before.to_vec();
        if name != "self" {
            path.push(name);
        }
        let here = here.or_else(|| path.last().cloned());
        self.uses.push(Use { path: path.clone(), name: here });
        if !is_public {
            self.paths.push((path, line));
        }
    }

    /// Paths in what is handed to a macro, which nobody parses.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut colons, mut line) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.name(std::mem::take(&mut path), line);
                        line = ident.span().start().line;
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                token => {
                    self.name(std::mem::take(&mut path), line);
                    colons = 0;
                    if let TokenTree::Group(group) = token {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.name(path, line);
    }

    fn name(&mut self, path: Vec<String>, line: usize) {
        if path.len() > 1 {
            self.paths.push((path, line));
        }
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    // In a function.
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let line = item.span().start().line;
        self.tree(&item.tree, &mut Vec::new(), line, false);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.name(names, path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }
}

fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether the item is compiled for tests only: `#[cfg(test)]`, also in `all(…)`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let words = attribute.meta.require_list().map(|list| list.tokens.to_string());
        let words = words.unwrap_or_default();
        words == "test" || (words.starts_with("all") && words.contains("test"))
    })
}
