//! What the programs of the workbook have in common, so that a lesson's own source holds
//! only what the lesson is about.

mod args;
mod deadline;
mod encoding;
mod error;
mod output;
pub mod sockets;

pub use args::{Arguments, CommandLine, TUTORIAL_ADDRESS, seconds, tutorial_address};
pub use deadline::Limited;
pub use encoding::{Decoder, Encoding, Undecodable};
pub use error::{
    Explain, Failure, cannot_connect, cannot_listen, exit, is_taken, timed_out, why,
};
pub use output::{complain, for_output, say};

/// What Python is called. On Windows, `python3` is often a stand-in that opens a shop.
pub const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// What the tutorial's client says.
pub const GREETING: &str = "你好,我是客户端";

/// What the tutorial's servers answer.
pub const REPLY: &str = "问题正在处理中...";
