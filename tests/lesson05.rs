//! Lesson 5: send and receive buffers.
//!
//! The program makes both ends of one connection, asks for small buffers, and says what it was
//! granted. It writes until the kernel takes no more, with nobody reading, and says how much it has
//! sent by then and how much has been read: nothing. Then it reads step by step, goes on writing as
//! soon as the kernel takes bytes again, and accounts for every byte at the end:
//!
//! ```text
//! listening on 127.0.0.1:9090
//! send buffer: asked for 16384 bytes, granted 32768
//! receive buffer: asked for 16384 bytes, granted 32768
//! write: 32768 of 98304 bytes taken
//! write: 0 of 65536 bytes taken, it would block
//! full: 32768 bytes sent, 0 read
//! resumed: the kernel took 8192 more bytes once 12288 were read
//! end: 98304 bytes sent, 98304 read, each in its place
//! ```
//!
//! The numbers differ from machine to machine; the checks demand only how they belong together.
//! `--csv FILE` writes the rows of the table into a file, and `sweep` measures the speed by the size
//! of the chunks that are written.
//!
//! The checks run on lesson 5's program, which must pass all of them, and on the wrong programs in
//! `lessons/lesson05/faults/`, each of which must fail exactly the checks that are listed with it at
//! the end of this file.
//!
//! What you are to write, and how it is graded, stands in `exercise05.rs`.

mod exercise05;
mod handshake;

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use grader::kernel::socket_between;
use grader::{
    Check, Exercise, Lesson, Needs, Outcome, Run, Trouble, check, close, contract, program,
};
use socket2::{Domain, SockRef, Socket, Type};

const CHECKS: &[Check] = &[
    check("shows_the_granted_sizes", shows_the_granted_sizes)
        .demands("The sizes of the buffers are shown as asked for and as the kernel granted them.")
        .hint("Does setting a buffer's size tell you what size it has now?")
        .section("04-buffers.html#asked-for-and-granted")
        .needs(Needs::Linux),
    check("fills_the_connection", fills_the_connection)
        .demands("The program writes until the kernel takes no more, and goes on from there.")
        .hint("What does a non-blocking `write` return when there is no room: a failure?")
        .section("04-buffers.html#the-repair"),
    check("sent_is_not_received", sent_is_not_received)
        .demands("When the connection is full, bytes have been sent, and none has been read.")
        .hint("Where are the bytes that `write` has taken, while nobody calls `read`?")
        .section("04-buffers.html#sent-is-not-received"),
    check("shows_a_partial_write", shows_a_partial_write)
        .demands("At least one write takes a part of what it is offered, and that is shown.")
        .hint("What is the number that `write` returns?")
        .section("04-buffers.html#a-write-takes-a-part"),
    check("resumes_when_there_is_room", resumes_when_there_is_room)
        .demands("After some bytes have been read, the kernel takes more, and that is shown.")
        .hint("Who makes room in a full connection, and who must notice it?")
        .section("04-buffers.html#the-repair"),
    check("accounts_for_every_byte", accounts_for_every_byte)
        .demands(
            "At the end all bytes have been sent and read, once, in order; the exit code is 0.",
        )
        .hint("Where does the next write begin, when the last one took only a part?")
        .section("04-buffers.html#a-write-takes-a-part"),
];

/// With `--csv FILE`.
const CSV: &[Check] = &[
    check("csv_has_the_rows_of_the_table", csv_has_the_rows_of_the_table)
        .demands("The file has a header and the rows of the table, and its numbers add up.")
        .hint("What does a spreadsheet make of 57,344?")
        .section("04-buffers.html#run-it"),
    check("refuses_a_bad_csv_path_first", refuses_a_bad_csv_path_first)
        .demands("A file that cannot be written is an error before the work begins.")
        .hint("When would you like to learn that your results cannot be saved?")
        .section("04-buffers.html#run-it"),
];

