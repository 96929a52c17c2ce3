//! Ctrl-C for one program. Windows tells it to all programs of a console, and not to a single one
//! ("GenerateConsoleCtrlEvent"). So the program has a console of its own, without a window, and another process goes
//! to that console and presses Ctrl-C there: a process has one console at most, and this one may need its own.

use std::os::windows::process::CommandExt;
use std::process::{Command, Stdio};
use std::{env, io, process};

use windows_sys::Win32::System::Console::{
    AttachConsole, CTRL_C_EVENT, FreeConsole, GenerateConsoleCtrlEvent, SetConsoleCtrlHandler,
};
use windows_sys::Win32::System::Threading::{CREATE_NO_WINDOW, DETACHED_PROCESS};

/// Has a copy of this program press Ctrl-C at another's console.
const PRESS: &str = "PRESS_CTRL_C_AT";

/// The flag with which a program is started that is to have a console of its own.
pub const OWN_CONSOLE: u32 = CREATE_NO_WINDOW;

/// Does what Ctrl-C does at the console of this process, which was started with [`OWN_CONSOLE`]. What it has started
/// gets it as well.
///
/// # Errors
///
/// The process has ended, or has no console; or this program doesn't begin with [`press_ctrl_c_if_asked`].
pub fn ctrl_c(process: u32) -> io::Result<()> {
    let mut other = Command::new(env::current_exe()?);
    other.env(PRESS, process.to_string()).creation_flags(DETACHED_PROCESS);
    other.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match other.status()?.code() {
        Some(PRESSED) => Ok(()),
        Some(code) => Err(io::Error::from_raw_os_error(code)),
        None => Err(io::ErrorKind::Other.into()),
    }
}

/// How the other process ends if all went well: not like a program that hasn't looked what it was started for. No
/// error of Windows has this number.
const PRESSED: i32 = 0x0C0C_0C0C;

/// If this process was started for that alone, it presses Ctrl-C and ends. The first thing that `main` does.
pub fn press_ctrl_c_if_asked() {
    let Some(at) = env::var(PRESS).ok().and_then(|at| at.parse().ok()) else { return };
    let code = match press_ctrl_c(at) {
        Ok(()) => PRESSED,
        Err(why) => why.raw_os_error().unwrap_or(1),
    };
    process::exit(code);
}

fn press_ctrl_c(at: u32) -> io::Result<()> {
    // SAFETY: these four take numbers, and a handler that may be none, which means: ignore Ctrl-C. This process has
    // one thread, and does nothing else with its console.
    unsafe {
        succeeds(SetConsoleCtrlHandler(None, 1))?;
        // It has none, if it was started as above.
        FreeConsole();
        succeeds(AttachConsole(at))?;
        // 0: all who share this console.
        succeeds(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
    }
}

fn succeeds(done: i32) -> io::Result<()> {
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
