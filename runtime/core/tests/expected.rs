//! The tests of policies that stand in `mcp.toml`.

use std::fs;
use std::path::Path;

use toolgate_core::expected;

#[test]
fn the_tests_in_the_reference_hold_and_their_opposites_do_not() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mcp.toml");
    let checked = toolgate_config::check(&fs::read_to_string(path).expect("the reference"));
    let checked = checked.expect("it is sound");
    let mut tests = checked.policy_tests;
    assert_eq!(tests.len(), 2);
    assert_eq!(expected::failures(&checked.config, &tests), Vec::<String>::new());
    for test in &mut tests {
        test.allows = !test.allows;
    }
    let failures = expected::failures(&checked.config, &tests);
    let (line, column) = (tests[0].line, tests[0].column);
    let place =
        format!("mcp.toml:{line}:{column}: policy `image-makers` allows `grace@example.com`");
    assert_eq!(failures.len(), 2);
    assert!(failures[0].starts_with(&place), "{failures:?}");
}
