//! Programs that a page can run: which ones, with which arguments, and their runs.

mod actors;
mod check;
mod client;
mod events;
mod kernel;
mod life;
pub mod panel;
mod programs;
mod routes;
mod run;
mod shelf;
mod sockets;
pub mod visitor;
mod wish;
mod words;

pub use routes::Runs;
pub use run::Ground;
