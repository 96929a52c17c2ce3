//! Lesson 2: a server for one client.
//!
//! It listens, accepts one client, prints who that is, replies, ends its side, reads the client's
//! message to its end, prints it, and exits with code 0. The reply goes out as soon as something has
//! arrived, because the tutorial's client waits for it without ending its own side.
//!
//! These checks talk to the program as its clients would. They run on lesson 2's program, which must
//! pass all of them, and on the wrong programs in `lessons/lesson02/faults/`, each of which must fail
//! exactly the checks that are listed with it at the end of this file.

use std::io::Write;
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{
    Broken, Check, Lesson, Needs, Outcome, Run, Subject, check, contract, private_loopback, program,
};

const CHECKS: &[Check] = &[
    check("serves_the_tutorials_client", serves_the_tutorials_client)
        .demands("A client that sends a message and waits for the reply, with its own side open, is served.")
        .hint("On which of its two sockets can a server read what a client sends?")
        .section("02-2-server.html#the-repair"),
    check("serves_a_client_that_ends_its_side", serves_a_client_that_ends_its_side)
        .demands("A client that ends its side after the message is served too.")
        .hint("Does the server still reply when the client's stream has ended?")
        .section("02-2-server.html#the-repair"),
    check("reads_the_whole_message", reads_the_whole_message)
        .demands("A message that arrives in pieces, cut inside a character, is read to its end.")
        .hint("What does one `read` return: the message, or what has arrived of it so far?")
        .section("02-2-server.html#one-read-is-not-one-message"),
    check("delivers_the_whole_reply", delivers_the_whole_reply)
        .demands("A client that sends a megabyte gets the whole reply and then a clean end.")
        .hint("What does the kernel do with a connection that is closed before all input is read?")
        .section("02-2-server.html#the-reply-that-got-lost"),
    check("reports_a_reset", reports_a_reset)
        .demands("A client that resets the connection is reported, with exit code 1.")
        .hint("Which error does `read` return when the peer broke the connection off?")
        .section("02-2-server.html#the-repair"),
    check("reports_an_empty_message", reports_an_empty_message)
        .demands("A client that closes without a word has not sent an empty message.")
        .hint("What does it mean when `read` returns 0?")
        .section("02-2-server.html#the-repair"),
    check("reports_bytes_that_are_not_text", reports_bytes_that_are_not_text)
        .demands("Bytes that are not UTF-8 are reported; the client still gets its reply.")
        .hint("What becomes of the bytes that a lossy decoder cannot read?")
        .section("02-2-server.html#the-repair"),
    check("bounds_the_message", bounds_the_message)
        .demands("A client that sends more than 4 MiB is cut off, and that is said.")
        .hint("How much memory may a stranger make your program use?")
        .section("02-2-server.html#the-repair"),
    check("gives_up_on_a_silent_client", gives_up_on_a_silent_client)
        .demands("A client that says nothing holds the server no longer than the time limit.")
        .hint("For how long does `read` wait when nobody told it?")
        .section("02-2-server.html#the-repair"),
    check("gives_up_on_a_dripping_client", gives_up_on_a_dripping_client)
        .demands("A client that sends a byte now and then holds the server no longer than the time limit.")
        .hint("What does your time limit measure: one `read`, or the conversation?")
        .section("02-2-server.html#the-repair"),
    check("serves_the_mended_python_client", serves_the_mended_python_client)
        .demands("The tutorial's own client, mended, gets its reply.")
        .hint("Which program fails first, and what does it say?")
        .section("02-2-server.html#run-it")
        .needs(Needs::Program("python3")),
    check("serves_nc", serves_nc)
        .demands("nc, the plainest client there is, gets its reply.")
        .hint("What can you see when you talk to the server by hand?")
        .section("02-2-server.html#run-it")
        .needs(Needs::Program("nc")),
    check("serves_socat", serves_socat)
        .demands("socat gets its reply.")
        .hint("What can you see when you talk to the server by hand?")
        .section("02-2-server.html#run-it")
        .needs(Needs::Program("socat")),
];

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
];

fn serves_the_tutorials_client(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let name = client.local().to_string();
    client.send(GREETING)?;
    client.receives_all(REPLY)?;
    client.close();
    server.says(&name)?;
    server.says(GREETING)?;
    server.exits_with(0)
}

