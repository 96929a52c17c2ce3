//! The head of a wrong program: what is wrong with it, what it takes the place of, and which checks it fails there.
//!
//! ```text
//! //! One read is taken for the whole request (C9).
//! //!
//! //! Instead of: exercise02
//! //! Fails: reads_the_whole_request, answers_a_long_request
//! ```
//!
//! The program is judged on all checks of what it takes the place of, and must fail exactly those of the
//! list. `Judged on: CHECKS` narrows that down for a program that has only one mode of the lesson's, and
//! `Judged only on these.` to the list itself. A check of robustness or of a mode is judged where the list
//! names it. A program that is wrong in two places has an `Instead of:` for each. `Judged only on Unix.` is for
//! what another system doesn't let the program do, or does in another way, and `Judged only on Linux.` for what can't
//! be seen elsewhere.

use std::iter::Peekable;

use crate::check::Needs;

/// What a wrong program takes the place of, and what it fails there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Role {
    /// `lesson02` or `exercise02`.
    pub instead_of: String,
    /// Empty in a new file, until the suite has found out.
    pub fails: Vec<String>,
    /// All of the lesson's or the exercise's checks, if the head doesn't narrow it down.
    pub judged_on: Option<Vec<String>>,
    /// The only systems on which it can be told from a right one.
    pub only_on: Option<Needs>,
}

/// What the head of a file says.
pub(crate) fn roles(text: &str) -> Result<Vec<Role>, String> {
    let head = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let mut head = head.peekable();
    let mut roles: Vec<Role> = Vec::new();
    let mut lists = 0;
    while let Some(line) = head.next() {
        if let Some(instead_of) = line.strip_prefix("Instead of:") {
            roles.push(Role { instead_of: instead_of.trim().into(), ..Role::default() });
            continue;
        }
        let role = roles.last_mut();
        if let Some(list) = line.strip_prefix("Fails:") {
            role.ok_or("Fails: comes before Instead of:")?.fails = names(list, &mut head);
            lists += 1;
        } else if let Some(list) = line.strip_prefix("Judged on:") {
            role.ok_or("Judged on: comes before Instead of:")?.judged_on =
                Some(names(list, &mut head));
        } else if line == "Judged only on these." {
            let role = role.ok_or("Judged only on these. comes before Instead of:")?;
            role.judged_on = Some(role.fails.clone());
        } else if line.starts_with("Judged only on Unix.") {
            role.ok_or("Judged only on Unix. comes before Instead of:")?.only_on =
                Some(Needs::Unix);
        } else if line.starts_with("Judged only on Linux.") {
            role.ok_or("Judged only on Linux. comes before Instead of:")?.only_on =
                Some(Needs::Linux);
        }
    }
    match roles.len() {
        0 => Err("its head has no line `//! Instead of: …`".into()),
        roles if lists < roles => Err("its head has no line `//! Fails: …`".into()),
        _ => Ok(roles),
    }
}

