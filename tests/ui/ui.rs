//! What the compiler says to the author of a tool: `fail` holds one fault a file, named by the
//! fault, with the text that appears; `pass` holds what has to compile.
//!
//! `TRYBUILD=overwrite cargo test -p toolgate-ui-tests` writes the texts anew. They belong
//! to the pinned toolchain: rustc words its own errors anew now and then.

#[test]
fn faults_are_explained_and_the_rest_compiles() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("fail/*.rs");
}
