//! From checked sources to pages: what the preprocessor makes of a chapter, and the build by mdBook.

pub mod build;
mod listing;
mod minutes;
mod panel;
mod prediction;
pub mod preprocess;
mod terms;
mod warnings;
