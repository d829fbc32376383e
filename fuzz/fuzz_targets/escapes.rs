#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| fuzz_properties::escapes::round_trip(text));
