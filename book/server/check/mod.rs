//! What is refused: mdBook builds a book with most of these defects and says nothing.

mod balance;
mod chapter;
mod figure;
mod links;
mod prediction;
mod theme;

pub use chapter::check;
