//! Which numbers of the records the page shows, and how.

use std::fmt::Write;
use std::io;

use plotters::coord::combinators::IntoLogRange;

use super::plot::{Line, Plot};
use super::record::{Record, median, middle_half, range};

/// Requests a second, beside C.
pub fn requests(record: &Record) -> io::Result<String> {
    let mut table = String::from(
        "| clients | server | requests a second | of C’s | p50, µs | p99, µs | server’s processor time, µs |\n\
         |--:|---|--:|--:|--:|--:|--:|\n",
    );
    let servers = record.each("server")?;
    for clients in record.each("connections")? {
        for server in &servers {
            let of = |column: &str, server: &str| {
                record.numbers(column, &[("server", server), ("connections", clients)])
            };
            let rates = of("rate", server)?;
            let (low, high) = middle_half(&rates);
            let [used, requests] = ["used", "requests"].map(|column| of(column, server));
            let (used, requests): (f64, f64) = (used?.iter().sum(), requests?.iter().sum());
            // Round by round: what else the machine did then met both.
            let beside_c = of("rate", "C").map(|c| median(&ratios(&rates, &c)));
            let ratio = beside_c.map_or("–".to_owned(), |ratio| format!("{ratio:.2}"));
            writeln!(
                table,
                "| {clients} | {server} | {}<br><small>{} to {}</small> | {ratio} | {:.0} | {:.0} | {:.1} |",
                thousands(median(&rates)),
                thousands(low),
                thousands(high),
                median(&of("p50", server)?),
                median(&of("p99", server)?),
                used * 1e6 / requests,
            )
            .expect("a String takes all that is written");
        }
    }
    let busy: Vec<f64> = record
        .rows()
        .filter(|row| row.text("connections").is_ok_and(|clients| clients != "1"))
        .map(|row| row.number("client"))
        .collect::<io::Result<_>>()?;
    let (low, high) = range(&busy);
    let busy = format!(
        "With 32 and 256 clients, the program that plays them was busy for {:.0} to {:.0} % of the time. ",
        low * 100.0,
        high * 100.0
    );
    Ok(table + "\n" + &busy + &setting(record)?)
}

/// The answer that the table gives, in a sentence: the lesson with a common number of clients, and then the others.
pub fn requests_in_short(record: &Record) -> io::Result<String> {
    const CLIENTS: &str = "32";
    let rates = |server| record.numbers("rate", &[("server", server), ("connections", CLIENTS)]);
    let ours = rates("lesson04")?;
    let mut others = Vec::new();
    for server in record.each("server")?.into_iter().filter(|server| *server != "lesson04") {
        let verb = if others.is_empty() { " answers" } else { "" };
        let ratio = median(&ratios(&rates(server)?, &ours));
        others.push(format!("{server}{verb} {ratio:.2} times as many"));
    }
    let ours = thousands(median(&ours));
    let others = listed(&others);
    Ok(format!("**With {CLIENTS} clients, lesson04 answers {ours} requests a second. {others}.**"))
}

/// What clients that say nothing cost.
pub fn idle(record: &Record) -> io::Result<String> {
    let mut table = String::from(
        "| clients | server | threads | program, MiB | page tables, MiB | kernel stacks, MiB | to serve them all, s |\n\
         |--:|---|--:|--:|--:|--:|--:|\n",
    );
    let servers = record.each("server")?;
    for clients in record.each("clients")? {
        for server in &servers {
            let of = |column: &str| -> io::Result<f64> {
                let numbers =
                    record.numbers(column, &[("server", server), ("clients", clients)])?;
                Ok(median(&numbers))
            };
            let mebibytes = |column| of(column).map(|kibibytes| kibibytes / 1024.0);
            let seconds = of("seconds")?;
            writeln!(
                table,
                "| {clients} | {server} | {} | {:.1} | {:.1} | {:.1} | {seconds:.2} |",
                of("threads")?,
                mebibytes("rss")?,
                mebibytes("tables")?,
                mebibytes("stacks")?,
            )
            .expect("a String takes all that is written");
        }
    }
    Ok(table + "\n" + &setting(record)?)
}

/// The answer that the table gives: the largest number of clients.
pub fn idle_in_short(record: &Record) -> io::Result<String> {
    let mut costs = Vec::new();
    let mut clients = 0.0;
    for server in record.each("server")? {
        let Some(&(most, size)) = memory(record, server)?.last() else { continue };
        clients = most;
        costs.push(format!("{size:.0} MiB in {server}"));
    }
    let (clients, costs) = (thousands(clients), listed(&costs));
    Ok(format!("**{clients} silent clients cost {costs}.**"))
}

