//! What reports say of programs that do one thing wrong, or that only take their time.

use std::time::{Duration, Instant};

use anstream::adapter::strip_str;
use unicode_width::UnicodeWidthStr;

use super::text::Report;
use super::{attempt, judge, perform};
use crate::actors::{Check, Run, Subject, Trace};
use crate::check::{Broken, Outcome, check};
use crate::machine::{must_fail, must_pass, said_with, slowdown, start_seen};
use crate::words::{Language, speaking};
#[cfg(target_os = "linux")]
use crate::words::{causes, demands, quote};

/// A program that is a line of the shell.
fn shell(line: &str) -> Subject {
    let mut shell = Subject::tool(&["sh", "-c", line]);
    shell.name = "subject".into();
    shell
}

fn report(run: fn(&mut Run) -> Outcome, program: &Subject, patience: Duration) -> String {
    let check: Check = check("works", run).demands("It works.").hint("Does it?");
    let report = judge(&check, program, patience).expect_err("it must fail");
    // Sentences are wrapped.
    report.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn listens(run: &mut Run) -> Outcome {
    run.start(&[])?.listening().map(drop)
}

fn says_hello(run: &mut Run) -> Outcome {
    let mut program = run.start(&[])?;
    program.listening()?;
    program.says("hello")
}

#[test]
fn a_report_is_as_narrow_as_the_terminal() {
    speaking(Language::English, || {
        is_as_narrow("A sentence that's longer than forty columns goes on in the next line.");
    });
    speaking(Language::Chinese, || {
        is_as_narrow(
            "这句话比四十列还要宽，一行放不下：没有空格的地方也能断开（标点不在行首），剩下的写到下一行。",
        );
    });
}

fn is_as_narrow(sentence: &'static str) {
    let check: Check = check("works", says_hello).demands(sentence).hint(sentence);
    let program = shell("echo listening on 127.0.0.1:1; echo What is missing?");
    let report = perform(&check, Some(&program), must_pass()).expect_err("it must fail");
    let widest = |text: &str| {
        let (sentences, _) = text.rsplit_once('\n').expect("the last line is an address");
        sentences.lines().map(|line| strip_str(line).to_string().width()).max()
    };
    let [narrow, usual] = [40, 80].map(|width| report.coloured_to(width));
    assert!(widest(&narrow) <= Some(40), "{narrow}");
    assert!(widest(&usual) <= Some(80), "{usual}");
    assert!(widest(&report.to_string()) > Some(60), "{report}");
    // Nothing but line ends is different.
    let words = |text: &str| strip_str(text).to_string().split_whitespace().collect::<String>();
    assert_eq!(words(&narrow), words(&report.to_string()));
}

/// Also where many different ones led to it.
#[test]
fn the_failing_step_is_in_sight() {
    fn many(run: &mut Run) -> Outcome {
        (1..=40).for_each(|length| run.step("x".repeat(length)));
        run.ensure("that's enough", false, "more")
    }
    let report = report(many, &shell("exit 0"), must_pass());
    let is_step = |word: &&str| word.chars().all(|letter| letter == 'x');
    assert_eq!(report.split(' ').filter(is_step).count(), 20, "{report}");
    assert!(report.contains("… 20 more that went well …"), "{report}");
    assert!(report.contains("--> 41 that's enough"), "{report}");
}

#[test]
fn a_printed_port_0_is_named() {
    let said = report(listens, &shell("echo listening on 127.0.0.1:0; exec sleep 60"), must_pass());
    assert!(said.contains("subject printed port 0."), "{said}");
}

/// A line of some megabytes, and one that would clear the screen.
#[test]
fn what_a_program_said_is_cut_and_quoted() {
    let long = "head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1";
    let said = report(listens, &shell(long), must_pass());
    assert!(said.len() < 5000 && said.contains("(3000000 bytes)"), "{} bytes", said.len());

    let mut nasty = shell(r#"printf 'error: \033[2J\302\233\342\200\256\n' >&2; exit 1"#);
    nasty.name = "a\x1b[2Jb\u{202e}".into();
    let said = report(listens, &nasty, must_pass());
    assert!(said.contains(r"error: \u{1b}[2J\u{9b}\u{202e}"), "{said}");
    assert!(said.contains(r"a\u{1b}[2Jb\u{202e} does not pass"), "{said}");
    assert!(!said.contains(['\x1b', '\u{9b}', '\u{202e}']), "{said}");
}

#[test]
fn a_long_wait_is_named_with_its_length() {
    let waits = |run: &mut Run| {
        run.step("wait");
        std::thread::sleep(Duration::from_millis(1100));
        Err(run.broken("this", "that"))
    };
    let said = report(waits, &shell(""), must_pass());
    assert!(said.contains("--> 1 wait (took "), "{said}");
    let said = report(|run| run.ensure("this", false, "that"), &shell(""), must_pass());
    assert!(!said.contains("(took"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_refusal_by_a_program_that_has_ended_is_named() {
    fn refused(run: &mut Run, ends: bool) -> Outcome {
        let program = run.start(&[])?;
        let closed = run.closed_port()?;
        run.until("it has ended, or runs", || {
            (crate::machine::has_ended(program.id()) == ends).then_some(())
        })?;
        run.is_refused(closed.address)?;
        run.becomes_refused(closed.address)?;
        run.ensure("something else", false, "nothing")
    }
    let said = report(|run| refused(run, true), &shell("exit 3"), must_pass());
    assert!(said.contains("is refused (because subject had ended)"), "{said}");
    assert!(said.contains("are refused (because subject had ended)"), "{said}");
    let said = report(|run| refused(run, false), &shell("exec sleep 60"), must_pass());
    assert!(said.contains("are refused ") && !said.contains("had ended"), "{said}");
}

/// Of two runs of one program, one has ended: that's no cause where the step is about the other one's client.
#[cfg(target_os = "linux")]
/// It's the check that ended it.
#[test]
fn a_program_that_a_check_is_done_with_has_not_ended() {
    fn is_late(run: &mut Run) -> Outcome {
        listens(run)?;
        run.ensure("that took less than a second", false, "1.7 s")
    }
    let program = shell("echo listening on 127.0.0.1:1; sleep 1000");
    let report = report(is_late, &program, must_pass());
    assert!(report.contains("got 1.7 s"), "{report}");
    assert!(!names_its_end(&report), "{report}");
}

#[test]
fn a_cause_is_of_the_run_that_the_step_is_about() {
    fn waits_in_vain(run: &mut Run, at_the_first: bool) -> Outcome {
        let listeners = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
        let [first, second] = listeners.each_ref().map(|one| one.local_addr().unwrap());
        let _first = run.start(&[&first.to_string()])?;
        let other = run.start(&[&second.to_string(), "ends"])?;
        run.until("it has ended", || crate::machine::has_ended(other.id()).then_some(()))?;
        let _client = run.connect_as("the client", first)?;
        let mut peer = match at_the_first {
            true => run.connect_as("the client behind it", first)?,
            false => run.connect_as("the client of the other", second)?,
        };
        drop(listeners);
        peer.receives("hello")
    }
    let line = r#"echo listening on $0; [ "$1" ] && exit 3; exec sleep 60"#;
    let said = report(|run| waits_in_vain(run, true), &shell(line), must_pass());
    assert!(said.contains("runs on") && !said.contains("exit code 3."), "{said}");
    let said = report(|run| waits_in_vain(run, false), &shell(line), must_pass());
    assert!(!said.contains("runs on"), "{said}");
}

#[test]
fn a_call_that_would_block_is_told_from_a_timeout() {
    let line = "echo 'error: cannot read: timed out' >&2; exit 1";
    let said = report(listens, &shell(line), must_pass());
    assert!(said.contains("it would block"), "{said}");
    let told = |run: &mut Run| run.start(&["--time-limit", "0.1"])?.listening().map(drop);
    let said = report(told, &shell(line), must_pass());
    assert!(!said.contains("it would block"), "{said}");
}

/// What causes are drawn from are the words of other sentences, in each language.
#[cfg(target_os = "linux")]
fn in_each_language(holds: impl Fn()) {
    Language::ALL.iter().for_each(|language| speaking(*language, &holds));
}

/// Whether a report has this sentence, which may be wrapped.
#[cfg(target_os = "linux")]
fn says(report: &str, sentence: &str) -> bool {
    let unwrapped = |text: &str| text.split_whitespace().collect::<String>();
    unwrapped(report).contains(&unwrapped(sentence))
}

/// Whether a report says that the program was no longer there.
#[cfg(target_os = "linux")]
fn names_its_end(report: &str) -> bool {
    says(report, "no longer there") || says(report, "已经不在了")
}

/// A program that waits is looked at in vain: these are told from what the step expected and got.
#[cfg(target_os = "linux")]
#[test]
fn causes_are_drawn_in_each_language() {
    let line = "echo listening on 127.0.0.1:1; exec sleep 60";
    let likely = |expected: String, got: String| {
        let (program, trace) = (shell(line), Trace::explained(must_pass()));
        let mut run = Run::new(Some(&program), &trace);
        let mut started = run.start(&[]).expect("it starts");
        started.listening().expect("it says so");
        let broken = trace.broken(expected, got);
        drop(started);
        Report::new(&check("works", |_| Ok(())), "subject", trace.take(), broken).likely().to_vec()
    };
    in_each_language(|| {
        let silence = likely(demands::silence(), quote(b"hello"));
        assert_eq!(silence, [causes::did_not_wait("subject")]);
        let early = likely(quote(b"hello"), demands::then(b"hel", &demands::end_of_stream()));
        assert_eq!(early, [causes::ended_too_early("subject")]);
        let ends = [
            demands::bytes_and_end(),
            demands::end_read(),
            demands::no_reply(),
            demands::the_end(),
            demands::end_of_stream(),
        ];
        for end in ends {
            assert!(likely(end.clone(), demands::end_of_stream()).is_empty(), "{end}");
        }
        assert!(likely(demands::a_reset(), demands::clean_end()).is_empty());
        let zero = likely(demands::listening(), quote(b"listening on 127.0.0.1:0"));
        assert_eq!(zero, [causes::port_zero("subject")]);
        let waits = likely(quote(b"hello"), demands::time_up());
        assert!(waits[0].starts_with(&causes::waited_in_vain(2)), "{waits:?}");
        let success = likely(demands::exit_code(1), demands::exit_code(0));
        assert_eq!(success, [causes::error_taken_for_success("subject")]);
    });
}

/// The end of a program that ended well is no cause of bytes that are missing or wrong.
#[cfg(target_os = "linux")]
#[test]
fn a_short_reply_is_named_and_not_the_end() {
    let outcome = |received: &[u8], then: &str| {
        let (program, trace) = (shell("exit 0"), Trace::explained(must_pass()));
        let mut run = Run::new(Some(&program), &trace);
        let started = run.start(&[]).expect("it starts");
        run.until("it has ended", || crate::machine::has_ended(started.id()).then_some(()))
            .expect("it ends");
        let broken = trace.differs(b"hello", received, then);
        drop(started);
        let check: Check = check("works", |_| Ok(()));
        Report::new(&check, "subject", trace.take(), broken).to_string()
    };
    in_each_language(|| {
        let short = outcome(b"hel", &demands::end_of_stream());
        assert!(says(&short, &causes::sent_less("subject")), "{short}");
        let wrong = outcome(b"hexxo", "");
        assert!(!names_its_end(&short) && !names_its_end(&wrong), "{wrong}");
    });
}

/// Whether the program has ended, or waits for more.
#[cfg(target_os = "linux")]
#[test]
fn a_missing_last_newline_is_named_and_not_the_end() {
    let outcome = |line: &str, then: &str| {
        let (program, trace) = (shell(line), Trace::explained(must_pass()));
        let mut run = Run::new(Some(&program), &trace);
        let started = run.start(&[]).expect("it starts");
        let ends = line == "exit 0";
        run.until("it has ended, or runs", || {
            (crate::machine::has_ended(started.id()) == ends).then_some(())
        })
        .expect("it ends, or runs");
        let broken = trace.differs(b"hello\n", b"hello", then);
        drop(started);
        let check: Check = check("works", |_| Ok(()));
        Report::new(&check, "subject", trace.take(), broken).to_string()
    };
    in_each_language(|| {
        for line in ["exit 0", "exec sleep 60"] {
            for then in [demands::end_of_stream(), demands::then_time_up()] {
                let said = outcome(line, &then);
                assert!(says(&said, &causes::lacks_newline("subject")), "{said}");
                for other in [causes::ended_too_early("subject"), causes::sent_less("subject")] {
                    assert!(!says(&said, &other), "{said}");
                }
            }
        }
    });
}

/// The end of a program that was asked to end is no cause of a reset.
#[cfg(target_os = "linux")]
#[test]
fn an_end_that_was_asked_for_is_no_cause() {
    let outcome = |terminate: bool| {
        let line = match terminate {
            true => {
                "trap 'exit 0' TERM; echo listening on 127.0.0.1:1; while :; do sleep 0.02; done"
            }
            false => "echo listening on 127.0.0.1:1",
        };
        let (program, trace) = (shell(line), Trace::explained(must_pass()));
        let mut run = Run::new(Some(&program), &trace);
        let mut started = run.start(&[]).expect("it starts");
        started.listening().expect("it says so");
        // Not Ctrl-C: a shell can't trap that where it was ignored from the start.
        if terminate {
            started.terminate().expect("it takes the signal");
        }
        run.until("it has ended", || crate::machine::has_ended(started.id()).then_some(()))
            .expect("it ends");
        let broken = trace.broken(demands::end_read(), "Connection reset by peer");
        drop(started);
        let check: Check = check("works", |_| Ok(()));
        Report::new(&check, "subject", trace.take(), broken).to_string()
    };
    in_each_language(|| {
        let (asked, by_itself) = (outcome(true), outcome(false));
        assert!(!names_its_end(&asked), "{asked}");
        assert!(names_its_end(&by_itself), "{by_itself}");
    });
}

/// Run by the next test.
#[test]
fn a_link() {
    println!("{}", report(|_| Err(Broken::new("this", "that")), &shell(""), must_fail()));
}

#[test]
fn links_lead_to_where_the_book_is_served() {
    for (port, expected) in [("4711", "127.0.0.1:4711/"), ("x", "127.0.0.1:3000/")] {
        let said = said_with("BOOK_PORT", port, "report::tests::a_link");
        assert!(said.contains(expected), "{said}");
    }
}

/// A report on a step that took too long, or that got a wrong byte, while the machine was so busy.
#[test]
fn a_busy_machine_excuses_time_and_nothing_else() {
    let judged = |line: &str, expected: &str, busy| {
        let program = shell(line);
        let trace = Trace::explained(Duration::from_millis(500));
        let check: Check = check("works", says_hello);
        let broken = attempt(Run::new(Some(&program), &trace), &check).expect_err("it must fail");
        let report = Report::new(&check, "subject", trace.take(), broken).judged_while(busy);
        assert!(report.to_string().contains(expected), "{report}");
        report.is_judged()
    };
    let busy = Some((10, 2));
    let silent = "echo listening on 127.0.0.1:1; exec sleep 60";
    assert!(judged(silent, "does not pass", None));
    assert!(!judged(silent, "GRADER_PATIENCE=3", busy));
    // The hint is for the next time.
    assert!(!judged(silent, "If it says the same on a quiet machine", busy));
    // These need no patience.
    let is_judged = |line: &str, run: fn(&mut Run) -> Outcome| {
        let (program, trace) = (shell(line), Trace::explained(must_pass()));
        let check: Check = check("works", run);
        let broken = attempt(Run::new(Some(&program), &trace), &check).expect_err("it must fail");
        Report::new(&check, "subject", trace.take(), broken).judged_while(busy).is_judged()
    };
    let late = |run: &mut Run| {
        run.start(&[])?.complains("a.rs")?;
        Err(Broken::new("this", "nothing: the time was up").of_time())
    };
    assert!(!is_judged("echo a.rs >&2; exec sleep 60", late));
    assert!(is_judged("echo \"thread 'main' panicked at a.rs:1:1:\" >&2; exec sleep 60", late));
    assert!(is_judged("echo listening at 127.0.0.1:1; exec sleep 60", says_hello));
    assert!(is_judged("exit 3", says_hello));
}

/// A program that wants no processor isn't slowed by those who do.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_is_asleep_is_judged_on_a_busy_machine() {
    let is_judged = |does: &str| {
        let program = shell(&format!("echo listening on 127.0.0.1:1; {does}"));
        let trace = Trace::explained(Duration::from_secs(2));
        let check: Check = check("works", says_hello);
        let broken = attempt(Run::new(Some(&program), &trace), &check).expect_err("it must fail");
        Report::new(&check, "subject", trace.take(), broken).judged_while(Some((10, 2))).is_judged()
    };
    assert!(is_judged("exec sleep 60"));
    assert!(!is_judged("while :; do :; done"));
    assert!(!is_judged("(while :; do :; done) & wait"), "its child isn't asleep");
}

/// Whether a graded program passes that does this, and how long that takes. A busy machine slows both the
/// program and the clock.
fn graded(line: &str, started_in: Duration) -> (bool, Duration) {
    let mut program = shell(line);
    program.name = line.into();
    start_seen(&program.name, started_in);
    let (since, slowdown) = (Instant::now(), slowdown());
    let trace = Trace::graded(Duration::from_secs(1).mul_f64(slowdown));
    let outcome = attempt(Run::new(Some(&program), &trace), &check("works", says_hello));
    (outcome.is_ok(), since.elapsed().div_f64(slowdown))
}

#[test]
fn a_slow_start_is_not_part_of_the_deadline() {
    let slow = "sleep 2; echo listening on 127.0.0.1:1; sleep 0.1; echo hello";
    assert!(graded(slow, Duration::from_secs(1)).0);
}

#[test]
fn what_a_quick_start_leaves_is_not_given_to_a_program_that_hangs() {
    let hangs = "echo listening on 127.0.0.1:1; exec sleep 60";
    let (passes, took) = graded(hangs, Duration::from_secs(9));
    assert!(!passes && took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_deadline_that_a_program_is_told_is_granted() {
    let left = |arguments: &'static [&'static str]| {
        let (program, trace) = (shell("exit 0"), Trace::new(Duration::from_secs(9)));
        Run::new(Some(&program), &trace).start(arguments).expect("it starts");
        trace.left() > Duration::from_secs(10)
    };
    assert!(left(&["--time-limit", "4"]));
    assert!(!left(&["--time-limit", "60"]) && !left(&["--time-limit", "x"]) && !left(&["4"]));
}
