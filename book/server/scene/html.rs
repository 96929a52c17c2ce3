//! The HTML of a scene: a list with an item for each row. The same for a run on the page and for a recorded one.

use std::collections::BTreeSet;
use std::time::Duration;

use catalog::Language;
use common::sockets::State;
use serde_json::Value;

use super::event::Event;
use super::packet::Packet;
use super::row::{Act, End, Mark, Queue, Row, Sense};
use super::story::Story;
use super::words::{self, Words};
use crate::source::html::escape;

/// The names and roles of the programs, in the order of their numbers: the server first.
#[derive(Clone, Default)]
pub struct Cast {
    pub programs: Vec<(String, String)>,
}

impl Cast {
    pub fn name(&self, program: usize) -> &str {
        self.one(program).0
    }

    pub fn of<'text>(programs: impl Iterator<Item = (&'text str, &'text str)>) -> Cast {
        let owned = |(name, role): (&str, &str)| (name.to_owned(), role.to_owned());
        Cast { programs: programs.map(owned).collect() }
    }

    /// A program that starts may be a new one.
    fn learn(&mut self, data: &Value) {
        let number = data["program"].as_u64().and_then(|number| usize::try_from(number).ok());
        if let (Some(number), Some(name), Some(role)) =
            (number.filter(|it| *it < MOST_PROGRAMS), data["name"].as_str(), data["role"].as_str())
        {
            let length = self.programs.len().max(number + 1);
            self.programs.resize(length, (String::new(), "program".to_owned()));
            self.programs[number] = (name.to_owned(), role.to_owned());
        }
    }

    /// What is shown beside the rows of a client that the reader has sent: those of a panel's own need no name.
    fn label(&self, words: &dyn Words, program: usize) -> Option<String> {
        let name = self.name(program);
        match program {
            0 | 1 => None,
            _ if name == self.name(1) => Some(words.another(name)),
            _ => Some(name.to_owned()),
        }
    }

    fn one(&self, program: usize) -> (&str, &str) {
        let found = self.programs.get(program);
        found.map_or(("", "program"), |(name, role)| (name, role))
    }
}

/// More programs than a run can have.
const MOST_PROGRAMS: usize = 100;

/// The head of a scene, with the names of the four columns.
fn head(words: &dyn Words) -> String {
    let [client, its_kernel, the_servers, server] = words.columns();
    format!(
        "<div class=\"scene-head\" aria-hidden=\"true\">\
         <span class=\"scene-who client\">{client}</span><span class=\"scene-kernels\"><span>{its_kernel}</span>\
         <span>{the_servers}</span></span><span class=\"scene-who server\">{server}</span></div>"
    )
}

/// How the two kinds of states are told apart.
fn legend(words: &dyn Words) -> String {
    let [state, seen, others] = words.legend();
    format!(
        "<p class=\"scene-legend\"><span class=\"scene-state seen\">{state}</span> {seen} \
         <span class=\"scene-state\">{state}</span> {others}</p>"
    )
}

/// All rows of a story, as a list.
pub fn scene(story: &Story, cast: &Cast, label: &str, words: &dyn Words) -> String {
    let rows: Vec<String> = story
        .rows()
        .iter()
        .enumerate()
        .map(|(number, each)| row(number, each, cast, words))
        .collect();
    format!(
        "<div class=\"scene\">{}\n<ol class=\"scene-rows\" tabindex=\"0\" aria-label=\"{}\">\n{}\n</ol>\n{}</div>",
        head(words),
        escape(label),
        rows.join("\n"),
        legend(words)
    )
}

/// A story as a figure, from this row on: nothing of it answers, moves or scrolls.
pub fn figure(story: &Story, from: usize, cast: &Cast, title: &str, words: &dyn Words) -> String {
    let rows = story.rows().iter().enumerate().skip(from);
    let rows: Vec<String> = rows
        .map(|(number, each)| {
            let parts = parts(each, cast, words);
            let is_drawn = parts.why.is_some();
            let body = if is_drawn { grid(&parts.line) } else { parts.line.clone() };
            item(number, each, &parts, &body)
        })
        .collect();
    let title = escape(title);
    format!(
        "<div class=\"scene still\"><p class=\"scene-title\">{title}</p>{}\n\
         <ol class=\"scene-rows\" aria-label=\"{title}\">\n{}\n</ol>\n</div>",
        head(words),
        rows.join("\n")
    )
}

