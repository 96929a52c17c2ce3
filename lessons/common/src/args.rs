//! Command lines: one parser for every program of the workbook, on top of `lexopt`.

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

impl Arguments {
    /// Reads the command line of a program that does what `about` says.
    pub fn parse(about: &str) -> Arguments {
        Arguments::parse_or_words(about, "").0
    }

    /// The same for a program that can also be called as `PROGRAM COMMAND WORD...`: then
    /// the words come with it.
    pub fn parse_or_words(about: &str, command: &str) -> (Self, Option<Vec<String>>) {
        let usage = "[OPTIONS] [ADDRESS:PORT]\n
  ADDRESS:PORT          Where to listen, or to connect (default: 127.0.0.1:9090)
  --time-limit SECONDS  How long a conversation may last (default: 10)";
        let (address, time_limit) = (tutorial_address(), Duration::from_secs(10));
        let mut arguments = Arguments { address, time_limit };
        let words =
            format!("{usage}\n\n  {command} WORD...  Look at these words instead");
        let usage = if command.is_empty() { usage } else { &words };
        let mut line = CommandLine::new(about, usage);
        if !command.is_empty() && line.command(command) {
            return (arguments, Some(line.words()));
        }
        while let Some(name) = line.argument() {
            match name.as_str() {
                "" => arguments.address = line.address(),
                "--time-limit" => arguments.time_limit = line.seconds(),
                _ => line.refuse(),
            }
        }
        (arguments, None)
    }
}

/// The arguments of a program, to be taken one by one: first an argument's name, then its
/// value. `--help` ends the program, and so does an argument that makes no sense, with
/// exit code 2.
pub struct CommandLine<'a> {
    about: &'a str,
    usage: &'a str,
    program: String,
    arguments: Parser,
    /// The last argument's name, and a word that has none.
    name: String,
    word: Option<OsString>,
    end: fn(Result<String, Failure>) -> !,
}

impl<'a> CommandLine<'a> {
    /// This program's own. `usage` begins with what follows the program's name, and goes
    /// on with a line for each argument.
    pub fn new(about: &'a str, usage: &'a str) -> CommandLine<'a> {
        CommandLine::of(env::args_os().collect(), about, usage, end)
    }

    fn of(
        mut words: Vec<OsString>,
        about: &'a str,
        usage: &'a str,
        end: fn(Result<String, Failure>) -> !,
    ) -> CommandLine<'a> {
        let path = if words.is_empty() { OsString::new() } else { words.remove(0) };
        let program =
            Path::new(&path).file_stem().unwrap_or_default().display().to_string();
        let arguments = Parser::from_args(words);
        let (name, word) = (String::new(), None);
        CommandLine { about, usage, program, arguments, name, word, end }
    }

    /// Gives the program another name than its file's.
    pub fn called(self, program: &str) -> CommandLine<'a> {
        CommandLine { program: program.into(), ..self }
    }

    /// Whether the first word is this command. If it is, it is taken.
    pub fn command(&mut self, command: &str) -> bool {
        let words = self.arguments.try_raw_args();
        words.is_some_and(|mut words| words.next_if(|word| word == command).is_some())
    }

    /// The next argument's name, such as `--time-limit`; empty for a word without one.
    pub fn argument(&mut self) -> Option<String> {
        let next = self.arguments.next().map(|next| {
            next.map(|argument| match argument {
                Arg::Short(letter) => (format!("-{letter}"), None),
                Arg::Long(name) => (format!("--{name}"), None),
                Arg::Value(word) => (String::new(), Some(word)),
            })
        });
        (self.name, self.word) = next.unwrap_or_else(|why| self.bad(why))?;
        if let "--help" | "-h" = self.name.as_str() {
            self.help()
        }
        Some(self.name.clone())
    }

    /// The value as it is, for a path.
    pub fn value(&mut self) -> OsString {
        let value = self.word.take().or_else(|| self.arguments.value().ok());
        value.unwrap_or_else(|| self.bad("its value is missing"))
    }

    /// The value as text.
    pub fn text(&mut self) -> String {
        let text = self.value().into_string();
        text.unwrap_or_else(|value| self.bad(format!("{value:?} is not UTF-8")))
    }

    /// The value as whatever can be read from text.
    pub fn parse<T: FromStr<Err: Display>>(&mut self) -> T {
        self.text().parse().unwrap_or_else(|why| self.bad(why))
    }

    /// The value as a number in this range.
    pub fn number<N>(&mut self, range: RangeInclusive<N>) -> N
    where
        N: FromStr + PartialOrd + Display,
    {
        let text = self.text();
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.unwrap_or_else(|| {
            let (least, most) = (range.start(), range.end());
            self.bad(format!("'{text}' is not a number from {least} to {most}"))
        })
    }

    /// The value as a time, see [`seconds`].
    pub fn seconds(&mut self) -> Duration {
        seconds(&self.text()).unwrap_or_else(|why| self.bad(why))
    }

    /// The value as an IP address and a port.
    pub fn address(&mut self) -> SocketAddr {
        let word = self.value();
        word.to_string_lossy().parse().unwrap_or_else(|_| {
            let what = format!("bad address '{}'", word.display());
            let failure = Failure::new(what, "it is not an IP address and a port");
            self.fail(failure.advise("write it like 127.0.0.1:9090 or [::1]:9090"))
        })
    }

    /// All that is left, as words: one at least.
    pub fn words(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        while let Some(name) = self.argument() {
            words.push(if name.is_empty() { self.text() } else { self.refuse() });
        }
        if words.is_empty() { self.bad("a word is missing") } else { words }
    }

    /// Ends the program, since it has no argument of this name.
    pub fn refuse(&self) -> ! {
        let what = match &self.word {
            Some(word) => format!("unexpected argument '{}'", word.display()),
            None => format!("unknown option '{}'", self.name),
        };
        self.fail(Failure::new(what, "this program takes no such thing"))
    }

    /// Ends the program, since the argument's value makes no sense.
    pub fn bad(&self, why: impl Display) -> ! {
        let name = if self.name.is_empty() { "arguments" } else { &self.name };
        self.fail(Failure::new(format!("bad {name}"), why))
    }

    fn fail(&self, failure: Failure) -> ! {
        let usage = self.usage.lines().next().unwrap_or_default();
        let advice = format!("Usage: {} {usage} (--help says more)", self.program);
        (self.end)(Err(failure.or_advise(advice)))
    }

    fn help(&self) -> ! {
        (self.end)(Ok(format!(
            "{}\n\nUsage: {} {}",
            self.about, self.program, self.usage
        )))
    }
}

