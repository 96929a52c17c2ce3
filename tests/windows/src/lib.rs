//! What Windows tells of sockets and processes, and how its Ctrl-C is pressed: what Rust's standard library doesn't
//! ask. (Windows)
//!
//! These are calls of C, into which Rust can't look: all `unsafe` code of this project is in this folder. Each block
//! calls one function, and says why what it hands over is what Microsoft's page of that name demands.

#![cfg(windows)]
#![allow(unsafe_code)]

use std::path::Path;
use std::sync::LazyLock;

mod ctrl_c;
mod process;
mod sockets;

pub use ctrl_c::{OWN_CONSOLE, ctrl_c, press_ctrl_c_if_asked};
pub use process::{Process, Thread, has_ended, resume, suspend};
pub use sockets::{Listed, tcp_table};

/// Whether this is Wine, which runs programs for Windows on another system.
pub fn is_wine() -> bool {
    static IS_WINE: LazyLock<bool> =
        LazyLock::new(|| Path::new(r"C:\windows\system32\winecfg.exe").is_file());
    *IS_WINE
}
