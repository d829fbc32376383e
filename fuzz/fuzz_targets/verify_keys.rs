#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| fuzz_properties::keys::verify_loop(text));
