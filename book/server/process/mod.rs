//! Child processes, none of which outlives the server.

pub mod child;
pub mod parent_death;
pub mod secret;
