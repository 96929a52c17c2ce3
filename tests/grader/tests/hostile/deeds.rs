//! The hostile programs. Each is this test's own executable, started as `hostile be DEED TOKEN`. The
//! token is in the command line of all that it starts, so that those that are left can be found.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{self, Command};
use std::thread;
use std::time::Duration;

pub fn perform(deed: &str, token: &str) -> io::Result<()> {
    // Should the grader fail, the machine gets rid of them anyway.
    thread::spawn(|| {
        thread::sleep(Duration::from_secs(60));
        process::exit(3);
    });
    let (deed, argument) = deed.split_once(':').unwrap_or((deed, ""));
    match deed {
        "answers" => answer(listen()?)?,
        "binds_nothing" => {}
        "floods" => write_for_ever(),
        "sends_for_ever" => send_for_ever(listen()?)?,
        "eats" => eat(listen()?)?,
        "multiplies" => multiply(argument, token)?,
        "starts" => {
            start(argument, token).spawn()?;
        }
        // As daemons do: the first process ends, the second leads a session and ends, the third stays.
        "leaves" => {
            start(&format!("leads:{argument}"), token).spawn()?.wait()?;
            return Ok(());
        }
        "leads" => {
            #[cfg(unix)]
            rustix::process::setsid()?;
            start(argument, token).spawn()?;
            return Ok(());
        }
        "grades" => crate::grade_for_ever(token),
        _ => panic!("no such deed: {deed}"),
    }
    wait();
    Ok(())
}

fn start(deed: &str, token: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a path"));
    command.args(["be", deed, token]);
    command
}

fn wait() {
    loop {
        thread::park();
    }
}

fn listen() -> io::Result<TcpListener> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("listening on {}", listener.local_addr()?);
    Ok(listener)
}

fn answer(listener: TcpListener) -> io::Result<()> {
    for stream in listener.incoming() {
        let stream = stream?;
        io::copy(&mut &stream, &mut &stream)?;
    }
    Ok(())
}

fn write_for_ever() {
    let much = "a line, and another\n".repeat(1000);
    let mut stdout = io::stdout().lock();
    loop {
        let _ = stdout.write_all(much.as_bytes());
    }
}

fn send_for_ever(listener: TcpListener) -> io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    loop {
        stream.write_all(&[b'x'; 64 << 10])?;
    }
}

/// Takes 400 MiB, no more: a grader that fails must not harm the machine.
fn eat(listener: TcpListener) -> io::Result<()> {
    let _client: (TcpStream, _) = listener.accept()?;
    let eaten: Vec<Vec<u8>> = (0..100).map(|number| vec![number + 1; 4 << 20]).collect();
    wait();
    drop(eaten);
    Ok(())
}

/// Each generation is twice as many as the one before; the last does not multiply.
fn multiply(generations: &str, token: &str) -> io::Result<()> {
    let left: u32 = generations.parse().expect("a number");
    if left > 0 {
        for _ in 0..2 {
            start(&format!("multiplies:{}", left - 1), token).spawn()?;
        }
    }
    Ok(())
}