/// A story that goes on, with its rows as HTML.
pub struct Drawing {
    story: Story,
    cast: Cast,
    words: &'static dyn Words,
}

impl Drawing {
    pub fn of(cast: Cast, language: Language) -> Drawing {
        Drawing { story: Story::default(), cast, words: words::of(language) }
    }

    /// Goes on with an event of a run. Returns the rows that are new or have changed, each with its number.
    pub fn hear(&mut self, kind: &str, data: &Value) -> Vec<(usize, String)> {
        let at = data["at"].as_f64().unwrap_or(0.0) / 1000.0;
        let at = Duration::try_from_secs_f64(at).unwrap_or_default();
        if kind == "start" {
            self.cast.learn(data);
        }
        let mut changed = BTreeSet::new();
        for event in Event::told(kind, data) {
            changed.extend(self.story.hear(at, &event));
        }
        let html = |number: usize| row(number, &self.story.rows()[number], &self.cast, self.words);
        changed.into_iter().map(|number| (number, html(number))).collect()
    }
}

/// A row, in parts: its kind, its own attributes, what is seen of it, and what that means, where there is a sentence
/// for it.
struct Parts<'row> {
    kind: &'row str,
    own: String,
    line: String,
    why: Option<String>,
}

impl<'row> Parts<'row> {
    fn plain(kind: &'row str, line: String) -> Parts<'row> {
        Parts { kind, own: String::new(), line, why: None }
    }

    fn note(kind: &'row str, words: &str) -> Parts<'row> {
        Parts::plain(kind, format!("<span class=\"scene-note\">{}</span>", escape(words)))
    }
}

/// One row of the list. What it says reads well without the drawing.
pub fn row(number: usize, row: &Row, cast: &Cast, words: &dyn Words) -> String {
    let parts = parts(row, cast, words);
    let body = match &parts.why {
        Some(why) => folded(&parts.line, why),
        None => parts.line.clone(),
    };
    item(number, row, &parts, &body)
}

fn parts<'row>(row: &'row Row, cast: &Cast, words: &dyn Words) -> Parts<'row> {
    let said = |program: usize, kind, stream: &str, what: &str| {
        said(words, cast, program, kind, stream, what)
    };
    match &row.act {
        Act::Start { program, command } if command.is_empty() => {
            said(*program, "start", "", &format!("<span>{}</span>", words.comes()))
        }
        Act::Start { program, command } => said(*program, "start", "", &typed(command)),
        Act::Lines { program, stream, lines } => {
            let shown = lines.iter().filter(|line| !only_points(line));
            let code = shown.map(|line| format!("<code>{}</code>", escape(line)));
            said(*program, "line", stream, &code.collect::<String>())
        }
        Act::Exit { program, code, signal } => {
            let words = format!("<span>{}</span>", words.exit(*code, *signal));
            let mut parts = said(*program, "exit", "", &words);
            if let Some(code) = code {
                parts.own.push_str(&format!(" data-code=\"{code}\""));
            }
            parts
        }
        Act::Packet { from, packet, sense } => packet_row(words, row, *from, packet, *sense),
        Act::State => {
            let why = Some(explained(words, row));
            Parts { kind: "state", own: String::new(), line: found(words, row), why }
        }
        Act::Waiting { end, queue, amount } => waiting_row(words, row, *end, *queue, *amount),
        Act::More { packets, bytes } => Parts::note("more", &words.more(*packets, *bytes as u64)),
        Act::Crowd { conversations, packets, bytes } => {
            Parts::note("more", &words.crowd(*conversations, *packets, *bytes as u64))
        }
        Act::Accepted { count, left, is_seen } => accepted_row(words, *count, *left, *is_seen),
        Act::Left { end, count } => left_row(words, *end, *count),
        Act::Pause(length) => Parts::note("pause", &words.pause(*length)),
        Act::Note(note) => Parts::note(note.kind(), &words.note(note)),
    }
}

/// Whether it's the line of carets that Python puts below another one: in a narrow column it points at nothing.
fn only_points(line: &str) -> bool {
    line.contains('^') && line.chars().all(|c| matches!(c, ' ' | '^' | '~'))
}

