//! English.

pub mod activity;
pub mod causes;
pub mod demands;
mod machine;
pub mod report;
pub mod steps;
pub mod suite;

pub use machine::*;

/// `1 byte`, `2 bytes`.
pub fn bytes(count: usize) -> String {
    format!("{count} byte{}", if count == 1 { "" } else { "s" })
}
