//! Each form in which a file can name something of a floor above is found.

use std::collections::BTreeMap;
use std::path::Path;

use crate::faults;
use crate::floors::{Floor, Rules};

const ENTRY: &str = "pub struct Route;\npub fn fetch() {}\npub mod inner {\n    pub struct Deep;\n}\n\
                     macro_rules! told {\n    () => {};\n}\npub(crate) use told;\n";

fn rules() -> Rules {
    let floor = |place: &str| Floor { places: vec![place.to_owned()], holds: String::new() };
    let floors = ["platform/", "ports/", "entry.rs", "lib.rs"].map(floor).into();
    Rules { path: "made up".to_owned(), largest_circle: 7, floors }
}

/// The faults of a crate in which `platform/clock.rs` has this text.
fn found(clock: &str) -> Vec<String> {
    let files = BTreeMap::from([
        ("lib.rs", "mod entry;\nmod platform;\nmod ports;\npub use entry::fetch as served;\n"),
        ("entry.rs", ENTRY),
        ("platform/mod.rs", "mod clock;\npub(crate) mod timer;\n"),
        ("platform/timer.rs", "pub struct Timer;\n"),
        ("platform/clock.rs", clock),
        ("ports/mod.rs", "pub use crate::entry::Route;\npub use crate::entry::inner::*;\n"),
    ]);
    faults(&rules(), &|file: &Path| files.get(file.to_str()?).map(|text| (*text).to_owned()))
}

#[test]
fn an_import_from_above_is_found_in_every_form() {
    for clock in [
        "use crate::entry;",
        "use crate::entry::Route;",
        "use crate::entry::{self, Route as Other};",
        "use crate::{platform::timer::Timer, entry::fetch};",
        "use crate::entry::*;",
        "use super::super::entry::Route;",
        "fn now() { crate::entry::fetch(); }",
        "fn now(route: &super::super::entry::Route) {}",
        "fn now() { use crate::entry::Route; }",
        "impl From<crate::entry::Route> for u8 { fn from(_: crate::entry::Route) -> u8 { 0 } }",
        "fn now() -> Vec<Box<dyn Fn(crate::entry::Route)>> { Vec::new() }",
        "fn now() { println!(\"{}\", crate::entry::fetch()); }",
        "fn now() { assert!(matches!(1, _ if { crate::entry::fetch(); true })); }",
        "crate::entry::told!();",
        "mod inside { use crate::entry::Route; }",
        "mod inside { use super::super::super::entry::Route; }",
        // Handed on by others, it is still of the floor where it is defined.
        "use crate::served;",
        "use crate::ports::Route;",
        "use crate::ports::Deep;",
        "fn now(_: crate::ports::Deep) {}",
    ] {
        let faults = found(clock);
        let is_told = faults.iter().any(|fault| {
            fault.starts_with("platform/clock.rs:1: ")
                && fault.contains("`platform/` (floor 1)")
                && fault.contains("`entry.rs` (floor 3)")
        });
        assert!(is_told, "{clock}\n{}", faults.join("\n"));
    }
}

#[test]
fn what_is_no_import_from_above_is_none() {
    for clock in [
        "use super::timer::Timer;",
        "use crate::platform::timer::Timer;",
        "use std::time::Duration;\nfn entry() {}\nfn now() { entry(); }",
        "#[cfg(test)]\nmod tests { use crate::entry::Route; }",
        "/// Called by [`crate::entry::fetch`].\nfn now() {}",
        "use toml::toml;\nfn now() { toml::from_str(\"crate::entry\") }",
    ] {
        // `ports` hands on what is above it, which is no use of it.
        assert_eq!(found(clock), Vec::<String>::new(), "{clock}");
    }
}

#[test]
fn circles_are_found_where_they_cross_folders_or_grow() {
    let circle = |files: &[(&str, String)]| {
        let files: BTreeMap<_, _> = files.iter().map(|(file, text)| (*file, text)).collect();
        faults(&rules(), &|file: &Path| files.get(file.to_str()?).map(|text| (*text).clone()))
    };
    let across = circle(&[
        ("lib.rs", "mod platform;\nmod ports;\n".to_owned()),
        ("platform/mod.rs", "use crate::ports::App;\npub struct Clock;\n".to_owned()),
        ("ports/mod.rs", "use crate::platform::Clock;\npub struct App;\n".to_owned()),
    ]);
    assert!(across.iter().any(|fault| fault.contains("crosses folders")), "{across:?}");
    let names: Vec<_> = (0..8).map(|number| format!("f{number}")).collect();
    let mut files = vec![
        ("lib.rs".to_owned(), "mod platform;\n".to_owned()),
        ("platform/mod.rs".to_owned(), names.iter().map(|name| format!("mod {name};\n")).collect()),
    ];
    for (number, name) in names.iter().enumerate() {
        let next = &names[(number + 1) % names.len()];
        files.push((
            format!("platform/{name}.rs"),
            format!("use super::{next}::T as _;\npub trait T {{}}\n"),
        ));
    }
    let files: Vec<_> = files.iter().map(|(file, text)| (file.as_str(), text.clone())).collect();
    let grown = circle(&files);
    assert!(grown.iter().any(|fault| fault.starts_with("8 files")), "{grown:?}");
}

#[test]
fn a_file_on_no_floor_is_found() {
    let files = BTreeMap::from([("lib.rs", "mod attic;\n"), ("attic.rs", "")]);
    let faults =
        faults(&rules(), &|file: &Path| files.get(file.to_str()?).map(|text| (*text).to_owned()));
    assert_eq!(faults, ["attic.rs: stands on no floor of floors.toml"]);
}