/// With `sweep`.
const SWEEP: &[Check] = &[
    check("sweep_has_a_row_for_each_size", sweep_has_a_row_for_each_size)
        .demands(
            "The table and the file have the same row for each size of a chunk, small ones first.",
        )
        .hint("Which sizes would show where a larger chunk no longer helps?")
        .section("04-buffers.html#the-sweep"),
    check("sweep_counts_what_arrived", sweep_counts_what_arrived)
        .demands(
            "What the other end has read is what was written: as many chunks, all of them whole.",
        )
        .hint("Does the speed of offering bytes say how fast they arrive?")
        .section("04-buffers.html#the-sweep"),
    check("sweep_refuses_a_bad_csv_path_first", sweep_refuses_a_bad_csv_path_first)
        .demands("A file that cannot be written is an error before the measurement begins.")
        .hint("When would you like to learn that your results cannot be saved?")
        .section("04-buffers.html#the-sweep"),
];

fn shows_the_granted_sizes(run: &mut Run) -> Outcome {
    let (mut program, _) = run.serve()?;
    let sizes = program.line("a line `send buffer: …`", starts("send buffer: "))?;
    let [asked, granted] = numbers(run, &sizes)?;
    let socket = run.attempt("create a socket", Socket::new(Domain::IPV4, Type::STREAM, None))?;
    run.attempt("ask for the same", socket.set_send_buffer_size(asked as usize))?;
    let expected = run.attempt("see what is granted", socket.send_buffer_size())? as u64;
    run.ensure(format!("{expected} is granted"), granted == expected, granted)?;

    let sizes = program.line("a line `receive buffer: …`", starts("receive buffer: "))?;
    let [asked, granted] = numbers(run, &sizes)?;
    run.attempt("ask for the same", socket.set_recv_buffer_size(asked as usize))?;
    let expected = run.attempt("see what is granted", socket.recv_buffer_size())? as u64;
    run.ensure(format!("{expected} is granted"), granted == expected, granted)
}

fn fills_the_connection(run: &mut Run) -> Outcome {
    let (mut program, _) = run.serve()?;
    let blocked = program.line("a line `write: 0 of …`", starts("write: 0 of "))?;
    let [_, left] = numbers(run, &blocked)?;
    run.ensure("something was left to write", left > 0, &blocked)?;
    let full = program.line("a line `full: …`", starts("full: "))?;
    let [sent, _] = numbers(run, &full)?;
    run.ensure("the kernel took some bytes", sent > 0, full)
}

fn sent_is_not_received(run: &mut Run) -> Outcome {
    let (mut program, _) = run.serve()?;
    let full = program.line("a line `full: …`", starts("full: "))?;
    let [sent, read] = numbers(run, &full)?;
    run.ensure("bytes were sent, and none was read", sent > 0 && read == 0, full)
}

fn shows_a_partial_write(run: &mut Run) -> Outcome {
    let (mut program, _) = run.serve()?;
    let partial = |line: &str| {
        let counts = starts("write: ")(line).then(|| numbers(run, line));
        matches!(counts, Some(Ok([taken, offered])) if 0 < taken && taken < offered)
    };
    program.line("a line `write: N of M bytes taken` with 0 < N < M", partial)?;
    Ok(())
}

fn resumes_when_there_is_room(run: &mut Run) -> Outcome {
    let (mut program, _) = run.serve()?;
    let resumed = program.line("a line `resumed: …`", starts("resumed: "))?;
    let [taken, read] = numbers(run, &resumed)?;
    run.ensure("bytes were taken after bytes were read", taken > 0 && read > 0, resumed)
}

fn accounts_for_every_byte(run: &mut Run) -> Outcome {
    let (mut program, _) = run.serve()?;
    let end = program.line("a line `end: …`", starts("end: "))?;
    let [sent, read] = numbers(run, &end)?;
    run.ensure("as many bytes were read as were sent", sent > 0 && sent == read, end)?;
    program.exits_with(0)
}

