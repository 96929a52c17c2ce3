use anstream::ColorChoice;
use common::CommandLine;

use crate::Trial;

const USAGE: &str = "[OPTIONS] [FILTER]...

  FILTER                Run only the tests whose names contain one of these words
  --exact               Run only the tests that have one of these names
  --skip FILTER         Leave out the tests whose names contain this word
  --ignored             Run only the tests that are otherwise ignored
  --include-ignored     Run these as well
  --list                Run nothing, show the names
  --test-threads N      How many tests run side by side
  --color WHEN          auto, always or never
  --format FORMAT       pretty: a line for each test; terse: a letter; json: events
  -q, --quiet           The same as --format terse";

/// What the command line asks for.
#[derive(Debug, Default)]
pub struct Arguments {
    /// Show the names, and run nothing.
    pub list: bool,
    /// `None`: as many as there are processors.
    pub test_threads: Option<usize>,
    pub color: ColorChoice,
    pub format: Format,
    /// Words of which a name has one; no words mean all tests.
    pub filters: Vec<String>,
    /// Words of which a name has none.
    pub skip: Vec<String>,
    /// Words are whole names.
    pub exact: bool,
    /// Run only what is otherwise ignored.
    pub ignored: bool,
    /// Run what is otherwise ignored as well.
    pub include_ignored: bool,
}

/// What is written about a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A line for each test.
    #[default]
    Pretty,
    /// A letter for each test.
    Terse,
    /// A line of JSON for each event.
    Json,
}

impl Arguments {
    /// Reads the program's own command line. If that makes no sense, or is `--help`, the program ends.
    pub fn from_args() -> Arguments {
        let mut arguments = Arguments::default();
        let mut line = CommandLine::new("Runs tests.", USAGE);
        while let Some(name) = line.argument() {
            match name.as_str() {
                "" => arguments.filters.push(line.text()),
                "--exact" => arguments.exact = true,
                "--skip" => arguments.skip.push(line.text()),
                "--ignored" => arguments.ignored = true,
                "--include-ignored" => arguments.include_ignored = true,
                "--list" => arguments.list = true,
                "--test-threads" => arguments.test_threads = Some(line.number(1..=1024)),
                "--color" => {
                    arguments.color = match line.text().as_str() {
                        "auto" => ColorChoice::Auto,
                        "always" => ColorChoice::Always,
                        "never" => ColorChoice::Never,
                        _ => line.bad("it is auto, always or never"),
                    }
                }
                "--format" => {
                    arguments.format = match line.text().as_str() {
                        "pretty" => Format::Pretty,
                        "terse" => Format::Terse,
                        "json" => Format::Json,
                        _ => line.bad("it is pretty, terse or json"),
                    }
                }
                "--quiet" | "-q" => arguments.format = Format::Terse,
                // A test's output is never held back, and all formats are stable.
                "--nocapture" | "--no-capture" | "--show-output" => {}
                "-Z" => drop(line.value()),
                _ => line.refuse(),
            }
        }
        arguments
    }

    /// Whether the command line asks for this trial, if only to say that it is ignored.
    pub fn selects(&self, trial: &Trial) -> bool {
        // What `--list` shows can be asked for.
        let (name, listed) = (trial.name(), trial.about.listed());
        let is = |word: &String| match self.exact {
            true => word == name || *word == listed,
            false => listed.contains(word.as_str()),
        };
        (self.filters.is_empty() || self.filters.iter().any(is))
            && !self.skip.iter().any(is)
            && (trial.about.is_ignored || !self.ignored)
    }

    pub(crate) fn runs_ignored(&self) -> bool {
        self.ignored || self.include_ignored
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use crate::Trial;

    /// The names that are selected of three.
    fn selected(arguments: &Arguments) -> Vec<String> {
        let trial = |name| Trial::test(name, || Ok(()));
        let needs = trial("asks_c").with_kind("needs a network").with_ignored_flag(true);
        let trials = [trial("asks"), trial("answers"), needs];
        let selected = trials.iter().filter(|trial| arguments.selects(trial));
        selected.map(|trial| trial.name().to_owned()).collect()
    }

    fn asked(filters: &[&str]) -> Arguments {
        Arguments {
            filters: filters.iter().map(|&word| word.into()).collect(),
            ..Arguments::default()
        }
    }

    #[test]
    fn words_are_looked_for_in_names() {
        assert_eq!(selected(&asked(&[])), ["asks", "answers", "asks_c"]);
        assert_eq!(selected(&asked(&["asks"])), ["asks", "asks_c"]);
        assert_eq!(selected(&asked(&["ans", "_c"])), ["answers", "asks_c"]);
        let skip = vec!["asks".into()];
        assert_eq!(selected(&Arguments { skip, ..asked(&[]) }), ["answers"]);
    }

    #[test]
    fn exact_names_are_whole_names() {
        let exact = |words: &[&str]| selected(&Arguments { exact: true, ..asked(words) });
        assert_eq!(exact(&["asks"]), ["asks"]);
        assert_eq!(exact(&["asks_c"]), ["asks_c"]);
        assert_eq!(exact(&["[needs a network] asks_c"]), ["asks_c"]);
        assert!(exact(&["ask"]).is_empty());
        let skip = vec!["asks".into()];
        let skipped = Arguments { exact: true, skip, ..asked(&[]) };
        assert_eq!(selected(&skipped), ["answers", "asks_c"]);
    }

    #[test]
    fn ignored_tests_are_listed_unless_only_they_are_asked_for() {
        assert_eq!(selected(&Arguments { ignored: true, ..asked(&[]) }), ["asks_c"]);
        assert!(!asked(&[]).runs_ignored());
        assert!(Arguments { include_ignored: true, ..asked(&[]) }.runs_ignored());
    }
}
