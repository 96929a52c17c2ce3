use std::net::SocketAddr;
use std::process;
use std::time::Duration;

use crate::complain;
use crate::failure::Failure;

/// The port of the tutorial's programs, on the address that only this machine can reach. The
/// tutorial binds the empty host, which opens the program to the whole network.
pub const TUTORIAL_ADDRESS: &str = "127.0.0.1:9090";

/// What the small programs of the workbook take: the ones that have no need of clap.
pub struct Arguments {
    /// The first argument, or the tutorial's address.
    pub address: SocketAddr,
    /// `--time-limit SECONDS`: how long one conversation may take.
    pub time_limit: Duration,
}

impl Arguments {
    /// Reads the command line. Answers `--help` with `about`, and ends the program with exit code 2
    /// where the arguments make no sense.
    pub fn parse(about: &str) -> Arguments {
        Arguments::parse_with(about, "", |_, _| Ok(false))
    }

    /// The same for a program with words of its own, which `--help` shows as `words`: `own` gets each
    /// word that is not known here, and a function that takes the next one as its value. It says
    /// whether it knows the word, or what is wrong with the value.
    pub fn parse_with(
        about: &str,
        words: &str,
        own: impl FnMut(&str, &mut dyn FnMut() -> String) -> Result<bool, String>,
    ) -> Arguments {
        let given = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
        match Arguments::read(given, own) {
            Ok(Some(arguments)) => arguments,
            Ok(None) => {
                let space = if words.is_empty() { "" } else { " " };
                let _ = crate::say!(
                    "{about}\n\nUsage: PROGRAM [--time-limit SECONDS]{space}{words} [ADDRESS:PORT]   \
                     (default: {TUTORIAL_ADDRESS})"
                );
                process::exit(0)
            }
            Err(failure) => refuse(failure),
        }
    }

    /// The same for a program that has a second way to be called, `PROGRAM COMMAND WORD…`: there the
    /// words come with it, at least one.
    pub fn parse_or_words(about: &str, command: &str) -> (Arguments, Option<Vec<String>>) {
        let mut words = None;
        let about = format!("{about}\n\nWith words: PROGRAM {command} WORD...");
        let own = |word: &str, _: &mut dyn FnMut() -> String| Ok(take(&mut words, command, word));
        let arguments = Arguments::parse_with(&about, "", own);
        if words.as_ref().is_some_and(Vec::is_empty) {
            refuse(Failure::new(format!("nothing to {command}"), "there is no word after it"));
        }
        (arguments, words)
    }

    /// `None`: somebody asks for help.
    fn read(
        mut given: impl Iterator<Item = String>,
        mut own: impl FnMut(&str, &mut dyn FnMut() -> String) -> Result<bool, String>,
    ) -> Result<Option<Arguments>, Failure> {
        let address = TUTORIAL_ADDRESS.parse().expect("an address");
        let mut arguments = Arguments { address, time_limit: Duration::from_secs(10) };
        while let Some(word) = given.next() {
            let mut value = || given.next().unwrap_or_default();
            let bad = |why| Failure::new(format!("bad {word}"), why);
            match word.as_str() {
                "--help" | "-h" => return Ok(None),
                "--time-limit" => arguments.time_limit = seconds(&value()).map_err(bad)?,
                word => match own(word, &mut value).map_err(bad)? {
                    true => {}
                    false if word.starts_with('-') => {
                        let what = format!("unknown option '{word}'");
                        let failure = Failure::new(what, "there is no such option");
                        return Err(failure.advise("try --help"));
                    }
                    false => arguments.address = address_and_port(word)?,
                },
            }
        }
        Ok(Some(arguments))
    }
}

/// Takes the command, and each word that comes after it. Whether it has done so: options are no words.
fn take(words: &mut Option<Vec<String>>, command: &str, word: &str) -> bool {
    match words {
        _ if word.starts_with('-') => return false,
        Some(words) => words.push(word.into()),
        None if word == command => *words = Some(Vec::new()),
        None => return false,
    }
    true
}