fn csv_has_the_rows_of_the_table(run: &mut Run) -> Outcome {
    let directory = run.attempt("a temporary directory", tempfile::tempdir())?;
    let path = directory.path().join("rows.csv");
    let output = run.to_end(&["127.0.0.1:0", "--csv", text(&path)])?.exited_with(0)?.stdout();
    let where_they_are = format!("the rows are in {}", path.display());
    let says = output.lines().last() == Some(&where_they_are);
    run.ensure(format!("its last line is `{where_they_are}`"), says, &output)?;
    let file = run.attempt("read the file", fs::read_to_string(&path))?;
    let mut lines = file.lines();
    let header = lines.next().unwrap_or_default();
    let expected = "step,read_now,sent_now,sent,unacknowledged,waiting,read";
    run.ensure(format!("the header is {expected}"), header == expected, header)?;

    let (mut all_read, mut all_sent, mut rows) = (0, 0, 0);
    let (mut ends, mut resumed) = (Vec::new(), None);
    for line in lines {
        let columns: Vec<Option<u64>> = line.split(',').map(|field| field.parse().ok()).collect();
        let whole = |statement: &str| run.broken(statement, line);
        let &[Some(step), Some(read_now), Some(sent_now), Some(sent), unacked, waiting, Some(read)] =
            columns.as_slice()
        else {
            return Err(whole("seven columns of plain numbers"));
        };
        (all_read, all_sent) = (all_read + read_now, all_sent + sent_now);
        if (step, read, sent) != (rows, all_read, all_sent) {
            return Err(whole("the step, and the sums of what was read and sent so far"));
        }
        if let (Some(unacked), Some(waiting)) = (unacked, waiting)
            && unacked + waiting + read != sent
        {
            return Err(whole("what was sent is read, waiting, or not acknowledged"));
        }
        if step > 0 && sent_now > 0 {
            resumed.get_or_insert(format!("took {sent_now} more bytes once {read} were read"));
        }
        rows += 1;
        ends.push([read, read + waiting.unwrap_or(0), sent]);
    }
    run.ensure("all that was sent was read", all_read == all_sent, all_read)?;
    let resumed = resumed.unwrap_or_default();
    run.ensure(format!("the kernel {resumed}"), output.contains(&resumed), &output)?;
    let shown = table_rows(&output, " = ").count() as u64;
    run.ensure(format!("the table has {rows} rows too"), rows > 1 && shown == rows, shown)?;
    for (line, ends) in table_rows(&output, " = ").zip(ends) {
        let bar = line.split_whitespace().last().unwrap_or_default();
        let drawn = ["█", "█▓", "█▓▒", "█▓▒░"]
            .map(|parts| bar.chars().filter(|part| parts.contains(*part)).count() as f64);
        let [read, arrived, sent] = ends.map(|end| (27.0 * end as f64 / all_sent as f64).round());
        let statement = format!("a bar up to {read}, {arrived}, {sent} and 27");
        run.ensure(statement, drawn == [read, arrived, sent, 27.0], line)?;
    }
    Ok(())
}

fn refuses_a_bad_csv_path_first(run: &mut Run) -> Outcome {
    refuses_a_bad_path(run, &["127.0.0.1:0"])
}

fn sweep_refuses_a_bad_csv_path_first(run: &mut Run) -> Outcome {
    refuses_a_bad_path(run, &["sweep", "127.0.0.1:0"])
}

fn refuses_a_bad_path(run: &mut Run, arguments: &[&str]) -> Outcome {
    let directory = run.attempt("a temporary directory", tempfile::tempdir())?;
    for path in [directory.path().join("no/such/directory/rows.csv"), directory.path().into()] {
        let arguments = [arguments, &["--csv", text(&path)]].concat();
        run.to_end(&arguments)?
            .exited_with(1)?
            .said_exactly("")?
            .explained()?
            .complained(text(&path))?;
    }
    Ok(())
}

fn sweep_has_a_row_for_each_size(run: &mut Run) -> Outcome {
    let (output, rows) = sweep(run)?;
    let ascending = rows.windows(2).all(|pair| pair[0].chunk < pair[1].chunk);
    run.ensure("the sizes ascend", ascending, &output)?;
    run.ensure("there are eight sizes or more", rows.len() >= 8, &output)?;
    let shown = table_rows(&output, "").count();
    run.ensure("the table has as many rows", shown == rows.len(), shown)?;
    let fastest = rows.iter().map(Row::rate).fold(0.0, f64::max);
    for (line, row) in table_rows(&output, "").zip(&rows) {
        run.ensure("the table shows what the file has", row.is_shown_in(line, fastest), line)?;
    }
    Ok(())
}

