//! A server for exercise 1: each reply is a frame, with its length in front.
//!
//! It serves one client after another. With `--cut` or `--stall` it breaks a reply off, so
//! that you can see what your client says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{
    CommandLine, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say,
    tutorial_address,
};

const ABOUT: &str =
    "Answers each client with a frame: four bytes of length, then the text.";

const USAGE: &str = "[OPTIONS] [ADDRESS:PORT]

  ADDRESS:PORT    Where to listen (default: 127.0.0.1:9090)
  --reply TEXT    What to answer (default: 问题正在处理中...)
  --cut COUNT     Send only so many bytes of the frame, then close
  --stall COUNT   Send only so many bytes of the frame, then nothing more";

struct Args {
    address: SocketAddr,
    reply: String,
    cut: Option<usize>,
    stall: Option<usize>,
}

fn main() -> ExitCode {
    exit(run(&parse()))
}

fn run(args: &Args) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(args.address).map_err(cannot_listen(args.address))?;
    let address = listener.local_addr().explain("cannot tell the address")?;
    say!("listening on {address}")?;
    loop {
        let (client, address) = listener.accept().explain("cannot accept")?;
        match serve(&client, args) {
            Ok(count) => say!("{address}: sent {count} bytes")?,
            Err(why) => complain(&Failure::new(
                format!("no reply for {address}"),
                common::why(&why),
            )),
        }
    }
}

// ANCHOR: serve
/// Returns how many bytes it has sent.
fn serve(client: &TcpStream, args: &Args) -> std::io::Result<usize> {
    let mut conversation = Limited::new(client, Duration::from_secs(10));
    // The request ends where the client's stream ends.
    Read::take(&mut conversation, 1 << 20).read_to_end(&mut Vec::new())?;

    let text = args.reply.as_bytes();
    // Four bytes, most significant first: 300 is 00 00 01 2C.
    let length = u32::try_from(text.len()).map_err(std::io::Error::other)?;
    let frame = [&length.to_be_bytes(), text].concat();
    let count = args.cut.or(args.stall).unwrap_or(frame.len()).min(frame.len());
    conversation.write_all(&frame[..count])?;
    if args.stall.is_some() {
        // From here on only Ctrl-C or `kill` ends it, and with it the connection.
        thread::sleep(Duration::MAX);
    }
    Ok(count)
}
// ANCHOR_END: serve

fn parse() -> Args {
    let (address, reply) = (tutorial_address(), REPLY.to_owned());
    let mut args = Args { address, reply, cut: None, stall: None };
    let mut line = CommandLine::new(ABOUT, USAGE);
    while let Some(name) = line.argument() {
        match name.as_str() {
            "" => args.address = line.address(),
            "--reply" => args.reply = line.text(),
            "--cut" => args.cut = Some(line.number(0..=usize::MAX)),
            "--stall" => args.stall = Some(line.number(0..=usize::MAX)),
            _ => line.refuse(),
        }
    }
    args
}