fn end(said: Result<String, Failure>) -> ! {
    match said {
        Ok(help) => process::exit(say!("{help}").map_or(1, |()| 0)),
        Err(failure) => {
            complain(&failure);
            process::exit(2)
        }
    }
}

/// A positive number of seconds, such as `10` or `0.5`: a hundred years at most, since the
/// clock could not add many more (`Instant` would panic).
pub fn seconds(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);
    let seconds =
        text.parse().map_err(|_| format!("'{text}' is not a number of seconds"))?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() && time <= LONGEST => Ok(time),
        _ => Err(format!("'{text}' is not a time that can pass")),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, resume_unwind};
    use std::time::Instant;

    use super::*;

    /// What these arguments are, or what the program says when it ends.
    fn read<W: Into<OsString> + Clone>(words: &[W]) -> String {
        let words = words.iter().cloned().map(Into::into);
        let words = [OsString::from("/bin/program")].into_iter().chain(words).collect();
        let read = catch_unwind(|| {
            let end = |said: Result<String, Failure>| {
                resume_unwind(Box::new(
                    said.unwrap_or_else(|failure| failure.to_string()),
                ))
            };
            let mut line = CommandLine::of(words, "About.", "[OPTIONS]\n\n  ...", end);
            let mut read =
                if line.command("sweep") { "sweep ".into() } else { String::new() };
            while let Some(name) = line.argument() {
                read += &match name.as_str() {
                    "" => format!("{} ", line.address()),
                    "--time-limit" => format!("{:?} ", line.seconds()),
                    "--count" => format!("{} ", line.number(1..=7)),
                    "--message" => format!("{} ", line.text()),
                    "--quiet" => "quiet ".into(),
                    _ => line.refuse(),
                };
            }
            read
        });
        read.unwrap_or_else(|panic| *panic.downcast().expect("what the program says"))
    }

    #[test]
    fn arguments_are_read_in_any_order_and_form() {
        for (words, expected) in [
            (&[][..], ""),
            (&["[::1]:80"], "[::1]:80 "),
            (
                &["--time-limit", "0.5", "--count=7", "127.0.0.2:80"],
                "500ms 7 127.0.0.2:80 ",
            ),
            (&["--quiet", "[::1]:80", "--message", "--help"], "quiet [::1]:80 --help "),
            (&["--message=", "--", "127.0.0.2:80"], " 127.0.0.2:80 "),
            (&["sweep", "--quiet"], "sweep quiet "),
        ] {
            assert_eq!(read(words), expected, "{words:?}");
        }
        for help in
            [&["--help"][..], &["[::1]:80", "-h"], &["--help", "--no-such-option"]]
        {
            assert_eq!(read(help), "About.\n\nUsage: program [OPTIONS]\n\n  ...");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_for_what_it_is() {
        for (words, says) in [
            (&["--no-such-option"][..], "unknown option '--no-such-option': "),
            (&["-v"], "unknown option '-v': "),
            (&["--quiet", "sweep"], "bad address 'sweep': "),
            (&["-"], "bad address '-': "),
            (&["127.0.0.1:65536"], "bad address '127.0.0.1:65536': "),
            (&["--quiet=yes"], "bad --quiet: "),
            (&["--time-limit"], "bad --time-limit: its value is missing"),
            (
                &["--time-limit", "soon"],
                "bad --time-limit: 'soon' is not a number of seconds",
            ),
            (&["--count", "8"], "bad --count: '8' is not a number from 1 to 7"),
            (&["--count=-1"], "bad --count: '-1' is not a number from 1 to 7"),
        ] {
            let said = read(words);
            assert!(said.starts_with(&format!("error: {says}")), "{words:?}: {said}");
        }
        assert!(read(&["-v"]).ends_with("\nUsage: program [OPTIONS] (--help says more)"));
    }

    #[test]
    #[cfg(unix)]
    fn arguments_need_not_be_text() {
        use std::os::unix::ffi::OsStringExt;
        for bytes in [&b"\xff"[..], b"--\xff", b"-\xff", b"--message=\xff"] {
            let said = read(&[OsString::from_vec(bytes.into())]);
            assert!(said.starts_with("error: "), "{said}");
        }
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
