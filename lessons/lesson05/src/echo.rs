//! What exercise 5 is given: the arguments, and a long message in which every byte has
//! its place.

use std::time::Duration;

use common::{Arguments, CommandLine, Failure, tutorial_address};

/// How long the message of exercise 5 is, in bytes, unless `--bytes` says otherwise.
pub const LONG: usize = 32 << 20;

/// Reads what exercise 5 takes: what all small programs take, and `--bytes N`.
#[must_use]
pub fn echo_arguments(about: &str) -> (Arguments, usize) {
    let usage = "[OPTIONS] [ADDRESS:PORT]

  ADDRESS:PORT          The server's address (default: 127.0.0.1:9090)
  --time-limit SECONDS  How long it may take together (default: 10)
  --bytes N             How long the message is (default: 33554432)";
    let (address, time_limit) = (tutorial_address(), Duration::from_secs(10));
    let (mut arguments, mut length) = (Arguments { address, time_limit }, LONG);
    let mut line = CommandLine::new(about, usage);
    while let Some(name) = line.argument() {
        match name.as_str() {
            "" => arguments.address = line.address(),
            "--time-limit" => arguments.time_limit = line.seconds(),
            "--bytes" => length = line.number(0..=usize::MAX),
            _ => line.refuse(),
        }
    }
    (arguments, length)
}

/// Fills `chunk` with the bytes of the message from `place` on. It
/// has numbered lines of 64 bytes each and no end of its own.
pub fn fill_from(place: usize, chunk: &mut [u8]) {
    let mut line = *b"line 0000000: every byte of the message tells where it belongs.\n";
    let number = place / line.len() + 1;
    line[5..12].copy_from_slice(format!("{:07}", number % 10_000_000).as_bytes());
    let (mut filled, mut start) = (0, place % line.len());
    while filled < chunk.len() {
        let count = (line.len() - start).min(chunk.len() - filled);
        chunk[filled..filled + count].copy_from_slice(&line[start..start + count]);
        (filled, start) = (filled + count, 0);
        // The next number, as on paper: it is quick, and 32 MiB have half a million
        // lines.
        let mut digit = 11;
        while digit > 5 && line[digit] == b'9' {
            line[digit] = b'0';
            digit -= 1;
        }
        line[digit] = if line[digit] == b'9' { b'0' } else { line[digit] + 1 };
    }
}

/// Checks that these are the bytes of the message from `place` on.
///
/// # Errors
///
/// Says which byte is the first that is not the one that belongs there.
pub fn in_place(place: usize, chunk: &[u8]) -> Result<(), Failure> {
    let mut expected = vec![0; chunk.len()];
    fill_from(place, &mut expected);
    if chunk == expected {
        return Ok(());
    }
    let same =
        chunk.iter().zip(&expected).take_while(|(got, expected)| got == expected).count();
    let (got, expected) = (char::from(chunk[same]), char::from(expected[same]));
    let why = format!("{got:?} is where {expected:?} was sent");
    Err(Failure::new(format!("byte {} of the echo is wrong", place + same), why))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_numbered_from_one_and_after_seven_nines_from_zero() {
        let starts = |line: usize| {
            let mut two = [0; 128];
            fill_from(64 * line, &mut two);
            [&two[..14], &two[64..78]]
                .map(|start| String::from_utf8_lossy(start).into_owned())
        };
        assert_eq!(starts(0), ["line 0000001: ", "line 0000002: "]);
        assert_eq!(starts(9), ["line 0000010: ", "line 0000011: "]);
        assert_eq!(starts(98), ["line 0000099: ", "line 0000100: "]);
        assert_eq!(starts(9_999_998), ["line 9999999: ", "line 0000000: "]);
        assert_eq!(starts(9_999_999), ["line 0000000: ", "line 0000001: "]);
    }

    proptest! {
        #[test]
        fn where_the_message_is_cut_makes_no_difference(
            start in 0..20_000_000usize,
            lengths in proptest::collection::vec(0..300usize, 1..6),
        ) {
            let mut whole = vec![0; lengths.iter().sum()];
            fill_from(start, &mut whole);
            let mut place = start;
            for length in lengths {
                let mut chunk = vec![0; length];
                fill_from(place, &mut chunk);
                prop_assert_eq!(&chunk, &whole[place - start..][..length]);
                prop_assert!(in_place(place, &chunk).is_ok());
                place += length;
            }
        }

        #[test]
        fn a_byte_out_of_place_is_found(
            start in 0..20_000_000usize,
            length in 1..300usize,
            wrong in any::<prop::sample::Index>(),
        ) {
            let mut chunk = vec![0; length];
            fill_from(start, &mut chunk);
            let wrong = wrong.index(length);
            chunk[wrong] ^= 1;
            let failure = in_place(start, &chunk).expect_err("a wrong byte").to_string();
            let named = format!("byte {} of the echo", start + wrong);
            prop_assert!(failure.contains(&named), "{}", failure);
        }
    }
}
