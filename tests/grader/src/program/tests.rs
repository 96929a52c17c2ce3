//! Each demand on a program, where it holds and where it does not. The programs are shell scripts; where
//! one must wait, it waits for its input.

use std::time::{Duration, Instant};

use super::{Program, by_signal, ignores_ctrl_c, ways_to_end};
use crate::check::got;
use crate::doing::has_ended;
use crate::patience::must_pass;
use crate::subject::Subject;
use crate::trace::Trace;

/// A shell that runs this script.
fn shell(script: &str) -> Program {
    within(must_pass(), script)
}

fn within(time: Duration, script: &str) -> Program {
    super::shell(script, &Trace::new(time))
}

/// A program whose time is over: only what is there at once is found.
fn late(script: &str) -> Program {
    within(Duration::ZERO, script)
}

const LATE: &str = "nothing: the time was up";

#[test]
fn what_comes_after_its_end_is_not_its_time() {
    let mut program = within(must_pass(), "read go");
    let since = Instant::now();
    let so_far = program.ran_for(since);
    std::thread::sleep(Duration::from_millis(1));
    assert!(program.ran_for(since) > so_far, "it runs");
    program.ends_input();
    program.ends().unwrap();
    let ran = program.ran_for(since);
    assert!(ran <= since.elapsed());
    assert_eq!(program.ran_for(since), ran);
    assert_eq!(program.ran_for(Instant::now()), Duration::ZERO);
}

#[test]
fn the_address_is_the_first_line() {
    let mut program =
        shell("printf 'listening on 127.0.'; read go; echo 0.1:80; echo more; read go");
    program.says("127.0.").unwrap();
    program.types("go\n").unwrap();
    assert_eq!(program.listening().unwrap(), "127.0.0.1:80".parse().unwrap());
    assert_eq!(program.listening().unwrap(), "127.0.0.1:80".parse().unwrap());
    // The last line may have no end.
    let whole = shell("printf 'listening on [::1]:80'").listening();
    assert_eq!(whole.unwrap(), "[::1]:80".parse().unwrap());
}

#[test]
fn another_line_is_no_address() {
    assert_eq!(got(shell("echo hello; read go").listening()), "5 bytes \"hello\"");
    assert_eq!(
        got(shell("echo listening on port 80").listening()),
        "20 bytes \"listening on port 80\""
    );
    assert_eq!(got(shell("exit 3").listening()), "it ended with exit code 3");
    assert_eq!(got(shell("echo; echo listening on 127.0.0.1:80").listening()), "nothing");
    assert_eq!(got(late("read go").listening()), LATE);
}

#[test]
fn a_program_that_closes_its_output_says_nothing_more() {
    let script = "exec >&- 2>&-; read go";
    assert_eq!(got(shell(script).listening()), "it closed its output and runs on");
}

#[test]
fn words_are_found_wherever_they_are_cut() {
    let mut program = shell("printf 'a hel' >&2; read go; printf 'lo!' >&2; echo out; read go");
    program.complains("hel").unwrap();
    program.types("go\n").unwrap();
    program.complains("hello").unwrap();
    program.complains("").unwrap();
    program.says("out").unwrap();
    assert_eq!((&*program.stdout(), &*program.stderr()), ("out\n", "a hello!"));
    program.ends_input();
    assert_eq!(got(program.says("hello")), "it ended with exit code 1");
    assert_eq!(got(program.complains("out")), "it ended with exit code 1");
    assert_eq!(got(late("read go").says("hello")), LATE);
}

/// The words come while somebody waits for them: what has been seen of them is not forgotten.
#[test]
fn words_that_are_waited_for_are_found_wherever_they_are_cut() {
    let letters = "hello, all of you";
    let slow = format!(
        "for l in $(echo '{letters}' | sed 's/ /_/g; s/./& /g'); do printf $l; sleep 0.001; done"
    );
    shell(&slow).says("hello,_all_of_you").unwrap();
}

#[test]
fn an_error_names_its_client() {
    let client = "127.0.0.1:4312".parse().unwrap();
    shell("echo 'error: 127.0.0.1:4312: reset' >&2; read go").reports(client).unwrap();
    shell("printf 'note\\nerror: cannot read from 127.0.0.1:4312' >&2").reports(client).unwrap();
    for other in [
        "echo 'error: 127.0.0.1:4312: reset'",
        "echo 'note: 127.0.0.1:4312: reset' >&2",
        "echo 'error: 127.0.0.1:99: reset' >&2",
        "printf 'error: reset\\n127.0.0.1:4312' >&2",
    ] {
        assert_eq!(got(shell(other).reports(client)), "it ended with exit code 0", "{other}");
    }
}

