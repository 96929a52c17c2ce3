//! What is missing in a suite itself: a check that no wrong program fails, a file that nothing tests, a
//! sentence of the book that the suite doesn't show.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::actors::Check;
use crate::check::Needs;
use crate::machine::workspace;
use crate::suite::answers::Answer;
use crate::suite::filter::nearest;
use crate::suite::head::Role;
use crate::suite::lesson::Lesson;
use crate::suite::page;
use crate::suite::recorded_report::{self as recorded, Recorded};
use crate::suite::wrong::{self, WrongProgram};

impl Lesson {
    /// What is missing, a line each.
    pub(crate) fn incomplete(&self, programs: &[WrongProgram]) -> Vec<String> {
        let mut missing = Vec::new();
        for program in programs {
            let wrong = match &program.roles {
                Ok(roles) => roles.iter().flat_map(|role| self.unknown(role)).collect(),
                Err(why) => vec![why.clone()],
            };
            missing.extend(wrong.iter().map(|why| format!("{}: {why}", program.name)));
        }
        missing.extend(self.not_alone(programs));
        missing.extend(self.unproved(programs));
        for file in ["exercise.rs", "solution.rs"] {
            if self.exercise.is_none() && self.folder.join(file).exists() {
                missing.push(format!("nothing tests {file}"));
            }
        }
        let (answers, unknown) = self.answers();
        missing.extend(unknown);
        let exercise = self.exercise_checks();
        for Recorded { program, check: id, .. } in recorded::of_lesson(self.name) {
            let known = exercise.iter().any(|check| check.id == id);
            let mut names = programs.iter().map(|program| program.name.as_str());
            let mut yours = self.exercise.iter().map(|exercise| exercise.name());
            if !known || !names.any(|name| name == program) && !yours.any(|name| name == program) {
                missing
                    .push(format!("a report is recorded of {program} and {id}, which don't exist"));
            }
        }
        let mut ids = BTreeSet::new();
        for check in self.of_the_exercise().filter(|check| !ids.insert(check.id)) {
            missing.push(format!("two checks of the exercise are called {}", check.id));
        }
        let all = self.of_the_program().chain(self.of_the_exercise());
        for check in all.clone().chain(&self.facts) {
            if check.demands.is_empty() {
                missing.push(format!("the check {} demands nothing in words", check.id));
            }
            if let Err(why) = resolves(check.section) {
                missing.push(format!("the check {}: {why}", check.id));
            }
        }
        for check in all.filter(|check| !check.hint.ends_with('?')) {
            missing.push(format!("the check {} has no hint that is a question", check.id));
        }
        missing.extend(self.wrong_on_the_page(&answers));
        missing
    }

    fn of_the_program(&self) -> impl Iterator<Item = &Check> + Clone {
        self.checks.iter().chain(&self.shared).chain(&self.modes).chain(&self.robustness)
    }

    fn exercise_checks(&self) -> &[Check] {
        self.exercise.as_ref().map_or(&[], |exercise| exercise.checks)
    }

    fn of_the_exercise(&self) -> impl Iterator<Item = &Check> + Clone {
        let robustness = self.exercise.iter().flat_map(|exercise| &exercise.robustness);
        self.exercise_checks().iter().chain(robustness)
    }

    /// What the head of a wrong program names, and doesn't exist.
    pub(crate) fn unknown(&self, role: &Role) -> Vec<String> {
        let Role { instead_of, fails, judged_on, .. } = role;
        let Some(judges) = self.judges(instead_of) else {
            let exercise =
                self.exercise.as_ref().map(|exercise| format!(" or {}", exercise.name()));
            let known = format!("{}{}", self.name, exercise.unwrap_or_default());
            return vec![format!("there's no {instead_of} here: it's wrong instead of {known}")];
        };
        let known: Vec<&str> = judges.iter().map(|check| check.id).collect();
        // What is judged only on its list names each twice.
        let mut named: Vec<&str> =
            fails.iter().chain(judged_on.iter().flatten()).map(String::as_str).collect();
        named.retain(|id| !known.contains(id));
        named.sort_unstable();
        named.dedup();
        let unknown = named.into_iter().map(|id| {
            let nearest = nearest(id, &known).map(|name| format!("; do you mean {name}?"));
            format!("{instead_of} has no check {id}{}", nearest.unwrap_or_default())
        });
        unknown.collect()
    }

