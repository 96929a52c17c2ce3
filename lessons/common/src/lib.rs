//! What every program of the workbook has in common, so that a lesson's own source holds only what
//! the lesson is about: the address argument, errors that tell people what to do, one time limit
//! for a whole conversation, encodings, and the kernel's view of a socket.

mod arguments;
mod encoding;
mod failure;
pub mod kernel;
mod limited;
mod say;

pub use arguments::{Arguments, TUTORIAL_ADDRESS, seconds};
pub use encoding::{Decoder, Encoding, Undecodable};
pub use failure::{Explain, Failure, cannot_connect, cannot_listen, exit, timed_out, why};
pub use limited::Limited;
pub use say::{complain, say};

/// What the tutorial's client says.
pub const GREETING: &str = "你好,我是客户端";

/// What the tutorial's servers answer.
pub const REPLY: &str = "问题正在处理中...";
