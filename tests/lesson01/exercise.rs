//! Exercise 1: a client for replies with their length in front.
//!
//! # What to build
//!
//! A client that sends one message and prints the server's reply. `lessons/lesson01/exercise.rs` holds the
//! tutorial's client in Rust: it compiles, and it takes whatever arrives first for the reply. Make it get the
//! whole reply, or say why there is none. It is called
//!
//! ```text
//! exercise01 [--time-limit SECONDS] [ADDRESS:PORT]
//! ```
//!
//! **The conversation.** The client connects to the address (IPv4 or IPv6; without one, to 127.0.0.1:9090),
//! sends `common::GREETING` in UTF-8 and nothing else, and finishes sending (a half-close). The server replies
//! with a *frame*: four bytes of length, most significant first, then that many bytes of text in UTF-8. So
//! `00 00 00 02 68 69` is the reply `hi`. The bytes may arrive in chunks that are cut anywhere, in the length
//! or inside a character.
//!
//! **What it prints.** The text exactly as it is (blanks, NUL, newlines and a byte order mark are text as well),
//! then one newline, and nothing else on standard output. The exit code is 0. A length of 0 is an empty reply:
//! one newline. A text can be up to 16 MiB long (16,777,216 bytes).
//!
//! **Where it stops.** When the frame is complete, the client prints it and ends. Whatever comes afterwards is
//! none of its business: more bytes aren't printed and aren't an error, and it doesn't wait for the end of the
//! stream.
//!
//! **What is an error.** Standard output stays empty, standard error gets a line `error: WHAT: WHY`, and the
//! exit code is 1. The client never panics. These are errors:
//!
//! - no server listens at the address, or the network leads to none;
//! - the stream ends before the frame is complete, be it in the length or in the text;
//! - the connection is reset before the frame is complete;
//! - the length is more than 16 MiB: the client ends without waiting for any byte of the text;
//! - the text isn't UTF-8 (surrogates, overlong forms and half a character at the end aren't either);
//! - the time limit is over before the frame is complete.
//!
//! **Time.** The limit (10 seconds without the option; SECONDS can be a fraction, such as 0.5) is for everything
//! from `connect` to the last byte of the frame. No server can hold the client longer, whether it doesn't answer,
//! is silent, or sends a byte now and then: the client ends within half a second after the limit. It never gives
//! up earlier, however long the server pauses.
//!
//! # Why
//!
//! For lesson 1 the end of the stream is the end of the reply. But the end of a stream proves nothing: when a
//! server is killed in the middle of a reply, its kernel ends the stream as cleanly as `close` would. With the
//! length in front, your client knows what's missing. HTTP, TLS and most protocols of databases do it this way.
//!
//! # How to start
//!
//! Delete the first line of `lessons/lesson01/exercise.rs`, and look for `TODO(you)` in it. Then run this after
//! every change:
//!
//! ```text
//! cargo test -p lesson01 exercise
//! ```
//!
//! The checks below are in the order in which you might make them pass, in three milestones. In each the suite
//! is the server. To try your client by hand, start a server in another terminal, and see what its `--help` says
//! of replies that are cut off:
//!
//! ```text
//! cargo run -p lesson01 --bin frame_server
//! cargo run -p lesson01 --bin exercise01
//! ```
//!
//! All that you need is on the book's page "Lengths: when is a reply whole?" (`cargo run -p book`). To start over,
//! `cargo grade --reset exercise01`. One good answer, for afterwards, is `lessons/lesson01/solution.rs`.

use grader::{Check, Needs, check};

use crate::{errors, frames, limits};

