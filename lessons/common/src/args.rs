//! Command lines: one parser for every program of the workbook, on top of the crate
//! `lexopt`.

use std::ffi::OsString;
use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use std::{env, process};

use lexopt::{Arg, Parser};

use crate::{Failure, complain, say};

/// The port of the tutorial's programs, on an address that only this machine can reach.
/// (The tutorial binds the empty host, which opens the program to the whole network.)
pub const TUTORIAL_ADDRESS: &str = "127.0.0.1:9090";

/// The tutorial's address, parsed: the default of every program.
pub fn tutorial_address() -> SocketAddr {
    TUTORIAL_ADDRESS.parse().expect("an address and a port")
}

/// What the small programs take: an address, and how long a conversation may last.
pub struct Arguments {
    pub address: SocketAddr,
    pub time_limit: Duration,
}

impl Default for Arguments {
    fn default() -> Arguments {
        Arguments { address: tutorial_address(), time_limit: Duration::from_secs(10) }
    }
}

impl Arguments {
    /// Reads the command line of a program that does what `about` says and takes nothing
    /// else.
    pub fn parse(about: &str) -> Arguments {
        Arguments::parse_with(about, "", |argument| argument.refuse())
    }

    /// The same for a program with options of its own: `help` explains them, `take` takes
    /// them.
    pub fn parse_with(
        about: &str,
        help: &str,
        mut take: impl FnMut(&mut Argument) -> Result<(), Failure>,
    ) -> Arguments {
        let mut arguments = Arguments::default();
        let usage = format!(
            "[OPTIONS] [ADDRESS:PORT]\n
  ADDRESS:PORT          Where to listen, or to connect (default: {TUTORIAL_ADDRESS})
  --time-limit SECONDS  How long a conversation may last (default: 10)\n{help}"
        );
        CommandLine::new().read(about, &usage, |argument| {
            match argument.name() {
                "" => arguments.address = argument.address()?,
                "--time-limit" => arguments.time_limit = argument.seconds()?,
                _ => take(argument)?,
            }
            Ok(())
        });
        arguments
    }

    /// The same for a program that can also be called as `PROGRAM COMMAND WORD...`: then
    /// with the words.
    pub fn parse_or_words(
        about: &str,
        command: &str,
    ) -> (Arguments, Option<Vec<String>>) {
        let mut line = CommandLine::new();
        if line.command(command) {
            return (Arguments::default(), Some(line.read_words(about, "WORD...")));
        }
        (
            Arguments::parse(&format!(
                "{about}\n\nWith words: PROGRAM {command} WORD..."
            )),
            None,
        )
    }
}

/// What a program was called with.
pub struct CommandLine {
    program: String,
    words: Vec<OsString>,
}

impl CommandLine {
    /// This program's own.
    #[expect(clippy::new_without_default, reason = "no two programs have the same")]
    pub fn new() -> CommandLine {
        let mut words = env::args_os();
        let path = words.next().unwrap_or_default();
        let program =
            Path::new(&path).file_stem().unwrap_or_default().to_string_lossy().into();
        CommandLine { program, words: words.collect() }
    }

    /// Gives the program another name than its file's.
    pub fn called(self, program: &str) -> CommandLine {
        CommandLine { program: program.into(), ..self }
    }

    /// Whether the first word is this command. If it is, what follows is the command's
    /// own line.
    pub fn command(&mut self, command: &str) -> bool {
        let given = self.words.first().is_some_and(|word| word == command);
        if given {
            self.words.remove(0);
            self.program += &format!(" {command}");
        }
        given
    }

    /// Shows each argument to `take`, which knows it by its name and takes its value.
    /// `usage` begins with what follows the program's name, and goes on with a line for
    /// each argument.
    ///
    /// `--help` ends the program, and so does an argument that makes no sense, with exit
    /// code 2.
    pub fn read(
        &self,
        about: &str,
        usage: &str,
        take: impl FnMut(&mut Argument) -> Result<(), Failure>,
    ) {
        match self.each(take) {
            Ok(true) => {}
            Ok(false) => {
                let _ = say!("{about}\n\nUsage: {} {}", self.program, usage.trim_end());
                process::exit(0)
            }
            Err(failure) => self.refuse(failure, usage),
        }
    }

