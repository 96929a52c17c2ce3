/// How many columns the terminal has in which our output is read, if it's read in one. (Unix)
pub fn terminal_width() -> Option<usize> {
    #[cfg(unix)]
    return unix::width();
    #[cfg(not(unix))]
    None
}

#[cfg(unix)]
mod unix {
    use std::io::{stderr, stdout};
    use std::os::fd::AsFd;

    use rustix::termios::tcgetwinsize;

    pub fn width() -> Option<usize> {
        let size =
            tcgetwinsize(stdout().as_fd()).or_else(|_| tcgetwinsize(stderr().as_fd())).ok()?;
        // One of a serial line may not know.
        Some(size.ws_col.into()).filter(|columns| *columns > 0)
    }
}
