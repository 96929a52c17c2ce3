use std::ffi::OsString;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use grader::{Graded, RECORD, Status, end_programs_of, harmless, text};

use crate::build::Build;

/// The suite of one lesson: the program that `cargo test` would start.
pub struct Suite {
    pub lesson: String,
    program: PathBuf,
    /// Where cargo would start it.
    directory: PathBuf,
    /// The ids of the exercise's checks: known before anything is graded.
    pub checks: Vec<String>,
}

/// How long a suite may take where a check has its usual time: many times as long as the slowest answer needs.
const DEADLINE: Duration = Duration::from_secs(60);

/// More than any record.
const LONGEST: u64 = 256 << 20;

impl Suite {
    /// `None` if it, or a program that it needs, does not compile.
    pub fn of_lesson(lesson: &str, build: &Build) -> io::Result<Option<Suite>> {
        let Some((program, manifest)) = build.program("test", lesson) else { return Ok(None) };
        let directory = manifest.parent().unwrap_or(Path::new("")).to_owned();
        let checks = Vec::new();
        let mut suite = Suite { lesson: lesson.into(), program: program.into(), directory, checks };
        let output = suite.command().env("SUBJECT", "nothing").arg("--list").output()?;
        let list = String::from_utf8_lossy(&output.stdout);
        let check =
            |line: &str| Some(line.strip_prefix("subject::")?.split_once(": ")?.0.to_owned());
        suite.checks = list.lines().filter_map(check).collect();
        Ok(Some(suite))
    }

    /// Grades the exercise of the lesson itself.
    pub fn grade_exercise(&self, json: bool) -> Vec<Graded> {
        let mut suite = self.command();
        // Its checks, and not what the suite proves of the untouched starter.
        suite.arg(crate::exercise(&self.lesson) + "::").env_remove("SUBJECT");
        // With JSON on stdout, what people read goes to stderr.
        if json {
            suite.stdout(io::stderr());
        }
        self.recorded(suite)
    }

    /// Grades a command line that is started in a directory.
    pub fn grade(&self, subject: &OsString, directory: &Path) -> Vec<Graded> {
        let mut suite = self.command();
        suite.env("SUBJECT", subject).env("PWD", directory);
        // A program could open the suite's descriptors (proc(5)): none of them is the teacher's terminal.
        suite.stdout(Stdio::null()).stderr(Stdio::piped());
        // No learner waits at the keyboard, so it's better to be slow than wrong on a busy machine.
        if std::env::var_os("GRADER_PATIENCE").is_none() {
            suite.env("GRADER_PATIENCE", "3");
        }
        self.recorded(suite)
    }

    /// The same result for every check.
    pub fn every_check(&self, status: Status, message: &str) -> Vec<Graded> {
        let graded = |check: &String| Graded {
            lesson: self.lesson.clone(),
            check: check.clone(),
            status,
            message: message.into(),
            time: Duration::ZERO,
        };
        self.checks.iter().map(graded).collect()
    }

    fn command(&self) -> Command {
        let mut suite = Command::new(&self.program);
        suite.current_dir(&self.directory).stdin(Stdio::null());
        suite
    }

    /// Runs the suite and reads its record. One that leaves none, or another than a suite writes, fails all
    /// of its checks: the program that it grades may have had a hand in that.
    fn recorded(&self, suite: Command) -> Vec<Graded> {
        self.run(suite).unwrap_or_else(|why| self.every_check(Status::Failed, &why))
    }

    fn run(&self, mut suite: Command) -> Result<Vec<Graded>, String> {
        let lesson = &self.lesson;
        let given = suite.get_envs().find(|(name, _)| *name == "GRADER_PATIENCE");
        let patience = given.map_or_else(
            || std::env::var("GRADER_PATIENCE").ok(),
            |(_, value)| value.map(|value| value.to_string_lossy().into_owned()),
        );
        let patience = patience.and_then(|text| text.parse().ok());
        let patience = patience.filter(|scale| (0.1..=1000.0).contains(scale)).unwrap_or(1.0);
        let key = key();
        let cannot =
            |why: io::Error| text!("the suite of {lesson} cannot be started: {why}", lesson, why);
        let (mut child, record) = started(suite.env(RECORD, "1"), &key).map_err(cannot)?;
        drop(suite);
        let said = last_words(&mut child);
        let status = ends_within(&mut child, DEADLINE.mul_f64(patience)).map_err(cannot)?;
        // Should the suite have been killed, it can no longer end what it has started.
        end_programs_of(child.id());
        let Some(status) = status else {
            return Err(text!(
                "the suite of {lesson} was ended: it took more than {seconds} s",
                lesson,
                seconds = DEADLINE.mul_f64(patience).as_secs(),
            ));
        };
        // No other process can hold the other end open.
        let record = record.recv_timeout(Duration::from_secs(10)).unwrap_or_default();
        if record.is_empty() {
            let said = said.lock().unwrap_or_else(PoisonError::into_inner);
            let said = harmless(&String::from_utf8_lossy(&said)).trim().to_owned();
            let said = if said.is_empty() { said } else { format!(": {said}") };
            return Err(text!(
                "the suite of {lesson} left no record ({status}){said}",
                lesson,
                status,
                said
            ));
        }
        self.judged(&record, &key, status)
            .map_err(|why| text!("the record of {lesson} was tampered with: {why}", lesson, why))
    }