fn serves_a_client_that_ends_its_side(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.end()?;
    client.receives_all(REPLY)?;
    server.says(GREETING)?;
    server.exits_with(0)
}

fn reads_the_whole_message(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    // The reply proves that the server has read the first piece, and only that.
    let (first, rest) = GREETING.as_bytes().split_at(1);
    client.send(first)?;
    client.receives(REPLY)?;
    client.send(rest)?;
    client.end()?;
    client.receives_end()?;
    server.says(GREETING)?;
    server.exits_with(0)
}

fn delivers_the_whole_reply(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.send("x".repeat(1 << 20))?;
    client.end()?;
    client.receives_all(REPLY)?;
    server.exits_with(0)
}

fn reports_a_reset(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    run.connect(address)?.reset();
    server.exits_with(1)?;
    server.complains("error: ")?;
    server.complains("reset")
}

fn reports_an_empty_message(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    run.connect(address)?.close();
    server.exits_with(1)?;
    server.complains("error: no message")
}

fn reports_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    // `你好` in GBK, the other encoding of the tutorial.
    client.send(b"\xc4\xe3\xba\xc3")?;
    client.receives_all(REPLY)?;
    client.close();
    server.exits_with(1)?;
    server.complains("error: ")?;
    server.complains("UTF-8")
}

fn bounds_the_message(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let client = run.connect(address)?;
    let mut stream = client.stream();
    // The server stops reading at its limit and closes: from then on, sending fails.
    let chunk = vec![b'x'; 64 << 10];
    let sent = (0..128).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    client.close();
    run.ensure(
        "the client can send its first megabyte",
        sent > 16,
        format!("{sent} chunks of 64 KiB"),
    )?;
    server.exits_with(1)?;
    server.complains("longer than")
}

fn gives_up_on_a_silent_client(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_with(&["--time-limit", "0.2", "127.0.0.1:0"])?;
    let mut client = run.connect(address)?;
    client.receives_end()?;
    server.exits_with(1)?;
    server.complains("timed out")
}

fn gives_up_on_a_dripping_client(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_with(&["--time-limit", "0.3", "127.0.0.1:0"])?;
    let client = run.connect(address)?;
    let mut stream = client.stream().try_clone().map_err(|why| Broken::new("a connection", why))?;
    // The drip: it ends when the server has gone.
    let drip = thread::spawn(move || {
        while stream.write_all(b".").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let outcome = server.ends();
    server.kill()?;
    drip.join().map_err(|_| Broken::new("a client that drips", "a panic"))?;
    // Whether it was cut off before its first byte or after it depends on how busy the machine is.
    let code = outcome?.status.code();
    run.ensure("the exit code is 0 or 1", matches!(code, Some(0 | 1)), format!("{code:?}"))
}

fn serves_the_mended_python_client(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let client =
        Subject::python("mended.py", concat!(env!("CARGO_MANIFEST_DIR"), "/../lesson01/mended.py"));
    let mut client = run.start_other(&client, &[&address.to_string()])?;
    client.says(REPLY)?;
    client.exits_with(0)?;
    server.says(GREETING)?;
    server.exits_with(0)
}

fn serves_nc(run: &mut Run) -> Outcome {
    serves_tool(run, |port| Subject::tool(&["nc", "127.0.0.1", port]))
}

fn serves_socat(run: &mut Run) -> Outcome {
    serves_tool(run, |port| Subject::tool(&["socat", "-", &format!("TCP:127.0.0.1:{port}")]))
}

fn serves_tool(run: &mut Run, tool: fn(&str) -> Subject) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.start_other(&tool(&address.port().to_string()), &[])?;
    client.types(&format!("{GREETING}\n"))?;
    client.says(REPLY)?;
    client.ends_input();
    server.says(GREETING)?;
    server.exits_with(0)
}

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
    client.end()?;
    client.receives_all(REPLY)?;
    server.exits_with(1)?;
    let wrote = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS) + &server.stderr();
    run.recorded("server-bytes", &format!("$ cargo run -p lesson02\n{wrote}"))
}

fn main() -> ExitCode {
    Lesson::new("lesson02", env!("CARGO_MANIFEST_DIR"))
        .checks(CHECKS)
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
        .main()
}
