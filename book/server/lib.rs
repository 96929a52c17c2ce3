//! Builds the workbook, checks it, and serves it with live reload, grades and runs on the page.
//!
//! The folders, each with its own reason to change; none imports from one that is further down:
//!
//! | folder | what |
//! |---|---|
//! | [`request`] | what each request of a page says |
//! | [`process`] | child processes, none of which outlives the server |
//! | [`source`] | the book's files: chapters, includes, predictions, exercises |
//! | [`scene`] | the conversation of a run, as a page draws it |
//! | [`stage`] | a network of its own for the programs of a run |
//! | [`panels`] | programs that a page can run |
//! | [`grading`] | exercises that are graded while they are edited |
//! | [`check`] | what is refused |
//! | [`render`] | from sources to pages |
//! | [`serve`] | the book over HTTP |
//! | [`command`] | the command line |
//!
//! The server starts programs; `THREATS.md` says how it could be misused, and what stops that.

pub mod check;
pub mod command;
pub mod grading;
pub mod panels;
pub mod process;
pub mod render;
pub mod request;
pub mod scene;
pub mod serve;
pub mod source;
pub mod stage;
