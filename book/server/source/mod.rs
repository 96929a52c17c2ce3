//! What the book is made of, as its files say it: settings, chapters, what they include, their
//! predictions and exercises. Nothing here judges or changes a chapter.

mod card;
mod changes;
mod claim;
pub mod defect;
mod exercise;
pub mod html;
pub mod include;
mod language;
pub mod message;
pub mod paths;
pub mod prediction;
mod sources;

pub use card::Card;
pub use changes::{Sign, changes};
pub use claim::{Claim, VERDICTS, Verdict};
pub use defect::Defect;
pub use exercise::{Exercise, Stamp};
pub use include::Directive;
pub use language::language;
pub use message::Message;
pub use prediction::Prediction;
pub use sources::Sources;