    /// Reads words and no options: one word at least.
    pub fn read_words(&self, about: &str, usage: &str) -> Vec<String> {
        let mut words = Vec::new();
        self.read(about, usage, |argument| match argument.name() {
            "" => argument.text().map(|word| words.push(word)),
            _ => argument.refuse(),
        });
        if words.is_empty() {
            self.refuse(Failure::new("bad arguments", "a word is missing"), usage);
        }
        words
    }

    /// Whether the program is to run: it isn't if its user asks for help.
    fn each(
        &self,
        mut take: impl FnMut(&mut Argument) -> Result<(), Failure>,
    ) -> Result<bool, Failure> {
        let mut words = Parser::from_args(&self.words);
        while let Some(word) =
            words.next().map_err(|why| Failure::new("bad arguments", why))?
        {
            let (name, value) = match word {
                Arg::Short('h') | Arg::Long("help") => return Ok(false),
                Arg::Short(letter) => (format!("-{letter}"), None),
                Arg::Long(name) => (format!("--{name}"), None),
                Arg::Value(word) => (String::new(), Some(word)),
            };
            take(&mut Argument { name, value, words: &mut words })?;
        }
        Ok(true)
    }

    fn refuse(&self, failure: Failure, usage: &str) -> ! {
        let usage = usage.lines().next().unwrap_or_default();
        complain(
            &failure
                .or_advise(format!("Usage: {} {usage} (--help says more)", self.program)),
        );
        process::exit(2)
    }
}

/// One argument: an option, or a word without a name.
pub struct Argument<'a> {
    name: String,
    value: Option<OsString>,
    words: &'a mut Parser,
}

impl Argument<'_> {
    /// The option's name, such as `--time-limit`; empty for a word without one.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value as it is, for a path.
    pub fn value(&mut self) -> Result<OsString, Failure> {
        match self.value.take() {
            Some(value) => Ok(value),
            None => self.words.value().map_err(|_| self.bad("its value is missing")),
        }
    }

    /// The value as text.
    pub fn text(&mut self) -> Result<String, Failure> {
        let value = self.value()?;
        value.into_string().map_err(|value| self.bad(format!("{value:?} is not UTF-8")))
    }

    /// The value as whatever can be read from text.
    pub fn parse<T: FromStr<Err: Display>>(&mut self) -> Result<T, Failure> {
        self.text()?.parse().map_err(|why| self.bad(why))
    }

    /// The value as a number in this range.
    pub fn number<N: FromStr + PartialOrd + Display>(
        &mut self,
        range: RangeInclusive<N>,
    ) -> Result<N, Failure> {
        let text = self.text()?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            self.bad(format!("'{text}' is not a number from {least} to {most}"))
        })
    }

    /// The value as a time, see [`seconds`].
    pub fn seconds(&mut self) -> Result<Duration, Failure> {
        seconds(&self.text()?).map_err(|why| self.bad(why))
    }

    /// The value as an IP address and a port.
    pub fn address(&mut self) -> Result<SocketAddr, Failure> {
        let word = self.value()?;
        word.to_string_lossy().parse().map_err(|_| {
            let what = format!("bad address '{}'", word.display());
            Failure::new(what, "it is not an IP address and a port")
                .advise("write it like 127.0.0.1:9090 or [::1]:9090")
        })
    }

    /// Says that the program takes no such argument.
    pub fn refuse(&mut self) -> Result<(), Failure> {
        let why = "this program takes no such thing";
        Err(match &self.value {
            Some(word) => {
                Failure::new(format!("unexpected argument '{}'", word.display()), why)
            }
            None => Failure::new(format!("unknown option '{}'", self.name), why),
        })
    }

    /// The error for a value that makes no sense.
    pub fn bad(&self, why: impl Display) -> Failure {
        match self.name.as_str() {
            "" => Failure::new("bad argument", why),
            name => Failure::new(format!("bad {name}"), why),
        }
    }
}

/// The longest time that a program may be given, in seconds: a hundred years. The clock
/// could not add many more (`Instant` would panic).
const LONGEST: u64 = 100 * 366 * 24 * 60 * 60;

