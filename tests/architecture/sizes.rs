//! Files, functions and lists of parameters are of a size that a reader takes in: the bounds are data,
//! `sizes.toml`.

use std::path::Path;

use proc_macro2::LineColumn;
use serde::Deserialize;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, Signature};

use crate::repository;

/// Folders of builds and of downloads.
const NOT_OURS: [&str; 5] = ["target", "node_modules", "build", "pkg", "dist"];

/// The bounds, and what is exempt from them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sizes {
    lines_of_a_file: usize,
    lines_of_a_function: usize,
    parameters: usize,
    generated: Vec<String>,
    #[serde(default)]
    exempt: Vec<Exempt>,
}

/// A file, or a function of one, that may be larger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exempt {
    path: String,
    function: Option<String>,
    /// Why, for readers of the list.
    #[serde(rename = "because")]
    _because: String,
}

/// One thing above a bound.
#[derive(Debug, PartialEq)]
struct Fault {
    path: String,
    /// None where the file itself is too long.
    function: Option<String>,
    what: String,
}

impl Sizes {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("architecture/sizes.toml");
        let text = std::fs::read_to_string(path).expect("sizes.toml is there");
        toml::from_str(&text).unwrap_or_else(|error| panic!("sizes.toml: {error}"))
    }

    /// What of a file is above a bound.
    fn faults(&self, path: &str, text: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let lines = text.lines().count();
        if lines > self.lines_of_a_file {
            let what = format!("has {lines} lines");
            faults.push(Fault { path: path.to_owned(), function: None, what });
        }
        // What is no Rust by itself is a case of a test of macros.
        if let Some(file) = path.ends_with(".rs").then(|| syn::parse_file(text).ok()).flatten() {
            let mut functions = Functions { sizes: self, path, faults: &mut faults };
            functions.visit_file(&file);
        }
        faults
    }
}

impl Exempt {
    fn is_of(&self, fault: &Fault) -> bool {
        self.path == fault.path && self.function == fault.function
    }
}

struct Functions<'a> {
    sizes: &'a Sizes,
    path: &'a str,
    faults: &'a mut Vec<Fault>,
}

impl Functions<'_> {
    /// `end` is where its body ends, if it has one.
    fn function(
        &mut self,
        attributes: &[Attribute],
        signature: &Signature,
        end: Option<LineColumn>,
    ) {
        let start = signature.span().start().line;
        let lines = end.map_or(0, |end| end.line + 1 - start);
        // Those of a tool are the arguments that its clients know.
        let is_tool = attributes.iter().any(|attribute| {
            let name = attribute.path().segments.last().map(|segment| segment.ident.to_string());
            name.is_some_and(|name| name.starts_with("mcp_"))
        });
        let written = signature.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_)));
        let parameters = if is_tool { 0 } else { written.count() };
        let mut fault = |what: String| {
            let function = Some(signature.ident.to_string());
            self.faults.push(Fault { path: self.path.to_owned(), function, what });
        };
        if lines > self.sizes.lines_of_a_function {
            fault(format!("has {lines} lines"));
        }
        if parameters > self.sizes.parameters {
            fault(format!("has {parameters} parameters"));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.sig, Some(item.block.span().end()));
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, Some(item.block.span().end()));
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.function(
            &item.attrs,
            &item.sig,
            item.default.as_ref().map(|block| block.span().end()),
        );
        visit::visit_trait_item_fn(self, item);
    }
}

/// The Rust and JavaScript files below a folder of the repository, with their paths from its root.
fn files(folder: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(repository().join(folder)).expect("is a folder") {
        let entry = entry.expect("is readable");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { [folder, "/", &name].concat() };
        if entry.file_type().expect("is known").is_dir() {
            if !name.starts_with('.') && !NOT_OURS.contains(&name.as_str()) {
                files(&path, found);
            }
        } else if [".rs", ".mjs", ".js"].iter().any(|end| name.ends_with(end)) {
            found.push(path);
        }
    }
}

/// Whether a path is one of a pattern with at most one `*`.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => {
            path.strip_prefix(before).is_some_and(|rest| rest.ends_with(after))
        }
        None => pattern == path,
    }
}

#[test]
fn files_functions_and_lists_of_parameters_are_short() {
    let sizes = Sizes::read();
    let mut paths = Vec::new();
    files("", &mut paths);
    assert!(paths.len() > 500, "the files are found");
    paths.retain(|path| !sizes.generated.iter().any(|pattern| matches(pattern, path)));
    let read = |path: &String| std::fs::read_to_string(repository().join(path)).expect("is text");
    let faults: Vec<_> = paths.iter().flat_map(|path| sizes.faults(path, &read(path))).collect();
    let is_exempt = |fault: &&Fault| !sizes.exempt.iter().any(|exempt| exempt.is_of(fault));
    let told: Vec<_> = faults.iter().filter(is_exempt).map(ToString::to_string).collect();
    assert!(told.is_empty(), "too large, and not exempt in sizes.toml:\n{}", told.join("\n"));
    let is_stale = |exempt: &&Exempt| !faults.iter().any(|fault| exempt.is_of(fault));
    let stale: Vec<_> = sizes.exempt.iter().filter(is_stale).collect();
    assert!(stale.is_empty(), "no longer too large, so not to be in sizes.toml: {stale:#?}");
}

#[test]
fn what_is_too_large_is_found() {
    let sizes = Sizes {
        lines_of_a_file: 6,
        lines_of_a_function: 2,
        parameters: 1,
        generated: Vec::new(),
        exempt: Vec::new(),
    };
    let told = |path: &str, text: &str| {
        let faults = sizes.faults(path, text);
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told("a.mjs", &"\n".repeat(7)), ["a.mjs has 7 lines"]);
    assert_eq!(told("a.rs", "fn f(a: u8) {\n}\n\n\n\n"), Vec::<String>::new());
    assert_eq!(told("a.rs", "fn f() {\n\n}"), ["a.rs: f has 3 lines"]);
    let method = "trait T {\n fn f(&self, a: u8, b: u8);\n fn g(&self, a: u8) {}\n}";
    assert_eq!(told("a.rs", method), ["a.rs: f has 2 parameters"]);
    assert_eq!(told("a.rs", "#[mcp_tool]\nfn f(a: u8, b: u8) {}"), Vec::<String>::new());
    let inner = "fn f() { fn inner() {\n\n} }";
    assert_eq!(told("a.rs", inner), ["a.rs: f has 3 lines", "a.rs: inner has 3 lines"]);
    assert!(matches("x/*.out.rs", "x/a.out.rs") && !matches("x/*.out.rs", "x/a.in.rs"));
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.function {
            Some(function) => write!(f, "{}: {function} {}", self.path, self.what),
            None => write!(f, "{} {}", self.path, self.what),
        }
    }
}
