//! What chapter 2.2 says of servers, as experiments, its recordings, and how the suite itself reports.
//!
//! What lesson 2's program must do is in `tests/servers/src/one_client.rs`, since lesson 3's must do the
//! same.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};

use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{
    Check, Needs, Outcome, Run, Subject, check, lesson_folder, private_loopback, program_file,
    workspace,
};
use servers::one_client::crashes_with_unread_input;

use crate::exercise::CHECKS;

/// On Windows it fails as well, with other words (WSAENOTCONN, "recv"). In Wine it waits.
const RECV_ON_LISTENER_FAILS: Needs = Needs::UnixAnd("python3");

pub const FACTS: &[Check] = &[
    check("C2_recv_on_the_listener", recv_on_the_listener)
        .demands("The tutorial's server dies with ENOTCONN; its client gets a reset.")
        .section("02-2-server.html#what-goes-wrong")
        .needs(RECV_ON_LISTENER_FAILS),
    check("C4_others_in_the_queue_are_reset", others_in_the_queue_are_reset)
        .demands("When a server for one client exits, a second one in its queue is reset.")
        .section("02-2-server.html#one-client-only")
        // Microsoft's documents don't say so, and Wine takes the second one from the queue before that.
        .needs(Needs::Unix),
    check("C12_the_empty_host_is_every_address", the_empty_host_is_every_address)
        .demands(
            "A listener on 0.0.0.0 answers on every IPv4 address of the machine, not on IPv6's.",
        )
        .section("02-2-server.html#which-address"),
    check("C12_python_makes_an_address_of_the_empty_host", python_makes_an_address_of_it)
        .demands("Python's socket module turns the empty host into 0.0.0.0 before the kernel sees it.")
        .section("02-2-server.html#which-address")
        .needs(Needs::LinuxAndRight(&["strace", "-o", "/dev/null", "python3", "-c", ""])),
    check("a_server_goes_on_after_ctrl_z", a_server_goes_on_after_ctrl_z)
        .demands("Lesson 2's server, suspended while it waits for the message, serves its client when it goes on.")
        .section("02-2-server.html#run-it")
        .needs(Needs::Linux),
    check("recording_server_original", record_the_original)
        .demands("The book shows how the tutorial's server fails, and what its client sees.")
        .section("02-2-server.html#what-goes-wrong")
        .needs(Needs::LinuxAnd("python3")),
    check("recording_first_conversation", record_the_first_conversation)
        .demands("The book shows the first conversation: the tutorial's server, mended, and its client.")
        .section("first-conversation.html#press-and-see-it-work")
        .needs(Needs::Program("python3")),
    check("recording_server_recv_on_listener", record_recv_on_the_listener)
        .demands("The book shows the same bug in Rust, with socket2.")
        .section("02-2-server.html#what-goes-wrong")
        .needs(RECV_ON_LISTENER_FAILS),
    check("recording_server_bytes", record_bytes_that_are_not_text)
        .demands("The book shows how lesson 2 reports bytes that are not text.")
        .section("02-2-server.html#run-it"),
    check("a_report_comes_at_once", a_report_comes_at_once)
        .demands("A failing check is reported while others still run.")
        .section("help.html#how-to-read-a-report"),
    check("the_first_report_comes_last", the_first_report_comes_last)
        .demands("At the end comes the report to begin with, and the grade in one line.")
        .section("help.html#how-to-read-a-report"),
    check("what_is_hidden_is_not_judged", what_is_hidden_is_not_judged)
        .demands("Where Linux hides its sockets, checks that look at them are ignored, and others run.")
        .section("machine.html#what-we-tried")
        .needs(Needs::LinuxAndRight(&HIDING)),
    check("a_copied_tree_grades_itself", a_copied_tree_grades_itself)
        .demands("A tree that was built and then copied grades its own exercise, not the old tree's.")
        .section("help.html#how-to-read-a-report"),
    check("colours_are_for_terminals", colours_are_for_terminals)
        .demands("Reports have colours on a terminal only, or where they are asked for.")
        .section("help.html#how-to-read-a-report"),
];

