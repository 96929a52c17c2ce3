//! What the programs of lesson 5 share: the two ends of one connection, and for the
//! exercise a long message.

mod echo;
mod ends;

pub use echo::{LONG, echo_arguments, fill_from, in_place};
pub use ends::{SMALL_BUFFER, compare, connect, fill, listen, numbered_lines, say_full};
