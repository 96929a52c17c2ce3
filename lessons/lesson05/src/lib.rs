//! What the programs of lesson 5 share: the lesson and its faults the two ends of a
//! connection, the exercise and its answers a long message.

mod echo;
mod ends;

pub use echo::{LONG, echo_arguments, fill_from, in_place};
pub use ends::{
    SMALL_BUFFER, compare, connect, fill, finish, listen, numbered_lines, say_full,
    small_ends,
};
