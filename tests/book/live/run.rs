//! A run, as a page starts it and hears of it.

use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use harness::Trial;
use serde_json::{Value, json};

use crate::support::{Answer, Heard, Server, SmallBook, Stream};

/// A run may have to build a lesson first.
const LONGEST: Duration = Duration::from_secs(240);

pub fn needs(tool: &str, is_there: bool, trial: Trial) -> Trial {
    if is_there { trial } else { trial.with_kind(format!("needs {tool}")).with_ignored_flag(true) }
}

pub fn has_python() -> bool {
    static ANSWER: LazyLock<bool> = LazyLock::new(|| {
        Command::new(common::PYTHON).arg("-V").stdout(Stdio::null()).status().is_ok()
    });
    *ANSWER
}

pub fn has_namespaces() -> bool {
    static ANSWER: LazyLock<bool> = LazyLock::new(|| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--net", "true"]).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    });
    *ANSWER
}

// A page.

impl SmallBook {
    /// With a Python program under a name that the server knows.
    pub fn with(program: &str, text: &str) -> SmallBook {
        let book = SmallBook::new();
        book.write(&format!("lessons/{program}"), text);
        book
    }
}

impl Server {
    /// Starts programs as a page does, and listens to them.
    #[track_caller]
    pub fn run(&self, programs: Value) -> Events {
        let answer = self.asks("/live/run", json!({ "panel": "a", "programs": programs }));
        Events::begun(self, &answer)
    }

    /// What a page of this server is answered.
    #[track_caller]
    pub fn asks(&self, path: &str, body: Value) -> Answer {
        Answer::on(self.begins_to_ask(path, body))
    }

    /// Sends the same request, and doesn't wait for the answer.
    #[track_caller]
    pub fn begins_to_ask(&self, path: &str, body: Value) -> TcpStream {
        let head = format!(
            "Host: {0}\r\nOrigin: http://{0}\r\nX-Book-Token: {1}",
            self.addr,
            self.token()
        );
        self.connect(&request(&format!("POST {path}"), &head, &body.to_string()))
    }

    #[track_caller]
    pub fn ask_json(&self, line: &str, head: &str, body: &str) -> Answer {
        self.ask(&request(line, head, body))
    }
}

fn request(line: &str, head: &str, body: &str) -> String {
    format!(
        "{line} HTTP/1.1\r\n{head}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[derive(Clone, Debug)]
pub struct Event {
    pub id: usize,
    pub kind: String,
    pub data: Value,
}

/// The events of a run, as they come.
pub struct Events {
    pub path: String,
    stream: Stream,
    pub heard: Vec<Event>,
    deadline: Instant,
}

impl Events {
    #[track_caller]
    pub fn of(server: &Server, path: &str, last: Option<usize>) -> Events {
        let last = last.map_or(String::new(), |last| format!("Last-Event-ID: {last}\r\n"));
        let stream = server.listen(path, &last);
        stream.be_patient(LONGEST);
        let deadline = Instant::now() + LONGEST;
        Events { path: path.to_owned(), stream, heard: Vec::new(), deadline }
    }

    /// The events of the run that has begun with this answer.
    #[track_caller]
    pub fn begun(server: &Server, answer: &Answer) -> Events {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let run: Value = serde_json::from_str(&answer.body).unwrap();
        Events::of(server, &format!("/live/run/{}", run["run"].as_str().unwrap()), None)
    }

    /// The next event.
    #[track_caller]
    pub fn next(&mut self) -> Event {
        let Heard { id, kind, data } = self.stream.heard(self.deadline);
        let data = serde_json::from_str(&data).unwrap();
        let event = Event { id: id.parse().unwrap(), kind, data };
        self.heard.push(event.clone());
        event
    }

    /// Waits for a line of a program that starts like this.
    #[track_caller]
    pub fn line(&mut self, start: &str) -> String {
        loop {
            let event = self.next();
            let text = event.data["text"].as_str().unwrap_or_default();
            if event.kind == "line" && text.starts_with(start) {
                return text.to_owned();
            }
            assert_ne!(event.kind, "end", "no line {start:?}: {:#?}", self.heard);
        }
    }

    /// All events, as soon as they are what is waited for.
    #[track_caller]
    pub fn until(&mut self, is_so: impl Fn(&[Event]) -> bool) -> Vec<Event> {
        while !is_so(&self.heard) {
            assert_ne!(self.next().kind, "end", "it has not come: {:#?}", self.heard);
        }
        self.heard.clone()
    }

    /// All events, those before too. The kernel's view goes on for a few seconds after the programs.
    #[track_caller]
    pub fn until_the_end(&mut self) -> Vec<Event> {
        while self.next().kind != "end" {}
        self.heard.clone()
    }

    /// All events until the last program has ended.
    #[track_caller]
    pub fn until_all_have_ended(&mut self) -> Vec<Event> {
        while self.next().kind != "over" {}
        self.heard.clone()
    }
}

pub fn lines(events: &[Event], program: usize, stream: &str) -> Vec<String> {
    events
        .iter()
        .filter(|event| event.kind == "line")
        .filter(|event| event.data["program"] == program && event.data["stream"] == stream)
        .map(|event| event.data["text"].as_str().unwrap().to_owned())
        .collect()
}

pub fn exit(events: &[Event], program: usize) -> Option<i64> {
    let mut exits = events.iter().filter(|event| event.kind == "exit");
    exits.find(|event| event.data["program"] == program)?.data["code"].as_i64()
}