fn sweep_counts_what_arrived(run: &mut Run) -> Outcome {
    let (_, rows) = sweep(run)?;
    for Row { chunk, writes, read, seconds } in rows {
        run.ensure(
            format!("{writes} writes of {chunk} bytes are {read} bytes, in some time"),
            writes > 0 && writes * chunk == read && seconds > 0.0,
            format!("{} bytes in {seconds} seconds", writes * chunk),
        )?;
    }
    Ok(())
}

struct Row {
    chunk: u64,
    writes: u64,
    read: u64,
    seconds: f64,
}

impl Row {
    /// In bytes a second.
    fn rate(&self) -> f64 {
        self.read as f64 / self.seconds
    }

    /// Whether a line of the table has this size, these writes, what follows from them, and a bar that is
    /// 24 wide where the rate is the fastest.
    fn is_shown_in(&self, line: &str, fastest: f64) -> bool {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [size, unit, writes, per_write, speed, ref bar @ ..] = words[..] else { return false };
        let size = match unit {
            "B" => size.parse().ok(),
            "KiB" => size.parse().ok().map(|size: u64| size << 10),
            "MiB" => size.parse().ok().map(|size: u64| size << 20),
            _ => None,
        };
        // Both were rounded: the table's numbers, and the file's seconds.
        let is = |shown: &str, expected: f64, rounded: f64| {
            let close = |shown: f64| (shown - expected).abs() <= rounded + expected / 1000.0;
            shown.parse().is_ok_and(close)
        };
        let width = bar.concat().chars().count() as f64;
        size == Some(self.chunk)
            && writes.parse() == Ok(self.writes)
            && is(per_write, self.seconds * 1e6 / self.writes as f64, 0.01)
            && is(speed, self.rate() / 1e6, 0.1)
            && (width - 24.0 * self.rate() / fastest).abs() <= 1.0
    }
}

/// What a short sweep shows, and what it writes into the file.
fn sweep(run: &mut Run) -> Outcome<(String, Vec<Row>)> {
    let directory = run.attempt("a temporary directory", tempfile::tempdir())?;
    let path = directory.path().join("sweep.csv");
    let short = ["sweep", "127.0.0.1:0", "--csv", text(&path), "--seconds-per-size", "0.01"];
    let output = run.to_end(&short)?.exited_with(0)?.stdout();
    let file = run.attempt("read the file", fs::read_to_string(&path))?;
    let mut lines = file.lines();
    let header = lines.next().unwrap_or_default();
    let expected = "chunk,writes,read,seconds";
    run.ensure(format!("the header is {expected}"), header == expected, header)?;
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let [chunk, writes, read, seconds] = fields.as_slice() else { return None };
        Some(Row {
            chunk: chunk.parse().ok()?,
            writes: writes.parse().ok()?,
            read: read.parse().ok()?,
            seconds: seconds.parse().ok()?,
        })
    };
    let rows = lines.map(|line| row(line).ok_or_else(|| run.broken("a row of four numbers", line)));
    Ok((output, rows.collect::<Outcome<_>>()?))
}

fn starts(words: &str) -> impl Fn(&str) -> bool {
    move |line| line.starts_with(words)
}

/// The two numbers in a line.
fn numbers(run: &Run, line: &str) -> Outcome<[u64; 2]> {
    let words = line.split(|character: char| !character.is_ascii_digit());
    let numbers: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().map_err(|_| run.broken("two numbers", line))
}

/// The lines that begin with a number and have these words.
fn table_rows<'a>(output: &'a str, words: &'a str) -> impl Iterator<Item = &'a str> {
    output.lines().filter(move |line| {
        let first = line.split_whitespace().next().unwrap_or_default();
        first.parse::<u64>().is_ok() && line.contains(words)
    })
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary directory has a plain name")
}