/// All the memory that a server needs for its clients, with that of the kernel's stacks, in MiB, by the
/// number of clients.
fn memory(record: &Record, server: &str) -> io::Result<Vec<(f64, f64)>> {
    let memory = |clients: &&str| {
        let of = |column| {
            let numbers = record.numbers(column, &[("server", server), ("clients", clients)])?;
            Ok::<_, io::Error>(median(&numbers))
        };
        Ok((number(clients)?, (of("rss")? + of("tables")? + of("stacks")?) / 1024.0))
    };
    record.each("clients")?.iter().map(memory).collect()
}

pub fn idle_plot(record: &Record) -> io::Result<String> {
    let (lesson, tokio) = (memory(record, "lesson04")?, memory(record, "tokio")?);
    let told = |points: &[(f64, f64)]| {
        let told = points.iter().map(|(clients, size)| format!("{size:.0} MiB for {clients}"));
        told.collect::<Vec<_>>().join(", ")
    };
    let plot = Plot {
        name: "idle",
        title: "Memory for clients that say nothing",
        description: format!(
            "Both axes are logarithmic. lesson04, with a thread for each client: {}. tokio, with a task for each: {}.",
            told(&lesson),
            told(&tokio)
        ),
        x: ("clients", thousands),
        y: ("memory, MiB", thousands),
        lines: vec![
            Line { name: "lesson04: threads", points: lesson, name_at: (1, -10, -12) },
            Line { name: "tokio: tasks", points: tokio, name_at: (1, 6, 12) },
        ],
    };
    plot.svg((100.0..1e4).log_scale(), (1.0..1e3).log_scale())
}

/// How fast lesson 5 and iperf3 are with each size of chunk.
pub fn bulk(record: &Record) -> io::Result<String> {
    let mut table = String::from("| chunk |");
    let programs = record.each("program")?;
    for program in &programs {
        write!(table, " {program}, MB/s |").expect("a String takes all that is written");
    }
    table += "\n|--:|";
    table += &"--:|".repeat(programs.len());
    for chunk in record.each("chunk")? {
        write!(table, "\n| {} |", short(number(chunk)?)).expect("a String takes all");
        for program in &programs {
            let rates = record.numbers("rate", &[("program", program), ("chunk", chunk)])?;
            let (low, high) = range(&rates);
            let [rate, low, high] = [median(&rates), low, high].map(|rate| thousands(rate / 1e6));
            write!(table, " {rate}<br><small>{low} to {high}</small> |")
                .expect("a String takes all");
        }
    }
    Ok(table + "\n\n" + &setting(record)?)
}

/// The answer that the table gives: the smallest chunks, and the best ones beside iperf3's best.
pub fn bulk_in_short(record: &Record) -> io::Result<String> {
    let chunks = record.each("chunk")?;
    let rate = |program: &str, chunk: &str| {
        let rates = record.numbers("rate", &[("program", program), ("chunk", chunk)])?;
        Ok::<_, io::Error>(median(&rates))
    };
    let best = |program: &str| -> io::Result<(f64, &str)> {
        let mut best = (0.0, "");
        for &chunk in &chunks {
            let rate = rate(program, chunk)?;
            if rate > best.0 {
                best = (rate, chunk);
            }
        }
        Ok(best)
    };
    let (ours, chunk) = best("lesson05")?;
    let smallest = chunks.first().copied().unwrap_or_default();
    let mut answer = format!(
        "**In chunks of {}, lesson05 moves {} MB a second; in chunks of {}, it moves {}.",
        short(number(smallest)?),
        thousands(rate("lesson05", smallest)? / 1e6),
        short(number(chunk)?),
        thousands(ours / 1e6),
    );
    if let Ok((theirs, _)) = best("iperf3") {
        write!(answer, " At its best it's {:.2} times as fast as iperf3.", ours / theirs)
            .expect("a String takes all that is written");
    }
    Ok(answer + "**")
}

