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
        let line = CommandLine::new().called("cargo grade");
        line.read("Grades the exercises.", USAGE, |argument| {
            match argument.name() {
                "--submissions" => arguments.submissions = Some(argument.value()?.into()),
                "--format" => match argument.text()?.as_str() {
                    "json" => arguments.json = true,
                    _ => return Err(argument.bad("the only format is json")),
                },
                _ => argument.refuse()?,
            }
            Ok(())
        });
        arguments
    }
}
