//! All words that readers get about a scene: the label of each packet, and a plain sentence for each arrow, each
//! state and whatever waits. Each is true wherever it can be shown (RFC 9293; tcp(7) for what is Linux's own), and
//! says the same in each language.

mod en;
mod zh;

use std::time::Duration;

use catalog::Language;
use common::sockets::State;

use super::packet::Packet;
use super::row::{End, Mark, Note, Queue, Sense};

/// The words of one language.
pub trait Words: Sync {
    /// How one end is called within a sentence.
    fn end(&self, end: End) -> &'static str;

    fn bytes(&self, count: u64) -> String;

    fn time(&self, length: Duration) -> String;

    /// The name of a state, as `ss` and the chapters have it.
    fn state_name(&self, state: State) -> String;

    /// The names of the columns: the client, its kernel, the server's, the server.
    fn columns(&self) -> [&'static str; 4];

    /// How the two kinds of states are told apart: an example of one, what is said of those that were seen, and of the
    /// others.
    fn legend(&self) -> [&'static str; 3];

    /// A payload's beginning, behind its size.
    fn quoted(&self, text: &str) -> String;

    /// What happens with this packet, which has such a size and content.
    fn arrow(&self, from: End, sense: Sense, size: &str, content: &str) -> String;

    /// The same, where its last bytes bring the end with them.
    fn last_bytes(&self, size: &str, content: &str, sentence: &str) -> String;

    /// A sentence on a conversation in which the server's program is the caller, too.
    fn of_own_call(&self, sentence: &str) -> String;

    /// What it means that an end is in this state now.
    fn state(&self, end: End, mark: Mark) -> String;

    /// Who says so, where no look at the kernel has shown the state.
    fn heard_from(&self, mark: Mark) -> &'static str;

    /// What waits, in a few words.
    fn waiting_label(&self, queue: Queue, amount: u64) -> String;

    /// What waits, and for what.
    fn waiting(&self, end: End, queue: Queue, amount: u64) -> String;

    /// What the server's program has taken from its queue, in a few words.
    fn accepted_label(&self, count: u64) -> String;

    fn accepted(&self, count: u64, left: u64, is_seen: bool) -> String;

    /// What an earlier run has left, and from where it is, in a few words.
    fn left(&self, end: End, count: usize) -> String;
    fn left_label(&self) -> &'static str;

    /// Packets that are not drawn.
    fn more(&self, packets: usize, size: u64) -> String;

    /// Conversations that are not drawn.
    fn crowd(&self, conversations: usize, packets: usize, size: u64) -> String;

    /// A pause between two rows.
    fn pause(&self, length: Duration) -> String;

    /// How a program ended.
    fn exit(&self, code: Option<i32>, signal: Option<i32>) -> String;

    fn note(&self, note: &Note) -> String;

    /// One more program with this name.
    fn another(&self, name: &str) -> String;

    /// A client starts that no command line has.
    fn comes(&self) -> &'static str;

    /// Behind the label of a call.
    fn calling_port(&self, port: u16) -> String;

    // The rest is for those who don't see the columns.

    /// Before what a program says.
    fn says(&self, name: &str, is_error: bool) -> String;

    /// Before what is sent.
    fn between(&self, from: End) -> String;

    /// Before a client's number.
    fn numbered(&self) -> &'static str;

    fn in_kernel(&self, end: End) -> String;

    /// Before what the server's program does.
    fn server_does(&self) -> &'static str;

    /// Before a state into which an end comes, and what knows of it where no packet has announced it.
    fn comes_into(&self, end: End) -> String;
    fn kernel(&self) -> &'static str;
}

/// The words of a language.
pub fn of(language: Language) -> &'static dyn Words {
    match language {
        Language::English => &en::English,
        Language::Chinese => &zh::Chinese,
    }
}

/// How much of a payload is shown with its arrow, in characters.
const MOST_SHOWN: usize = 12;

/// How much of it is quoted.
const MOST_QUOTED: usize = 60;

/// What a packet is: `SYN, ACK`, or `22 bytes`.
pub fn label(words: &dyn Words, packet: &Packet) -> String {
    let mut parts = Vec::new();
    if packet.length > 0 {
        parts.push(words.bytes(packet.length as u64));
    }
    for (is_set, name) in [(packet.syn, "SYN"), (packet.fin, "FIN"), (packet.rst, "RST")] {
        if is_set {
            parts.push(name.to_owned());
        }
    }
    // All packets but the first acknowledge something, so it is no news where there is something else.
    let is_answer = packet.syn && packet.ack;
    if parts.is_empty() || is_answer {
        parts.push("ACK".to_owned());
    }
    parts.join(", ")
}

/// A number whose digits are in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && digits.len() > 4 {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A length in front of a text has so many bytes (the chapter on lengths).
const LENGTH: usize = 4;

/// How many bytes of a payload that is no text are shown with its arrow, and how many are quoted.
const BYTES: [usize; 2] = [4, 16];

/// The beginning of a payload as text, at most so many characters, or as the digits of its bytes where it's none.
/// `None` where there is nothing of it.
fn content(packet: &Packet, most: usize) -> Option<String> {
    let payload = &packet.payload;
    // No text begins with NUL: it's a number.
    let length = match payload.first() {
        Some(0) => payload.len().min(LENGTH),
        _ => 0,
    };
    let (number, rest) = payload.split_at(length);
    // What was cut may end within a character.
    let (valid, is_text) = match std::str::from_utf8(rest) {
        Ok(text) => (text, true),
        Err(why) => {
            let valid = std::str::from_utf8(&rest[..why.valid_up_to()]).unwrap_or_default();
            (valid, why.error_len().is_none() && !(valid.is_empty() && number.is_empty()))
        }
    };
    let (shown, count) = match is_text {
        true => {
            let own = if number.is_empty() { String::new() } else { digits(number) + " " };
            let room = most.saturating_sub(own.len());
            let text = valid.chars().map(|c| if c.is_control() { '·' } else { c });
            let text: String = text.take(room).collect();
            let count: usize = valid.chars().take(room).map(char::len_utf8).sum();
            (own + &text, number.len() + count)
        }
        false => {
            let count = BYTES[usize::from(most > MOST_SHOWN)].min(payload.len());
            (digits(&payload[..count]), count)
        }
    };
    let shown = shown.trim_end();
    let end = match (count < packet.length, number.is_empty() && is_text) {
        (false, _) => "",
        (true, true) => "…",
        (true, false) => " …",
    };
    (!shown.is_empty()).then(|| format!("{shown}{end}"))
}

/// Bytes as two digits each, as a terminal's `hexdump` has them.
fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// What is shown with the arrow of a packet with a payload.
pub fn excerpt(packet: &Packet) -> Option<String> {
    content(packet, MOST_SHOWN)
}

/// What happens with this packet.
pub fn arrow(words: &dyn Words, from: End, packet: &Packet, sense: Sense) -> String {
    let content = content(packet, MOST_QUOTED).map_or(String::new(), |text| words.quoted(&text));
    let size = words.bytes(packet.length as u64);
    let sentence = words.arrow(from, sense, &size, &content);
    match packet.fin && packet.length > 0 {
        true => words.last_bytes(&size, &content, &sentence),
        false => sentence,
    }
}

/// A time as a number with as many digits as one looks at, and whether it's in seconds or in milliseconds.
fn digits_of(length: Duration) -> (String, bool) {
    let seconds = length.as_secs_f64();
    match seconds {
        ..0.01 => (format!("{:.1}", seconds * 1000.0), false),
        ..0.9995 => (format!("{:.0}", seconds * 1000.0), false),
        _ => (format!("{seconds:.1}"), true),
    }
}
