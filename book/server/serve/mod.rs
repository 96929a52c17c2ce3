//! The book over HTTP: its pages, who may ask for what, and what open pages are told.

mod connections;
mod edition;
mod events;
mod guard;
mod http;
mod peer;
mod policy;
mod site;
mod watch;

pub use http::serve;