fn address_and_port(word: &str) -> Result<SocketAddr, Failure> {
    word.parse().map_err(|why| {
        let what = format!("'{word}' is not an address and a port");
        Failure::new(what, why).advise(
            "write an IP address, a colon and a port up to 65535: \
             127.0.0.1:9090 or [::1]:9090",
        )
    })
}

/// The longest time that a program may be given, in seconds: a hundred years. The clock could not add many
/// more (`Instant` would panic).
const LONGEST: u64 = 100 * 366 * 24 * 60 * 60;

/// A positive number of seconds, such as `10` or `0.5`.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("'{text}' is not a number of seconds"))?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() && duration.as_secs() <= LONGEST => Ok(duration),
        _ => Err(format!("'{text}' is not a time that can pass")),
    }
}

fn refuse(failure: Failure) -> ! {
    complain(&failure);
    process::exit(2)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Arguments, TUTORIAL_ADDRESS, seconds, take};

    /// The address and the time limit, in milliseconds; or how these words are refused.
    fn read(given: &[&str]) -> Result<Option<(String, u128)>, String> {
        let own = |word: &str, value: &mut dyn FnMut() -> String| match word {
            "--bytes" if value() == "7" => Ok(true),
            "--bytes" => Err("it is not seven".into()),
            _ => Ok(false),
        };
        let read = Arguments::read(given.iter().map(|word| (*word).into()), own);
        let pair = |it: Arguments| (it.address.to_string(), it.time_limit.as_millis());
        read.map(|read| read.map(pair)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn words_are_read_in_any_order() {
        let is = |given, address: &str, limit| {
            assert_eq!(read(given), Ok(Some((address.into(), limit))), "{given:?}");
        };
        is(&[], TUTORIAL_ADDRESS, 10_000);
        is(&["[::1]:80"], "[::1]:80", 10_000);
        is(&["--time-limit", "0.5", "127.0.0.2:80"], "127.0.0.2:80", 500);
        is(&["127.0.0.2:80", "--time-limit", "2"], "127.0.0.2:80", 2000);
        is(&["--bytes", "7", "127.0.0.2:80"], "127.0.0.2:80", 10_000);
        for help in [&["--help"][..], &["127.0.0.1:80", "-h"], &["--help", "--no-such-option"]] {
            assert_eq!(read(help), Ok(None));
        }
    }

    #[test]
    fn words_that_make_no_sense_are_refused_for_what_they_are() {
        for (given, says) in [
            (&["--no-such-option"][..], "unknown option '--no-such-option': "),
            (&["-"], "unknown option '-': "),
            (&["localhost"], "'localhost' is not an address and a port: "),
            (&["127.0.0.1:65536"], "'127.0.0.1:65536' is not an address and a port: "),
            (&["--time-limit"], "bad --time-limit: '' is not a number of seconds"),
            (&["--time-limit", "soon"], "bad --time-limit: 'soon' is not a number of seconds"),
            (&["--bytes", "8"], "bad --bytes: it is not seven"),
            (&["--bytes"], "bad --bytes: it is not seven"),
        ] {
            let refused = read(given).unwrap_err();
            assert!(refused.contains(says), "{given:?}: {refused}");
        }
    }

    #[test]
    fn no_time_and_no_number_are_no_time_limit() {
        for none in ["0", "-1", "1e-10", "inf", "NaN", "1e10", "1e19", "1e20"] {
            assert_eq!(seconds(none), Err(format!("'{none}' is not a time that can pass")));
        }
        assert_eq!(seconds("1e-3").unwrap().as_micros(), 1000);
        assert!(Instant::now().checked_add(seconds("1e9").unwrap()).is_some());
    }

    #[test]
    fn a_command_takes_the_words_after_it() {
        let mut words = None;
        assert!(!take(&mut words, "classify", "127.0.0.1:80"));
        assert!(take(&mut words, "classify", "classify"));
        assert_eq!(words, Some(vec![]));
        assert!(take(&mut words, "classify", "classify") && take(&mut words, "classify", ""));
        assert!(!take(&mut words, "classify", "--help"));
        assert_eq!(words, Some(vec!["classify".into(), "".into()]));
    }
}
