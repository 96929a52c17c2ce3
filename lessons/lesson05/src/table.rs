//! The table of `lesson05`: where the bytes of the message are, after every step.

use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use common::sockets::both_ends;
use common::{Failure, say};
use lesson05::say_full;

use crate::csv::Csv;

/// How long to wait until the kernel's lists agree: a byte that has arrived and whose
/// acknowledgement is still in flight is in both.
const AGREE: Duration = Duration::from_secs(2);

/// The width of a bar, in characters.
const BAR: usize = 27;

pub struct Table<'a> {
    csv: Csv,
    sender: &'a TcpStream,
    /// The message's length, and how much of it has been written and read, in bytes.
    length: usize,
    written: usize,
    read: usize,
    step: usize,
    /// How many bytes the kernel took when it first took any again, and how many were
    /// read by then.
    resumed: Option<(usize, usize)>,
}

/// The two queues, in bytes, as the kernel lists them.
#[derive(Clone, Copy)]
struct Queues {
    /// In the sender's kernel: written, and not acknowledged by the receiver's kernel.
    unacknowledged: usize,
    /// In the receiver's kernel: arrived, and not read by the program.
    waiting: usize,
}

impl Table<'_> {
    /// The names of the columns in the file.
    pub const HEADER: &'static str =
        "step,read_now,sent_now,sent,unacknowledged,waiting,read";

    pub fn new(csv: Csv, sender: &TcpStream, length: usize) -> Table<'_> {
        Table { csv, sender, length, written: 0, read: 0, step: 0, resumed: None }
    }

    /// Says that the connection is full, with nothing read: `taken` is what each write
    /// took.
    pub fn full(&mut self, taken: &[usize]) -> Result<(), Failure> {
        say!("")?;
        say_full(self.length, taken, 0)?;
        match queues(self.sender, taken.iter().sum()) {
            Some(Queues { unacknowledged, waiting }) => {
                say!("  {unacknowledged:>8} in the sender's kernel, not acknowledged")?;
                say!("  {waiting:>8} in the receiver's kernel, acknowledged, not read")?;
            }
            None => say!("  in which kernel's queue they are: not available here")?,
        }
        say!("")?;
        say!("  █ read by the program           ▓ waiting in the receiver's kernel")?;
        say!("  ▒ not acknowledged              ░ not sent yet")?;
        say!("")?;
        say!("step sent now     sent = unacked + waiting +    read")?;
        self.step(taken, 0)
    }

    /// Adds the row of a step: the program has read up to `read` bytes, and then written.
    pub fn step(&mut self, taken: &[usize], read: usize) -> Result<(), Failure> {
        let now = taken.iter().sum::<usize>();
        self.written += now;
        let (step, sent) = (self.step, self.written);
        let queues = queues(self.sender, sent - read);
        let column = |queue: fn(Queues) -> usize, missing: &str| {
            queues.map_or(missing.into(), |queues| queue(queues).to_string())
        };
        let unacknowledged = |missing| column(|queues| queues.unacknowledged, missing);
        let waiting = |missing| column(|queues| queues.waiting, missing);
        say!(
            "{step:>4} {now:>8} {sent:>8} = {:>7} + {:>7} + {read:>7} {}",
            unacknowledged("?"),
            waiting("?"),
            bar(self.length, read, queues.map_or(0, |queues| queues.waiting), sent)
        )?;
        let read_now = read - self.read;
        let (unacknowledged, waiting) = (unacknowledged(""), waiting(""));
        self.csv.row(&format!(
            "{step},{read_now},{now},{sent},{unacknowledged},{waiting},{read}"
        ))?;
        if now > 0 && step > 0 && self.resumed.is_none() {
            self.resumed = Some((now, read));
        }
        (self.step, self.read) = (step + 1, read);
        Ok(())
    }

    /// Says how it ended.
    pub fn end(&mut self, sent: usize, read: usize) -> Result<(), Failure> {
        say!("")?;
        if let Some((taken, read)) = self.resumed {
            say!("resumed: the kernel took {taken} more bytes once {read} were read")?;
        }
        say!("end: {sent} bytes sent, {read} read, each in its place")?;
        if let Some(path) = self.csv.path() {
            say!("the rows are in {}", path.display())?;
        }
        Ok(())
    }
}

/// The queues of the connection, which hold `unread` bytes together. `None` where the
/// kernel does not say, or says what does not add up.
fn queues(sender: &TcpStream, unread: usize) -> Option<Queues> {
    let (ours, theirs) = (sender.local_addr().ok()?, sender.peer_addr().ok()?);
    let start = Instant::now();
    loop {
        let [sender, receiver] = both_ends(ours, theirs)?;
        let queues = Queues {
            unacknowledged: sender.send_queue as usize,
            waiting: receiver.receive_queue as usize,
        };
        if queues.unacknowledged + queues.waiting == unread {
            return Some(queues);
        }
        if start.elapsed() > AGREE {
            return None;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// The message as a bar from its first byte to its last.
fn bar(length: usize, read: usize, waiting: usize, sent: usize) -> String {
    let to = |bytes: usize| (bytes * BAR + length / 2) / length;
    let ends = [('█', to(read)), ('▓', to(read + waiting)), ('▒', to(sent)), ('░', BAR)];
    let mut bar = String::new();
    let mut drawn = 0;
    for (part, end) in ends {
        (drawn..end).for_each(|_| bar.push(part));
        drawn = drawn.max(end);
    }
    bar
}