    /// The record, if it is one that a suite writes: each line has the key, each check occurs once, and the
    /// exit status is that of such a suite.
    fn judged(&self, record: &str, key: &str, status: ExitStatus) -> Result<Vec<Graded>, String> {
        let mut results = Vec::new();
        for line in record.lines() {
            let line = line.strip_prefix(key).and_then(|line| line.strip_prefix(' '));
            let graded =
                line.ok_or_else(|| text!("a line lacks its key")).map(Graded::from_json)?;
            let graded = graded.ok_or_else(|| text!("a line is none of a record"))?;
            if graded.lesson != self.lesson || !self.checks.contains(&graded.check) {
                return Err(text!(
                    "there is no check {check} of {lesson}",
                    check = graded.check,
                    lesson = graded.lesson,
                ));
            }
            results.push(graded);
        }
        for check in &self.checks {
            let count = results.iter().filter(|graded| graded.check == *check).count();
            if count != 1 {
                return Err(text!("{check} was recorded {count} times", check, count));
            }
        }
        let fails = |status| matches!(status, Status::Failed | Status::NotJudged);
        let fails = results.iter().any(|graded| fails(graded.status));
        let code = if fails { 101 } else { 0 };
        match status.code() {
            Some(its) if its == code => Ok(results),
            _ => Err(text!(
                "a suite with these results exits with {code}, not with {status}",
                code,
                status,
            )),
        }
    }
}

/// What no program can guess: 256 bits from the system's source of chance.
fn key() -> String {
    (0..4).map(|number| format!("{:016x}", RandomState::new().hash_one(number))).collect()
}

/// Starts a suite, and hands it the key at the other end of a socket, where the record will come from.
#[cfg(unix)]
fn started(suite: &mut Command, key: &str) -> io::Result<(Child, mpsc::Receiver<String>)> {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    let (mut ours, theirs) = UnixStream::pair()?;
    let child = suite.stdin(OwnedFd::from(theirs)).spawn()?;
    // This end of the other socket is closed, or the record would have no end.
    suite.stdin(Stdio::null());
    let _ = writeln!(ours, "{key}");
    Ok((child, read(ours)))
}

/// Where there is no such socket, the record is on stdout, among what people read.
#[cfg(not(unix))]
fn started(suite: &mut Command, key: &str) -> io::Result<(Child, mpsc::Receiver<String>)> {
    let mut child = suite.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let _ = writeln!(stdin, "{key}");
    // The suite ends with its stdin.
    std::mem::forget(stdin);
    let all = read(child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
    let (sender, record) = mpsc::channel();
    let key = key.to_owned();
    thread::spawn(move || {
        let all = all.recv().unwrap_or_default();
        let is_record = |line: &&str| line.starts_with(&key);
        all.lines().filter(|line| !is_record(line)).for_each(|line| println!("{line}"));
        let _ =
            sender.send(all.lines().filter(is_record).map(|line| format!("{line}\n")).collect());
    });
    Ok((child, record))
}

/// All that comes, when it has come.
fn read(from: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, all) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.take(LONGEST).read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    all
}

/// The start of what a suite writes to a piped stderr. A program that has opened that pipe, too, may keep it
/// open for good.
fn last_words(suite: &mut Child) -> Arc<Mutex<Vec<u8>>> {
    const KEPT: usize = 2000;
    let said: Arc<Mutex<Vec<u8>>> = Arc::default();
    if let Some(mut stderr) = suite.stderr.take() {
        let said = Arc::clone(&said);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut buffer) {
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                let room = KEPT - said.len();
                said.extend_from_slice(&buffer[..count.min(room)]);
            }
        });
    }
    said
}

/// How the suite has ended; `None`: it had to be ended. One that is stopped goes on: a program that it grades
/// may have stopped it.
fn ends_within(suite: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let (mut taken, mut last) = (Duration::ZERO, Instant::now());
    #[cfg(unix)]
    let mut looks = 0;
    loop {
        if let Some(status) = suite.try_wait()? {
            return Ok(Some(status));
        }
        // While this program itself is stopped, as Ctrl-Z does it, no time passes.
        taken += last.elapsed().min(Duration::from_millis(500));
        last = Instant::now();
        if taken > limit {
            suite.kill()?;
            suite.wait()?;
            return Ok(None);
        }
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process};
            looks += 1;
            if looks % 20 == 0 {
                let _ = kill_process(Pid::from_child(suite), Signal::CONT);
            }
        }
        thread::sleep(Duration::from_millis(10));
    }
}
