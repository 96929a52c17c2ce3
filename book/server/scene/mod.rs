//! The conversation, drawn: from captured packets and looks at the kernel to what a reader sees.

mod conversation;
pub mod event;
pub mod html;
pub mod packet;
pub mod recorded;
pub mod story;
mod words;
