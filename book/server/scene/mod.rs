//! The conversation of a run, as a page draws it: from captured packets and looks at the kernel to what a reader
//! sees.
//!
//! | module | what |
//! |---|---|
//! | [`packet`] | a TCP segment, read from what the kernel shows |
//! | [`event`] | all that a run can show |
//! | [`row`] | what a scene shows |
//! | [`story`] | from events to rows, by [`conversation`] with TCP's states |
//! | [`words`] | the sentences |
//! | [`html`] | the rows as HTML |
//! | [`recorded`] | files of recorded scenes |
//! | [`figure`] | figures that are drawn from them |

mod conversation;
pub mod event;
pub mod figure;
pub mod html;
pub mod packet;
pub mod recorded;
pub mod row;
pub mod story;
pub mod words;
