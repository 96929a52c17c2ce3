//! What lesson 5's program, with both ends of one connection, must do.
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

use std::fs;
use std::path::Path;

use grader::{Check, Needs, Outcome, Run, check};
use socket2::{Domain, Socket, Type};

pub const CHECKS: &[Check] = &[
    check("shows_the_granted_sizes", shows_the_granted_sizes)
        .demands("The sizes of the buffers are shown as asked for and as the kernel granted them.")
        .hint("Does setting a buffer's size tell you what size it has now?")
        .section("04-buffers.html#sent-is-not-received")
        .needs(Needs::Linux),
    check("fills_the_connection", fills_the_connection)
        .demands("The program writes until the kernel takes no more, and goes on from there.")
        .hint("What does a non-blocking `write` return when there is no room: a failure?")
        .section("04-buffers.html#a-write-takes-a-part")
        // Untried on Windows. In Wine the kernel takes all that it's offered.
        .needs(Needs::Unix),
    check("sent_is_not_received", sent_is_not_received)
        .demands("When the connection is full, bytes have been sent, and none has been read.")
        .hint("Where are the bytes that `write` has taken, before the program calls `read`?")
        .section("04-buffers.html#sent-is-not-received")
        // Untried on Windows. In Wine the kernel takes all that it's offered.
        .needs(Needs::Unix),
    check("shows_a_partial_write", shows_a_partial_write)
        .demands("At least one write takes a part of what it is offered, and that is shown.")
        .hint("What is the number that `write` returns?")
        .section("04-buffers.html#a-write-takes-a-part")
        // Untried on Windows. In Wine the kernel takes all that it's offered.
        .needs(Needs::Unix),
    check("resumes_when_there_is_room", resumes_when_there_is_room)
        .demands("After some bytes have been read, the kernel takes more, and that is shown.")
        .hint("Who makes room in a full connection, and who must notice it?")
        .section("04-buffers.html#run-it")
        // Untried on Windows. In Wine the kernel takes all that it's offered.
        .needs(Needs::Unix),
    check("accounts_for_every_byte", accounts_for_every_byte)
        .demands(
            "At the end all bytes have been sent and read, once, in order; the exit code is 0.",
        )
        .hint("Where does the next write begin, when the last one took only a part?")
        .section("04-buffers.html#a-write-takes-a-part")
        // Untried on Windows. In Wine the kernel takes all that it's offered.
        .needs(Needs::Unix),
];

/// With `--csv FILE`.
pub const CSV: &[Check] = &[
    check("csv_has_the_rows_of_the_table", csv_has_the_rows_of_the_table)
        .demands("The file has a header and the rows of the table, and its numbers add up.")
        .hint("What does a spreadsheet make of 57,344?")
        .section("04-buffers.html#run-it")
        // Untried on Windows. In Wine the kernel takes all that it's offered.
        .needs(Needs::Unix),
    check("refuses_a_bad_csv_path_first", refuses_a_bad_csv_path_first)
        .demands("A file that cannot be written is an error before the work begins.")
        .hint("When would you like to learn that your results cannot be saved?")
        .section("04-buffers.html#run-it"),
];

/// With `sweep`.
pub const SWEEP: &[Check] = &[
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

pub fn starts(words: &str) -> impl Fn(&str) -> bool {
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