pub const CHECKS: &[Check] = &[
    check("finishes_sending", frames::finishes_sending)
        .begins("Read one frame", "about 10 lines, half an hour")
        .demands("The client sends its message, no byte more, and finishes sending.")
        .hint("How can a server know that no more of the message will come?")
        .section("02-1-client.html#a-first-client"),
    check("prints_the_reply", frames::prints_the_reply)
        .demands("The text of the reply is printed without its length, with one newline behind it.")
        .hint("Which bytes of the reply are its length, and which of the others do you print?")
        .section("lengths.html#a-length-in-front"),
    check("waits_for_the_whole_reply", frames::waits_for_the_whole_reply)
        .demands("A reply that comes in chunks is printed whole, even if its length is cut.")
        .hint("How many bytes does one `read` return, and how many do you need before you go on?")
        .section("lengths.html#the-calls-that-you-need"),
    check("joins_characters_that_are_cut", frames::joins_characters_that_are_cut)
        .demands("A reply whose chunks end inside characters is printed whole.")
        .hint("Which bytes must you have before they can become text?")
        .section("lengths.html#the-calls-that-you-need"),
    check("takes_a_reply_of_any_length", frames::takes_a_reply_of_any_length)
        .demands("Each of the four bytes of a length counts, most significant first.")
        .hint("What is the length if its four bytes are `00 01 00 80`?")
        .section("lengths.html#the-calls-that-you-need"),
    check("prints_the_text_exactly", frames::prints_the_text_exactly)
        .demands("Blanks, NUL, CR LF, newlines at the end and a byte order mark are printed as they are, in short texts and in long ones.")
        .hint("Which function between your `read` and your output treats some characters differently?")
        .section("lengths.html#the-calls-that-you-need"),
    check("takes_an_empty_reply", frames::takes_an_empty_reply)
        .demands("A length of 0 is an empty reply: one newline, exit code 0.")
        .hint("How does an empty reply differ from no reply?")
        .section("lengths.html#a-length-in-front"),
    check("stops_after_the_frame", frames::stops_after_the_frame)
        .demands("After the frame the client ends right away, whether more bytes come, a reset, or nothing.")
        .hint("What do you still wait for when you have as many bytes as the length announced?")
        .section("lengths.html#the-calls-that-you-need"),
    check("speaks_ipv6", frames::speaks_ipv6)
        .demands("The client talks to a server on [::1] as it does to one on 127.0.0.1.")
        .hint("Which kind of address do you give to your socket, and which kind is it made for?")
        .section("01-introduction.html#what-an-address-is")
        .needs(Needs::Ipv6),
    check("connects_to_9090_by_default", frames::connects_to_9090_by_default)
        .demands("Without an address, the client connects to 127.0.0.1:9090.")
        .hint("What's the address if your client is given none?")
        .section("lengths.html#exercise")
        .needs(Needs::Network),
    check("reports_a_refusal", errors::reports_a_refusal)
        .begins("A reply that's cut off", "about 10 lines, half an hour")
        .demands("Where no server listens, the client says so on stderr, and its exit code is 1.")
        .hint("How does a script that calls your client learn that it failed?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("reports_no_reply", errors::reports_no_reply)
        .demands("If a server closes without sending a byte, that's an error, not an empty reply.")
        .hint("What does it mean when the very first `read` returns 0?")
        .section("lengths.html#the-end-proves-nothing"),
    check("reports_a_length_that_is_cut", errors::reports_a_length_that_is_cut)
        .demands("A stream that ends after one, two or three bytes of the length is an error.")
        .hint("What do you do with a length of which you have less than four bytes?")
        .section("lengths.html#the-calls-that-you-need"),
    check("reports_a_text_that_is_cut", errors::reports_a_text_that_is_cut)
        .demands("A stream that ends before the last byte of the text is an error.")
        .hint("When `read` returns 0, how many bytes have come, and how many were announced?")
        .section("lengths.html#three-ways-to-get-it-wrong"),
    check("reports_a_reply_that_breaks_off", errors::reports_a_reply_that_breaks_off)
        .demands("A reply that a reset cuts off is an error, in the length as well as in the text, and the client doesn't ask again.")
        .hint("What does your client do when `read` returns an error, and what has it printed by then?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("reports_bytes_that_are_not_text", errors::reports_bytes_that_are_not_text)
        .demands("A reply that isn't text in UTF-8 is an error, and none of it is printed.")
        .hint("What does your way of decoding do with bytes that mean nothing in UTF-8?")
        .section("lengths.html#the-calls-that-you-need"),
    check("reports_forbidden_forms", errors::reports_forbidden_forms)
        .demands("Surrogates, overlong forms and numbers beyond U+10FFFF aren't UTF-8 either.")
        .hint("Does your decoder follow RFC 3629, or does it take everything that has the right pattern of bits?")
        .section("lengths.html#the-calls-that-you-need"),
    check("reports_half_a_character_at_the_end", errors::reports_half_a_character_at_the_end)
        .demands("A text that ends inside a character is an error, whatever follows the frame.")
        .hint("After the last byte of the frame, is there one that hasn't become text?")
        .section("lengths.html#the-calls-that-you-need"),
    check("takes_the_longest_reply", limits::takes_the_longest_reply)
        .begins("Hostile lengths and time", "about 20 lines, an hour")
        .demands("A reply of 16 MiB is printed whole.")
        .hint("How do you tell a length that's allowed from one that's a byte too large?")
        .section("lengths.html#three-ways-to-get-it-wrong")
        .needs(Needs::Unix),
    check("refuses_a_length_that_is_too_large", limits::refuses_a_length_that_is_too_large)
        .demands("A length of more than 16 MiB is an error, before a byte of the text has come.")
        .hint("Where does your client compare the length with 16 MiB: before it reads the text, or after?")
        .section("lengths.html#three-ways-to-get-it-wrong"),
    check("gives_up_connecting", limits::gives_up_connecting)
        .demands("The limit holds while the client connects, and includes the time that this takes.")
        .hint("When does your time limit begin, and for how long does `connect` try if it isn't told a time?")
        .section("02-1-client.html#dont-wait-forever")
        .needs(Needs::Linux),
    check("gives_up_on_a_silent_server", limits::gives_up_on_a_silent_server)
        .demands("A server that falls silent holds the client no longer than the limit.")
        .hint("For how long does `read` wait if it isn't told a time?")
        .section("02-1-client.html#dont-wait-forever"),
    check("gives_up_on_a_slow_server", limits::gives_up_on_a_slow_server)
        .demands("A server that sends a byte now and then holds the client no longer than the limit.")
        .hint("What does your time limit measure: one `read`, or all of them together?")
        .section("02-1-client.html#dont-wait-forever"),
    check("has_one_deadline", limits::has_one_deadline)
        .demands("The limit is for the length and the text together, and the client doesn't give up earlier.")
        .hint("When does the time for the text begin, and when does it end?")
        .section("02-1-client.html#dont-wait-forever"),
    check("has_errors_and_limits_in_ipv6", limits::has_errors_and_limits_in_ipv6)
        .demands("What's an error on 127.0.0.1 is one on [::1] as well, and the limit holds there.")
        .hint("Which of your errors and limits does a connection in IPv6 get around?")
        .section("02-1-client.html#dont-wait-forever")
        .needs(Needs::Ipv6),
    check("does_not_give_up_early", limits::does_not_give_up_early)
        .demands("A reply that comes in time is printed, even if the server pauses for five seconds in it.")
        .hint("Which timeout in your client is shorter than its time limit?")
        .section("02-1-client.html#dont-wait-forever")
        .takes_long(),
    check("has_ten_seconds_by_default", limits::has_ten_seconds_by_default)
        .demands("Without --time-limit, a server that sends a byte after six seconds, and no more, holds the client for ten seconds.")
        .hint("How long does your client wait if the user gives no limit, and does it begin anew with each byte?")
        .section("02-1-client.html#dont-wait-forever")
        .takes_long(),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "finishes_sending",
    "prints_the_reply",
    "waits_for_the_whole_reply",
    "joins_characters_that_are_cut",
    "takes_a_reply_of_any_length",
    "prints_the_text_exactly",
    "takes_an_empty_reply",
    "stops_after_the_frame",
    "speaks_ipv6",
    "connects_to_9090_by_default",
    "reports_no_reply",
    "reports_a_length_that_is_cut",
    "reports_a_text_that_is_cut",
    "reports_a_reply_that_breaks_off",
    "reports_bytes_that_are_not_text",
    "reports_forbidden_forms",
    "reports_half_a_character_at_the_end",
    "takes_the_longest_reply",
    "refuses_a_length_that_is_too_large",
    "gives_up_connecting",
    "gives_up_on_a_silent_server",
    "gives_up_on_a_slow_server",
    "has_one_deadline",
    "has_errors_and_limits_in_ipv6",
    "does_not_give_up_early",
    "has_ten_seconds_by_default",
];
