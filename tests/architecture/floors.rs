//! The floors, as `floors.toml` lists them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::graph::{Import, circles};

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    #[serde(rename = "crate")]
    pub crates: Vec<Rules>,
}

/// The rules of one crate.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Its folder.
    pub path: String,
    /// The most files that may import each other in a circle.
    pub largest_circle: usize,
    /// From the ground up.
    #[serde(rename = "floor")]
    pub floors: Vec<Floor>,
}

/// One floor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    pub places: Vec<String>,
    pub holds: String,
}

impl Floors {
    pub fn read() -> Self {
        toml::from_str(include_str!("floors.toml")).expect("floors.toml lists floors")
    }
}

impl Rules {
    /// The floor and the place of a file, by the longest name that it matches.
    fn stand(&self, file: &Path) -> Option<(usize, &str)> {
        let places = self.floors.iter().enumerate().flat_map(|(number, floor)| {
            floor.places.iter().map(move |place| (number, place.as_str()))
        });
        let is_in = |place: &str| match place.strip_suffix('/') {
            Some(folder) => file.starts_with(folder),
            None => file == Path::new(place),
        };
        places.filter(|(_, place)| is_in(place)).max_by_key(|(_, place)| place.len())
    }

    /// One line for each fault.
    pub fn faults(&self, files: &BTreeSet<PathBuf>, imports: &[Import]) -> Vec<String> {
        let mut faults: Vec<String> = files
            .iter()
            .filter(|file| self.stand(file).is_none())
            .map(|file| format!("{}: stands on no floor of floors.toml", file.display()))
            .collect();
        for Import { from, line, path, to } in imports {
            let (Some((floor, place)), Some((other, above))) = (self.stand(from), self.stand(to))
            else {
                continue;
            };
            if floor < other {
                faults.push(format!(
                    "{}:{line}: `{path}` is defined in {}: nothing in `{place}` (floor {}) may import \
                     from `{above}` (floor {})",
                    from.display(),
                    to.display(),
                    floor + 1,
                    other + 1
                ));
            }
        }
        for circle in circles(imports) {
            let names = circle.iter().map(|file| file.display().to_string());
            let names = names.collect::<Vec<_>>().join(", ");
            // Files that are places of their own are all in the crate's own folder.
            let mut folders = BTreeSet::new();
            for (_, place) in circle.iter().filter_map(|file| self.stand(file)) {
                folders.insert(place.ends_with('/').then_some(place));
            }
            if circle.len() > self.largest_circle {
                faults.push(format!(
                    "{} files import each other in a circle, {} may: {names}",
                    circle.len(),
                    self.largest_circle
                ));
            } else if folders.len() > 1 {
                faults.push(format!("a circle of imports crosses folders: {names}"));
            }
        }
        faults
    }

    /// The rows that ARCHITECTURE.md shows.
    pub fn table(&self) -> String {
        let rows = self.floors.iter().enumerate().map(|(number, floor)| {
            let places: Vec<_> = floor.places.iter().map(|place| format!("`{place}`")).collect();
            format!("| {} | {} | {} |\n", number + 1, places.join(", "), floor.holds)
        });
        rows.collect()
    }
}