fn recv_on_the_listener(run: &mut Run) -> Outcome {
    let original = Subject::python("original.py", lesson_folder("lesson02").join("original.py"));
    let mut server = run.start_other(&original, &["127.0.0.1:0"])?;
    let address = server.listening()?;
    crashes_with_unread_input(run, &mut server, address)?;
    // The number of ENOTCONN is Linux's; other systems have another.
    server.complains(if cfg!(target_os = "linux") { "OSError: [Errno 107]" } else { "OSError" })
}

fn others_in_the_queue_are_reset(run: &mut Run) -> Outcome {
    let own = SocketAddr::new(private_loopback(), 0).to_string();
    let mut server = run.start_other(&Subject::built("lesson02"), &[&own])?;
    let address = server.listening()?;
    let mut first = run.connect(address)?;
    let mut second = run.connect(address)?;
    first.send(GREETING)?;
    first.receives_all(REPLY)?;
    first.close();
    server.exits_with(0)?;
    second.is_reset()?;
    run.is_refused(address)
}

fn the_empty_host_is_every_address(run: &mut Run) -> Outcome {
    let every = run.attempt("listen on 0.0.0.0", TcpListener::bind("0.0.0.0:0"))?;
    let port = run.attempt("its port", every.local_addr())?.port();
    run.connect(([127, 0, 0, 1], port).into())?;
    let v6 = TcpStream::connect((Ipv6Addr::LOCALHOST, port));
    run.ensure(format!("a connection to [::1]:{port} fails"), v6.is_err(), "a connection")
}

fn python_makes_an_address_of_it(run: &mut Run) -> Outcome {
    let script = "import socket; socket.socket().bind(('', 0))";
    let trace = ["strace", "-e", "trace=bind", "python3", "-c", script];
    let mut python = run.start_other(&Subject::tool(&trace), &[])?;
    python.exits_with(0)?;
    let calls = python.stderr();
    let expected = r#"sin_addr=inet_addr("0.0.0.0")"#;
    run.ensure("the kernel is given 0.0.0.0", calls.contains(expected), calls)
}

