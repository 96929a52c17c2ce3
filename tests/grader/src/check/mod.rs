//! What a check is, and how it says that a demand is broken.
//!
//! This folder imports nothing of the crate and compiles as a crate of its own.

use std::fmt::Display;

/// Whether the demand is met; if not, how it is broken.
pub type Outcome<T = ()> = Result<T, Broken>;

/// What the step that failed expected, and what it got.
#[derive(Debug)]
pub struct Broken {
    pub expected: String,
    pub got: String,
    /// Where in the text of `got` the first wrong byte is.
    pub caret: Option<Caret>,
    /// The question for a program that fails in this step, if it isn't the check's.
    pub hint: Option<&'static str>,
    /// Whether all that is wrong is the time that it took: on a busy machine that says nothing.
    pub of_time: bool,
    /// Whether everything is right but the last newline, which is missing.
    pub lacks_newline: bool,
}

/// A mark under a line of a report.
#[derive(Debug)]
pub struct Caret {
    /// Counted from 0, in the columns of a terminal.
    pub column: usize,
    pub says: String,
}

impl Broken {
    pub fn new(expected: impl Display, got: impl Display) -> Broken {
        let (expected, got) = (expected.to_string(), got.to_string());
        Broken { expected, got, caret: None, hint: None, of_time: false, lacks_newline: false }
    }

    /// The same where only the time is wrong that it took.
    pub fn of_time(self) -> Broken {
        Broken { of_time: true, ..self }
    }

    /// The same with a mark under what was got.
    pub fn marked(self, caret: Caret) -> Broken {
        Broken { caret: Some(caret), ..self }
    }
}

/// A step with a hint of its own: `server.reports(client).hint("Where do your errors go?")?`.
pub trait Hint {
    /// If this step fails, the report asks this question instead of the check's. A hint that is set nearer
    /// to the failure comes first.
    fn hint(self, question: &'static str) -> Self;
}

impl<T> Hint for Outcome<T> {
    fn hint(self, question: &'static str) -> Outcome<T> {
        self.map_err(|broken| Broken { hint: broken.hint.or(Some(question)), ..broken })
    }
}

/// A part of an exercise that is worth reaching: it begins with a check and ends before the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// A few words: "Lines for many clients".
    pub name: &'static str,
    /// How much it is: "about 20 lines, half an hour".
    pub size: &'static str,
}

/// One demand on a program, or one statement about TCP that an experiment shows. `R` is what performs it.
pub struct Check<R> {
    pub id: &'static str,
    /// One sentence: what is demanded, or what is shown.
    pub demands: &'static str,
    /// A question that leads towards the answer.
    pub hint: &'static str,
    /// The page and section of the book that explain it.
    pub section: &'static str,
    /// Of the first check of a milestone.
    pub milestone: Option<Milestone>,
    pub needs: Needs,
    /// Whether it waits for seconds: then only those wrong programs are judged on it that name it.
    pub takes_long: bool,
    pub run: fn(&mut R) -> Outcome,
}

// Derived, these would ask the same of `R`.
impl<R> Clone for Check<R> {
    fn clone(&self) -> Check<R> {
        *self
    }
}

impl<R> Copy for Check<R> {}

/// What a machine must have for a check to run. Where it is missing, the check is listed as ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    Linux,
    Unix,
    /// A system that says what a process takes: its descriptors (Windows calls them handles), threads, memory and
    /// processor time.
    Usage,
    /// Any system but Wine, which does it in another way than Windows: the check says how.
    NotWine,
    /// A second loopback address, 127.0.0.2: Linux and Windows have all of 127.0.0.0/8, others only the first.
    Loopbacks,
    /// The loopback address of IPv6, `[::1]`: not every machine has it.
    Ipv6,
    /// A system that keeps ports below 1024 for the privileged, and a way to be without privilege.
    PrivilegedPorts,
    /// The program of another lesson.
    Lesson(&'static str),
    /// A program on the PATH.
    Program(&'static str),
    /// Unix, and `python3` on the PATH, of version 3.N at least.
    Python(u8),
    /// Unix, and a program on the PATH.
    UnixAnd(&'static str),
    /// Linux, and a program on the PATH.
    LinuxAnd(&'static str),
    /// Linux, and a tool that is there and may do its work: its command line, tried out, ends with
    /// exit code 0.
    LinuxAndRight(&'static [&'static str]),
    /// Linux's network namespaces: the program `ip`, and the right to make them.
    Network,
    /// The same, and a kernel that loses and delays packets when it is told to: `tc`, with netem.
    Netem,
}

/// Begins the description of a check.
pub const fn check<R>(id: &'static str, run: fn(&mut R) -> Outcome) -> Check<R> {
    Check {
        id,
        demands: "",
        hint: "",
        section: "",
        milestone: None,
        needs: Needs::Nothing,
        takes_long: false,
        run,
    }
}

impl<R> Check<R> {
    pub const fn demands(mut self, sentence: &'static str) -> Check<R> {
        self.demands = sentence;
        self
    }

    pub const fn hint(mut self, question: &'static str) -> Check<R> {
        self.hint = question;
        self
    }

    pub const fn section(mut self, section: &'static str) -> Check<R> {
        self.section = section;
        self
    }

    /// Begins a milestone with this check.
    pub const fn begins(mut self, name: &'static str, size: &'static str) -> Check<R> {
        self.milestone = Some(Milestone { name, size });
        self
    }

    /// Judges only those wrong programs that name it, since it waits for seconds.
    pub const fn takes_long(mut self) -> Check<R> {
        self.takes_long = true;
        self
    }

    pub const fn needs(mut self, needs: Needs) -> Check<R> {
        self.needs = needs;
        self
    }
}
