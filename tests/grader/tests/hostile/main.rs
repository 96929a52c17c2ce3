//! Programs that do their worst: the grader must end them in time, say why, leave none of them behind,
//! and serve their neighbours meanwhile.

mod deeds;

use std::cell::RefCell;
use std::fmt::Debug;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use grader::{Check, Outcome, Program, Quota, Run, Subject, check, despite_stalls, judge};
use harness::{Arguments, Failed, Trial};

/// For what must come in the end: a busy machine may take long.
const LONG: Duration = Duration::from_secs(20);

/// For programs that hang until the time is up; longer where they have not come to it in this time.
const SHORT: Duration = Duration::from_millis(700);

/// What a test may take over its patience, on a busy machine. The programs run far longer.
const SLACK: Duration = Duration::from_secs(15);

/// A hostile program in a check.
struct Hostile {
    name: &'static str,
    patience: Duration,
    run: fn(&mut Run) -> Outcome,
    /// Words of the report; `None`: it must pass.
    reported: Option<&'static [&'static str]>,
}

const HOSTILE: [Hostile; 8] = [
    Hostile {
        name: "floods_its_output",
        patience: LONG,
        run: |run| start(run, "floods")?.says("what never comes"),
        reported: Some(&[
            "-->  2  wait until hostile writes \"what never comes\" on stdout",
            "got       it was ended by the grader: it wrote more than 16 MiB to stdout",
            "stdout | … 16.",
            "stdout | a line, and another",
            "grader | it was ended: it wrote more than 16 MiB to stdout",
        ]),
    },
    Hostile {
        name: "binds_nothing",
        patience: SHORT,
        run: |run| serve(run, "binds_nothing").map(drop),
        reported: Some(&["-->  2  wait until hostile listens", "the time was up"]),
    },
    Hostile {
        name: "ignores_sigterm",
        patience: SHORT,
        run: |run| {
            // What a process ignores, it also ignores after exec (signal(7)).
            let deaf = hostile().through(&["sh", "-c", "trap '' TERM; exec \"$@\"", "sh"]);
            let mut deaf = run.start_other(&deaf, &["be", "answers", &token()])?;
            deaf.listening()?;
            deaf.terminate()?;
            deaf.exits_with(0)
        },
        reported: Some(&["-->  4  wait until hostile ends", "the time was up"]),
    },
    Hostile {
        name: "sends_for_ever",
        patience: LONG,
        run: |run| {
            let (_server, address) = serve(run, "sends_for_ever")?;
            run.connect(address)?.receives_to_end().map(drop)
        },
        reported: Some(&["-->  4  the client receives to the end", "and no end"]),
    },
    Hostile {
        name: "eats_memory",
        patience: LONG,
        run: |run| {
            let (_server, address) = serve(run, "eats")?;
            let mut client = run.connect(address)?;
            client.receives("a reply")
        },
        reported: Some(&[
            "-->  4  the client receives",
            "The grader ended hostile: it took more than 128 MiB of memory",
        ]),
    },
    Hostile {
        name: "multiplies",
        patience: LONG,
        run: |run| start(run, "multiplies:8")?.says("what never comes"),
        reported: Some(&["it ran more than 32 processes at the same time"]),
    },
    Hostile {
        name: "leaves_a_daemon_behind",
        patience: LONG,
        run: |run| {
            run.to_end(&["be", "leaves:binds_nothing", &token()])?;
            Ok(())
        },
        reported: None,
    },
    Hostile {
        name: "is_a_daemon",
        patience: LONG,
        run: |run| {
            let (_server, address) = serve(run, "leaves:answers")?;
            is_answered(run, address)
        },
        reported: None,
    },
];

