//! The book: its code, its build, and its links.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use cargo_toolgate::step::Step;
use cargo_toolgate::toolchain::{self, Package};
use cargo_toolgate::{Doing, Error, Result};

use crate::run::{cargo, run};

const MDBOOK: &str = "0.5.4";

/// Compiles and runs the code of its pages.
///
/// # Errors
///
/// When a block is not what it says, or a generated page does not follow from its source.
pub(crate) fn code(step: &mut Step) -> Result<String> {
    let arguments = ["test", "--locked", "--workspace", "--test", "book"];
    cargo(step, "book-code", &arguments)?;
    Ok(String::new())
}

/// Builds it into `target/book`, without a warning and with links that lead somewhere.
///
/// # Errors
///
/// When it cannot be built, mdBook warns, or something that is linked is not there.
pub(crate) fn build(step: &mut Step) -> Result<String> {
    let root = toolgate_tests::repository();
    let tools = toolgate_tests::tools();
    // Without its default features it neither serves nor searches, and installs in half the time.
    toolchain::ensure_program(&tools, &Package::new("mdbook", MDBOOK).without_default_features())?;
    let mut command = Command::new(tools.cargo_binary("mdbook"));
    let said = run(step, "book", command.args(["build", "docs"]))?;
    if let Some(line) = said.lines().find(|line| line.contains("WARN") || line.contains("ERROR")) {
        return Err(Error::new(line.trim()));
    }
    let pages = pages(&root.join("target/book"))?;
    let mut dead: Vec<_> = pages.iter().flat_map(|page| dead_links(page, &pages)).collect();
    dead.extend(unlisted(&root.join("docs"))?);
    dead.extend(readme(&root, &pages)?);
    if dead.is_empty() {
        Ok(format!("{} pages", pages.len()))
    } else {
        Err(Error::new("links of the book lead nowhere").output(dead.join("\n")))
    }
}

struct Page {
    path: PathBuf,
    links: Vec<String>,
    anchors: HashSet<String>,
}

fn pages(folder: &Path) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).doing(|| format!("read {}", folder.display()))? {
        let path = entry.doing(|| format!("read {}", folder.display()))?.path();
        if path.is_dir() {
            pages.extend(self::pages(&path)?);
            continue;
        }
        // The page for printing is all the others, with their links.
        let is_print = path.file_name().is_some_and(|name| name == "print.html");
        if is_print || path.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let html = fs::read_to_string(&path).doing(|| format!("read {}", path.display()))?;
        let links = [attributes(&html, "href"), attributes(&html, "src")].concat();
        let anchors = attributes(&html, "id").into_iter().collect();
        pages.push(Page { path, links, anchors });
    }
    Ok(pages)
}

/// The values of an attribute in all tags.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let before = format!(" {name}=\"");
    let values = html.split(before.as_str()).skip(1).filter_map(|rest| rest.split('"').next());
    values.map(|value| value.replace("&amp;", "&")).collect()
}

fn dead_links(page: &Page, pages: &[Page]) -> Vec<String> {
    let is_dead = |link: &&String| {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let folder = page.path.parent().unwrap_or(Path::new(""));
        let path = if file.is_empty() { page.path.clone() } else { plain(&folder.join(file)) };
        let target = pages.iter().find(|one| one.path == path);
        let has_anchor = anchor.is_empty() || target.is_none_or(|one| one.anchors.contains(anchor));
        !path.exists() || !has_anchor
    };
    let inside = |link: &&String| !link.contains(':') && !link.starts_with("//");
    let name = page.path.file_name().unwrap_or_default().to_string_lossy();
    let links = page.links.iter().filter(inside);
    links.filter(is_dead).map(|link| format!("{name}: {link}")).collect()
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, component| {
        match component {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
        plain
    })
}

/// Pages that the table of contents does not have.
fn unlisted(docs: &Path) -> Result<Vec<String>> {
    let summary =
        fs::read_to_string(docs.join("SUMMARY.md")).doing(|| "read SUMMARY.md".to_owned())?;
    let names = [sources(docs, "")?, sources(&docs.join("decisions"), "decisions/")?].concat();
    let listed = |name: &String| name == "SUMMARY.md" || summary.contains(&format!("({name})"));
    let missing = names.into_iter().filter(|name| !listed(name));
    Ok(missing.map(|name| format!("SUMMARY.md: no {name}")).collect())
}

/// The names of the pages in a folder of the book, behind its own.
fn sources(folder: &Path, prefix: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).doing(|| format!("read {}", folder.display()))? {
        let name = entry.doing(|| format!("read {}", folder.display()))?.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".md") {
            names.push(format!("{prefix}{name}"));
        }
    }
    Ok(names)
}

/// Dead links of the README, which is no page of the book, and its length.
fn readme(root: &Path, pages: &[Page]) -> Result<Vec<String>> {
    let text = fs::read_to_string(root.join("README.md")).doing(|| "read README.md".to_owned())?;
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let is_dead = |link: &&str| {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let stem = file.strip_prefix("docs/").and_then(|file| file.strip_suffix(".md"));
        let page = stem.map(|stem| root.join(format!("target/book/{stem}.html")));
        let target = pages.iter().find(|one| page.as_ref() == Some(&one.path));
        let has_anchor = anchor.is_empty() || target.is_none_or(|one| one.anchors.contains(anchor));
        let is_here = root.join(file).exists() && has_anchor;
        let is_elsewhere = link.contains(':');
        !is_here && !is_elsewhere
    };
    let mut faults: Vec<_> =
        links.filter(is_dead).map(|link| format!("README.md: {link}")).collect();
    let lines = text.lines().count();
    if lines >= 200 {
        faults.push(format!("README.md: {lines} lines, and 199 are the most"));
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str, html: &str) -> Page {
        let links = attributes(html, "href");
        let anchors = attributes(html, "id").into_iter().collect();
        Page { path: std::env::temp_dir().join(name), links, anchors }
    }

    #[test]
    fn links_to_what_is_not_there_are_dead() {
        let html = r##"<h2 id="one">One</h2> <a href="none.html">a</a> <a href="other.html#two">b</a>
            <a href="other.html#three">c</a> <a href="#one">d</a> <a href="https://x.example/">e</a>"##;
        let name = format!("toolgate-book-{}", std::process::id());
        std::fs::create_dir_all(std::env::temp_dir().join(&name)).expect("a folder");
        let first = page(&format!("{name}/first.html"), html);
        let other = page(&format!("{name}/other.html"), r#"<h2 id="two">Two</h2>"#);
        for page in [&first, &other] {
            std::fs::write(&page.path, "").expect("a page");
        }
        let pages = [first, other];
        let dead = dead_links(&pages[0], &pages);
        std::fs::remove_dir_all(std::env::temp_dir().join(&name)).expect("it is removed");
        assert_eq!(dead, ["first.html: none.html", "first.html: other.html#three"]);
    }
}
