//! What is refused: mdBook builds a book with most of these defects and says nothing.

mod balance;
mod cards;
mod chapter;
mod diff;
mod figure;
mod links;
mod prediction;
mod theme;

pub use chapter::check;