#[test]
fn a_line_is_whole() {
    let mut program = shell("printf 'a\\nbe'; read go; printf 'e\\nbye\\nrest'");
    assert_eq!(program.line("a line", |line| line == "a").unwrap(), "a");
    program.says("be").unwrap();
    program.types("go\n").unwrap();
    assert_eq!(program.line("a b", |line| line.starts_with('b')).unwrap(), "bee");
    assert_eq!(program.line("bye", |line| line == "bye").unwrap(), "bye");
    let rest = program.line("the rest", |line| line == "rest" || line == "be");
    assert_eq!(got(rest), "it ended with exit code 0");
    let late = late("read go").line("a line", |_| true);
    assert_eq!(got(late), LATE);
}

#[test]
fn what_has_been_said_has_been_said() {
    let mut program = shell("echo hello; read go");
    program.says("hello").unwrap();
    program.has_not_said("bye").unwrap();
    assert_eq!(got(program.has_not_said("ell")), "just that");
}

#[test]
fn an_exit_code_is_this_one() {
    shell("exit 7").exits_with(7).unwrap();
    assert_eq!(got(shell("exit 7").exits_with(0)), "it ended with exit code 7");
    assert_eq!(got(shell("exit 101").exits_with(0)), "it ended with a panic (exit code 101)");
    for (signal, words) in [
        ("TERM", "SIGTERM ended it on the spot: it does not handle it"),
        ("SEGV", "it crashed: an invalid access to memory (SIGSEGV)"),
        ("ABRT", "it aborted itself (SIGABRT)"),
        ("KILL", "it was ended: signal: 9 (SIGKILL)"),
    ] {
        let script = format!("ulimit -c 0; kill -{signal} $$; read go");
        assert_eq!(got(shell(&script).exits_with(0)), words);
    }
    assert_eq!(got(late("read go").exits_with(0)), LATE);
}

#[test]
fn a_shell_in_the_background_lets_ctrl_c_be_ignored() {
    let status = |mask: &str| format!("SigBlk:\t0000000000000002\nSigIgn:\t{mask}\nSigCgt:\t2\n");
    for mask in ["0000000000000002", "0000000000001007"] {
        assert!(ignores_ctrl_c(&status(mask)), "{mask}");
    }
    for mask in ["0000000000000000", "0000000000001005", "none"] {
        assert!(!ignores_ctrl_c(&status(mask)), "{mask}");
    }
    assert!(!ignores_ctrl_c(""));
}

#[test]
fn a_signal_is_put_into_words() {
    use std::os::unix::process::ExitStatusExt;
    let words = |signal| by_signal(std::process::ExitStatus::from_raw(signal));
    assert_eq!(words(2), "Ctrl-C (SIGINT) ended it on the spot: it does not handle it");
    assert_eq!(words(15), "SIGTERM ended it on the spot: it does not handle it");
}

#[test]
fn who_must_not_listen_ends() {
    let finished = shell("echo no; exit 1").finishes_without_listening().unwrap();
    finished.exited_with(1).unwrap().said("no").unwrap();
    let listens = shell("echo listening on 127.0.0.1:80; read go").finishes_without_listening();
    assert_eq!(got(listens), "a running program that says \"listening on 127.0.0.1:80\"");
    assert_eq!(got(late("read go").finishes_without_listening()), LATE);
    assert_eq!(got(late("echo no; read go").finishes_without_listening()), LATE);
}