fn item(number: usize, row: &Row, Parts { kind, own, .. }: &Parts, body: &str) -> String {
    let alive: String = End::BOTH
        .into_iter()
        .filter(|end| row.alive[*end as usize])
        .map(|end| format!(" {}-alive", end.name()))
        .collect();
    format!(
        "<li class=\"scene-row {kind}{alive}\" data-row=\"{number}\" data-kind=\"{kind}\" data-at=\"{}\"{own}>{body}</li>",
        milliseconds(row.at)
    )
}

fn milliseconds(at: Duration) -> String {
    format!("{:.1}", at.as_secs_f64() * 1000.0)
}

/// A row of a program.
fn said<'kind>(
    words: &dyn Words,
    cast: &Cast,
    program: usize,
    kind: &'kind str,
    stream: &str,
    what: &str,
) -> Parts<'kind> {
    let (name, role) = cast.one(program);
    let stream_of = match stream {
        "" => String::new(),
        _ => format!(" data-stream=\"{stream}\""),
    };
    let own = format!(" data-program=\"{program}\"{stream_of}");
    let heard = hear(&words.says(name, stream == "stderr"));
    let label = cast.label(words, program).map_or(String::new(), |label| {
        format!("<b class=\"scene-name\" aria-hidden=\"true\">{}</b>", escape(&label))
    });
    let line = format!("<span class=\"scene-said {role}\">{heard}{label}{what}</span>");
    Parts { kind, own, line, why: None }
}

/// A command as it would be typed. A line isn't broken within an option.
fn typed(command: &str) -> String {
    let words: Vec<String> = command
        .split(' ')
        .map(|word| match word.starts_with("--") {
            true => format!("<span class=\"run-option\">{}</span>", escape(word)),
            false => escape(word),
        })
        .collect();
    format!("<code>$ {}</code>", words.join(" "))
}

fn packet_row(
    words: &dyn Words,
    row: &Row,
    from: End,
    packet: &Packet,
    sense: Sense,
) -> Parts<'static> {
    let label = words::label(words, packet);
    let own = format!(
        " data-from=\"{}\" data-flags=\"{}\" data-length=\"{}\"",
        from.name(),
        packet.flags().join(" "),
        packet.length
    );
    let mut classes = vec!["scene-arrow", from.name()];
    if packet.rst {
        classes.push("reset");
    }
    if packet.length > 0 {
        classes.push("data");
    } else if !(packet.syn || packet.fin || packet.rst) {
        classes.push("quiet");
    }
    let number = numbered(words, row);
    // What the programs print of a client is its address.
    let port = match sense {
        Sense::Call if row.conversation.is_some() => words.calling_port(packet.from.port()),
        _ => String::new(),
    };
    let heard = hear(&words.between(from));
    let excerpt = match words::excerpt(packet) {
        Some(text) => format!("<span class=\"scene-bytes\">{}</span>", escape(&text)),
        None => String::new(),
    };
    let arrow = format!(
        "<span class=\"{}\">{heard}<span class=\"scene-label\">{number}{label}{port}</span>{ARROW}{excerpt}</span>",
        classes.join(" ")
    );
    let sentence = words::arrow(words, from, packet, sense);
    let mut sentences = format!("<p>{}</p>", escape(&of_caller(words, row, sentence)));
    sentences.push_str(&explained(words, row));
    Parts {
        kind: "packet",
        own,
        line: format!("{arrow}{}", states(words, row)),
        why: Some(sentences),
    }
}

/// From left to right; the style sheet turns the server's around.
const ARROW: &str = "<svg aria-hidden=\"true\"><line x1=\"0\" y1=\"3\" x2=\"100%\" y2=\"15\"/>\
    <svg x=\"100%\" y=\"15\" overflow=\"visible\"><path d=\"M0 0-9-5.5-8 4z\"/></svg></svg>";

/// The number of the client whose conversation it is, where there are several.
fn numbered(words: &dyn Words, row: &Row) -> String {
    row.conversation.map_or(String::new(), |number| {
        format!("<b class=\"scene-number\">{}{number}</b> ", hear(words.numbered()))
    })
}

