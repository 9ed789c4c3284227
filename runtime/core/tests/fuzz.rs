//! Replays the corpus of the fuzzer, so that what it once found stays found.

#[path = "fuzz/targets.rs"]
mod targets;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

#[test]
fn nothing_in_the_corpus_is_accepted_that_a_reference_rejects() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut faults = Vec::new();
    for (name, target) in targets::ALL {
        let mut seen = 0;
        for file in fs::read_dir(corpus.join(name)).expect("the corpus of the target") {
            let path = file.expect("a file").path();
            let input = fs::read(&path).expect("an input");
            seen += 1;
            if catch_unwind(|| target(&input)).is_err() {
                faults.push(path.display().to_string());
            }
        }
        assert!(seen > 10, "the corpus of {name} has {seen} files");
    }
    assert!(faults.is_empty(), "see the panics above for:\n{}", faults.join("\n"));
}