const FACTS: &[Check] = &[
    check("S6_sent_is_not_received", sent_to_nobody)
        .demands("1000 bytes are sent, without an error, to a listener that never accepts.")
        .section("04-buffers.html#sent-is-not-received"),
    check("S8_a_stopped_peer_acknowledges", a_stopped_peer_acknowledges)
        .demands("The kernel of a process that is stopped acknowledges all that arrives.")
        .section("04-buffers.html#sent-is-not-received")
        .needs(Needs::Linux),
    check("S10_connected_before_accept", connected_before_accept)
        .demands("connect and send succeed before anybody calls accept.")
        .section("04-buffers.html#sent-is-not-received"),
    check("S23_linux_doubles_the_buffer", linux_doubles_the_buffer)
        .demands("Linux grants twice the send buffer that was asked for.")
        .section("04-buffers.html#asked-for-and-granted")
        .needs(Needs::Linux),
    check("S23_recv_returns_up_to_n", recv_returns_up_to_n)
        .demands("read returns what has arrived, at most what it is asked for.")
        .section("04-buffers.html#remember"),
    check("C10_a_write_takes_a_part", a_write_takes_a_part)
        .demands("A non-blocking write of 64 MiB takes a part of it.")
        .section("04-buffers.html#a-write-takes-a-part"),
    check("write_everything_then_read", write_everything_then_read)
        .demands("Two peers that write everything before they read wait for each other for ever.")
        .section("04-buffers.html#write-everything-then-read"),
    check("recording_buffers", record_the_lesson)
        .demands(
            "The book shows the sizes that were granted, the full connection, and its draining.",
        )
        .section("04-buffers.html#run-it")
        .needs(Needs::Linux),
    check("recording_buffers_sweep", record_the_sweep)
        .demands("The book shows the speed by the size of the chunks.")
        .section("04-buffers.html#the-sweep"),
];

fn sent_to_nobody(run: &mut Run) -> Outcome {
    let listener = run.attempt("listen", TcpListener::bind("127.0.0.1:0"))?;
    let address = run.attempt("learn the address", listener.local_addr())?;
    let mut client = run.connect(address)?;
    client.send(vec![b'x'; 1000])?;
    // The one program that could receive them goes away and has never seen a byte.
    close(listener);
    client.is_reset()?;
    Ok(())
}

fn a_stopped_peer_acknowledges(run: &mut Run) -> Outcome {
    // Any program that listens will do. This one hangs while it does.
    let mut peer = run.start_other(&program!("write_all_then_read"), &["127.0.0.1:0"])?;
    let address = peer.listening()?;
    peer.line("that it is busy", starts("receive buffer: "))?;
    peer.suspend()?;
    let mut client = run.connect(address)?;
    client.send(vec![b'x'; 1000])?;
    let (ours, theirs) = (client.local(), client.remote());
    run.until("nothing of it is unacknowledged", || {
        socket_between(ours, theirs).filter(|socket| socket.send_queue == 0)
    })?;
    run.until("all of it waits in the kernel of the stopped process", || {
        socket_between(theirs, ours).filter(|socket| socket.receive_queue == 1000)
    })?;
    peer.still_runs()
}

fn connected_before_accept(run: &mut Run) -> Outcome {
    let listener = run.attempt("listen", TcpListener::bind("127.0.0.1:0"))?;
    let address = run.attempt("learn the address", listener.local_addr())?;
    let mut client = run.connect(address)?;
    client.send("early")?;
    let name = client.local();
    let (connection, peer) = run.attempt("only now call accept", listener.accept())?;
    run.ensure("it is the client's connection", peer == name, peer)?;
    run.peer(connection, "the server").receives("early")
}

fn linux_doubles_the_buffer(run: &mut Run) -> Outcome {
    let socket = run.attempt("create a socket", Socket::new(Domain::IPV4, Type::STREAM, None))?;
    let asked = 16 << 10;
    run.attempt(format!("ask for {asked}"), socket.set_send_buffer_size(asked))?;
    let granted = run.attempt("see what is granted", socket.send_buffer_size())?;
    run.ensure("it is twice as much", granted == 2 * asked, granted)
}