thread_local! {
    /// In the command line of all that is started for the test of this thread.
    static TOKEN: RefCell<String> = const { RefCell::new(String::new()) };
    /// Whether the hostile program next to this thread's is over.
    static OVER: RefCell<Arc<AtomicBool>> = RefCell::default();
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [be, deed, token] = &words[..]
        && be == "be"
    {
        let done = deeds::perform(deed, token);
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(16);
    let mut trials: Vec<Trial> = HOSTILE
        .iter()
        .map(|hostile| {
            Trial::test(hostile.name, || despite_stalls(|| hostile.is_ended()))
                .with_ignored_flag(!cfg!(target_os = "linux"))
        })
        .collect();
    let a_killed_grader = || despite_stalls(a_killed_grader_leaves_no_process);
    let keeps_none = cfg!(any(target_os = "linux", windows));
    trials.extend([
        Trial::test("a_program_ends_with_all_that_it_has_started", || {
            despite_stalls(a_program_ends_with_all_that_it_has_started)
        }),
        Trial::test("a_killed_grader_leaves_no_process", a_killed_grader)
            .with_ignored_flag(!keeps_none),
    ]);
    harness::run(&arguments, trials).exit_code()
}

impl Hostile {
    fn is_ended(&self) -> Result<(), Failed> {
        let mut patience = self.patience;
        loop {
            let since = Instant::now();
            match self.is_ended_within(patience) {
                // A busy machine may not have come to the step in which the program hangs.
                Err(_) if patience < LONG && since.elapsed() < patience + SLACK => patience *= 4,
                outcome => return outcome,
            }
        }
    }

    fn is_ended_within(&self, patience: Duration) -> Result<(), Failed> {
        let token = set_token(self.name);
        let over = Arc::new(AtomicBool::new(false));
        let (outcome, took, left, neighbour) = thread::scope(|scope| {
            let neighbour = scope.spawn(|| {
                set_token("neighbour");
                OVER.set(Arc::clone(&over));
                judge(&NEIGHBOUR, &hostile(), 3 * LONG)
            });
            let since = Instant::now();
            let outcome = judge(&check(self.name, self.run), &hostile(), patience);
            let (took, left) = (since.elapsed(), left_of(&token));
            over.store(true, Ordering::Relaxed);
            (outcome, took, left, neighbour.join().expect("no panic"))
        });
        demand(neighbour.is_ok(), "its neighbour is served", &neighbour)?;
        demand(left.is_empty(), "no process is left", &left)?;
        demand(took < patience + SLACK, "it is over in time", &took)?;
        match (self.reported, outcome) {
            (None, outcome) => demand(outcome.is_ok(), "it passes", &outcome),
            (Some(_), Ok(())) => Err("it must not pass".into()),
            (Some(words), Err(report)) => {
                match words.iter().find(|words| !report.contains(**words)) {
                    Some(words) => Err(format!("no {words:?} in the report:\n{report}").into()),
                    None => Ok(()),
                }
            }
        }
    }
}

const NEIGHBOUR: Check = check("is_served", |run| {
    let (_server, address) = serve(run, "answers")?;
    is_answered(run, address)?;
    let over = OVER.with_borrow(Arc::clone);
    run.until("the hostile program is over", || over.load(Ordering::Relaxed).then_some(()))?;
    is_answered(run, address)
});

/// On every system: what is refused has ended. One of them stays beside what it has started; the other doesn't,
/// and what it has started leaves its group, which macOS doesn't know.
fn a_program_ends_with_all_that_it_has_started() -> Result<(), Failed> {
    const CHECK: Check = check("is_refused", |run| {
        let deeds = ["starts:answers", "leaves:answers"];
        let known = if cfg!(any(target_os = "linux", windows)) { 2 } else { 1 };
        for deed in &deeds[..known] {
            let (program, address) = serve(run, deed)?;
            is_answered(run, address)?;
            drop(program);
            run.becomes_refused(address)?;
        }
        Ok(())
    });
    set_token("a_family");
    Ok(judge(&CHECK, &hostile(), LONG)?)
}

fn a_killed_grader_leaves_no_process() -> Result<(), Failed> {
    let token = set_token("a_killed_grader");
    let program = std::env::current_exe()?;
    let mut grader = Command::new(program);
    grader.args(["be", "grades", &token]).stdout(Stdio::piped());
    let mut grader = grader.spawn()?;
    let mut line = String::new();
    BufReader::new(grader.stdout.take().expect("piped")).read_line(&mut line)?;
    let address = line.trim_end().rsplit(' ').next().unwrap_or_default();
    demand(TcpStream::connect(address).is_ok(), "its program has run", &line)?;
    grader.kill()?;
    grader.wait()?;
    let end = Instant::now() + SLACK;
    while TcpStream::connect(address).is_ok() && Instant::now() < end {
        thread::sleep(Duration::from_millis(5));
    }
    demand(TcpStream::connect(address).is_err(), "its program has ended", &line)?;
    // Where there is a list of processes.
    let left = left_of(&token);
    demand(left.is_empty(), "no process is left", &left)
}

/// What the grader does that will be killed.
pub fn grade_for_ever(token: &str) {
    const CHECK: Check = check("goes_on", |run| {
        let (mut server, address) = serve(run, "leaves:answers")?;
        println!("the program runs, and listens on {address}");
        server.says("what never comes")
    });
    TOKEN.set(token.into());
    let _ = judge(&CHECK, &hostile(), LONG);
}

/// This executable, which is all of the programs.
fn hostile() -> Subject {
    let program = std::env::current_exe().expect("the path of this test");
    let quota = Quota { memory: 128 << 20, processes: 32, output: 16 << 20 };
    Subject::new("hostile", program).with_quota(quota)
}

fn start(run: &mut Run, deed: &str) -> Outcome<Program> {
    run.start(&["be", deed, &token()])
}

fn serve(run: &mut Run, deed: &str) -> Outcome<(Program, SocketAddr)> {
    run.serve_with(&["be", deed, &token()])
}

fn is_answered(run: &mut Run, address: SocketAddr) -> Outcome {
    let mut client = run.connect(address)?;
    client.send("hello")?;
    client.finish_sending()?;
    client.receives_all("hello")
}

fn set_token(test: &str) -> String {
    TOKEN.set(format!("{test}@{}", std::process::id()));
    token()
}

fn token() -> String {
    TOKEN.with_borrow(String::clone)
}

/// Those that are left for long.
fn left_of(token: &str) -> Vec<String> {
    let end = Instant::now() + SLACK;
    loop {
        let left = with(token);
        if left.is_empty() || Instant::now() > end {
            return left;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The processes with this token in their command line.
fn with(token: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let commands =
        processes.filter_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok());
    commands.filter(|command| command.split('\0').any(|word| word == token)).collect()
}

fn demand(holds: bool, what: &str, got: &impl Debug) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(format!("not so: {what}; got {got:?}").into()) }
}
