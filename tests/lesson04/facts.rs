//! What chapter 3 says of threads and of the tutorial's server, as experiments, and its recordings.

use crate::checks::is_served;
use std::time::Duration;

use common::{Encoding, GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{Check, Needs, Outcome, Peer, Program, Run, Subject, check, lesson_folder};

pub const FACTS: &[Check] = &[
    check("C5_swapped_arguments_leave_the_client_hanging", c5_swapped_arguments)
        .demands("C5: with swapped arguments the thread dies, and the client waits forever.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("C5_a_panic_in_rust_closes_the_connection", c5_a_panic_closes)
        .demands("C5: a handler that panics in Rust drops its connection, so the peer sees the end.")
        .section("03-threads.html#what-goes-wrong"),
    check("C6_two_encodings_fail", c6_two_encodings_fail)
        .demands("C6: the tutorial's own text in UTF-8 is an error in GBK, and the client hangs.")
        .section("03-threads.html#two-encodings")
        .needs(Needs::Program("python3")),
    check("C6_two_encodings_fail_silently", c6_two_encodings_fail_silently)
        .demands("C6: the text 你好 in UTF-8 is the text 浣犲ソ in GBK, without any error.")
        .section("03-threads.html#two-encodings")
        .needs(Needs::Program("python3")),
    check("C7_closed_in_the_loop", c7_closed_in_the_loop)
        .demands("C7: closed in the loop, a connection gives one reply and then a bad descriptor.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::UnixAnd("python3")),
    check("C8_set_daemon_is_deprecated", c8_set_daemon)
        .demands("C8: `setDaemon` is deprecated since Python 3.10.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::Python(10)),
    check("S20_a_thread_costs_memory", s20_a_thread_costs_memory)
        .demands("S20: each client costs a thread, a descriptor and memory: less than a process, not nothing.")
        .section("03-threads.html#threads-have-a-price")
        .needs(Needs::Usage),
    check("S21_daemon_threads_are_cut_off", s21_daemon_threads_are_cut_off)
        .demands("S21: a daemon thread is cut off in the middle of its reply, and the client sees a clean end.")
        .section("03-stopping.html#ctrl-c")
        .needs(Needs::Program("python3")),
    check("S22_no_orderly_way_to_stop", s22_no_orderly_way_to_stop)
        .demands("S22: a server that never ends its loop can only be cut off.")
        .section("03-stopping.html#ctrl-c")
        .needs(Needs::UnixAnd("python3")),
    check("record_a_visit", record_a_visit)
        .demands("The book shows what the server says about two clients, and when it is stopped.")
        .section("03-threads.html#run-it")
        .needs(Needs::Linux),
    check("record_a_daemon_thread", record_a_daemon_thread)
        .demands("The book shows what a client gets from a daemon thread that is cut off.")
        .section("03-stopping.html#ctrl-c")
        .needs(Needs::UnixAnd("python3")),
    check("the_mended_python_server_serves", the_mended_python_server_serves)
        .demands("The tutorial's server, mended, serves two clients side by side.")
        .section("03-threads.html#the-repair")
        .needs(Needs::Program("python3")),
];

/// Long enough to say "nothing comes": a server that replies does so in a millisecond.
pub const SILENCE: Duration = Duration::from_millis(300);

/// One of the lesson's Python programs.
pub fn python(file: &str) -> Subject {
    Subject::python(file, lesson_folder("lesson04").join(file))
}

/// Starts the tutorial's server, or a copy with some of its bugs mended, and connects a client.
pub fn start(run: &mut Run, file: &str) -> Outcome<(Program, Peer)> {
    let mut server = run.start_other(&python(file), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let client = run.connect(address)?;
    Ok((server, client))
}

fn c5_swapped_arguments(run: &mut Run) -> Outcome {
    let (mut server, mut client) = start(run, "original.py")?;
    client.send(GREETING)?;
    server.complains("AttributeError")?;
    client.receives_nothing_for(SILENCE)?;
    server.still_runs()
}

fn c5_a_panic_closes(run: &mut Run) -> Outcome {
    let wrong = run.wrong_program("only_threads")?;
    let mut server = run.start_other(&wrong, &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.connect(address)?;
    is_served(&mut client)?;
    client.send(b"\xff")?;
    server.complains("panicked")?;
    client.receives_end()?;
    is_served(&mut run.connect(address)?)
}

fn c6_two_encodings_fail(run: &mut Run) -> Outcome {
    let (mut server, mut client) = start(run, "arguments_mended.py")?;
    client.send(GREETING)?;
    server.complains("UnicodeDecodeError")?;
    client.receives_nothing_for(SILENCE)
}

fn c6_two_encodings_fail_silently(run: &mut Run) -> Outcome {
    let (mut server, mut client) = start(run, "arguments_mended.py")?;
    client.send("你好")?;
    server.says("6 浣犲ソ")?;
    client.receives(Encoding::Gbk.encode(REPLY).expect("GBK has these characters"))
}

fn c7_closed_in_the_loop(run: &mut Run) -> Outcome {
    let (mut server, mut client) = start(run, "encoding_mended.py")?;
    client.send(GREETING)?;
    client.receives_all(REPLY)?;
    server.complains("[Errno 9]")?;
    let said = server.stdout();
    run.ensure("the branch for the end is never reached", !said.contains("offline"), said)
}

fn c8_set_daemon(run: &mut Run) -> Outcome {
    let (mut server, _client) = start(run, "close_mended.py")?;
    server.complains("DeprecationWarning: setDaemon")
}

fn s20_a_thread_costs_memory(run: &mut Run) -> Outcome {
    const CLIENTS: usize = 50;
    let mut server = run.start_other(&Subject::built("lesson04"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    is_served(&mut run.connect(address)?)?;
    let before = server.usage()?;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = run.connect(address)?;
        is_served(&mut client)?;
        clients.push(client);
    }
    let after = server.usage()?;
    let got = format!("{before:?}, then {after:?}");
    let threads = after.threads.saturating_sub(before.threads);
    run.ensure(
        format!("{CLIENTS} clients, {CLIENTS} threads"),
        threads.abs_diff(CLIENTS) <= 1,
        &got,
    )?;
    let memory = after.memory.saturating_sub(before.memory) / CLIENTS as u64;
    run.ensure(format!("each thread uses memory: {memory} bytes"), memory > 0, &got)?;
    // Windows doesn't say what of its addresses a program has asked for.
    if !cfg!(windows) {
        let addresses = after.addresses.saturating_sub(before.addresses) / CLIENTS as u64;
        run.ensure(format!("and reserves more: {addresses} bytes"), addresses > memory, &got)?;
    }
    run.ensure("a process uses more than a thread", before.memory > memory, &got)
}

fn s21_daemon_threads_are_cut_off(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&python("daemon.py"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.receives("row 1 of 100\n")?;
    server.types("\n")?;
    // To the end: no error, no reset, nothing that says that rows are missing.
    let rest = client.receives_to_end()?;
    server.exits_with(0)?;
    let rows = 1 + rest.iter().filter(|&&byte| byte == b'\n').count();
    run.ensure("fewer than 100 rows have come", rows < 100, format!("{rows} rows"))
}

fn s22_no_orderly_way_to_stop(run: &mut Run) -> Outcome {
    let (mut server, _client) = start(run, "close_mended.py")?;
    server.interrupt()?;
    server.complains("KeyboardInterrupt")?;
    match server.exits_with(0) {
        Ok(()) => Err(run.broken("an exit code other than 0", "exit code 0")),
        Err(_) => Ok(()),
    }
}

fn the_mended_python_server_serves(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&python("mended.py"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut first = run.connect(address)?;
    let mut second = run.connect(address)?;
    for _ in 0..2 {
        is_served(&mut second)?;
        is_served(&mut first)?;
    }
    first.finish_sending()?;
    first.receives_end()?;
    server.says("finished sending")
}

fn record_a_visit(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&Subject::built("lesson04"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let empty = server.usage()?.descriptors;
    let mut first = run.connect(address)?;
    server.says(&format!("{} connected\n", first.local()))?;
    let mut second = run.connect(address)?;
    server.says(&format!("{} connected\n", second.local()))?;
    // `你好` in two pieces, cut inside its first character.
    second.send(b"\xe4")?;
    second.receives(REPLY)?;
    is_served(&mut first)?;
    second.send(&"你好".as_bytes()[1..])?;
    second.receives(REPLY)?;
    first.finish_sending()?;
    first.receives_end()?;
    run.until("one client is left", || {
        (server.usage().ok()?.descriptors == empty + 1).then_some(())
    })?;
    // One that is still busy would see by itself that the server stops, and leave before it says so.
    run.becomes_idle(&server)?;
    server.interrupt()?;
    server.exits_with(0)?;
    let said = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    let said = said.replace("stopping", "^Cstopping");
    run.recorded("threads-run", &format!("$ cargo run -p lesson04\n{said}"))
}

fn record_a_daemon_thread(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&python("daemon.py"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    // The check passes on what the two send each other, so that it sees how far the rows have come.
    let mut between = run.listen()?;
    let client = Subject::python("client.py", lesson_folder("lesson03").join("client.py"));
    let client = client.through(&["sh", "-c", "\"$@\" | tail -n 4", "sh"]);
    let mut client = run.start_other(&client, &[&between.address().to_string()])?;
    let mut to_client = between.accept()?;
    to_client.receives(GREETING)?;
    let mut to_server = run.connect(address)?;
    to_server.send(GREETING)?;
    let first: String = (1..=10).map(|row| format!("row {row} of 100\n")).collect();
    to_server.receives(&first)?;
    to_client.send(&first)?;
    server.types("\n")?;
    // How much more comes depends on the moment in which the main thread ends.
    let rest = to_server.receives_to_end()?;
    server.exits_with(0)?;
    to_client.send(rest)?;
    to_client.close();
    client.exits_with(0)?;
    let shown = format!("$ python3 lessons/lesson03/client.py | tail -n 4\n{}", client.stdout());
    run.recorded("threads-daemon", &shown)
}
