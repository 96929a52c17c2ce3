//! English.

pub mod activity;
pub mod causes;
pub mod demands;
pub mod machine;
pub mod report;
pub mod steps;
pub mod suite;

/// `1 byte`, `2 bytes`.
pub fn bytes(count: usize) -> String {
    format!("{count} byte{}", if count == 1 { "" } else { "s" })
}

/// Instead of bytes, where there are none.
pub fn nothing() -> String {
    "nothing".into()
}

/// Behind bytes: what came after them.
pub fn and_then(then: &str) -> String {
    format!(", then: {then}")
}
