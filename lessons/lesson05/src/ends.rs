//! Both ends of one connection in one program, and a message in which every byte has its
//! place.

use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use common::{Explain, Failure, cannot_connect, cannot_listen, say};

/// What the lesson asks the kernel for, in bytes, where the reader does not say: small,
/// so that the connection is full after a page of text.
pub const SMALL_BUFFER: usize = 16 << 10;

/// How long nothing must happen before the connection counts as full. A kernel may hold
/// an acknowledgement back, to send fewer: for 40 ms on Linux. On loopback nothing else
/// takes time.
const QUIET: Duration = Duration::from_millis(60);

/// Listens, and says where.
///
/// # Errors
///
/// An address that this program cannot have.
pub fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    Ok(listener)
}

/// Connects to the program's own listener: the sending end, and the receiving end.
///
/// # Errors
///
/// A connection that cannot be made.
// ANCHOR: connect
pub fn connect(listener: &TcpListener) -> Result<(TcpStream, TcpStream), Failure> {
    let address = listener.local_addr().explain("cannot learn the address")?;
    // connect returns before any program has called accept: the kernel makes the connection,
    // and the listener keeps it in a queue until it is accepted.
    let sender = TcpStream::connect(address).map_err(cannot_connect(address))?;
    let ours = sender.local_addr().explain("cannot learn the address")?;
    loop {
        // Any program of this machine may connect; only the connection of our own counts.
        let (receiver, client) =
            listener.accept().explain("cannot accept the connection")?;
        if client == ours {
            return Ok((sender, receiver));
        }
    }
}
// ANCHOR_END: connect

/// Writes what is left of the message until the kernel takes no more. Returns what each
/// write took.
///
/// `sender` must be non-blocking; `written` counts on from what was written before.
///
/// # Errors
///
/// A connection that is broken. (A full one is not an error.)
// ANCHOR: fill
pub fn fill(
    mut sender: &TcpStream,
    message: &[u8],
    written: &mut usize,
) -> Result<Vec<usize>, Failure> {
    let mut taken = Vec::new();
    let mut last = Instant::now();
    while *written < message.len() {
        match sender.write(&message[*written..]) {
            // Usually a part. Only these bytes are sent, and the next write starts
            // behind them.
            Ok(count) => {
                *written += count;
                taken.push(count);
                last = Instant::now();
            }
            // Not an error: there is no room *now*. The kernels may still be moving bytes
            // from the one buffer to the other, so try again until nothing has changed
            // for a while.
            Err(why) if why.kind() == ErrorKind::WouldBlock && last.elapsed() < QUIET => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(why) if why.kind() == ErrorKind::WouldBlock => break,
            Err(why) => return Err(why).explain("cannot write"),
        }
    }
    Ok(taken)
}
// ANCHOR_END: fill

/// What `lesson05` says of a connection that is full.
///
/// # Errors
///
/// A closed standard output.
pub fn say_full(length: usize, taken: &[usize], read: usize) -> Result<(), Failure> {
    let mut left = length;
    for count in taken {
        say!("write: {count} of {left} bytes taken")?;
        left -= count;
    }
    say!("write: 0 of {left} bytes taken, it would block")?;
    say!("full: {} bytes sent, {read} read", length - left)
}

/// A message of about `length` bytes, never more: numbered lines of eight bytes each. A
/// byte that is lost, repeated or out of place shows.
pub fn numbered_lines(length: usize) -> Vec<u8> {
    (1..=length / 8)
        .flat_map(|number| format!("{:07}\n", number % 10_000_000).into_bytes())
        .collect()
}

/// Demands that what was received is what was sent, byte for byte.
///
/// # Errors
///
/// Says which byte is the first that is missing, or is not the one that was sent.
pub fn compare(sent: &[u8], received: &[u8]) -> Result<(), Failure> {
    let same =
        sent.iter().zip(received).take_while(|(sent, received)| sent == received).count();
    if same == sent.len() && same == received.len() {
        return Ok(());
    }
    let (sent, received) = (sent.len(), received.len());
    let why = format!(
        "{sent} bytes were to be sent, {received} were read, equal up to byte {same}"
    );
    Err(Failure::new("what was read is not what was sent", why))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use super::{compare, connect, fill};

    fn pair() -> (TcpStream, TcpStream) {
        let (sender, receiver) =
            connect(&TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
        sender.set_nonblocking(true).unwrap();
        (sender, receiver)
    }

    #[test]
    fn strangers_are_passed_over() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let _strangers = [(); 3].map(|()| TcpStream::connect(address).unwrap());
        let (sender, receiver) = connect(&listener).unwrap();
        assert_eq!(receiver.peer_addr().unwrap(), sender.local_addr().unwrap());
    }

    /// Far more than the buffers hold, so the first write without room is soon.
    #[test]
    fn no_room_for_a_moment_is_not_the_end() {
        let message = vec![b'x'; 64 << 20];
        // A busy machine may stop the reader for so long that the connection counts as
        // full.
        let all_taken = (0..20).any(|_| {
            let (sender, mut receiver) = pair();
            let reader = thread::spawn(move || {
                let mut chunk = vec![0; 1 << 20];
                while receiver.read(&mut chunk).is_ok_and(|count| count > 0) {}
            });
            let mut written = 0;
            let taken = fill(&sender, &message, &mut written).unwrap();
            assert_eq!(taken.iter().sum::<usize>(), written);
            drop(sender);
            reader.join().unwrap();
            written == message.len()
        });
        assert!(all_taken);
    }

    #[test]
    fn a_broken_connection_is_not_a_full_one() {
        let (sender, receiver) = pair();
        (&receiver).write_all(b"unread").unwrap();
        // More that the program does not read: closing answers it with a reset.
        (&sender).write_all(b"also unread").unwrap();
        drop(receiver);
        let failure = fill(&sender, &vec![b'x'; 64 << 20], &mut 0).unwrap_err();
        assert!(failure.to_string().contains("cannot write"), "{failure}");
    }

    #[test]
    fn what_differs_from_what_was_sent_is_noticed() {
        assert!(compare(b"abc", b"abc").is_ok());
        for (received, same) in [(&b"abd"[..], 2), (b"ab", 2), (b"abcc", 3), (b"", 0)] {
            let failure = compare(b"abc", received).unwrap_err().to_string();
            let why = format!("{} were read, equal up to byte {same}", received.len());
            assert!(failure.contains(&why), "{failure}");
        }
    }
}
