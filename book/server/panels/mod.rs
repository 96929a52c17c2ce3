//! Programs that a page can run: which ones, with which arguments, and their runs.

pub mod panel;
mod routes;
mod run;
mod sockets;

pub use routes::Runs;
