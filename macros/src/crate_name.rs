//! The name of `toolgate` in the crate that is compiled: its `Cargo.toml` may rename the dependency, as
//! in `gate = { package = "toolgate", … }`.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use toml::{Table, Value};

/// The name of the package, which expanded code calls it by.
const PACKAGE: &str = "toolgate";

/// The kinds of dependencies.
const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Expanded code as the crate that is compiled can resolve it.
pub(crate) fn resolved(tokens: TokenStream, manifest_dir: &Path) -> TokenStream {
    match renamed(manifest_dir) {
        Some(name) => rename(tokens, &name),
        None => tokens,
    }
}

/// The other name of the dependency, if it has one only.
fn renamed(manifest_dir: &Path) -> Option<String> {
    let manifest = read(&manifest_dir.join("Cargo.toml"))?;
    let inherited = || workspace_dependencies(&manifest, manifest_dir);
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    let tables = targets.filter_map(|(_, target)| target.as_table()).chain([&manifest]);
    let kinds =
        tables.flat_map(|table| KINDS.iter().filter_map(|kind| table.get(*kind)?.as_table()));
    let mut other = None;
    for (name, dependency) in kinds.flatten() {
        if package(name, dependency, &inherited) == PACKAGE {
            if name == PACKAGE {
                return None;
            }
            other = Some(name.replace('-', "_"));
        }
    }
    other
}

/// The package that a dependency of this name is.
fn package(name: &str, dependency: &Value, inherited: &dyn Fn() -> Option<Table>) -> String {
    let stated = |dependency: &Value| dependency.get("package")?.as_str().map(str::to_owned);
    if let Some(package) = stated(dependency) {
        return package;
    }
    let is_inherited = dependency.get("workspace").and_then(Value::as_bool) == Some(true);
    let package =
        if is_inherited { inherited().and_then(|all| stated(all.get(name)?)) } else { None };
    package.unwrap_or_else(|| name.to_owned())
}

/// `[workspace.dependencies]` of the workspace that the crate is a member of.
fn workspace_dependencies(manifest: &Table, manifest_dir: &Path) -> Option<Table> {
    let stated = manifest.get("package").and_then(|package| package.get("workspace"));
    let folders: Vec<PathBuf> = match stated.and_then(Value::as_str) {
        Some(path) => vec![manifest_dir.join(path)],
        None => manifest_dir.ancestors().map(Path::to_owned).collect(),
    };
    let mut workspaces = folders.iter().filter_map(|folder| {
        let mut manifest = read(&folder.join("Cargo.toml"))?;
        manifest.remove("workspace")
    });
    workspaces.next()?.get("dependencies")?.as_table().cloned()
}

fn read(path: &Path) -> Option<Table> {
    fs::read_to_string(path).ok()?.parse().ok()
}

/// Writes another name wherever a path begins with `::toolgate`.
fn rename(tokens: TokenStream, name: &str) -> TokenStream {
    let mut renamed: Vec<TokenTree> = Vec::new();
    for tree in tokens {
        let tree = match tree {
            TokenTree::Ident(ident) if ident == PACKAGE && begins_path(&renamed) => {
                Ident::new(name, ident.span()).into()
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), rename(group.stream(), name));
                inner.set_span(group.span());
                inner.into()
            }
            other => other,
        };
        renamed.push(tree);
    }
    renamed.into_iter().collect()
}

/// True if these tokens end in the `::` at the beginning of a path.
fn begins_path(before: &[TokenTree]) -> bool {
    let is = |tree: &TokenTree, c| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == c);
    let [prior @ .., first, second] = before else { return false };
    let continues = match prior {
        // What follows a lifetime is a type of its own.
        [.., mark, TokenTree::Ident(_)] if is(mark, '\'') => false,
        [.., TokenTree::Ident(ident)] => !is_keyword(ident),
        // The end of an arrow, and not of a type.
        [.., arrow, last] if is(last, '>') => !is(arrow, '-') && !is(arrow, '='),
        [.., last] => is(last, '>'),
        [] => false,
    };
    is(first, ':') && is(second, ':') && !continues
}

/// Words after which a path can begin.
fn is_keyword(ident: &Ident) -> bool {
    ["as", "for", "in", "impl", "dyn", "use", "return", "mut", "else", "match", "if"]
        .iter()
        .any(|word| ident == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name in a crate with this `Cargo.toml`, in a workspace with that one.
    fn name(test: &str, manifest: &str, workspace: &str) -> Option<String> {
        let root =
            std::env::temp_dir().join(format!("toolgate-name-{}-{test}", std::process::id()));
        let member = root.join("member");
        fs::create_dir_all(&member).expect("a folder");
        fs::write(root.join("Cargo.toml"), workspace).expect("a file");
        fs::write(member.join("Cargo.toml"), manifest).expect("a file");
        let name = renamed(&member);
        fs::remove_dir_all(&root).expect("the folder can go");
        name
    }

    #[test]
    fn the_name_is_that_of_the_dependency() {
        let cases = [
            ("[dependencies]\ntoolgate = \"1\"", None),
            ("[dependencies]\ntg = { package = \"toolgate\", version = \"1\" }", Some("tg")),
            ("[dependencies.my-gate]\npackage = \"toolgate\"", Some("my_gate")),
            ("[target.'cfg(unix)'.dependencies]\ntg = { package = \"toolgate\" }", Some("tg")),
            ("[dependencies]\nshared.workspace = true", Some("shared")),
            ("[dependencies]\nserde.workspace = true", None),
            ("[dependencies]\ntg = { package = \"toolgate\" }\ntoolgate = \"1\"", None),
            ("[dependencies]\ntoolgate = { package = \"other\" }", None),
            ("[package]\nname = \"toolgate\"", None),
            ("not TOML", None),
        ];
        let workspace = "[workspace]\n[workspace.dependencies]\nserde = \"1\"\n\
                         shared = { package = \"toolgate\", version = \"1\" }";
        for (index, (manifest, expected)) in cases.iter().enumerate() {
            let found = name(&index.to_string(), manifest, workspace);
            assert_eq!(found.as_deref(), *expected, "{manifest}");
        }
    }

    #[test]
    fn only_the_beginning_of_a_path_is_renamed() {
        let code = "fn f(toolgate: ::toolgate::A) -> ::toolgate::R<&'static ::toolgate::B> { x::toolgate::y; \
                    <T as ::toolgate::C>::toolgate(toolgate, ::toolgate::D) }";
        let expected = "fn f(toolgate: ::tg::A) -> ::tg::R<&'static ::tg::B> { x::toolgate::y; \
                        <T as ::tg::C>::toolgate(toolgate, ::tg::D) }";
        let tokens = |code: &str| code.parse::<TokenStream>().expect("tokens");
        assert_eq!(rename(tokens(code), "tg").to_string(), tokens(expected).to_string());
    }
}