fn waiting_row(
    words: &dyn Words,
    row: &Row,
    end: End,
    queue: Queue,
    amount: u64,
) -> Parts<'static> {
    let name = match queue {
        Queue::Send => "send",
        Queue::Receive => "receive",
        Queue::Accept => "accept",
    };
    let own =
        format!(" data-end=\"{}\" data-queue=\"{name}\" data-amount=\"{amount}\"", end.name());
    // What is in a queue has been written by one of the two.
    let writer = match queue {
        Queue::Receive => end.other(),
        Queue::Send | Queue::Accept => end,
    };
    let heard = hear(&words.in_kernel(end));
    // A picture of how much it is: each size is about ten times the one before.
    let size = amount.max(1).ilog10().min(6);
    let line = format!(
        "<span class=\"scene-queue at-{} {} size-{size}\">{heard}{}{}</span>",
        end.name(),
        writer.name(),
        numbered(words, row),
        words.waiting_label(queue, amount)
    );
    let sentence = format!("<p>{}</p>", escape(&words.waiting(end, queue, amount)));
    Parts { kind: "waiting", own, line, why: Some(sentence) }
}

/// What the server's program has taken.
fn accepted_row(words: &dyn Words, count: u64, left: u64, is_seen: bool) -> Parts<'static> {
    let own = format!(" data-amount=\"{count}\"");
    let line = format!(
        "<span class=\"scene-queue at-server server accepted{}\">{}{}</span>",
        if is_seen { "" } else { " inferred" },
        hear(words.server_does()),
        words.accepted_label(count)
    );
    let sentence = format!("<p>{}</p>", escape(&words.accepted(count, left, is_seen)));
    Parts { kind: "accepted", own, line, why: Some(sentence) }
}

/// What an earlier run has left.
fn left_row(words: &dyn Words, end: End, count: usize) -> Parts<'static> {
    let times = if count > 1 { format!("{count} × ") } else { String::new() };
    let line = format!(
        "{}<span class=\"scene-state at-{} seen\">{times}{}</span><span class=\"scene-note\">{}</span>",
        hear(&words.in_kernel(end)),
        end.name(),
        words.state_name(State::TimeWait),
        words.left_label(),
    );
    let sentence = format!("<p>{}</p>", escape(&words.left(end, count)));
    Parts { kind: "kept", own: String::new(), line, why: Some(sentence) }
}

/// The states into which both ends come, each at its side.
fn states(words: &dyn Words, row: &Row) -> String {
    // An arrow has it already.
    let number = if row.act == Act::State { numbered(words, row) } else { String::new() };
    let marks = marks(row).map(|(end, mark)| {
        let class = if mark.is_seen { "seen" } else { "inferred" };
        let source = words.heard_from(mark);
        format!(
            "{}<span class=\"scene-state at-{} {class}\">{number}{}</span>{}",
            hear(&words.comes_into(end)),
            end.name(),
            words.state_name(mark.state),
            hear(source)
        )
    });
    marks.collect()
}

/// The same, where no packet announces it.
fn found(words: &dyn Words, row: &Row) -> String {
    hear(words.kernel()) + &states(words, row)
}

/// A sentence, which names the caller otherwise where that's no client.
fn of_caller(words: &dyn Words, row: &Row, sentence: String) -> String {
    if row.is_own_call { words.of_own_call(&sentence) } else { sentence }
}

fn explained(words: &dyn Words, row: &Row) -> String {
    let sentences = marks(row).map(|(end, mark)| {
        format!(
            "<p class=\"{}\"><b>{}</b> {}</p>",
            end.name(),
            words.state_name(mark.state),
            escape(&of_caller(words, row, words.state(end, mark)))
        )
    });
    sentences.collect()
}

fn marks(row: &Row) -> impl Iterator<Item = (End, Mark)> {
    End::BOTH.into_iter().filter_map(|end| Some((end, row.states[end as usize]?)))
}

/// A line that opens on its explanation, with and without scripts.
fn folded(line: &str, sentences: &str) -> String {
    let line = grid(line);
    format!(
        "<details><summary>{line}</summary><div class=\"scene-why\">{sentences}</div></details>"
    )
}

fn grid(line: &str) -> String {
    format!("<span class=\"scene-grid\">{line}</span>")
}

/// Words for those who do not see the columns.
fn hear(what: &str) -> String {
    match what {
        "" => String::new(),
        _ => format!("<span class=\"scene-hear\">{}</span>", escape(what)),
    }
}
