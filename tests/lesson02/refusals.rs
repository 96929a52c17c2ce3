//! The clients that get no reply from the server of exercise 2, and what it says of them.

use std::net::{Shutdown, SocketAddr};

use grader::{ANY_PORT_OF_IPV6, Hint, Outcome, Program, Run, text};

use crate::exercise::{longest, serves_another};
use crate::limits::gives_up_on_silence;
use crate::robustness::Requests;
use servers::robustness::Protocol;

pub fn refuses(run: &mut Run, address: &str, requests: &[&[u8]]) -> Outcome {
    let (mut server, address) = run.serve_with(&[address])?;
    for request in requests {
        let mut client = run.connect(address)?;
        if !request.is_empty() {
            client.send(request)?;
        }
        client.finish_sending()?;
        client.receives_no_reply()?;
        server
            .reports(client.local())
            .hint("Where do your errors go, and what do they say of the client?")?;
    }
    serves_another(run, address)
}

/// The server reports a client that resets in its request, and serves the next one.
pub fn reports_a_reset(run: &mut Run, server: &mut Program, address: SocketAddr) -> Outcome {
    let mut client = run.connect(address)?;
    let name = client.local();
    client.send(Requests::HALF)?;
    // So that the program has seen the client, and knows its address.
    if client.has_been_read()? {
        run.becomes_idle(server)?;
        client.reset();
        server.reports(name).hint("Which `Result` becomes an `Err` when a client goes away, whom does that error concern, and what does stderr say of it?")?;
    } else {
        client.close();
    }
    serves_another(run, address)
}

pub fn refuses_a_byte_too_many(
    run: &mut Run,
    server: &mut Program,
    address: SocketAddr,
    request: &str,
) -> Outcome {
    let mut client = run.connect_as("a client with a byte too many", address)?;
    run.step(text!("it sends {length} bytes", length = request.len()));
    // The server may have closed before the last of them.
    let _ = client.write_all(request.as_bytes(), "the server reads the request");
    let _ = client.stream().shutdown(Shutdown::Write);
    client.receives_no_reply()?;
    server.reports(client.local())
}

/// The clients of IPv6 that do wrong.
pub fn refuses_on_ipv6(run: &mut Run) -> Outcome {
    refuses(run, ANY_PORT_OF_IPV6, &[b"", b"text\xe4\xbd"])?;
    let arguments = ["--time-limit", "60", ANY_PORT_OF_IPV6];
    let (mut server, address) = run.serve_with(&arguments)?;
    reports_a_reset(run, &mut server, address)?;
    refuses_a_byte_too_many(run, &mut server, address, &longest("é"))?;
    serves_another(run, address)?;
    run.with_deadline(|run, limit| {
        gives_up_on_silence(run, limit, ANY_PORT_OF_IPV6)?;
        Ok(true)
    })
}
