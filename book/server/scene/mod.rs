//! The conversation of a run, as a page draws it.

pub mod packet;