pub fn bulk_plot(record: &Record) -> io::Result<String> {
    let mut highest = 0.0;
    let mut line = |program: &str| -> io::Result<Vec<(f64, f64)>> {
        let mut points = Vec::new();
        for chunk in record.each("chunk")? {
            let rates = record.numbers("rate", &[("program", program), ("chunk", chunk)])?;
            highest = f64::max(highest, median(&rates) / 1e9);
            points.push((number(chunk)?, median(&rates) / 1e9));
        }
        Ok(points)
    };
    let lesson = line("lesson05")?;
    let iperf3 = line("iperf3").ok();
    let told = lesson.iter().map(|(chunk, rate)| format!("{rate:.2} GB/s at {}", short(*chunk)));
    let description = format!(
        "The size of the chunks, from 16 bytes to 1 MiB on a logarithmic axis, and how many bytes a second pass. \
         lesson05: {}.",
        told.collect::<Vec<_>>().join(", ")
    );
    let mut lines = vec![Line { name: "lesson05", points: lesson, name_at: (3, -10, -8) }];
    lines.extend(iperf3.map(|points| Line { name: "iperf3", points, name_at: (3, 12, 8) }));
    let plot = Plot {
        name: "chunks",
        title: "Throughput by chunk size",
        description,
        x: ("size of a chunk", short),
        y: ("GB/s", |rate| format!("{rate}")),
        lines,
    };
    plot.svg((16.0..1048576.0).log_scale().base(16.0), 0.0..highest * 1.1)
}

/// The two queues of a connection while lesson 5 drains it.
pub fn buffers_plot(record: &Record) -> io::Result<String> {
    let kibibytes = |column| -> io::Result<Vec<f64>> {
        record.rows().map(|row| Ok(row.number(column)? / 1024.0)).collect()
    };
    let read = kibibytes("read")?;
    let queue = |column| -> io::Result<Vec<(f64, f64)>> {
        Ok(read.iter().copied().zip(kibibytes(column)?).collect())
    };
    let (sender, receiver) = (queue("unacknowledged")?, queue("waiting")?);
    let highest = sender.iter().chain(&receiver).map(|point| point.1).fold(0.0, f64::max);
    let told = |points: &[(f64, f64)]| {
        points.iter().map(|(_, size)| format!("{size}")).collect::<Vec<_>>().join(", ")
    };
    let end = read.last().copied().unwrap_or_default();
    let plot = Plot {
        name: "draining",
        title: "The two buffers, from full to empty",
        description: format!(
            "How much is in each kernel while the program reads {end} KiB in equal steps, in KiB. \
             In the sender’s kernel: {}. In the receiver’s kernel: {}.",
            told(&sender),
            told(&receiver)
        ),
        x: ("KiB that the program has read", thousands),
        y: ("KiB in the kernel", thousands),
        lines: vec![
            Line { name: "receiver’s kernel", points: receiver, name_at: (7, -4, -12) },
            Line { name: "sender’s kernel", points: sender, name_at: (1, 0, -12) },
        ],
    };
    plot.svg(0.0..end, 0.0..highest * 1.1)
}

/// From the edit to the verdict, in a paragraph.
pub fn learner(record: &Record) -> io::Result<String> {
    let (mut builds, mut grades) = (Vec::new(), Vec::new());
    let mut rest = String::new();
    for what in record.each("what")? {
        let seconds = median(&record.numbers("seconds", &[("what", what)])?);
        match what.split_once(' ') {
            Some((_, "build")) => builds.push(seconds),
            Some((_, "grade")) => grades.push(seconds),
            _ => {
                let name = match what {
                    "book" => "The book's first page comes",
                    _ => "The verdict of a complete, built suite comes",
                };
                write!(rest, " {name} after {seconds:.1} s.")
                    .expect("a String takes all that is written");
            }
        }
    }
    let said = |seconds: &[f64]| {
        let (low, high) = range(seconds);
        let (low, high) = (format!("{low:.1}"), format!("{high:.1}"));
        if low == high { format!("{low} s") } else { format!("{low} to {high} s") }
    };
    let setting = setting(record)?;
    Ok(format!(
        "After an edit, an exercise is built in {} and graded in {}.{rest}\n{setting}",
        said(&builds),
        said(&grades),
    ))
}

/// Machine, date, and what else the machine did.
fn setting(record: &Record) -> io::Result<String> {
    let loads = record.rows().map(|row| row.number("load")).collect::<io::Result<Vec<_>>>()?;
    let (low, high) = range(&loads);
    Ok(format!("({}; load average {low:.1} to {high:.1}.)", record.setting))
}

/// `a, b and c`.
fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// Each number of ours divided by that of the same round.
fn ratios(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect()
}

fn number(text: &str) -> io::Result<f64> {
    text.parse().map_err(|_| super::malformed(format!("{text} is no number")))
}

/// `12,345`.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A size as people say it.
fn short(bytes: f64) -> String {
    match bytes {
        ..1024.0 => format!("{bytes} B"),
        ..1048576.0 => format!("{} KiB", bytes / 1024.0),
        _ => format!("{} MiB", bytes / 1048576.0),
    }
}
