//! Exercise 4: a server for many clients, where one line is one message.
//!
//! `lessons/lesson04/exercise.rs` serves one client that types a line now and then. Turn it into a server
//! that talks to all its clients at the same time, and whose answers don't depend on how TCP cuts the bytes
//! into chunks. The program of chapter 3 answers every *chunk*, as the tutorial does. Here the protocol says
//! what a message is. There are two milestones, and each is worth reaching.
//!
//! # Lines for many clients (about 40 lines, an hour)
//!
//! - A client sends lines: text in UTF-8 that ends in `\n`. A line may come in many chunks, with
//!   pauses in between, and a chunk may hold many lines. The server answers each line with `common::REPLY`, a
//!   space, the line's text and `\n`, in order, as soon as the line is complete. The text is everything
//!   before the `\n`, byte for byte. Blanks, `\r`, zeros and a byte order mark are part of it.
//! - If the client finishes sending and its last line has no `\n`, that line is answered like any other.
//!   When everything is answered, the server finishes sending, too, and the connection ends.
//! - Clients are served at the same time, a hundred of them if they come. What one client does, or doesn't
//!   do, never disturbs another. A client may send as many lines as it likes. One that sends nothing, or
//!   reads no reply, for eight seconds still gets all replies; how much longer you wait is up to you.
//! - The server listens at the address it's given, IPv4 or IPv6, and at no other. The first line on stdout
//!   is `listening on ADDRESS:PORT`, as the starter has it.
//!
//! # Limits, descriptors, Ctrl-C (about 100 lines more, an evening)
//!
//! - A line longer than 64 KiB (65,536 bytes without its `\n`), bytes that aren't UTF-8, or a reset end
//!   that client's conversation, and only that one. The lines before it are answered, even if the client
//!   reads late (after a reset they needn't be). The bad line isn't answered, and the connection ends. stderr says `error: WHAT: WHY`,
//!   with the client's address in it. The server survives any number of such clients, and of clients that
//!   don't wait for their replies, and none of them can fill its memory.
//! - A client that has gone leaves neither a descriptor nor a thread behind.
//! - When `accept` fails because no descriptor is left, stderr says so, as an `error: `, once at least and ten
//!   times a second at most. The clients that are connected are served, the others wait in the queue, and
//!   the server doesn't keep a processor busy. When there are descriptors again, since clients have gone or
//!   the limit has been raised, those that wait are served.
//! - On Ctrl-C the listener is closed, and new clients are refused. The lines that have arrived are
//!   answered (but not the start of a line whose end hasn't come, nor the lines of clients that `accept`
//!   hasn't returned yet), all connections are ended, and the program exits with code 0. All of that takes
//!   no more than 2 seconds, whatever the clients do, wherever the server listens, and also while `accept`
//!   fails. A client that doesn't read its replies is cut off by then. (The
//!   checks send the signal to the process that they have started, and to no child of it.) The starter has a function that the
//!   crate `ctrlc` calls, and the page "Limits, errors, Ctrl-C" shows how you wake a thread that waits in
//!   `accept`.
//!
//! `common` has helpers for whatever isn't the point here. Read them, or do without.
//!
//! To start, delete the first line of `lessons/lesson04/exercise.rs`. Then, after every change:
//!
//! ```text
//! cargo test -p lesson04 exercise
//! ```
//!
//! To talk to your server yourself, run `cargo run -p lesson04 --bin exercise04`. To start over, run
//! `cargo grade --reset exercise04`. The checks come in the order in which you might meet them. Each starts
//! your server and plays its clients. In another language:
//! `SUBJECT="python3 my_server.py" cargo test -p lesson04`.

use grader::{Check, Needs, check};

use crate::lines::*;
use crate::stopping::*;

const SECTION: &str = "03-stopping.html#exercise";
const READER: &str = "lines.html#one-reader-for-the-whole-conversation";
const STOPPING: &str = "03-stopping.html#the-plan";
const OTHERS: &str = "03-stopping.html#one-bad-client";

