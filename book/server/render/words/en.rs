//! What the build writes, in English.

use super::Words;
use crate::source::Verdict;

pub struct English;

impl Words for English {
    fn minutes(&self, count: usize) -> String {
        format!("{count} min")
    }

    fn your_exercise(&self) -> &'static str {
        "Your exercise"
    }

    fn chapter(&self, number: &str) -> String {
        format!("Chapter {number}")
    }

    fn verdict(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Right => "right",
            Verdict::RightBut => "right, but",
            Verdict::Wrong => "wrong",
            Verdict::Missing => "missing",
        }
    }

    fn do_now(&self) -> &'static str {
        "Do this now"
    }

    fn diff(&self, old: &str, new: &str) -> String {
        format!("From {old} to {new}")
    }

    fn client(&self) -> &'static str {
        "client"
    }

    fn server(&self) -> &'static str {
        "server"
    }

    fn drawn(&self) -> &'static str {
        "What happened, drawn"
    }

    fn recorded(&self) -> &'static str {
        "Recorded on our machine, packet by packet."
    }

    fn to_run_this(&self, command: &str) -> String {
        format!("To run this on the page, serve the book yourself: {command}")
    }

    fn right(&self) -> &'static str {
        "Right:"
    }

    fn wrong(&self) -> &'static str {
        "Wrong:"
    }

    fn pdf(&self, href: &str, _is_own: bool) -> String {
        format!("Or take <a href=\"{href}\">the whole book as a PDF</a> with you.")
    }

    fn proof(&self) -> &'static str {
        "proof"
    }

    fn recording(&self, link: &str, said: &str) -> String {
        format!("The recording {link}{}.", behind(said))
    }

    fn check_to_run(&self, command: &str, said: &str) -> String {
        format!("A check that you can run{}: {command}", behind(said))
    }

    fn check(&self, name: &str, said: &str) -> String {
        format!("The check {name}{}.", behind(said))
    }
}

fn behind(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(", {said}") }
}
