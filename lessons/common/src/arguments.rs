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
        mut own: impl FnMut(&str, &mut dyn FnMut() -> String) -> Result<bool, String>,
    ) -> Arguments {
        let address = TUTORIAL_ADDRESS.parse().expect("an address");
        let mut arguments = Arguments { address, time_limit: Duration::from_secs(10) };
        let mut given = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
        while let Some(word) = given.next() {
            match word.as_str() {
                "--help" | "-h" => {
                    let space = if words.is_empty() { "" } else { " " };
                    let _ = crate::say!(
                        "{about}\n\nUsage: PROGRAM [--time-limit SECONDS]{space}{words} [ADDRESS:PORT]   \
                         (default: {TUTORIAL_ADDRESS})"
                    );
                    process::exit(0)
                }
                "--time-limit" => {
                    arguments.time_limit = seconds(&given.next().unwrap_or_default())
                        .unwrap_or_else(|why| refuse(Failure::new("bad --time-limit", why)));
                }
                word => match own(word, &mut || given.next().unwrap_or_default()) {
                    Ok(true) => {}
                    Err(why) => refuse(Failure::new(format!("bad {word}"), why)),
                    Ok(false) if word.starts_with('-') => refuse(
                        Failure::new(format!("unknown option '{word}'"), "there is no such option")
                            .advise("try --help"),
                    ),
                    Ok(false) => arguments.address = address_and_port(word),
                },
            }
        }
        arguments
    }

    /// The same for a program that has a second way to be called, `PROGRAM COMMAND WORD…`: there the
    /// words come with it, at least one.
    pub fn parse_or_words(about: &str, command: &str) -> (Arguments, Option<Vec<String>>) {
        let mut words: Option<Vec<String>> = None;
        let about = format!("{about}\n\nWith words: PROGRAM {command} WORD...");
        let arguments = Arguments::parse_with(&about, "", |word, _| {
            match &mut words {
                _ if word.starts_with('-') => return Ok(false),
                Some(words) => words.push(word.into()),
                None if word == command => words = Some(Vec::new()),
                None => return Ok(false),
            }
            Ok(true)
        });
        if words.as_ref().is_some_and(Vec::is_empty) {
            refuse(Failure::new(format!("nothing to {command}"), "there is no word after it"));
        }
        (arguments, words)
    }
}

fn address_and_port(word: &str) -> SocketAddr {
    word.parse().unwrap_or_else(|why| {
        let what = format!("'{word}' is not an address and a port");
        refuse(Failure::new(what, why).advise(
            "write an IP address, a colon and a port up to 65535: \
             127.0.0.1:9090 or [::1]:9090",
        ))
    })
}

/// A positive number of seconds, such as `10` or `0.5`.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("'{text}' is not a number of seconds"))?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(format!("'{text}' is not a time that can pass")),
    }
}

fn refuse(failure: Failure) -> ! {
    complain(&failure);
    process::exit(2)
}
