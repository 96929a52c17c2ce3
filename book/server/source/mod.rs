//! What the book is made of, as its files say it: settings, chapters, what they include, their
//! predictions and exercises. Nothing here judges or changes a chapter.

pub mod defect;
pub mod exercise;
pub mod html;
pub mod include;
pub mod paths;
pub mod prediction;
mod sources;

pub use sources::Sources;
