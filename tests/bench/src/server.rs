//! The programs that are measured, as whole processes.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use common::{Explain, Failure};

use crate::system::Processors;

/// Who answers the same requests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Lesson04,
    C,
    Tokio,
    Python,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Lesson04 => "lesson04",
            Kind::C => "C",
            Kind::Tokio => "tokio",
            Kind::Python => "Python",
        }
    }

    /// The command that starts it. `None`: the machine has not what it takes.
    ///
    /// # Errors
    ///
    /// A compiler that is there and fails.
    pub fn command(self) -> Result<Option<Command>, Failure> {
        let mut command = match self {
            Kind::Lesson04 => Command::new(built("lesson04")),
            Kind::Tokio => Command::new(built("tokio_server")),
            Kind::C => match compiled_c()? {
                Some(program) => Command::new(program),
                None => return Ok(None),
            },
            Kind::Python => {
                let there = Command::new("python3").arg("--version").output().is_ok();
                if !there {
                    return Ok(None);
                }
                let mut python = Command::new("python3");
                python.arg(root().join("lessons/lesson04/mended.py"));
                python
            }
        };
        command.arg("127.0.0.1:0");
        if self == Kind::Lesson04 {
            // As many clients as any benchmark here brings.
            command.args(["--quiet", "--max-clients", "20000"]);
        }
        Ok(Some(command))
    }
}

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts a program and waits until it listens.
    ///
    /// # Errors
    ///
    /// It cannot be started, or ends without listening.
    pub fn start(mut command: Command) -> Result<Server, Failure> {
        let what = format!("cannot start {:?}", command.get_program());
        let mut child = command.stdout(Stdio::piped()).spawn().explain(&what)?;
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut server = Server { child, address: ([127, 0, 0, 1], 0).into() };
        let mut line = String::new();
        output.read_line(&mut line).explain(&what)?;
        let address = line.trim_end().strip_prefix("listening on ").and_then(|at| at.parse().ok());
        server.address =
            address.ok_or_else(|| Failure::new(what, "it does not say where it listens"))?;
        // A full pipe would hold up a server that talks.
        thread::spawn(move || io::copy(&mut output, &mut io::sink()));
        Ok(server)
    }

    /// How much processor time it has used, all threads together.
    pub fn processor_time(&self) -> io::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // utime and stime are the fields 14 and 15 (proc_pid_stat(5)). The name, field 2, may have
        // spaces; what follows its bracket has none.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u64 =
            fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        // The kernel tells time to programs in hundredths of a second (time(7)).
        Ok(Duration::from_millis(10 * ticks))
    }

    /// A number from its status (proc_pid_status(5)), in KiB where it is a size.
    pub fn status(&self, field: &str) -> io::Result<u64> {
        number_in(&format!("/proc/{}/status", self.child.id()), field)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A number from one of those files of the kernel that have `NAME: NUMBER` on each line.
pub fn number_in(file: &str, field: &str) -> io::Result<u64> {
    let text = fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| io::Error::other(format!("no {field} in {file}")))
}

impl Processors {
    /// Starts a server on its processor, and stays on the other one.
    ///
    /// # Errors
    ///
    /// As `Server::start`, or the system refuses to bind this thread.
    pub fn start(&self, command: Command) -> Result<Server, Failure> {
        let cannot = "cannot choose a processor";
        self.be_a_server().explain(cannot)?;
        let server = Server::start(command);
        self.be_a_client().explain(cannot)?;
        server
    }
}

/// The workspace.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let places = [env::current_exe(), env::current_dir()].into_iter().flatten();
        let places: Vec<PathBuf> = places.collect();
        let mut folders = places.iter().flat_map(|place| place.ancestors());
        let root = folders.find(|folder| folder.join("book.toml").is_file());
        root.expect("the benchmark runs within the workspace").to_owned()
    });
    &ROOT
}

/// A program of the workspace, built like this one.
pub fn built(program: &str) -> PathBuf {
    let this = std::env::current_exe().expect("this program has a path");
    this.with_file_name(program)
}

/// Builds the lessons as this program is built.
///
/// # Errors
///
/// Cargo fails.
pub fn build_lessons() -> Result<(), Failure> {
    if cfg!(debug_assertions) {
        let failure = Failure::new("cannot measure", "this is a debug build");
        return Err(failure.advise("run it with `cargo run --release -p bench -- …`"));
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "-p", "lesson04", "-p", "lesson05"]);
    succeed(cargo.current_dir(root()))
}

/// The server in C, compiled. `None`: there is no compiler.
fn compiled_c() -> Result<Option<PathBuf>, Failure> {
    if Command::new("cc").arg("--version").output().is_err() {
        return Ok(None);
    }
    let program = built("bench_server_c");
    let source = root().join("tests/bench/peers/server.c");
    let mut cc = Command::new("cc");
    succeed(cc.args(["-O2", "-Wall", "-pthread", "-o"]).arg(&program).arg(source))?;
    Ok(Some(program))
}

/// Runs a command to its end.
///
/// # Errors
///
/// It cannot be started, or ends with an error.
pub fn succeed(command: &mut Command) -> Result<(), Failure> {
    let what = format!("cannot run {:?}", command.get_program());
    let status = command.status().explain(&what)?;
    if status.success() { Ok(()) } else { Err(Failure::new(what, status)) }
}