/// Names with commas between them, on this line and, after a comma, on the next.
fn names<'a>(first: &str, more: &mut Peekable<impl Iterator<Item = &'a str>>) -> Vec<String> {
    let mut list = first.trim().to_owned();
    while list.ends_with(',') {
        let Some(line) = more.next_if(|line| is_more_of_a_list(line)) else { break };
        list.push_str(line);
    }
    list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Whether a line of a head, after one that ends with a comma, goes on with its list.
fn is_more_of_a_list(line: &str) -> bool {
    let begins = ["Instead of:", "Fails:", "Judged o"];
    !line.is_empty() && !begins.iter().any(|begins| line.starts_with(begins))
}

/// The text of a file with this list of checks for a role.
pub(crate) fn with_list(text: &str, instead_of: &str, fails: &[&str]) -> String {
    const WIDTH: usize = 90;
    let mut list = vec!["//! Fails:".to_owned()];
    for (place, name) in fails.iter().enumerate() {
        let comma = if place + 1 < fails.len() { "," } else { "" };
        if place > 0 && list.last().is_some_and(|line| line.len() + name.len() + 2 > WIDTH) {
            list.push("//!  ".into());
        }
        list.last_mut().expect("a first line").push_str(&format!(" {name}{comma}"));
    }
    let (mut lines, mut new) = (text.lines().peekable(), Vec::new());
    let mut is_role = false;
    let in_head =
        |line: &str| line.strip_prefix("//!").map(str::trim).unwrap_or_default().to_owned();
    while let Some(line) = lines.next() {
        if let Some(role) = line.strip_prefix("//! Instead of:") {
            is_role = role.trim() == instead_of;
        }
        if !is_role || !line.starts_with("//! Fails:") {
            new.push(line.to_owned());
            continue;
        }
        new.append(&mut list);
        let mut old = line;
        while old.trim_end().ends_with(',') {
            let Some(next) = lines.next_if(|line| is_more_of_a_list(&in_head(line))) else { break };
            old = next;
        }
    }
    new.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "\
//! C9: one read is taken for the request.
//!
//! Instead of: exercise02
//! Fails: one,
//!   two, three
//!
//! Instead of: lesson02
//! Fails: four
//! Judged only on these.
//! Judged only on Unix.

use std::io;
";

    #[test]
    fn a_head_says_which_checks_a_program_fails() {
        let roles = roles(HEAD).unwrap();
        let owned = |names: &[&str]| names.iter().copied().map(String::from).collect::<Vec<_>>();
        let exercise = Role {
            instead_of: "exercise02".into(),
            fails: owned(&["one", "two", "three"]),
            judged_on: None,
            only_on: None,
        };
        let lesson = Role {
            instead_of: "lesson02".into(),
            fails: owned(&["four"]),
            judged_on: Some(owned(&["four"])),
            only_on: Some(Needs::Unix),
        };
        assert_eq!(roles, [exercise, lesson]);
        for (head, why) in [
            ("//! Nothing.\n", "its head has no line `//! Instead of: …`"),
            ("//! Fails: one\n", "Fails: comes before Instead of:"),
            ("//! Instead of: lesson02\n", "its head has no line `//! Fails: …`"),
            // A list in the code is none.
            ("//! Instead of: lesson02\n\n//! Fails: one\n", "its head has no line `//! Fails: …`"),
        ] {
            assert_eq!(super::roles(head).unwrap_err(), why);
        }
        // Nor is the next line of the head a list.
        for empty in ["", "//! Judged only on these.\n", "//! It fails none.\n"] {
            let head = format!("//! Instead of: lesson02\n//! Fails:\n{empty}");
            assert_eq!(super::roles(&head).unwrap()[0].fails, [""; 0]);
        }
    }

    #[test]
    fn a_list_is_written_anew() {
        let text = with_list(HEAD, "exercise02", &["five"]);
        assert_eq!(text, HEAD.replace("one,\n//!   two, three", "five"));
        let long: Vec<&str> = vec!["a_check_with_a_name_that_is_long"; 4];
        let text = with_list(HEAD, "lesson02", &long);
        assert!(text.lines().all(|line| line.len() <= 90), "{text}");
        assert_eq!(super::roles(&text).unwrap()[1].fails, long);
        assert_eq!(with_list(&text, "lesson02", &["four"]), HEAD);
    }

    #[test]
    fn a_list_ends_before_the_next_line_of_the_head() {
        for (fails, next) in [
            ("//! Fails:\n", "//! Judged only on these.\n"),
            ("//! Fails: one,\n", "//! Judged only on these.\n"),
            ("//! Fails: one,\n", "//!\n//! Instead of: lesson02\n"),
            ("//! Fails: one,\n", "\nuse std::io;\n"),
        ] {
            let head = |fails: &str| format!("//! Instead of: exercise02\n{fails}{next}");
            let text = with_list(&head(fails), "exercise02", &["one", "two"]);
            assert_eq!(text, head("//! Fails: one, two\n"));
        }
        let unended = "//! Instead of: a\n//! Fails: one,\n//! Judged only on these.\n";
        let judged_on = super::roles(unended).unwrap().remove(0).judged_on;
        assert_eq!(judged_on, Some(vec!["one".to_owned()]));
    }
}
