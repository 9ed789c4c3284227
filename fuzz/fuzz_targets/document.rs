#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    toolgate_fuzz::targets::document::run(input);
});
