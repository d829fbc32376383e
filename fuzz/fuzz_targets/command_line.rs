#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| fuzz_properties::lines::command_line(text));
