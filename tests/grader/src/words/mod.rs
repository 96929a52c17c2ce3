//! Every word of the grader that people read: steps, what was expected and got, causes, advice. The rest of
//! the crate calls functions here. Another language is another folder beside `en`, and one line here.
//!
//! This folder imports nothing of the crate.
#![cfg_attr(not(target_os = "linux"), allow(dead_code))]

/// One function for each text, which has its arguments in it.
macro_rules! words {
    ($($name:ident($($argument:ident: $type:ty),*) = $text:literal $(, $more:expr)?;)*) => {
        $(pub fn $name($($argument: $type),*) -> String {
            format!($text $(, $more)?)
        })*
    };
}

mod en;
mod quote;

pub use en::*;
pub use quote::{Differing, differing, harmless, quote, shown};