#[test]
fn all_that_it_wrote_is_there_at_its_end() {
    let mut program = shell("echo out; echo err >&2; exit 4");
    let output = program.ends().unwrap();
    assert_eq!((&*output.stdout, &*output.stderr), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!(output.status.code(), Some(4));
    let finished = shell("echo out; echo err >&2").finishes().unwrap();
    assert_eq!((&*finished.stdout(), &*finished.stderr()), ("out\n", "err\n"));
    finished.said_exactly("out\n").unwrap().complained("err").unwrap();
}

/// What it has left behind holds its output open, and is ended rather than waited for.
#[test]
fn what_a_program_leaves_behind_is_no_part_of_it() {
    let start = Instant::now();
    let mut program = shell("sleep 1000 & echo out $!");
    let output = String::from_utf8(program.ends().unwrap().stdout).unwrap();
    let left = output.strip_prefix("out ").unwrap().trim().parse().unwrap();
    if cfg!(target_os = "linux") {
        program.trace.until(&"its end", || has_ended(left).then_some(())).unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_program_runs_until_it_ends() {
    let mut program = shell("read go; exit 5");
    program.still_runs().unwrap();
    program.types("go\n").unwrap();
    program.ends().unwrap();
    assert_eq!(got(program.still_runs()), "it ended with exit code 5");
}

#[test]
fn a_program_can_be_ended_as_users_do() {
    for end in ways_to_end() {
        let mut program =
            shell("trap 'echo bye; exit 6' TERM INT; echo go; while :; do read go; done");
        program.says("go").unwrap();
        // A signal just before its `read` would be looked at only after it.
        let reads = || program.running_threads().is_empty().then_some(());
        program.trace.until(&"a shell that reads", reads).unwrap();
        end(&mut program).unwrap();
        let output = program.ends().unwrap();
        assert_eq!((output.status.code(), &*output.stdout), (Some(6), &b"go\nbye\n"[..]));
    }
    let mut killed = shell("trap '' TERM INT; echo go; read go");
    killed.says("go").unwrap();
    killed.terminate().unwrap();
    killed.still_runs().unwrap();
    killed.kill().unwrap();
    assert_eq!(got(killed.still_runs()), "it was ended: signal: 9 (SIGKILL)");
    assert!(killed.terminate().is_err(), "a program that has gone takes no signal");
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_stands_still_and_goes_on() {
    let mut program = shell("read go; echo on; read go");
    let trace = program.trace.clone();
    program.suspend().unwrap();
    trace.until(&"a stop", || program.stands_still().then_some(())).unwrap();
    program.types("go\n").unwrap();
    program.has_not_said("on").unwrap();
    program.resume().unwrap();
    program.says("on").unwrap();
    assert!(!program.stands_still());
}

#[cfg(target_os = "linux")]
#[test]
fn a_busy_program_may_run_on_for_a_moment() {
    let mut program = shell("echo busy; while :; do :; done");
    // Until then it waits now and then: for its own code, say, which the kernel reads from a disk.
    program.says("busy").unwrap();
    let start = Instant::now();
    program.may_run_on();
    // It may have run for less on a busy machine, but not be found waiting.
    assert!(start.elapsed() >= Duration::from_millis(500));
}

#[cfg(target_os = "linux")]
#[test]
fn the_kernel_says_what_a_program_takes() {
    let mut program = shell("echo go; read go");
    program.says("go").unwrap();
    let usage = program.usage().unwrap();
    assert_eq!(usage.threads, 1);
    assert!(usage.memory > 0 && usage.descriptors >= 3 && usage.addresses > usage.memory);
    program.ends_input();
    program.ends().unwrap();
    assert_eq!(got(program.usage()), "it has ended");
}

#[test]
fn input_is_typed_until_its_end() {
    let mut program = shell("cat");
    program.types("hello").unwrap();
    program.says("hello").unwrap();
    program.ends_input();
    program.exits_with(0).unwrap();
    assert_eq!(got(program.types("more")), "its input has been ended");
}

#[test]
fn the_report_knows_what_has_become_of_a_program() {
    let mut program = shell("exit 9");
    let trace = program.trace.clone();
    program.ends().unwrap();
    drop(program);
    let [ended] = &trace.take().programs[..] else { panic!("one program") };
    assert!(ended.over);
    assert_eq!(ended.status.and_then(|status| status.code()), Some(9));

    let program = shell("read go");
    let trace = program.trace.clone();
    let process = program.id();
    drop(program);
    let [dropped] = &trace.take().programs[..] else { panic!("one program") };
    assert!(!dropped.over && dropped.status.is_none());
    assert!(has_ended(process), "it dies with the run");
}

#[test]
fn a_program_that_was_cut_off_says_why() {
    let flood = "while echo 0123456789012345678901234567890123456789; do :; done";
    let subject = Subject::tool(&["sh", "-c", flood]);
    let limits = crate::limits::Limits { output: 1 << 20, ..subject.limits };
    let subject = subject.limited_to(limits);
    let trace = Trace::new(must_pass());
    let start = || Program::spawn(&subject, subject.command(), &trace).unwrap();
    let why = "it was ended by the grader: it wrote more than 1 MiB to stdout";
    assert_eq!(got(start().says("the end")), why);
    assert_eq!(got(start().ends()), why);
    assert_eq!(got(start().exits_with(0)), why);
    let mut program = start();
    let _ = program.says("the end");
    assert_eq!(got(program.listening()), why);
}
