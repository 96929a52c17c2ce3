//! What is taken for a time limit can be added to the clock, and is not nothing.

#![no_main]

use std::time::Instant;

use common::seconds;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match seconds(text) {
        Ok(limit) => {
            assert!(!limit.is_zero());
            assert!(Instant::now().checked_add(limit).is_some());
        }
        Err(why) => assert!(why.contains(text)),
    }
});