/// With a time-out set, Ctrl-Z and `fg` interrupt a read (signal(7)): no reason to give up.
fn a_server_goes_on_after_ctrl_z(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&Subject::built("lesson02"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.connect(address)?;
    server.says("connected")?;
    run.becomes_idle(&server)?;
    server.suspend()?;
    run.until("it has stopped", || server.is_stopped().then_some(()))?;
    server.resume()?;
    client.send(GREETING)?;
    client.receives_all(REPLY)?;
    client.close();
    server.exits_with(0)
}

fn record_the_original(run: &mut Run) -> Outcome {
    let python = |lesson: &str, file: &str| Subject::python(file, lesson_folder(lesson).join(file));
    let mut server = run.start_other(&python("lesson02", "original.py"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    // Asleep until the message is there: it must die with the message unread.
    server.suspend()?;
    let client = python("lesson01", "mended.py");
    let mut client = run.start_other(&client, &[&address.to_string()])?;
    run.message_waits_at(address)?;
    server.resume()?;
    server.exits_with(1)?;
    client.exits_with(1)?;
    let said = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    let served =
        format!("$ python3 lessons/lesson02/original.py\n{said}{}", with_line(&server.stderr()));
    run.recorded("server-original", &served)?;
    let called = format!("$ python3 lessons/lesson01/mended.py\n{}", with_line(&client.stderr()));
    run.recorded("server-original-client", &called)
}

/// A traceback with the line that it names, as it is when the command is typed in the workspace: without
/// the signs below the line, which not every Python prints.
fn with_line(stderr: &str) -> String {
    let folder = format!("{}/", workspace().display());
    let lines = stderr.lines().filter(|line| !line.trim().chars().all(|sign| "^~".contains(sign)));
    lines.map(|line| line.replace(&folder, "") + "\n").collect()
}

fn record_recv_on_the_listener(run: &mut Run) -> Outcome {
    let wrong = run.wrong_program("recv_on_listener")?;
    let mut server = run.start_other(&wrong, &["127.0.0.1:0"])?;
    let address = server.listening()?;
    run.connect(address)?;
    server.exits_with(1)?;
    let wrote = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS) + &server.stderr();
    let wrote = format!("$ cargo run -p lesson02 --example recv_on_listener\n{wrote}");
    run.recorded("server-recv-on-listener", &wrote)
}

fn record_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&Subject::built("lesson02"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.connect(address)?;
    client.send(b"\xc4\xe3\xba\xc3")?;
    client.finish_sending()?;
    client.receives_all(REPLY)?;
    server.exits_with(1)?;
    let wrote = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS) + &server.stderr();
    run.recorded("server-bytes", &format!("$ cargo run -p lesson02\n{wrote}"))
}

fn record_the_first_conversation(run: &mut Run) -> Outcome {
    let python =
        |name: &str, file: &str| Subject::python(name, lesson_folder("lesson02").join(file));
    let mut server = run.start_other(&python("mended.py", "mended.py"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let client = python("the client", "../lesson01/mended.py");
    let mut client = run.start_other(&client, &[&address.to_string()])?;
    client.exits_with(0)?;
    server.exits_with(0)?;
    let said = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    run.recorded("conversation-server", &format!("$ python3 lessons/lesson02/mended.py\n{said}"))?;
    let called = format!("$ python3 lessons/lesson01/mended.py\n{}", client.stdout());
    run.recorded("conversation-client", &called)
}

/// This suite itself, as a program that grades a wrong one.
fn grading(run: &mut Run, subject: &str) -> Outcome<Subject> {
    let suite = run.attempt("this suite", std::env::current_exe())?;
    let subject = run.wrong_program(subject)?.path().to_string();
    Ok(Subject::new("the suite", suite).with_variable("SUBJECT", subject))
}

fn a_report_comes_at_once(run: &mut Run) -> Outcome {
    // On a busy machine a second for each check may be too little.
    is_reported_at_once(run, "0.2").or_else(|_| is_reported_at_once(run, "1"))
}

fn is_reported_at_once(run: &mut Run, patience: &str) -> Outcome {
    // The second of these two checks waits for all of its time.
    let (first, second) = ("reads_the_whole_request", "gives_up_on_a_slow_sender");
    let suite = grading(run, "one_read_is_the_request")?;
    let suite = suite.with_variable("GRADER_PATIENCE", patience);
    let mut suite = run.start_other(&suite, &[])?;
    suite.says(&format!("subject does not pass {first}"))?;
    suite.has_not_said(&format!("subject::{second}"))?;
    // It's a check of a later milestone, of which there is no more than a line.
    let later = format!(
        "also fails; its report comes when milestone 1 passes. To see it now: \
                         SUBJECT=\"…\" cargo test -p lesson02 subject::{second}"
    );
    suite.line("where to see the report of the second one", |line| line == later)?;
    suite.exits_with(101)?;
    let said = suite.stdout();
    let reports = said.matches(&format!("subject does not pass {second}")).count();
    run.ensure(format!("{second} is not reported in full"), reports == 0, said)
}

fn the_first_report_comes_last(run: &mut Run) -> Outcome {
    // Five checks; it passes three, and fails these two.
    let [first, second] = ["survives_an_empty_request", "refuses_a_request_that_is_too_long"];
    let suite = grading(run, "serves_one_client")?;
    let mut suite = run.start_other(&suite, &["request"])?;
    suite.exits_with(101)?;
    let said = suite.stdout();
    let (before, last) = said.rsplit_once("Begin with this one:").unwrap_or((&said, ""));
    let is_reported = |id: &&str| before.contains(&format!("does not pass {id}"));
    let all = [first, second].iter().all(is_reported);
    run.ensure("both are reported", all, before)?;
    let again = last.contains(&format!("subject does not pass {first}"));
    run.ensure(format!("{first} is reported once more, as the last"), again, last)?;
    let of = CHECKS.len();
    let grade = format!("subject: 3 of {of} checks, {}; next: {first}", others(of - 5));
    run.ensure(format!("the last line is `{grade}`"), last.trim_end().ends_with(&grade), last)
}

/// How a grade counts checks that weren't asked for. This machine may lack what some of them need.
fn others(number: usize) -> String {
    let missing = CHECKS.iter().filter(|check| check.needs.missing().is_some()).count();
    match missing {
        0 => format!("{number} not run"),
        _ => format!("{} not run, {missing} not available", number - missing),
    }
}

fn colours_are_for_terminals(run: &mut Run) -> Outcome {
    // It writes into a pipe. The variable asks for colours there, too (bixense.com/clicolors).
    for (when, is_forced, coloured) in [
        ("auto", false, false),
        ("always", false, true),
        ("auto", true, true),
        ("never", true, false),
    ] {
        let colours = format!("--color={when}");
        let mut suite = grading(run, "one_read_is_the_request")?;
        if is_forced {
            suite = suite.without_variable("NO_COLOR").with_variable("CLICOLOR_FORCE", "1");
        }
        let mut suite = run.start_other(&suite, &["reads_the_whole_request", &colours])?;
        suite.ends()?;
        let said = suite.stdout();
        // The harness colours lines of its own, before and after.
        let report = said.split_once("does not pass").map_or("", |(_, report)| report);
        let report = report.split_once("Read:").map_or("", |(report, _)| report);
        let has = report.contains("\u{1b}[");
        run.ensure(format!("its report has colours: {coloured}"), has == coloured, report)?;
    }
    Ok(())
}

/// What comes behind it sees processes in `/proc`, and nothing else (proc(5), `subset=pid`).
const HIDING: [&str; 9] = [
    "unshare",
    "--map-root-user",
    "--mount",
    "--pid",
    "--fork",
    "sh",
    "-c",
    "mount -t proc -o subset=pid proc /proc && \"${@:-true}\"",
    "sh",
];

fn what_is_hidden_is_not_judged(run: &mut Run) -> Outcome {
    let suite = run.attempt("this suite", std::env::current_exe())?;
    let suite = Subject::new("the suite", suite).through(&HIDING);
    let looks = "solution02::robust::survives_a_crowd";
    let answers = "solution02::answers_a_request";
    let mut suite = run.start_other(&suite, &["--exact", looks, answers])?;
    suite.exits_with(0)?;
    let said = suite.stdout();
    let ends = |name: &str, end| said.lines().any(|it| it.contains(name) && it.ends_with(end));
    let why = "[needs the kernel's list of sockets] ";
    run.ensure("one is ignored", ends(&format!("{why}{looks}"), "ignored"), &said)?;
    run.ensure("the other one passes", ends(answers, "ok"), &said)
}

/// The path of the old tree must be compiled into nothing. This folder's name has all that breaks paths:
/// spaces and Chinese letters.
fn a_copied_tree_grades_itself(run: &mut Run) -> Outcome {
    let folder = run.attempt("a temporary folder", tempfile::tempdir())?;
    let copy = folder.path().join("一本书 of sockets");
    let suite = run.attempt("this suite", std::env::current_exe())?;
    let exercise = workspace().join("lessons/lesson02/exercise.rs");
    let begun = run.attempt("the exercise", fs::read_to_string(&exercise))?;
    let begun = begun.strip_prefix("// NOT STARTED: delete this line to be graded\n");
    // What is built there as the exercise is the solution, so that the grade tells the trees apart.
    let files = [
        (workspace().join("book.toml"), "book.toml"),
        (suite, "target/debug/deps/lesson02"),
        (program_file("solution02"), "target/debug/exercise02"),
    ];
    let in_copy = |to: &str| {
        let is_program = to.starts_with("target");
        copy.join(if is_program { format!("{to}{EXE_SUFFIX}") } else { to.into() })
    };
    for (from, to) in files {
        let to = in_copy(to);
        let made = to.parent().map_or(Ok(()), fs::create_dir_all);
        run.attempt("a folder in the copy", made)?;
        run.attempt(format!("a copy of {}", from.display()), fs::copy(&from, &to))?;
    }
    let lesson = copy.join("lessons/lesson02");
    run.attempt("a folder in the copy", fs::create_dir_all(&lesson))?;
    let written = fs::write(lesson.join("exercise.rs"), begun.unwrap_or("fn main() {}"));
    run.attempt("the exercise, begun in the copy", written)?;
    let suite = Subject::new("the copied suite", in_copy("target/debug/deps/lesson02"));
    // As if it were started by hand, in another folder.
    let suite = suite.without_variable("CARGO_MANIFEST_DIR").without_variable("SUBJECT");
    let suite = suite.in_folder("/");
    let mut suite = run.start_other(&suite, &["--exact", "exercise02::answers_a_request"])?;
    let of = CHECKS.len();
    suite.says(&format!("exercise02: 1 of {of} checks, {}", others(of - 1)))?;
    suite.exits_with(0)
}
