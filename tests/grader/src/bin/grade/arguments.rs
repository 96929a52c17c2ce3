use std::path::PathBuf;

use common::CommandLine;
use grader::text;

use crate::LESSONS;

/// What `cargo grade` can be told.
#[derive(Default)]
pub struct Arguments {
    pub json: bool,
    pub submissions: Option<PathBuf>,
    /// Grade these alone; none: all.
    lessons: Vec<&'static str>,
    pub deed: Deed,
}

/// What is to be done.
#[derive(Default, PartialEq, Eq)]
pub enum Deed {
    #[default]
    Grade,
    /// Start over with this lesson's exercise.
    Reset(&'static str),
    /// Write down all about this lesson's exercise.
    Report(&'static str),
}

fn usage() -> String {
    text!(
        "[--submissions FOLDER] [--format json] [EXERCISE...]
       cargo grade --reset EXERCISE
       cargo grade --report EXERCISE

  EXERCISE              exercise02, lesson02 or 2: grade that one instead of all
  --submissions FOLDER  Grade FOLDER/NAME/exercise02.rs and the like, for every NAME, instead
                        of the exercises in lessons/
  --format json         Print a line of JSON for each check; what people read goes to stderr
  --reset EXERCISE      Start over: put the starter back, and keep your file beside it
  --report EXERCISE     Write exercise02-report.txt: your program, the machine and every report,
                        for when you think the grader is wrong"
    )
}

impl Arguments {
    pub fn parse() -> Arguments {
        let mut arguments = Arguments::default();
        let (about, usage) = (text!("Grades the exercises."), usage());
        let mut line = CommandLine::new(&about, &usage).called("cargo grade");
        while let Some(name) = line.argument() {
            match name.as_str() {
                "--submissions" => arguments.submissions = Some(line.value().into()),
                "--format" if line.text() == "json" => arguments.json = true,
                "--format" => line.bad(text!("the only format is json")),
                "--reset" | "--report" => {
                    let exercise = line.text();
                    let Some(lesson) = lesson(&exercise) else {
                        line.bad(text!(
                            "there is no exercise {exercise}",
                            exercise = format!("{exercise:?}")
                        ))
                    };
                    let is_reset = name == "--reset";
                    arguments.deed =
                        if is_reset { Deed::Reset(lesson) } else { Deed::Report(lesson) };
                }
                "" => {
                    let word = line.text();
                    match lesson(&word) {
                        Some(lesson) => arguments.lessons.push(lesson),
                        None => line.bad(text!(
                            "there is no exercise {exercise}",
                            exercise = format!("{word:?}")
                        )),
                    }
                }
                _ => line.refuse(),
            }
        }
        let alone =
            arguments.submissions.is_none() && !arguments.json && arguments.lessons.is_empty();
        if arguments.deed != Deed::Grade && !alone {
            line.bad(text!("--reset and --report go with nothing else"));
        }
        arguments
    }

    /// The lessons to grade, in their order.
    pub fn lessons(&self) -> Vec<&'static str> {
        let wanted = |lesson: &&str| self.lessons.is_empty() || self.lessons.contains(lesson);
        LESSONS.into_iter().filter(wanted).collect()
    }
}

/// The lesson of an exercise, by any of its names.
fn lesson(name: &str) -> Option<&'static str> {
    let number = ["exercise", "lesson"].iter().find_map(|kind| name.strip_prefix(kind));
    let number: usize = number.unwrap_or(name).parse().ok()?;
    LESSONS.get(number).copied()
}
