use std::ffi::OsString;
use std::path::PathBuf;

pub const USAGE: &str = "\
Grades the exercises.

Usage: cargo grade [--submissions FOLDER] [--format json]

  --submissions FOLDER  grade FOLDER/NAME/exercise02.rs and the like, for every NAME, in place of
                        the exercises in lessons/
  --format json         print one line of JSON for each check; what people read goes to stderr";

/// What the command line asks for.
pub enum Request {
    Grade(Arguments),
    Help,
}

#[derive(Default)]
pub struct Arguments {
    pub json: bool,
    pub submissions: Option<PathBuf>,
}

impl Arguments {
    pub fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Request, String> {
        let mut arguments = Arguments::default();
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--help" | "-h") => return Ok(Request::Help),
                Some("--format=json") => arguments.json = true,
                Some("--format") => match words.next() {
                    Some(format) if format == "json" => arguments.json = true,
                    _ => return Err("the only format is json".into()),
                },
                Some("--submissions") => {
                    let folder = words.next().ok_or("--submissions needs a folder")?;
                    arguments.submissions = Some(folder.into());
                }
                _ => return Err(format!("unknown argument: {}", word.display())),
            }
        }
        Ok(Request::Grade(arguments))
    }
}
