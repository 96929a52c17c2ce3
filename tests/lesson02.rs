//! Lesson 2: a server for one client.
//!
//! What it must do stands in `one_client.rs`, in words and as checks. The checks talk to the program
//! as its clients would. They run on lesson 2's program, which must
//! pass all of them, and on the wrong programs in `lessons/lesson02/faults/`, each of which must fail
//! exactly the checks that are listed with it at the end of this file.
//!
//! The exercise has checks of its own, because its server does more: `exercise02.rs` is its assignment.

mod exercise02;
mod one_client;
mod says_little;
mod trouble;

use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;

use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{
    Check, Exercise, Lesson, Needs, Outcome, Run, Subject, Trouble, check, contract,
    private_loopback, program,
};

const FACTS: &[Check] = &[
    check("C2_recv_on_the_listener", recv_on_the_listener)
        .demands("The tutorial's server dies with ENOTCONN; its client gets a reset.")
        .section("02-2-server.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("C4_others_in_the_queue_are_reset", others_in_the_queue_are_reset)
        .demands("When a server for one client exits, a second one in its queue is reset.")
        .section("02-2-server.html#one-client-only"),
    check("C12_the_empty_host_is_every_address", the_empty_host_is_every_address)
        .demands(
            "A listener on 0.0.0.0 answers on every IPv4 address of the machine, not on IPv6's.",
        )
        .section("02-2-server.html#which-address"),
    check("a_server_goes_on_after_ctrl_z", a_server_goes_on_after_ctrl_z)
        .demands("Lesson 2's server, suspended while it waits for the message, serves its client when it goes on.")
        .section("02-2-server.html#run-it")
        .needs(Needs::Linux),
    check("recording_server_original", record_the_original)
        .demands("The book shows how the tutorial's server fails, and what its client sees.")
        .section("02-2-server.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("recording_server_recv_on_listener", record_recv_on_the_listener)
        .demands("The book shows the same bug in Rust, with socket2.")
        .section("02-2-server.html#what-goes-wrong"),
    check("recording_server_bytes", record_bytes_that_are_not_text)
        .demands("The book shows how lesson 2 reports bytes that are not text.")
        .section("02-2-server.html#run-it"),
    check("a_report_comes_at_once", a_report_comes_at_once)
        .demands("A failing check is reported while others still run.")
        .section("index.html#when-a-check-fails")
        .needs(Needs::Unix),
    check("the_first_report_comes_last", the_first_report_comes_last)
        .demands("At the end comes the report to begin with, and the grade in one line.")
        .section("index.html#when-a-check-fails")
        .needs(Needs::Unix),
    check("colours_are_for_terminals", colours_are_for_terminals)
        .demands("Reports have colours on a terminal only, or where they are asked for.")
        .section("index.html#when-a-check-fails")
        .needs(Needs::Unix),
];

fn recv_on_the_listener(run: &mut Run) -> Outcome {
    let original =
        Subject::python("original.py", concat!(env!("CARGO_MANIFEST_DIR"), "/original.py"));
    let mut server = run.start_other(&original, &["127.0.0.1:0"])?;
    let address = server.listening()?;
    // Asleep until the message is there: it must die with the message unread.
    server.suspend()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    run.message_waits_at(address)?;
    server.resume()?;
    client.is_reset()?;
    server.exits_with(1)?;
    // The number of ENOTCONN is Linux's; other systems have another.
    server.complains(if cfg!(target_os = "linux") { "OSError: [Errno 107]" } else { "OSError" })
}

fn others_in_the_queue_are_reset(run: &mut Run) -> Outcome {
    let own = SocketAddr::new(private_loopback(), 0).to_string();
    let mut server = run.start_other(&program!("lesson02"), &[&own])?;
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

/// With a time-out set, Ctrl-Z and `fg` interrupt a read (signal(7)): no reason to give up.
fn a_server_goes_on_after_ctrl_z(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&program!("lesson02"), &["127.0.0.1:0"])?;
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
    let python = |name: &str, file: &str| {
        Subject::python(name, Path::new(env!("CARGO_MANIFEST_DIR")).join(file))
    };
    let mut server = run.start_other(&python("original.py", "original.py"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    // Asleep until the message is there: it must die with the message unread.
    server.suspend()?;
    let client = python("the client", "../lesson01/mended.py");
    let mut client = run.start_other(&client, &[&address.to_string()])?;
    run.message_waits_at(address)?;
    server.resume()?;
    server.exits_with(1)?;
    client.exits_with(1)?;
    let said = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    let served = format!(
        "$ python3 lessons/lesson02/original.py\n{said}{}",
        grader::without_frames(&server.stderr())
    );
    run.recorded("server-original", &served)?;
    let called = format!(
        "$ python3 lessons/lesson01/mended.py\n{}",
        grader::without_frames(&client.stderr())
    );
    run.recorded("server-original-client", &called)
}

fn record_recv_on_the_listener(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&program!("recv_on_listener"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    run.connect(address)?;
    server.exits_with(1)?;
    let wrote = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS) + &server.stderr();
    let wrote = format!("$ cargo run -p lesson02 --bin recv_on_listener\n{wrote}");
    run.recorded("server-recv-on-listener", &wrote)
}

fn record_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&program!("lesson02"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.connect(address)?;
    client.send(b"\xc4\xe3\xba\xc3")?;
    client.finish_sending()?;
    client.receives_all(REPLY)?;
    server.exits_with(1)?;
    let wrote = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS) + &server.stderr();
    run.recorded("server-bytes", &format!("$ cargo run -p lesson02\n{wrote}"))
}

/// This suite itself, as a program that grades another one.
fn grading(subject: &str) -> Subject {
    let suite = std::env::current_exe().unwrap_or_default();
    let subject = format!("SUBJECT={}", Subject::of_lesson(subject).path());
    Subject::new("the suite", suite).through(&["env", &subject])
}

fn a_report_comes_at_once(run: &mut Run) -> Outcome {
    // On a busy machine a second for each check may be too little.
    is_reported_at_once(run, "0.2").or_else(|_| is_reported_at_once(run, "1"))
}

fn is_reported_at_once(run: &mut Run, patience: &str) -> Outcome {
    // The second of these two checks waits for all of its time.
    let (first, second) = ("reads_the_whole_request", "gives_up_on_a_dripping_client");
    let patience = format!("GRADER_PATIENCE={patience}");
    let suite = grading("one_read_is_the_request").through(&["env", &patience]);
    let mut suite = run.start_other(&suite, &[])?;
    suite.says(&format!("subject does not pass {first}"))?;
    suite.has_not_said(&format!("subject does not pass {second}"))?;
    suite.says(&format!("subject does not pass {second}"))?;
    suite.exits_with(101)
}

fn the_first_report_comes_last(run: &mut Run) -> Outcome {
    // Five checks; it passes three, and fails these two, of which the first is much quicker.
    let (first, second) = ("survives_an_empty_request", "refuses_a_request_that_is_too_long");
    let mut suite = run.start_other(&grading("serves_one_client"), &["request"])?;
    suite.exits_with(101)?;
    let said = suite.stdout();
    let (before, last) = said.rsplit_once("Begin with this one:").unwrap_or((&said, ""));
    let both = [first, second].iter().all(|id| before.contains(&format!("does not pass {id}")));
    run.ensure("both are reported", both, before)?;
    let again = last.contains(&format!("subject does not pass {first}"));
    run.ensure(format!("{first} is reported once more, as the last"), again, last)?;
    let grade = format!("subject: 3 of 10 checks, 5 not run; next: {first}");
    run.ensure(format!("the last line is `{grade}`"), last.trim_end().ends_with(&grade), last)
}

fn colours_are_for_terminals(run: &mut Run) -> Outcome {
    // It writes into a pipe. The variable asks for colours there, too (bixense.com/clicolors).
    let forced = ["env", "-u", "NO_COLOR", "CLICOLOR_FORCE=1"];
    for (when, starter, coloured) in [
        ("auto", &[][..], false),
        ("always", &[], true),
        ("auto", &forced, true),
        ("never", &forced, false),
    ] {
        let colours = format!("--color={when}");
        let suite = grading("recv_on_listener").through(starter);
        let mut suite = run.start_other(&suite, &["answers_a_request", &colours])?;
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

/// Of the exercise.
const EVERY_CHECK: &[&str] = &[
    "answers_a_request",
    "serves_the_next_client",
    "reads_the_whole_request",
    "answers_a_long_request",
    "survives_an_empty_request",
    "survives_bytes_that_are_not_text",
    "survives_a_reset",
    "refuses_a_request_that_is_too_long",
    "gives_up_on_a_silent_client",
    "gives_up_on_a_dripping_client",
];

fn main() -> ExitCode {
    Lesson::new("lesson02", env!("CARGO_MANIFEST_DIR"))
        .checks(one_client::CHECKS)
        .checks(&contract::PROGRAM)
        .checks(&contract::LISTENS)
        .facts(FACTS)
        .program(program!("lesson02"))
        .fault(
            program!("recv_on_listener"),
            &[
                "serves_the_tutorials_client",
                "serves_a_client_that_ends_its_side",
                "reads_the_whole_message",
                "delivers_the_whole_reply",
                "reports_a_reset",
                "reports_an_empty_message",
                "reports_bytes_that_are_not_text",
                "bounds_the_message",
                "gives_up_on_a_silent_client",
                "serves_the_mended_python_client",
                "serves_nc",
                "serves_socat",
            ],
        )
        .fault(
            program!("one_recv"),
            &[
                "reads_the_whole_message",
                "delivers_the_whole_reply",
                "reports_an_empty_message",
                "reports_bytes_that_are_not_text",
                "bounds_the_message",
                "gives_up_on_a_silent_client",
            ],
        )
        .fault(
            program!("close_with_unread_input"),
            &["reads_the_whole_message", "delivers_the_whole_reply", "bounds_the_message"],
        )
        .fault(program!("lossy_decode"), &["reports_bytes_that_are_not_text", "bounds_the_message"])
        .fault(program!("limit_per_read"), &["gives_up_on_a_dripping_client"])
        .fault(
            program!("unwrap_everything"),
            &[
                "reports_a_reset",
                "reports_an_empty_message",
                "reports_bytes_that_are_not_text",
                "bounds_the_message",
                "gives_up_on_a_silent_client",
                "gives_up_on_a_dripping_client",
                "answers_help",
                "refuses_unknown_options",
                "refuses_bad_addresses",
                "reports_a_taken_port",
                "reports_a_privileged_port",
            ],
        )
        .rejected("recv_on_listener", "E0599")
        .exercise(Exercise {
            checks: exercise02::CHECKS,
            yours: program!("exercise02"),
            solution: program!("solution02"),
            starter_fails: EVERY_CHECK,
        })
        .answer(
            Subject::python("solution.py", concat!(env!("CARGO_MANIFEST_DIR"), "/solution.py")),
            Needs::Program("python3"),
        )
        // Its every request is empty: nobody is served, whatever the check is about.
        .wrong_answer(program!("reads_into_no_room"), EVERY_CHECK)
        .wrong_answer(
            program!("serves_one_client"),
            &[
                "serves_the_next_client",
                "survives_an_empty_request",
                "survives_bytes_that_are_not_text",
                "survives_a_reset",
                "refuses_a_request_that_is_too_long",
                "gives_up_on_a_silent_client",
                "gives_up_on_a_dripping_client",
            ],
        )
        .wrong_answer(
            program!("error_ends_the_loop"),
            &[
                "survives_an_empty_request",
                "survives_bytes_that_are_not_text",
                "survives_a_reset",
                "refuses_a_request_that_is_too_long",
                "gives_up_on_a_silent_client",
                "gives_up_on_a_dripping_client",
            ],
        )
        .wrong_answer(
            program!("unwrap_the_read"),
            &["survives_a_reset", "gives_up_on_a_silent_client", "gives_up_on_a_dripping_client"],
        )
        .wrong_answer(program!("unwrap_the_write"), &["survives_a_reset"])
        .wrong_answer(
            program!("one_read_is_the_request"),
            &[
                "reads_the_whole_request",
                "answers_a_long_request",
                "refuses_a_request_that_is_too_long",
                "gives_up_on_a_dripping_client",
            ],
        )
        .wrong_answer(
            program!("answers_the_start"),
            &["answers_a_long_request", "refuses_a_request_that_is_too_long"],
        )
        .wrong_answer(program!("answers_nothing"), &["survives_an_empty_request"])
        .wrong_answer(program!("replaces_bad_bytes"), &["survives_bytes_that_are_not_text"])
        .wrong_answer(program!("keeps_whatever_comes"), &["refuses_a_request_that_is_too_long"])
        .wrong_answer(
            program!("waits_for_ever"),
            &["gives_up_on_a_silent_client", "gives_up_on_a_dripping_client"],
        )
        .wrong_answer(program!("limit_for_each_read"), &["gives_up_on_a_dripping_client"])
        .trouble(
            Trouble::new(one_client::TROUBLE)
                .and(one_client::TROUBLE_FOR_ALL)
                .program(program!("lesson02"))
                .fault(
                    program!("one_recv"),
                    &[
                        "reads_a_message_cut_anywhere",
                        "waits_for_who_reads_its_output",
                        "parts_with_a_client_that_stays",
                        "reports_a_reset_later_on",
                        "reports_a_closed_output",
                    ],
                )
                .fault(
                    program!("unwrap_everything"),
                    &[
                        "reports_a_reset_later_on",
                        "reports_a_full_output",
                        "reports_a_closed_output",
                        "reports_a_lack_of_descriptors",
                    ],
                )
                .fault(program!("prints_what_it_gets"), &["shows_zeros_as_escapes"])
                .fault(program!("starts_itself_again"), &["ends_in_the_middle_of_a_reply"])
                .fault(program!("recv_on_listener"), &["runs_again_after_kill"]),
        )
        .trouble(
            Trouble::new(&trouble::Trouble::<exercise02::Requests>::CHECKS)
                .and(&says_little::SaysLittle::<exercise02::Requests>::CHECKS)
                .and(&one_client::OneAfterAnother::<exercise02::Requests>::CHECKS)
                .and(exercise02::TROUBLE)
                .program(program!("solution02"))
                .program_that_needs(
                    Needs::Program("python3"),
                    Subject::python(
                        "solution.py",
                        concat!(env!("CARGO_MANIFEST_DIR"), "/solution.py"),
                    ),
                )
                .fault(program!("unwrap_the_read"), &["survives_resets_at_any_moment"])
                .fault(
                    program!("error_ends_the_loop"),
                    &[
                        "survives_whatever_is_sent",
                        "waits_for_descriptors",
                        "waits_for_who_reads_its_errors",
                    ],
                )
                .fault(program!("serves_one_client"), &["survives_a_crowd"])
                .fault(
                    program!("needs_its_output"),
                    &[
                        "does_without_its_output",
                        "does_without_its_errors",
                        "does_not_wait_for_its_output",
                    ],
                )
                .fault(program!("limit_for_each_read"), &["is_not_held_by_who_reads_nothing"])
                .fault(program!("waits_for_ever"), &["is_not_held_by_who_says_nothing"])
                .fault(program!("one_read_is_the_request"), &["answers_requests_cut_anywhere"])
                .proved_by_others(&[
                    "ends_in_the_middle_of_a_reply",
                    "gives_memory_back",
                    "runs_again_after_kill",
                    "reports_a_full_output",
                ]),
        )
        .report(program!("exercise02"), "answers_a_request")
        .report(program!("one_read_is_the_request"), "reads_the_whole_request")
        .report(program!("unwrap_the_read"), "survives_a_reset")
        .report(program!("waits_for_ever"), "gives_up_on_a_silent_client")
        .main()
}
