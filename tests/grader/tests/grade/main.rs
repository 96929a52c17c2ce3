//! `cargo grade`, from outside: its table, its record and its exit code, for everything that can
//! become of an exercise.
//!
//! Cargo and the suites of the lessons are played by two small scripts in `fake/`, since real ones take
//! a minute to build; `.ci/run` grades a real folder of submissions.
#![cfg(unix)]

mod exercises;
mod learner;
mod submissions;
mod vocabulary;