    /// Wrong programs that another lesson has by the same name: cargo builds both into one file.
    fn not_alone(&self, programs: &[WrongProgram]) -> Vec<String> {
        let lessons = fs::read_dir(self.folder.parent().unwrap_or(Path::new("."))).into_iter();
        let others = lessons.flatten().flatten().map(|lesson| lesson.path());
        let others: Vec<_> = others.filter(|lesson| *lesson != self.folder).collect();
        let is_elsewhere = |program: &&WrongProgram| {
            let file = Path::new("examples").join(&program.name).with_extension("rs");
            others.iter().any(|lesson| lesson.join(&file).exists())
        };
        let names = programs.iter().filter(is_elsewhere).map(|program| &program.name);
        names.map(|name| format!("another lesson has a wrong program {name}, too")).collect()
    }

    /// Checks that no wrong program fails.
    fn unproved(&self, programs: &[WrongProgram]) -> Vec<String> {
        let here: Vec<(&str, &str)> = failures(programs).collect();
        let lessons = fs::read_dir(self.folder.parent().unwrap_or(Path::new("."))).into_iter();
        let everywhere: Vec<WrongProgram> = lessons
            .flatten()
            .flatten()
            .flat_map(|lesson| wrong::of_lesson(&lesson.path()))
            .collect();
        let everywhere: BTreeSet<&str> = failures(&everywhere).map(|(_, id)| id).collect();
        let exercise = self.exercise.as_ref().map(|exercise| exercise.name()).unwrap_or_default();
        let own = |checks: &mut dyn Iterator<Item = &Check>, instead_of: &str| {
            let unproved = checks.filter(|check| !here.contains(&(instead_of, check.id)));
            unproved.map(|check| check.id).collect::<Vec<_>>()
        };
        let mut unproved = own(&mut self.checks.iter().chain(&self.modes), self.name);
        unproved.extend(own(&mut self.exercise_checks().iter(), &exercise));
        let robustness = self.exercise.iter().flat_map(|exercise| &exercise.robustness);
        let shared = self.shared.iter().chain(&self.robustness).chain(robustness);
        unproved.extend(shared.map(|check| check.id).filter(|id| !everywhere.contains(id)));
        unproved.iter().map(|id| format!("no wrong program fails the check {id}")).collect()
    }

    /// What the book's page on what breaks a program says of this lesson's programs that isn't so, or
    /// doesn't say.
    fn wrong_on_the_page(&self, answers: &[Answer]) -> Vec<String> {
        let rows = match page::rows() {
            Ok(rows) => rows,
            Err(why) => return vec![why],
        };
        let shown = self.shown(answers);
        let ours: BTreeSet<&str> = shown.iter().map(|(_, program)| *program).collect();
        let listed: BTreeSet<&str> = rows.iter().map(|(check, _)| check.as_str()).collect();
        // A fact is no demand on a program; the page names the one that it is about.
        let is_fact = |id: &str| self.facts.iter().any(|fact| fact.id == id);
        let named: BTreeSet<(&str, &str)> = rows
            .iter()
            .map(|(check, program)| (check.as_str(), program.as_str()))
            .filter(|(check, program)| ours.contains(program) && !is_fact(check))
            .collect();
        let mut wrong = Vec::new();
        for (check, program) in named.difference(&shown) {
            wrong.push(format!(
                "{} lists {program} with {check}, which isn't its check",
                page::NAME
            ));
        }
        for (check, program) in shown.difference(&named).filter(|(id, _)| listed.contains(id)) {
            wrong.push(format!("{} doesn't list {program} with {check}", page::NAME));
        }
        let network =
            self.facts.iter().filter(|fact| matches!(fact.needs, Needs::Network | Needs::Netem));
        let robustness = self.exercise.iter().flat_map(|exercise| &exercise.robustness);
        let all = self.robustness.iter().chain(robustness).chain(network);
        for check in all.filter(|check| !listed.contains(check.id)) {
            wrong.push(format!("{} doesn't list {}", page::NAME, check.id));
        }
        wrong
    }

