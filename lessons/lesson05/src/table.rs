//! The table of `lesson05`: where the bytes of the message are, after every step.

use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use common::kernel::both_ends;
use common::{Failure, say};
use lesson05::say_full;

use crate::csv::Csv;

/// How long to wait until the kernel's lists agree with each other: a byte that has arrived and whose
/// acknowledgement is still under way stands in both.
const AGREE: Duration = Duration::from_secs(2);

/// The width of a bar, in characters.
const BAR: usize = 27;

pub struct Table {
    csv: Csv,
    step: usize,
    read: usize,
    written: usize,
    /// How many bytes the kernel took when it first took any again, and how many were read by then.
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

impl Table {
    pub fn new(csv: Option<&Path>) -> Result<Table, Failure> {
        let header = "step,read_now,sent_now,sent,unacknowledged,waiting,read";
        let csv = Csv::create(csv, header)?;
        Ok(Table { csv, step: 0, read: 0, written: 0, resumed: None })
    }

    /// The connection is full, and nobody has read a byte.
    pub fn full(
        &mut self,
        sender: &TcpStream,
        message: &[u8],
        taken: &[usize],
    ) -> Result<(), Failure> {
        say!("")?;
        say_full(message.len(), taken, 0)?;
        let sent = taken.iter().sum();
        let queues = queues(sender, sent);
        match queues {
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
        self.row(queues, message.len(), taken, 0)
    }

    /// The program has read up to `read` bytes, and has tried to write.
    pub fn step(
        &mut self,
        sender: &TcpStream,
        message: &[u8],
        taken: &[usize],
        read: usize,
    ) -> Result<(), Failure> {
        let sent = self.written + taken.iter().sum::<usize>();
        let queues = queues(sender, sent - read);
        self.row(queues, message.len(), taken, read)
    }

    fn row(
        &mut self,
        queues: Option<Queues>,
        length: usize,
        taken: &[usize],
        read: usize,
    ) -> Result<(), Failure> {
        let now = taken.iter().sum::<usize>();
        self.written += now;
        let sent = self.written;
        let number = |queue: Option<usize>, missing: &str| {
            queue.map_or(missing.into(), |bytes| bytes.to_string())
        };
        let unacknowledged = queues.map(|queues| queues.unacknowledged);
        let waiting = queues.map(|queues| queues.waiting);
        say!(
            "{:>4} {now:>8} {sent:>8} = {:>7} + {:>7} + {read:>7} {}",
            self.step,
            number(unacknowledged, "?"),
            number(waiting, "?"),
            bar(length, read, waiting.unwrap_or(0), sent)
        )?;
        if now > 0 && self.step > 0 && self.resumed.is_none() {
            self.resumed = Some((now, read));
        }
        self.csv.row(&format!(
            "{},{},{now},{sent},{},{},{read}",
            self.step,
            read - self.read,
            number(unacknowledged, ""),
            number(waiting, ""),
        ))?;
        self.step += 1;
        self.read = read;
        Ok(())
    }

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

/// The queues of the connection, which hold `unread` bytes together. `None` where the kernel does not
/// say, or says what does not add up.
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
