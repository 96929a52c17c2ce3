//! Exercise 1, the first milestone: read one frame.

use std::time::{Duration, Instant};

use common::{GREETING, REPLY};
use grader::{Hint, Outcome, Peer, Program, Run};

use servers::default_address::is_asked_by_default;

use crate::checks::be_the_server;

/// Where the suite takes its time: on a busy machine it can take more than the usual limit.
pub const PATIENT: &[&str] = &["--time-limit", "60"];

/// A client that waits for nothing more takes less.
const SOON: Duration = Duration::from_millis(300);

/// A text from the seed that begins and ends with what no program takes for blank.
pub fn drawn(run: &mut Run, characters: usize) -> String {
    format!("<{}>", run.text(characters))
}

/// A text with its length in front.
pub fn frame(text: impl AsRef<[u8]>) -> Vec<u8> {
    let text = text.as_ref();
    [&announced(text.len()), text].concat()
}

/// The four bytes in front of so many bytes of text.
pub fn announced(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

/// Demands that the client ends well and has printed the text and one newline.
pub fn prints(client: &mut Program, text: &str) -> Outcome {
    const WAITS: &str =
        "What does your client wait for, once it has as many bytes as the length announced?";
    const ENDS_BADLY: &str = "What does your client do after it has printed the reply?";
    let ended = client.finishes().hint(WAITS)?;
    // A client that has printed nothing and says why is asked for that, not for its output.
    let ended = match ended.stdout().is_empty() && !ended.stderr().is_empty() {
        true => ended.exited_with(0)?,
        false => ended,
    };
    ended.said_exactly(&format!("{text}\n"))?.exited_with(0).hint(ENDS_BADLY)?;
    Ok(())
}

/// The client's message, after which the server may answer.
pub fn asked(run: &mut Run, options: &[&str]) -> Outcome<(Program, Peer)> {
    let (client, mut server) = be_the_server(run, options)?;
    server
        .receives(GREETING)
        .hint("Which bytes are the message, and which of them have you sent?")?;
    Ok((client, server))
}

/// One conversation in which the server sends this frame and closes.
fn replies(run: &mut Run, text: &str) -> Outcome {
    let (mut client, mut server) = asked(run, PATIENT)?;
    // A client that has gone before the last byte is judged by what it printed.
    let _ = server.send(frame(text));
    server.close();
    prints(&mut client, text)
}

pub fn finishes_sending(run: &mut Run) -> Outcome {
    let (_client, mut server) = asked(run, PATIENT)?;
    server.receives_end()
}

pub fn prints_the_reply(run: &mut Run) -> Outcome {
    const FAILED: &str = "Which of your calls has failed, and what had you closed before: more than your sending side?";
    let (mut client, mut server) = asked(run, PATIENT)?;
    let _ = server.send(frame(REPLY));
    server.close();
    let outcome = prints(&mut client, REPLY);
    if client.stdout().is_empty() {
        outcome.hint(FAILED)?
    } else {
        outcome?
    }
    let text = drawn(run, 20);
    replies(run, &text)
}

pub fn waits_for_the_whole_reply(run: &mut Run) -> Outcome {
    let text = format!("one, {}, three", run.number(1000..=9999));
    let frame = frame(&text);
    for cuts in [&[0, 1, 2, 3, 4, 9, frame.len()][..], &[0, 2, 7, frame.len() - 1, frame.len()]] {
        let (mut client, mut server) = asked(run, PATIENT)?;
        let chunks: Vec<_> = cuts.windows(2).map(|cut| &frame[cut[0]..cut[1]]).collect();
        let _ = server.send_in_chunks(&chunks);
        server.close();
        prints(&mut client, &text)?;
    }
    Ok(())
}

pub fn joins_characters_that_are_cut(run: &mut Run) -> Outcome {
    let (mut client, mut server) = asked(run, PATIENT)?;
    // Characters of one to four bytes. Each cut is inside one, and nowhere else.
    let (text, cuts) = ("né你好🦀", [0, 2, 4, 8, 11, 13]);
    let mut chunks = vec![announced(text.len()).to_vec()];
    chunks.extend(cuts.windows(2).map(|cut| text.as_bytes()[cut[0]..cut[1]].to_vec()));
    let _ = server.send_in_chunks(&chunks);
    server.close();
    prints(&mut client, text)
}

pub fn takes_a_reply_of_any_length(run: &mut Run) -> Outcome {
    // Lines, and a last one that has no end. The lengths: three bytes that all count, two, a byte that has
    // overflowed into the next, and one that could be a sign.
    let large = run.number(0x01_0101..=0x04_ffff) as usize;
    for length in [large, 0x8001, 0x0100, 0x80] {
        let lines = (1..).map(|number| format!("line {number}\n"));
        let mut text: String = lines.take(1 + length / 7).collect();
        text.truncate(length - 1);
        text.push('.');
        replies(run, &text)?;
    }
    Ok(())
}

pub fn prints_the_text_exactly(run: &mut Run) -> Outcome {
    let word = drawn(run, 8);
    for text in [
        // All that a function may take for the end, for blank, or for a mark.
        format!("\u{feff}\t {word}\0{word}\x1a\u{a0}\u{85} \t"),
        // It stands for bytes that aren't text, and is text.
        format!("\u{fffd} {word}"),
        // The last before the surrogates and the first behind them, and the last but those that Perl refuses.
        format!("\u{d7ff}\u{e000}\u{10fffd} {word}"),
        format!("\r\n\n{word}\r\n{word}\r{word}\u{2028}%s\\n\r\n\n"),
        "\n".into(),
        // One character or two, which look alike.
        format!("e\u{301} is not \u{e9}, {word}"),
    ] {
        replies(run, &text)?;
    }
    // A program may treat a long text in another way than a short one.
    for (start, lines, end) in
        [("\u{feff} ", 150, "\r"), ("\r\n", 5000, " \t"), ("\t", 9000, "\r\n")]
    {
        replies(run, &format!("{start}{}{end}", "line after line\n".repeat(lines)))
            .hint("Which texts does your client treat differently because they are long?")?;
    }
    Ok(())
}

pub fn takes_an_empty_reply(run: &mut Run) -> Outcome {
    replies(run, "")?;
    let (mut client, mut server) = asked(run, PATIENT)?;
    server.send(announced(0))?;
    prints(&mut client, "")
}

pub fn stops_after_the_frame(run: &mut Run) -> Outcome {
    const HINT: &str = "Which of the bytes that `read` returned are behind the end of the frame?";
    let text = drawn(run, 20);
    // Nothing comes, and the stream has no end. A client that waits for more, even if not forever, takes longer.
    let took = run.until_less_than(SOON, |run| {
        let (mut client, mut server) = asked(run, PATIENT)?;
        let before = Instant::now();
        server.send(frame(&text))?;
        prints(&mut client, &text)?;
        Ok(client.ran_since(before))
    })?;
    run.ensure_in_time("it ended less than 0.3 s after that", took < SOON, format!("{took:?}"))
        .hint("What do you still wait for when you have as many bytes as the length announced?")?;
    // A look at the stream after the last byte meets the reset, unless the program is quicker.
    for _ in 0..5 {
        is_reset_after(run, &text)?;
    }
    // A byte comes now and then, for as long as there is a client.
    let (mut client, mut server) = asked(run, PATIENT)?;
    server.send(frame(&text))?;
    run.step("the server sends a byte every 20 ms");
    server.sends_slowly(Instant::now())?;
    prints(&mut client, &text).hint(HINT)?;
    // Another frame, and bytes that are no text, in the same chunk: and no end.
    for more in [frame("more"), b"\xff\xff\xff\xff\xff".to_vec()] {
        let (mut client, mut server) = asked(run, PATIENT)?;
        server.send([frame(&text), more].concat())?;
        prints(&mut client, &text).hint(HINT)?;
    }
    Ok(())
}

/// A reset comes right behind the last byte of the frame, which the client waits for.
fn is_reset_after(run: &mut Run, text: &str) -> Outcome {
    let (mut client, mut server) = asked(run, PATIENT)?;
    let frame = frame(text);
    let (last, first) = frame.split_last().expect("a length");
    match server.send(first).and_then(|()| server.has_been_read()) {
        Ok(true) => {
            client.waits_until_idle();
            server.sends_and_resets([*last])?;
        }
        // Where it isn't known what it has read, a reset could destroy some of it.
        Ok(false) => server.send([*last])?,
        // A client that has gone is judged by what it printed.
        Err(_) => {}
    }
    prints(&mut client, text)
        .hint("What does your client ask its socket after the last byte of the frame?")
}

pub fn speaks_ipv6(run: &mut Run) -> Outcome {
    let text = drawn(run, 10);
    run.in_ipv6(|run| replies(run, &text))
}

pub fn connects_to_9090_by_default(run: &mut Run) -> Outcome {
    let text = drawn(run, 10);
    let mut asked = is_asked_by_default(run, PATIENT)?;
    asked.server.receives(GREETING)?;
    asked.server.send(frame(&text))?;
    asked.server.close();
    prints(&mut asked.client, &text)
}