fn recv_returns_up_to_n(run: &mut Run) -> Outcome {
    let (mut client, mut server) = ends(run)?;
    run.attempt("send ten bytes", client.write_all(b"0123456789"))?;
    let mut buffer = [0; 100];
    let count = run.attempt("read up to 4 bytes", server.read(&mut buffer[..4]))?;
    run.ensure("1 to 4 came", (1..=4).contains(&count), count)?;
    let mut rest = 10 - count;
    while rest > 0 {
        let count = run.attempt("read up to 100 bytes", server.read(&mut buffer))?;
        run.ensure(format!("at most the other {rest} came"), count <= rest && count > 0, count)?;
        rest -= count;
    }
    Ok(())
}

fn a_write_takes_a_part(run: &mut Run) -> Outcome {
    let (mut client, _server) = ends(run)?;
    run.attempt("make the client non-blocking", client.set_nonblocking(true))?;
    let message = vec![b'x'; 64 << 20];
    let taken = run.attempt("write 64 MiB", client.write(&message))?;
    run.ensure("a part was taken", 0 < taken && taken < message.len(), taken)
}

fn write_everything_then_read(run: &mut Run) -> Outcome {
    /// More than the buffers of both ends together.
    const MESSAGE: usize = 4 << 20;
    let (client, server) = ends(run)?;
    for end in [&client, &server] {
        let socket = SockRef::from(end);
        run.attempt("ask for a small send buffer", socket.set_send_buffer_size(16 << 10))?;
        let patience = Some(Duration::from_millis(300));
        run.attempt("set a time-out, to get out again", end.set_write_timeout(patience))?;
    }
    let message = vec![b'x'; MESSAGE];
    let write = |mut end: &TcpStream| end.write_all(&message);
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| write(&server));
        (write(&client), other.join().expect("writing does not panic"))
    });
    for (who, outcome) in [("one", one), ("the other", other)] {
        let kind = outcome.map_err(|why| why.kind());
        let stuck = matches!(kind, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut));
        run.ensure(
            format!("{who} was still writing when the time was up"),
            stuck,
            format!("{kind:?}"),
        )?;
    }
    Ok(())
}

fn record_the_lesson(run: &mut Run) -> Outcome {
    let mut program = run.start_other(&program!("lesson05"), &["127.0.0.1:0"])?;
    let address = program.listening()?;
    program.exits_with(0)?;
    let output = program.stdout().replace(&address.to_string(), common::TUTORIAL_ADDRESS);
    let parts: Vec<&str> = output.splitn(3, "\n\n").collect();
    let [granted, full, steps] = parts.as_slice() else {
        return Err(run.broken("three parts with empty lines between", output));
    };
    let granted = format!("$ cargo run -p lesson05\n{granted}\n");
    run.recorded("buffers-granted", &granted)?;
    run.recorded("buffers-full", &format!("{full}\n"))?;
    run.recorded("buffers-run", steps)
}

fn record_the_sweep(run: &mut Run) -> Outcome {
    // What the reader sees takes seconds; that its words are right can be seen in less.
    let recording = std::env::var_os("SNAPSHOTS").is_some();
    let seconds = if recording { "0.4" } else { "0.01" };
    let arguments = ["sweep", "127.0.0.1:0", "--seconds-per-size", seconds];
    let mut sweep = run.start_other(&program!("lesson05"), &arguments)?;
    let address = sweep.listening()?;
    sweep.exits_with(0)?;
    let output = sweep.stdout().replace(&address.to_string(), common::TUTORIAL_ADDRESS);
    let shown = format!("$ cargo run -p lesson05 -- sweep\n{output}");
    run.recorded("buffers-sweep", &shown)
}

/// Both ends of one connection.
fn ends(run: &mut Run) -> Outcome<(TcpStream, TcpStream)> {
    let listener = run.attempt("listen", TcpListener::bind("127.0.0.1:0"))?;
    let address = run.attempt("learn the address", listener.local_addr())?;
    let client = run.attempt("connect", TcpStream::connect(address))?;
    let (server, _) = run.attempt("accept", listener.accept())?;
    Ok((client, server))
}

