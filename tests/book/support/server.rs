//! The server at work, and what it answers.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use harness::{Lent, Pool};

use super::{DEADLINE, SmallBook, Stream, children, executable, interrupt, process, root, until};

/// A server that serves; it dies with its test.
pub struct Server {
    pub child: Child,
    pub addr: SocketAddr,
    lines: Receiver<String>,
    errors: PathBuf,
}

/// Servers of this workspace's book, shared by tests that need no other: it takes a second to build that book, and
/// most of these tests wait for seconds.
static SHARED: Pool<(Server, SmallBook)> = Pool::of(3);

/// A shared server, which is one test's alone.
pub struct Shared(Lent<(Server, SmallBook)>);

/// How long a server may take to build both editions, where the machine is busy and several servers start at once.
const START: Duration = Duration::from_secs(240);

impl std::ops::Deref for Shared {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0.0
    }
}

impl Server {
    /// Ends the shared servers: a static is not dropped.
    pub fn end_shared() {
        SHARED.clear();
    }

    #[track_caller]
    pub fn shared() -> Shared {
        let served = SHARED.take(|| {
            let book = SmallBook::new();
            (Server::start_on(root(), &book, |_| {}), book)
        });
        // A test that has failed may have left a run, which ends a while after its page has gone.
        let id = served.0.child.id();
        until("nothing is left of the test before", || children(id) == 0);
        Shared(served)
    }

    #[track_caller]
    pub fn start(book: &SmallBook) -> Server {
        Server::start_as(book, |_| {})
    }

    /// Starts it with more arguments, or in another environment.
    #[track_caller]
    pub fn start_as(book: &SmallBook, change: impl FnOnce(&mut Command)) -> Server {
        Server::start_on(book.dir.path(), book, change)
    }

    /// Serves the book in `root`; what the server itself writes is beside the small book.
    #[track_caller]
    fn start_on(root: &Path, book: &SmallBook, change: impl FnOnce(&mut Command)) -> Server {
        let mut command = Command::new(executable());
        command.env("GRADER_LANG", "en");
        change(&mut command);
        // Where `std::env::temp_dir` looks: Unix has the first, Windows the second.
        for name in ["TMPDIR", "TMP"] {
            command.env(name, book.path("tmp"));
        }
        command
            .args(["--port", "0", "--root"])
            .arg(root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(book.path("errors")).unwrap());
        let mut child = process::start(&mut command).unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        // Made before the wait, so that a server that does not come up is killed.
        let mut server = Server {
            child,
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            lines,
            errors: book.path("errors"),
        };
        let line = server.says_within(START, "serving the book on http://");
        let addr = line
            .trim_start_matches("serving the book on http://")
            .trim_end_matches(" (Ctrl-C stops it)");
        server.addr = addr.parse().unwrap_or_else(|_| panic!("no address in {line:?}"));
        server
    }

    /// Waits for a line of the server's output that starts like this.
    #[track_caller]
    pub fn says(&self, start: &str) -> String {
        self.says_within(DEADLINE, start)
    }

    #[track_caller]
    fn says_within(&self, longest: Duration, start: &str) -> String {
        let deadline = Instant::now() + longest;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line.starts_with(start) => return line,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => panic!("no line {start:?} in time"),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("no line {start:?}, but the end: {}", self.complaints())
                }
            }
        }
    }

    /// What it has written to stderr.
    pub fn complaints(&self) -> String {
        fs::read_to_string(&self.errors).unwrap()
    }

    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        // Its output ends when it does.
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap(),
                Err(RecvTimeoutError::Timeout) => panic!("the server did not stop in time"),
            }
        }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.addr
        ))
    }

    #[track_caller]
    pub fn ask(&self, request: &str) -> Answer {
        Answer::on(self.connect(request))
    }

    /// The answer to the lines of a head, with this server in the place of HOST, and a body.
    #[track_caller]
    pub fn ask_as(&self, head: &str, body: &str) -> Answer {
        let (addr, length) = (self.addr.to_string(), body.len());
        let head = head.replace("HOST", &addr);
        self.ask(&format!(
            "{head}\r\nHost: {addr}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ))
    }

    /// The token of this run, as a page gets it.
    #[track_caller]
    pub fn token(&self) -> String {
        let session: serde_json::Value =
            serde_json::from_str(&self.get("/live/session").body).unwrap();
        session["token"].as_str().expect("a token").to_owned()
    }

    /// Sends a request.
    #[track_caller]
    pub fn connect(&self, request: &str) -> TcpStream {
        let mut connection = TcpStream::connect_timeout(&self.addr, DEADLINE).unwrap();
        connection.set_read_timeout(Some(DEADLINE)).unwrap();
        connection.set_write_timeout(Some(DEADLINE)).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        connection
    }

    /// Opens the live stream, as an open page does.
    #[track_caller]
    pub fn stream(&self) -> Stream {
        self.listen("/live", "")
    }

    /// Opens a stream of events, with more lines in the head. HTTP 1.0, since that comes without chunks.
    #[track_caller]
    pub fn listen(&self, path: &str, head: &str) -> Stream {
        let connection =
            self.connect(&format!("GET {path} HTTP/1.0\r\nHost: {}\r\n{head}\r\n", self.addr));
        let mut lines = BufReader::new(connection);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(lines.read_line(&mut head).unwrap(), 0, "the stream ended in its head");
        }
        assert!(head.contains(" 200 "), "{head}");
        Stream::of(lines)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // In order where that is possible, so that it can end what it has started.
        if matches!(self.child.try_wait(), Ok(None)) && interrupt(&self.child).is_ok() {
            let deadline = Instant::now() + Duration::from_secs(10);
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(5));
            }
        }
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// Waits for the answer to the request that was sent on this connection.
    #[track_caller]
    pub fn on(mut connection: TcpStream) -> Answer {
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer with a head");
        let status =
            head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status code");
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }
}
