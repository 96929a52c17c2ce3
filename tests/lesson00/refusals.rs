//! What is no address with a port, and must be refused.

use grader::{Hint, Outcome, Run};

use crate::classify::{refuses, refuses_in_any_words, refuses_the_empty_word};

pub fn refuses_what_is_no_address(run: &mut Run) -> Outcome {
    refuses(run, &["localhost:80"]).hint("What does your program look up, and where?")?;
    refuses_the_empty_word(run)?;
    let large = format!("127.0.0.{}:80", run.number(256..=999));
    let name = format!("host{}:80", run.number(1..=99_999));
    let number = format!("{}", run.number(1..=65_535));
    refuses(
        run,
        &[
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:http",
            "127.0.0:80",
            "1.2.3.4.5:80",
            "256.0.0.1:80",
            &large,
            // What a language takes for a number besides digits.
            "127.0.0.+1:80",
            "127.0.0.-1:80",
            "127.0.0.1_0:80",
            "127.0.0.0x1:80",
            "127.0.0.1e0:80",
            // C reads these in base eight.
            "0127.0.0.1:80",
            "127.0.0.01:80",
            &name,
            &number,
            // The tutorial's placeholder.
            "192.168.31.xx:9090",
            ":80",
            ":",
            "127.0.0.1,80",
            "127.0.0.1:80:90",
            "127.0.0.1:80/",
            "http://127.0.0.1:80",
            // Each time that it comes.
            &name,
        ],
    )?;
    refuses(
        run,
        &[
            // Where would this one's port begin?
            "::1:80",
            "::1",
            "[::1]",
            "[::1]:",
            "[::1]80",
            "[::1:80",
            "::1]:80",
            "[[::1]]:80",
            "[]:80",
            "[::g]:80",
            "[:::1]:80",
            "[1::2::3]:80",
            "[12345::]:80",
            "[1:2:3:4:5:6:7:8:9]:80",
            "[1:2:3]:80",
            "[::+1]:80",
            "[::1_0]:80",
            "[::0x1]:80",
            "[::127.0.0]:80",
            "[::127.0.0.256]:80",
            "[::127.0.0.01]:80",
            "[1:2:3:4:5:6:7:127.0.0.1]:80",
            "[127.0.0.1]:80",
            "[localhost]:80",
        ],
    )
    .hint("Which brackets and colons does an IPv6 address with a port have, and which parts may it leave out?")
}

pub fn refuses_blanks(run: &mut Run) -> Outcome {
    let (address, port) = (format!("127.0.0.{}", run.number(1..=255)), run.number(10..=65_535));
    let words = [
        format!("{address}: {port}"),
        format!("{address} :{port}"),
        format!(" {address}:{port}"),
        format!("{address}:{port} "),
        format!("[::1]: {port}"),
        format!("[::1] :{port}"),
        format!("[ ::1]:{port}"),
        format!("[::1 ]:{port}"),
        format!("127. 0.0.1:{port}"),
        format!("{address}:{} {}", port / 10, port % 10),
    ];
    refuses(run, &words.each_ref().map(String::as_str))?;
    // What a program might print of these in another way, so that only the refusal is demanded. The last two
    // are the no-break space and the byte order mark.
    let mut hidden = Vec::new();
    for blank in ["\t", "\n", "\r", "\u{a0}", "\u{feff}"] {
        hidden.push(format!("{address}:{port}{blank}"));
        hidden.push(format!("{address}:{blank}{port}"));
        hidden.push(format!("{blank}{address}:{port}"));
        hidden.push(format!("[::1]:{port}{blank}"));
        hidden.push(format!("{blank}[::1]:{port}"));
    }
    let hidden: Vec<&str> = hidden.iter().map(String::as_str).collect();
    refuses_in_any_words(run, &hidden)
}

pub fn refuses_ports_that_do_not_fit(run: &mut Run) -> Outcome {
    // Cut to 16, 32 or 64 bits, these are good ports.
    let port = run.number(1..=65_535);
    let cut = |bits: u32| format!("127.0.0.1:{}", (1_u128 << bits) + u128::from(port));
    let drawn = format!("127.0.0.1:{}", run.number(65_537..=999_999));
    refuses(
        run,
        &[
            "127.0.0.1:65536",
            "127.0.0.1:74626",
            "127.0.0.1:99999",
            &cut(16),
            &cut(32),
            &cut(64),
            &drawn,
            "127.0.0.1:18446744073709551615",
            "[::1]:65536",
        ],
    )
}

pub fn refuses_ports_that_are_not_digits(run: &mut Run) -> Outcome {
    let port = run.number(10..=999);
    let words = [
        // `parse::<u16>` takes a sign.
        "+80".into(),
        "-80".into(),
        "-0".into(),
        format!("+{port}"),
        format!("{port}x"),
        format!("{port}.0"),
        format!("{port}e1"),
        "8_0".into(),
        "0x50".into(),
        "8,0".into(),
    ]
    .map(|port: String| format!("127.0.0.1:{port}"));
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.push("[::1]:+80");
    refuses(run, &words)?;
    // Digits of other scripts.
    refuses_in_any_words(run, &["127.0.0.1:８０", "127.0.0.1:٨٠", "127.0.0.1:8²"])
}