pub const CHECKS: &[Check] = &[
    check("answers_a_line", answers_a_line)
        .begins("Lines for many clients", "about 40 lines, an hour")
        .demands("A line is answered with the reply, a space and its own text, and each answer ends with `\\n`. When the client has finished sending, the server finishes, too.")
        .hint("Which bytes of the line belong in the answer, and which come before and after them?")
        .section("lines.html#bufreader-and-read_until"),
    check("answers_every_line", answers_every_line)
        .demands("Lines that arrive together are answered one by one, in order, and so is an empty line.")
        .hint("How many lines can one `read` return, and where are those that you haven't looked at yet?")
        .section(READER),
    check("joins_the_chunks_of_a_line", joins_the_chunks_of_a_line)
        .demands("A line that arrives in chunks, with a pause between them and a cut inside a character, is answered once, when it's complete.")
        .hint("How do you know that a line is complete, and where do you keep its chunks until then?")
        .section(READER),
    check("answers_the_last_line", answers_the_last_line)
        .demands("A last line without `\\n`, short or long, is answered when the client finishes sending.")
        .hint("What is in your buffer when the stream ends, and what becomes of it?")
        .section("lines.html#the-last-line"),
    check("answers_any_text", answers_any_text)
        .demands("The text of a line comes back byte for byte, with zeros, blanks at both ends, `\\r`, or a byte order mark in it.")
        .hint("Which of your functions takes away more of a line than its `\\n`, or ends a line elsewhere?")
        .section("lines.html#bufreader-and-read_until"),
    check("serves_clients_at_the_same_time", serves_clients_at_the_same_time)
        .demands("Clients are served while another says nothing, and a third is in the middle of a line.")
        .hint("In which call does your program wait for the silent client, and which clients wait for the same thread?")
        .section("03-threads.html#the-repair"),
    check("serves_many_clients", serves_many_clients)
        .demands("A hundred clients are in the middle of a line, and each gets its own line back.")
        .hint("How many clients can your program read from at the same time, and which of its buffers do two of them share?")
        .section("03-threads.html#the-repair"),
    check("answers_hundreds_of_thousands", answers_hundreds_of_thousands)
        .demands("All of 300,000 lines that one client sends are answered, in order.")
        .hint("What do you count, and what do you keep, for as long as a client is connected? How far can that go?")
        .section(READER)
        .takes_long(),
    check("waits_for_a_slow_reader", waits_for_a_slow_reader)
        .demands("A client that reads its replies eight seconds late gets all of them, the others are served meanwhile, and one that pauses for as long in its line is served as well.")
        .hint("How many of the bytes does one `write` take when the client's buffer is nearly full, and what becomes of the rest?")
        .section(OTHERS)
        .takes_long(),
    check("serves_ipv6", serves_ipv6)
        .demands("Told to listen on `[::1]`, it serves clients there.")
        .hint("Which type holds an address of either family, and where does your program expect only one of them?")
        .section(SECTION)
        .needs(Needs::Ipv6),
    check("listens_where_it_is_told", listens_where_it_is_told)
        .demands("Told to listen on one address, it refuses clients at the machine's others.")
        .hint("Which address do you give to `bind`, and which one do you print?")
        .section(SECTION)
        .needs(Needs::Loopbacks),
    check("closes_on_bytes_that_are_not_text", closes_on_bytes_that_are_not_text)
        .begins("Limits, descriptors, Ctrl-C", "about 100 lines more, an evening")
        .demands("If a client sends bytes that aren't UTF-8, its earlier lines are answered, it's reported, and its connection ends. The others are served.")
        .hint("Which decoder fails on bytes that aren't UTF-8, and which client does its error concern?")
        .section(OTHERS),
    check("closes_on_a_line_that_is_too_long", closes_on_a_line_that_is_too_long)
        .demands("A line of 64 KiB is answered. A client whose line is longer is reported and cut off.")
        .hint("How much of a line do you read before you ask how long it is, and do you count its `\\n`?")
        .section("lines.html#a-line-needs-a-limit"),
    check("survives_a_reset", survives_a_reset)
        .demands("A client that resets its connection, in the middle of a line or after one, is reported, and the others are served.")
        .hint("What becomes of an error, or a panic, in the thread of one client, and of a lock that it holds?")
        .section(OTHERS),
    check("survives_clients_that_do_not_wait", survives_clients_that_do_not_wait)
        .demands("Clients that send lines and are gone before the replies come don't end the server, and one that never reads them doesn't fill its memory.")
        .hint("Which error, or which signal, does a `write` to a client get that has gone, and what does your program do then?")
        .section(OTHERS),
    check("leaves_nothing_behind", leaves_nothing_behind)
        .demands("After hundreds of clients, however they ended, the server has no more descriptors and threads than before.")
        .hint("When a client has gone, does its thread end? And what else of yours still holds the connection?")
        .section("03-stopping.html#the-plan")
        .needs(Needs::Usage),
    check("survives_without_descriptors", survives_without_descriptors)
        .demands("When no descriptor is left, stderr says so, ten times a second at most. Clients wait until others have gone, or the limit is raised, and the server goes on without keeping a processor busy.")
        .hint("The client stays in the queue when `accept` fails: what does the next `accept` do, and when is it worth a try?")
        .section("03-stopping.html#when-accept-fails")
        .needs(Needs::Linux),
    check("stops_on_ctrl_c", stops_on_ctrl_c)
        .demands("Ctrl-C ends the server within 2 s, with exit code 0, though clients are connected, and all their connections end.")
        .hint("In which call does each of your threads wait, and what wakes it?")
        .section(STOPPING),
    check("stops_wherever_it_listens", stops_wherever_it_listens)
        .demands("Ctrl-C ends the server also when it listens on `0.0.0.0` or on `[::1]`, and before any client has come.")
        .hint("At which address does your program wake its own `accept`, and which program listens there?")
        .section(STOPPING)
        .needs(Needs::Ipv6),
    check("stops_without_descriptors", stops_without_descriptors)
        .demands("Ctrl-C ends the server, with exit code 0, while no descriptor is left and clients wait in the queue.")
        .hint("When `accept` fails again and again, which line of your loop looks whether to stop?")
        .section(STOPPING)
        .needs(Needs::Linux),
    check("finishes_lines_that_have_arrived", finishes_lines_that_have_arrived)
        .demands("After Ctrl-C, new clients are refused, and all lines that have arrived are answered.")
        .hint("What becomes of a thread that is writing when `main` returns, or when you shut down the side on which it writes?")
        .section(STOPPING)
        // In Wine, the kernel has taken all replies by then.
        .needs(Needs::NotWine),
    check("stops_in_time", stops_in_time)
        .demands("After Ctrl-C, neither a client that doesn't read its replies nor one that sends on can hold the server for more than 2 s.")
        .hint("How long does `write` wait for a client that doesn't read, and how long do you wait for the thread?")
        .section(STOPPING),
    check("does_the_same_in_ipv6", does_the_same_in_ipv6)
        .demands("On `[::1]`, too, clients with bytes that aren't text or with a long line are reported and cut off, and after Ctrl-C new ones are refused, and lines that have arrived are answered.")
        .hint("Where does your program do something else for an address of IPv6, or expect one of IPv4?")
        .section(SECTION)
        .needs(Needs::Ipv6),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "answers_every_line",
    "joins_the_chunks_of_a_line",
    "answers_the_last_line",
    "answers_any_text",
    "serves_clients_at_the_same_time",
    "serves_many_clients",
    "answers_hundreds_of_thousands",
    "waits_for_a_slow_reader",
    "closes_on_bytes_that_are_not_text",
    "closes_on_a_line_that_is_too_long",
    "survives_a_reset",
    "survives_clients_that_do_not_wait",
    "leaves_nothing_behind",
    "survives_without_descriptors",
    "stops_on_ctrl_c",
    "stops_wherever_it_listens",
    "stops_without_descriptors",
    "finishes_lines_that_have_arrived",
    "stops_in_time",
    "does_the_same_in_ipv6",
];

/// What else can happen to a server for lines.
pub const ROBUSTNESS: &[Check] = &[
    check("answers_lines_cut_anywhere", answers_lines_cut_anywhere)
        .demands("Two lines are answered the same wherever they are cut in two, and when they come byte by byte.")
        .hint("What do you still have of a line when the next chunk comes?")
        .section(READER),
    check("refuses_a_long_line_that_comes_slowly", refuses_a_long_line_that_comes_slowly)
        .demands("A line of 80 KiB is refused, also when its second half comes a while after the first.")
        .hint("What does your limit count, the bytes of one read or those of the line?")
        .section("lines.html#a-line-needs-a-limit"),
    check("closes_after_its_replies", closes_after_its_replies)
        .demands("A client whose replies wait for room gets them all before its connection ends.")
        .hint("When the connection is closed with unread input, what does the kernel do with the bytes it hasn't sent yet?")
        .section(OTHERS),
    check("finishes_lines_on_sigterm", finishes_lines_on_sigterm)
        .demands("SIGTERM, too, lets lines that have arrived be answered.")
        .hint("Which signals does your program know, and does it do the same for all of them?")
        .section(SECTION)
        .needs(Needs::Unix),
];
