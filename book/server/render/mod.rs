//! From checked sources to pages: what the preprocessor makes of a chapter, and the build by mdBook.

mod bar;
pub mod build;
mod cards;
mod diff;
pub mod editions;
mod figure;
mod listing;
mod panel;
mod prediction;
pub mod preprocess;
mod terms;
pub mod translate;
mod warnings;
pub mod words;
