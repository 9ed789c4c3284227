//! Replays the corpus of the fuzzer, so that what it once found stays found.

#[path = "fuzz/targets.rs"]
mod targets;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

/// The inputs of a target by the names of their files.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = fs::read_dir(folder).expect("the corpus of the target");
    files
        .map(|file| {
            let path = file.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("an input"))
        })
        .collect()
}

#[test]
fn nothing_in_the_corpus_is_accepted_that_a_reference_rejects() {
    let mut faults = Vec::new();
    for (target, run) in targets::ALL {
        let inputs = corpus(target);
        assert!(inputs.len() > 10, "the corpus of {target} has {} files", inputs.len());
        for (name, input) in inputs {
            if catch_unwind(|| run(&input)).is_err() {
                faults.push(format!("{target}/{name}"));
            }
        }
    }
    assert!(faults.is_empty(), "see the panics above for:\n{}", faults.join("\n"));
}

/// Without this a target could reject everything, and the other test would say nothing.
#[test]
fn inputs_named_good_are_accepted() {
    for (target, run) in targets::ALL {
        let good: Vec<_> =
            corpus(target).into_iter().filter(|(name, _)| name.starts_with("good-")).collect();
        assert!(!good.is_empty(), "{target} has no good input");
        for (name, input) in good {
            assert!(run(&input), "{target}/{name} is not accepted");
        }
    }
}