/// A positive number of seconds, such as `10` or `0.5`.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 =
        text.parse().map_err(|_| format!("'{text}' is not a number of seconds"))?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() && duration.as_secs() <= LONGEST => {
            Ok(duration)
        }
        _ => Err(format!("'{text}' is not a time that can pass")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// The address and the other values; `None` for help; or how the words are refused.
    fn read(words: &[impl Into<OsString> + Clone]) -> Result<Option<String>, String> {
        let words = words.iter().cloned().map(Into::into).collect();
        let line = CommandLine { program: "program".into(), words };
        let mut read = String::new();
        let taken = line.each(|argument| {
            read += &match argument.name() {
                "" => argument.address()?.to_string(),
                "--time-limit" => format!("{:?} ", argument.seconds()?),
                "--count" => format!("{} ", argument.number(1..=7)?),
                "--message" => format!("{} ", argument.text()?),
                "--quiet" => "quiet ".into(),
                _ => return argument.refuse(),
            };
            Ok(())
        });
        taken.map(|run| run.then_some(read)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn arguments_are_read_in_any_order_and_form() {
        for (words, expected) in [
            (&[][..], ""),
            (&["[::1]:80"], "[::1]:80"),
            (
                &["--time-limit", "0.5", "--count=7", "127.0.0.2:80"],
                "500ms 7 127.0.0.2:80",
            ),
            (
                &["--quiet", "127.0.0.2:80", "--message", "--help"],
                "quiet 127.0.0.2:80--help ",
            ),
            (&["--message=", "--", "127.0.0.2:80"], " 127.0.0.2:80"),
        ] {
            assert_eq!(read(words), Ok(Some(expected.into())), "{words:?}");
        }
        for help in
            [&["--help"][..], &["127.0.0.1:80", "-h"], &["--help", "--no-such-option"]]
        {
            assert_eq!(read(help), Ok(None), "{help:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_for_what_it_is() {
        for (words, says) in [
            (&["--no-such-option"][..], "unknown option '--no-such-option': "),
            (&["-v"], "unknown option '-v': "),
            (&["-"], "bad address '-': "),
            (&["localhost"], "bad address 'localhost': "),
            (&["127.0.0.1:65536"], "bad address '127.0.0.1:65536': "),
            (&["--quiet=yes"], "bad arguments: "),
            (&["--time-limit"], "bad --time-limit: its value is missing"),
            (
                &["--time-limit", "soon"],
                "bad --time-limit: 'soon' is not a number of seconds",
            ),
            (&["--count", "8"], "bad --count: '8' is not a number from 1 to 7"),
            (&["--count=-1"], "bad --count: '-1' is not a number from 1 to 7"),
        ] {
            let refused = read(words).expect_err("a failure");
            assert!(
                refused.starts_with(&format!("error: {says}")),
                "{words:?}: {refused}"
            );
        }
    }

    #[test]
    #[cfg(unix)]
    fn arguments_need_not_be_text() {
        use std::os::unix::ffi::OsStringExt;
        for bytes in [&b"\xff"[..], b"--\xff", b"-\xff", b"--message=\xff"] {
            let refused =
                read(&[OsString::from_vec(bytes.into())]).expect_err("a failure");
            assert!(refused.contains(['\u{fffd}', '\\']), "{refused}");
        }
    }

    #[test]
    fn a_command_is_the_first_word() {
        let words = ["sweep", "sweep"].map(OsString::from).into();
        let mut line = CommandLine { program: "lesson05".into(), words };
        assert!(!line.command("fill"));
        assert!(line.command("sweep"));
        assert_eq!((line.program.as_str(), line.words.len()), ("lesson05 sweep", 1));
    }

    #[test]
    fn no_time_and_no_number_are_no_time_limit() {
        for none in ["0", "-1", "1e-10", "inf", "NaN", "1e10", "1e19", "1e20"] {
            assert_eq!(
                seconds(none),
                Err(format!("'{none}' is not a time that can pass"))
            );
        }
        assert_eq!(seconds("1e-3").unwrap().as_micros(), 1000);
        assert!(Instant::now().checked_add(seconds("1e9").unwrap()).is_some());
    }
}