fn main() -> ExitCode {
    Lesson::new("lesson05", env!("CARGO_MANIFEST_DIR"))
        .checks(CHECKS)
        .contract(&contract::PROGRAM)
        .contract(&contract::LISTENS)
        .mode(CSV)
        .mode(SWEEP)
        .facts(FACTS)
        .program(program!("lesson05"))
        .fault(
            program!("drops_the_write_count"),
            &[
                "fills_the_connection",
                "sent_is_not_received",
                "shows_a_partial_write",
                "resumes_when_there_is_room",
                "accounts_for_every_byte",
            ],
        )
        .fault(
            program!("would_block_is_fatal"),
            &[
                "fills_the_connection",
                "sent_is_not_received",
                "resumes_when_there_is_room",
                "accounts_for_every_byte",
            ],
        )
        .fault(
            program!("write_all_then_read"),
            &[
                "fills_the_connection",
                "sent_is_not_received",
                "shows_a_partial_write",
                "resumes_when_there_is_room",
                "accounts_for_every_byte",
            ],
        )
        .fault(program!("counts_sent_as_received"), &["sent_is_not_received"])
        .fault(
            program!("gives_up_when_full"),
            &["resumes_when_there_is_room", "accounts_for_every_byte"],
        )
        .fault(program!("resends_from_zero"), &["accounts_for_every_byte"])
        .fault(program!("trusts_setsockopt"), &["shows_the_granted_sizes"])
        .fault_in_mode(
            CSV,
            program!("separators_in_csv"),
            &["csv_has_the_rows_of_the_table", "refuses_a_bad_csv_path_first"],
        )
        .fault_in_mode(
            SWEEP,
            program!("counts_what_it_offered"),
            &[
                "sweep_has_a_row_for_each_size",
                "sweep_counts_what_arrived",
                "sweep_refuses_a_bad_csv_path_first",
            ],
        )
        .exercise(Exercise {
            checks: exercise05::CHECKS,
            yours: program!("exercise05"),
            solution: program!("solution05"),
            starter_fails: &[
                "notices_an_early_end",
                "notices_bytes_out_of_place",
                "notices_bytes_too_many",
                "reads_while_it_writes",
                "keeps_the_time_limit",
                "stays_small",
            ],
        })
        .wrong_answer(program!("sends_before_it_reads"), &["reads_while_it_writes", "stays_small"])
        .wrong_answer(
            program!("offers_the_piece_again"),
            &["sends_every_byte_once", "reads_while_it_writes", "stays_small"],
        )
        .wrong_answer(
            program!("full_is_fatal"),
            &[
                "sends_every_byte_once",
                "reads_while_it_writes",
                "rests_while_it_waits",
                "stays_small",
            ],
        )
        .wrong_answer(
            program!("forgets_what_was_left"),
            &["sends_every_byte_once", "reads_while_it_writes", "stays_small"],
        )
        .wrong_answer(program!("spins_while_it_waits"), &["rests_while_it_waits"])
        .wrong_answer(program!("queues_without_bound"), &["stays_small"])
        .wrong_answer(program!("keeps_the_echo"), &["stays_small"])
        .wrong_answer(program!("only_counts"), &["notices_bytes_out_of_place"])
        .wrong_answer(program!("stops_at_the_count"), &["notices_bytes_too_many"])
        .wrong_answer(program!("any_end_will_do"), &["notices_an_early_end", "notices_a_reset"])
        .wrong_answer(program!("limits_each_call"), &["keeps_the_time_limit"])
        .wrong_answer(
            program!("panics_on_an_error"),
            &[
                "reports_a_refusal",
                "notices_an_early_end",
                "notices_bytes_out_of_place",
                "notices_bytes_too_many",
                "notices_a_reset",
                "keeps_the_time_limit",
            ],
        )
        .trouble(Trouble::new(exercise05::TROUBLE).program(program!("solution05")).fault(
            program!("panics_on_an_error"),
            &[
                "gives_up_on_a_silent_server",
                "reports_a_server_that_hangs_up",
                "does_not_wait_for_the_end_of_too_much",
                "parts_with_a_server_that_sends_for_ever",
                "reports_a_full_output",
                "gives_up_connecting",
            ],
        ))
        .report(program!("exercise05"), "reads_while_it_writes")
        .report(program!("only_counts"), "notices_bytes_out_of_place")
        .report(program!("any_end_will_do"), "notices_an_early_end")
        .main()
}
