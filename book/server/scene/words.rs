//! All words that readers get about a scene: the label of each packet, and a plain sentence for each arrow, each
//! state and whatever waits. Each is true wherever it can be shown (RFC 9293; tcp(7) for what is Linux's own).

use std::time::Duration;

use common::sockets::State;
use serde_json::Value;

use super::packet::Packet;
use super::row::{End, How, Mark, Queue, Sense};

/// How much of a payload is shown with its arrow, in characters.
const MOST_SHOWN: usize = 12;

/// How much of it is quoted.
const MOST_QUOTED: usize = 60;

/// What a packet is: `SYN, ACK`, or `22 bytes`.
pub fn label(packet: &Packet) -> String {
    let mut parts = Vec::new();
    if packet.length > 0 {
        parts.push(bytes(packet.length as u64));
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

pub fn bytes(count: u64) -> String {
    match count {
        1 => "1 byte".to_owned(),
        _ => format!("{} bytes", grouped(count)),
    }
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
pub fn arrow(from: End, packet: &Packet, sense: Sense) -> String {
    let (one, other) = (from.name(), from.other().name());
    let content = match content(packet, MOST_QUOTED) {
        Some(text) => format!(": “{text}”"),
        None => String::new(),
    };
    let size = bytes(packet.length as u64);
    let mut sentence = match sense {
        Sense::Call => format!(
            "The {one} called connect, so its kernel asks the {other}’s kernel for a connection."
        ),
        Sense::OwnCall => {
            "The server calls itself, since no other program is left, and so wakes its own accept. \
             On the left is its own calling end now."
                .to_owned()
        }
        Sense::CallAgain => {
            format!("There was no answer, so the {one}’s kernel asks again.")
        }
        Sense::Answer => format!(
            "The {one}’s kernel agrees. Its program doesn’t have to do anything for that, because it \
             listens on this port."
        ),
        Sense::AnswerAgain => format!(
            "The {one}’s kernel answers once more. It does that until it has taken the confirmation, \
             and while its queue for accept is full, it takes none."
        ),
        Sense::Confirm => format!(
            "The {one}’s kernel confirms. Now the connection is there for the {other}’s kernel as \
             well, whether or not its program has called accept."
        ),
        Sense::Data => format!(
            "The {one} sends {size}{content}. The {other}’s kernel keeps them until its program reads."
        ),
        Sense::DataAgain => format!(
            "The {one}’s kernel sends {size} again, because it wasn’t told in time that they arrived."
        ),
        Sense::DataAfterEnd => format!(
            "The {one} sends {size}{content}. The {other} has only finished sending, so its kernel \
             takes them. (If the {other} had closed everything, a reset would come back.)"
        ),
        Sense::Received => format!(
            "The {one}’s kernel confirms what came. That doesn’t mean that its program has read it."
        ),
        Sense::ReceivedEnd => {
            format!("The {one}’s kernel confirms that the {other} has finished sending.")
        }
        Sense::Nothing => format!(
            "Nothing new: the {one}’s kernel only repeats how far it has got, and how much room it has."
        ),
        Sense::Probe => format!(
            "The {one}’s kernel asks whether the {other}’s kernel is still there, or has room again."
        ),
        Sense::FirstEnd => format!(
            "The {one} won’t send any more, because it closed its socket or its sending side. When \
             the {other} has read everything, its next read finds the end of the stream."
        ),
        Sense::SecondEnd => {
            format!("The {one} won’t send any more, either. Now both directions have ended.")
        }
        Sense::EndAgain => format!(
            "The {one}’s kernel sends its FIN again, because it wasn’t told in time that it arrived."
        ),
        Sense::Refused => format!(
            "No program listens on this port, so the {one}’s kernel answers by itself, and connect fails."
        ),
        Sense::Unread(count) => format!(
            "The {one} closes, and there’s unread input, {}. So its kernel doesn’t end this \
             connection politely, it resets it.",
            bytes(count)
        ),
        Sense::GivenUp => format!(
            "A reset instead of a FIN. Usually that’s because the {one} closed while it still had \
             unread input: then its kernel doesn’t end the connection politely."
        ),
        Sense::CutOff => format!(
            "A reset instead of a FIN. The {one}’s kernel drops the connection, which a program can \
             ask for."
        ),
        Sense::Gone => format!(
            "Something came for a connection that the {one} has closed. Nothing can read it any \
             more, so the {one}’s kernel answers with a reset."
        ),
    };
    if packet.fin && packet.length > 0 {
        sentence = format!("The last {size}{content}. And then: {sentence}");
    }
    sentence
}

/// A sentence on a conversation in which the server's program is the caller, too.
pub fn of_own_call(sentence: &str) -> String {
    sentence.replace("The client", "The calling end").replace("the client", "the calling end")
}

/// What it means that an end is in this state now.
pub fn state(end: End, Mark { state, is_seen, how }: Mark) -> String {
    let one = end.name();
    let sentence = match state {
        State::Listen => format!(
            "The {one}’s kernel takes calls on this port, whatever the program does in the meantime."
        ),
        State::SynSent => format!("The {one} has called, and there’s no answer yet."),
        State::SynReceived => format!(
            "The {one}’s kernel has answered, and waits for the confirmation. The program doesn’t \
             know of it yet."
        ),
        State::Established if end == End::Client => {
            "The connection is there: connect succeeds, and bytes can go both ways.".to_owned()
        }
        State::Established => "The connection is there, and bytes can go both ways. The program \
                               gets it from accept."
            .to_owned(),
        State::FinWait1 => format!(
            "The {one} finished sending, and its kernel waits to hear that this has arrived."
        ),
        State::FinWait2 => format!(
            "The other kernel knows that the {one} has finished. Now this one waits until the other \
             side finishes, too."
        ),
        State::CloseWait => format!(
            "The other side has finished sending. The {one}’s kernel waits until its own program \
             closes as well, however long that takes."
        ),
        State::Closing => {
            "Both sides finished at the same time, and neither has confirmed it yet.".to_owned()
        }
        State::LastAck => format!(
            "The {one} finished second. Its kernel waits for one last confirmation, and then it’s done."
        ),
        State::TimeWait if how == How::Crossing => {
            "Both sides finished at the same time. The kernel waits a minute in case its last word \
             was lost."
                .to_owned()
        }
        State::TimeWait => "This side finished first, and its kernel waits a minute in case its last \
                            word was lost."
            .to_owned(),
        State::Closed => match how {
            How::Refused => "There’s no connection: connect fails with “connection refused”.",
            How::Reset => "The kernel has thrown the connection away, and all bytes in its buffers.",
            How::WasReset => {
                "The reset has ended the connection here, too. On Linux, what has arrived can still \
                 be read. After that, a read or a write fails."
            }
            How::Usual | How::Crossing => "The kernel has forgotten this connection.",
        }
        .to_owned(),
    };
    let source = match state {
        State::Listen if !is_seen => " (The program says so.)",
        _ => source(is_seen),
    };
    format!("{sentence}{source}")
}

/// Who says so, where no look at the kernel has shown the state.
pub fn heard_from(Mark { state, is_seen, .. }: Mark) -> &'static str {
    match state {
        _ if is_seen => "",
        State::Listen => ", as the program says",
        _ => ", as the packets say",
    }
}

/// What is behind a sentence on the kernel that no look at it has shown.
fn source(is_seen: bool) -> &'static str {
    if is_seen { "" } else { " (This follows from the packets.)" }
}

/// The name of a state, as `ss` and the chapters have it.
pub fn state_name(state: State) -> String {
    match state {
        State::Closed => "closed".to_owned(),
        _ => state.to_string(),
    }
}

/// What waits, in a few words.
pub fn waiting_label(queue: Queue, amount: u64) -> String {
    match queue {
        Queue::Send => format!("{} on the way", bytes(amount)),
        Queue::Receive => format!("{} unread", bytes(amount)),
        Queue::Accept => format!("{amount} to accept"),
    }
}

/// What waits, and for what.
pub fn waiting(end: End, queue: Queue, amount: u64) -> String {
    let one = end.name();
    let other = end.other().name();
    match queue {
        Queue::Send => format!(
            "The {one} has written {}, and its kernel keeps them until the {other}’s kernel confirms \
             them.",
            bytes(amount)
        ),
        Queue::Receive => format!(
            "{} have arrived in the {one}’s kernel, and its program hasn’t read them.",
            bytes(amount)
        ),
        Queue::Accept if amount == 1 => {
            format!("A connection waits in the {one}’s kernel until its program calls accept.")
        }
        Queue::Accept => format!(
            "{amount} connections wait in the {one}’s kernel until its program calls accept."
        ),
    }
}

/// What the server's program has taken from its queue, in a few words.
pub fn accepted_label(count: u64) -> String {
    match count {
        1 => "accepted".to_owned(),
        _ => format!("{count} accepted"),
    }
}

pub fn accepted(count: u64, left: u64, is_seen: bool) -> String {
    let taken = match count {
        1 => "The server’s program has called accept, and has the connection now.".to_owned(),
        _ => {
            format!("The server’s program has called accept, and has {count} connections more now.")
        }
    };
    let rest = match left {
        0 => String::new(),
        1 => " Another one waits.".to_owned(),
        _ => format!(" {left} more wait."),
    };
    format!("{taken}{rest}{}", source(is_seen))
}

/// What an earlier run has left.
pub fn left(end: End, count: usize) -> String {
    let one = end.name();
    match count {
        1 => format!(
            "The run before has left a connection here, and the {one}’s kernel keeps it for a minute, with \
             the {one}’s port."
        ),
        _ => format!(
            "The run before has left {count} connections here, and the {one}’s kernel keeps them for a \
             minute, with the {one}’s port."
        ),
    }
}

/// Conversations that are not drawn.
pub fn crowd(conversations: usize, packets: usize, size: u64) -> String {
    let packets = match packets {
        0 => String::new(),
        1 => format!(": 1 packet, {}", bytes(size)),
        _ => format!(": {packets} packets, {}", bytes(size)),
    };
    match conversations {
        0 => format!("the clients that are not drawn{packets}"),
        1 => format!("1 more client at the same time{packets}"),
        _ => format!("{conversations} more clients at the same time{packets}"),
    }
}

/// So many packets are missing in the capture.
pub fn lost(count: u64) -> String {
    let packets = if count == 1 { "packet" } else { "packets" };
    format!("The kernel dropped {} {packets} of the capture: they are not shown.", grouped(count))
}

/// A pause between two rows.
pub fn pause(length: Duration) -> String {
    format!("{} later", time(length))
}

pub fn time(length: Duration) -> String {
    let seconds = length.as_secs_f64();
    match seconds {
        ..0.01 => format!("{:.1} ms", seconds * 1000.0),
        ..0.9995 => format!("{:.0} ms", seconds * 1000.0),
        _ => format!("{seconds:.1} s"),
    }
}

/// How a program ended.
pub fn exit(code: Option<i32>, signal: Option<i32>) -> String {
    match (code, signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(2)) => "ended by Ctrl-C".to_owned(),
        (None, Some(9)) => "killed".to_owned(),
        (None, Some(signal)) => format!("ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

/// How a check has ended that was watched.
pub fn report(known: &Value) -> String {
    let ending = match known["status"].as_str() {
        Some("passed") => "The check has passed.",
        Some("failed") => "The check has failed.",
        Some("not judged") => "The machine was too busy to judge the check.",
        _ => "The check did not run.",
    };
    match known["differs"].as_str() {
        Some(differs) => format!("{ending} {differs}"),
        None => ending.to_owned(),
    }
}
