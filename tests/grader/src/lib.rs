//! The grader: the vocabulary in which the workbook's checks are written.
//!
//! # The words of the suite
//!
//! - A **check** demands one thing of a **subject**, a program under test. It has an id, one sentence, a hint
//!   that is a question, and the section of the book that explains it. ([`Check`], [`Subject`])
//! - A **run** is one performance of a check. It starts programs ([`Program`]), connects **peers**
//!   ([`Peer`], the check's own ends of connections), and each action is a numbered step. All of it has one
//!   deadline, which begins when the program is ready: how long it takes to start is measured once. What an
//!   assignment grants is added ([`Run::grants`]); `GRADER_PATIENCE=3` gives a slow machine three times as long. ([`Run`])
//! - A **fault**, or wrong program, must fail exactly the checks that it names, and pass all others. Each
//!   check has one.
//! - An **exercise** is the reader's file, graded by checks of its own, since it asks for more than the
//!   lesson's program does. Until it is begun it is listed as ignored, and its untouched **starter** must
//!   fail exactly the checks that the suite names. The **solution** must pass all; a **wrong answer** is a
//!   fault of the exercise. ([`Exercise`])
//! - **Robustness** is what a program must stand from outside: resets, crowds, no descriptors, no threads, a
//!   terminal that does not read. Its checks are demanded of the lessons' programs and the solutions, which
//!   people copy, and are no part of an exercise's grade. A wrong program is judged on those of them that it
//!   names. ([`Lesson::robustness`])
//! - A **network** is two network namespaces and a cable that can be cut. It needs Linux and root, and to
//!   lose or delay packets the kernel's netem; elsewhere its checks are listed as ignored. ([`Network`])
//! - A **report** is what a failing check prints: numbered steps with the failing one marked, expected and
//!   got with a mark under the first wrong byte, the program's own output, the **likely cause**, the hint,
//!   and where to read. The likely cause is drawn from what is known at that moment: how the program ended,
//!   what it wrote, and (on Linux) in which call each of its threads waits and what it has not read. Some
//!   reports are recorded in `tests/reports/`, one for each kind of failure, to be reviewed like prose.
//!   Its link leads to port 3000, or to that of `BOOK_PORT`. ([`Report`])
//! - The **reader's language** is that of `GRADER_LANG`, or else the system's. A learner's own reports and grade, and
//!   `cargo grade`, are in it ([`of_reader`], [`speaking`]); all else is in English. What checks say themselves has its
//!   Chinese in `book/po/grader.zh-CN.po` ([`text!`]).
//! - A check is **not judged** if only the time was wrong that it took, and other programs kept the machine
//!   busy meanwhile. It has neither passed nor failed. ([`Status`])
//! - The **record** is the grade for machines: `cargo grade --format json` prints one line for each check.
//!   The **live record** is the grade while it comes about ([`LIVE`]). The **list of checks** in a chapter is
//!   recorded in `book/chapters/checks/`, so that a static copy of the book has it.
//! - A **submission** is an exercise that another person has written: `cargo grade --submissions FOLDER`.
//! - A **rejected** program is one that rustc must refuse, with the error code that is listed with it.
//! - A **fact** is an experiment without a subject: it shows a statement of the book. Its id begins with the
//!   row of the verdicts that it backs, such as `S17_…`.
//! - A **recording** is a program's output in `book/chapters/transcripts/`. All of it is compared, but for
//!   what is another in each run: ports, times, counts of measurements, and little else
//!   (`report/redaction.rs`). `SNAPSHOTS=overwrite cargo test` records again what differs.
//!
//! # The folders
//!
//! Each imports only from those before it: `check`, `words` (all that people read), `machine`, `actors`,
//! `report`, `suite`. A test looks.

mod actors;
mod check;
mod machine;
mod report;
mod suite;
mod words;

pub use actors::{
    ANY_PORT, ANY_PORT_OF_IPV6, Check, ClosedPort, Finished, Listener, Peer, Program, Run, STEPS,
    Subject, Unread, explains, names, private_loopback, uninterrupted, ways_to_end,
};
pub use check::{Broken, Hint, Milestone, Needs, Outcome};
pub use machine::sockets;
pub use machine::{
    Machine, Network, Quota, Retransmits, Rlimit, Usage, close, despite_stalls, end_programs_of,
    has_ipv6, is_wine, keep_private, lesson_folder, program_file, workspace,
};
pub use report::{Report, judge, recorded, without_frames};
pub use suite::{Begun, Exercise, Graded, LIVE, Lesson, RECORD, Status, begun, starter};
pub use words::{filled, harmless, looked_up, of_reader, quote, speaking, template, text};

/// Begins the description of a check.
pub const fn check(id: &'static str, run: fn(&mut Run) -> Outcome) -> Check {
    check::check(id, run)
}

/// A sentence with values in it, in this thread's language: `text!("it listens on {address}", address)` or
/// `text!("that took {time}", time = seconds(took))`. Its English is what `book/po` knows it by. Where there are no
/// values, the English literal will do: what takes a text looks it up.
#[macro_export]
macro_rules! text {
    (@value $name:ident) => { $name };
    (@value $name:ident = $value:expr) => { $value };
    ($english:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        match $crate::template($english) {
            None => format!($english $(, $name = $crate::text!(@value $name $(= $value)?))*),
            Some(other) => $crate::filled(
                other,
                &[$((stringify!($name), &$crate::text!(@value $name $(= $value)?))),*],
            ),
        }
    };
}