    /// The checks that right programs must pass, each with the name of the program.
    fn shown<'a>(&'a self, answers: &'a [Answer]) -> BTreeSet<(&'a str, &'a str)> {
        let program = self.of_the_program().map(|check| (check.id, self.program.name.as_str()));
        let solution = self.exercise.iter().map(|exercise| &exercise.solution);
        let copied = answers.iter().filter(|answer| answer.is_copied);
        let answers = solution.chain(copied.map(|answer| &answer.subject));
        let exercise = answers.flat_map(|answer| {
            self.of_the_exercise().map(|check| (check.id, answer.name.as_str()))
        });
        program.chain(exercise).collect()
    }
}

/// What these programs take the place of, each with a check that they fail.
fn failures(programs: &[WrongProgram]) -> impl Iterator<Item = (&str, &str)> {
    let roles = programs.iter().flat_map(|program| &program.roles).flatten();
    roles.flat_map(|role| role.fails.iter().map(|id| (role.instead_of.as_str(), id.as_str())))
}

/// Whether `page.html#heading` is a page and a heading of the book.
fn resolves(section: &str) -> Result<(), String> {
    let (page, heading) = section.split_once('#').unwrap_or((section, ""));
    // mdBook makes index.html of the README.
    let source = if page == "index.html" { "README.html" } else { page };
    let file = workspace().join("book/chapters").join(source).with_extension("md");
    let text = fs::read_to_string(&file).map_err(|_| format!("the book has no page '{page}'"))?;
    let mut headings = text.lines().filter(|line| line.starts_with('#')).map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect::<String>()
    });
    if heading.is_empty() || headings.any(|slug| slug == heading) {
        Ok(())
    } else {
        Err(format!("the page '{page}' has no heading '#{heading}'"))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use tempfile::TempDir;

    use crate::actors::Check;
    use crate::check::check;
    use crate::suite::exercise::Exercise;
    use crate::suite::lesson::Lesson;
    use crate::suite::wrong;

    const SECTION: &str = "02-2-server.html#exercise";

    const GOOD: Check =
        check("good", |_| Ok(())).demands("It is good.").hint("Is it good?").section(SECTION);

    const BETTER: Check =
        check("better", |_| Ok(())).demands("It is better.").hint("Is it better?").section(SECTION);

    const WORKS: &[Check] =
        &[check("works", |_| Ok(())).demands("It works.").hint("Does it work?").section(SECTION)];

    const BAD: &str = "//! Bad.\n//!\n//! Instead of: lesson09\n//! Fails: good\n//!\n\
                       //! Instead of: exercise09\n//! Fails: works\n";

    /// A tree in which nothing is missing from lesson 9, with more files.
    fn tree(more: &[(&str, &str)]) -> TempDir {
        let tree = tempfile::tempdir().unwrap();
        let files = [("lesson09/examples/bad.rs", BAD), ("lesson09/exercise.rs", "")];
        for (file, text) in files.iter().chain(more) {
            let file = tree.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        tree
    }

    fn whole(lessons: &Path) -> Lesson {
        let exercise = Exercise::new("exercise09", "solution09", WORKS);
        Lesson { folder: lessons.join("lesson09"), ..Lesson::new("lesson09") }
            .checks(&[GOOD])
            .exercise(exercise)
    }

    /// What the suite says of lesson 9 with these files, and with such a change.
    fn missing(more: &[(&str, &str)], change: fn(Lesson) -> Lesson) -> String {
        let tree = tree(more);
        let lesson = change(whole(tree.path()));
        lesson.incomplete(&wrong::of_lesson(&lesson.folder)).join("\n")
    }

    #[test]
    fn a_whole_suite_is_whole() {
        assert_eq!(missing(&[], |lesson| lesson), "");
        // Another lesson's wrong program proves what lessons share.
        let other = "//! Worse.\n//!\n//! Instead of: lesson08\n//! Fails: better\n";
        let more = [("lesson08/examples/worse.rs", other)];
        assert_eq!(missing(&more, |lesson| lesson.shared(&[BETTER])), "");
        // It isn't on the book's page.
        let robustness = missing(&more, |lesson| lesson.robustness(&[BETTER]));
        assert_eq!(robustness, "book/chapters/breaking.md doesn't list better");
    }

    #[test]
    fn names_of_wrong_programs_are_unique() {
        let twice = missing(&[("lesson08/examples/bad.rs", "//! Bad.\n")], |lesson| lesson);
        assert_eq!(twice, "another lesson has a wrong program bad, too");
    }

    #[test]
    fn what_no_wrong_program_fails_is_missing() {
        let unproved = "no wrong program fails the check better";
        assert_eq!(missing(&[], |lesson| lesson.checks(&[BETTER])), unproved);
        assert_eq!(missing(&[], |lesson| lesson.mode(&[BETTER])), unproved);
        assert_eq!(missing(&[], |lesson| lesson.shared(&[BETTER])), unproved);
        assert!(missing(&[], |lesson| lesson.robustness(&[BETTER])).starts_with(unproved));
        let other = "//! Worse.\n//!\n//! Instead of: lesson08\n//! Fails: better\n";
        let more = [("lesson08/examples/worse.rs", other)];
        assert_eq!(missing(&more, |lesson| lesson.checks(&[BETTER])), unproved);
    }

    #[test]
    fn a_head_names_what_there_is() {
        let says = |head: &str| missing(&[("lesson09/examples/odd.rs", head)], |lesson| lesson);
        let of = |what: &str, check: &str| format!("//! Instead of: {what}\n//! Fails: {check}\n");
        assert_eq!(says(&of("lesson09", "best")), "odd: lesson09 has no check best");
        assert_eq!(says(&of("exercise09", "good")), "odd: exercise09 has no check good");
        assert_eq!(
            says(&of("lesson09", "goood")),
            "odd: lesson09 has no check goood; do you mean good?"
        );
        let here = "odd: there's no lesson08 here: it's wrong instead of lesson09 or exercise09";
        assert_eq!(says(&of("lesson08", "good")), here);
        assert_eq!(says("//! Odd.\n"), "odd: its head has no line `//! Instead of: …`");
    }

    #[test]
    fn a_bad_head_is_a_trial_that_fails() {
        let trials = |head: &str| {
            let tree = tree(&[("lesson09/examples/odd.rs", head)]);
            let lesson = whole(tree.path());
            let programs = wrong::of_lesson(&lesson.folder);
            let odd = programs.iter().find(|program| program.name == "odd").unwrap();
            lesson.wrong(odd)
        };
        for (head, name) in [
            ("//! Odd.\n", "wrong::odd"),
            ("//! Instead of: exercise09\n", "wrong::odd"),
            ("//! Instead of: exercise9\n//! Fails: works\n", "wrong::odd"),
            ("//! Instead of: lesson09\n//! Fails: goood\n", "wrong::odd"),
            (&BAD.replace("works", "work"), "wrong::odd::exercise09"),
        ] {
            let mut bad = trials(head).into_iter().filter(|(_, judged)| judged.is_err());
            assert_eq!(bad.next().unwrap().0, name, "{head}");
        }
    }

    #[test]
    fn what_nothing_tests_is_missing() {
        let more = [("lesson09/solution.rs", ""), ("lesson09/solution.f77", "")];
        let unknown = missing(&more, |lesson| lesson);
        assert!(unknown.ends_with("solution.f77: no language has this ending"), "{unknown}");
        let no_exercise = missing(&more[..1], |lesson| Lesson { exercise: None, ..lesson });
        assert!(no_exercise.contains("nothing tests exercise.rs\nnothing tests solution.rs"));
    }

    #[test]
    fn what_a_learner_reads_is_not_missing() {
        let with = |check: Check| {
            let tree = tree(&[]);
            let lesson = whole(tree.path()).facts(&[check]);
            lesson.incomplete(&wrong::of_lesson(&lesson.folder)).join("\n")
        };
        assert_eq!(with(GOOD), "");
        assert_eq!(with(GOOD.demands("")), "the check good demands nothing in words");
        assert!(with(GOOD.section("05-more.html")).contains("the book has no page"));
        assert!(with(GOOD.section("02-2-server.html#no")).contains("has no heading '#no'"));
        let silent: fn(Lesson) -> Lesson = |lesson| lesson.shared(&[GOOD.hint("Think.")]);
        assert_eq!(missing(&[], silent), "the check good has no hint that is a question");
    }
}
