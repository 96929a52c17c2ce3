use std::path::PathBuf;

use common::CommandLine;

/// What `cargo grade` can be told.
#[derive(Default)]
pub struct Arguments {
    pub json: bool,
    pub submissions: Option<PathBuf>,
}

const USAGE: &str = "[--submissions FOLDER] [--format json]

  --submissions FOLDER  Grade FOLDER/NAME/exercise02.rs and the like, for every NAME, instead
                        of the exercises in lessons/
  --format json         Print a line of JSON for each check; what people read goes to stderr";

impl Arguments {
    pub fn parse() -> Arguments {
        let mut arguments = Arguments::default();
        let mut line = CommandLine::new("Grades the exercises.", USAGE).called("cargo grade");
        while let Some(name) = line.argument() {
            match name.as_str() {
                "--submissions" => arguments.submissions = Some(line.value().into()),
                "--format" if line.text() == "json" => arguments.json = true,
                "--format" => line.bad("the only format is json"),
                _ => line.refuse(),
            }
        }
        arguments
    }
}
