//! Chinese. Between a Han character and a Latin letter or a digit there is a blank; punctuation is full-width.

pub mod activity;
pub mod causes;
pub mod demands;
pub mod machine;
pub mod report;
pub mod steps;
pub mod suite;

pub fn bytes(count: usize) -> String {
    format!("{count} 字节")
}

pub fn nothing() -> String {
    "（空）".into()
}

pub fn and_then(then: &str) -> String {
    format!("，接着：{then}")
}

/// A name before a Han character: `客户端`, but `客户端 3 ` with a blank.
fn led(name: &str) -> String {
    match name.ends_with(|end: char| end.is_ascii_alphanumeric()) {
        true => format!("{name} "),
        false => name.into(),
    }
}

/// A name behind a Han character.
fn followed(name: &str) -> String {
    match name.starts_with(|start: char| start.is_ascii_alphanumeric()) {
        true => format!(" {name}"),
        false => name.into(),
    }
}
