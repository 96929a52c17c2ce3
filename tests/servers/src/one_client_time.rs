//! For how long one client may hold a server, to the second.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use grader::{Outcome, Program, Run};

use crate::robustness::Protocol;

/// How much longer than its limit a client may be held: a server may report, finish sending, and read on for a
/// moment before it closes.
pub const GRACE: Duration = Duration::from_secs(1);

/// A silent client is ended when its limit is over, not before and not much later.
pub fn ends_a_silent_client_in_time<P: Protocol>(run: &mut Run) -> Outcome {
    const LIMIT: Duration = Duration::from_secs(1);
    run.no_later_than(LIMIT + GRACE, |run| {
        let (_server, address) = run.serve_with(&["--time-limit", "1", "127.0.0.1:0"])?;
        let since = Instant::now();
        let mut silent = run.connect_as("the silent client", address)?;
        silent.receives_no_reply()?;
        let took = since.elapsed();
        let seconds = format!("{:.2} s", took.as_secs_f64());
        // Timers count in milliseconds, and some begin a little early.
        run.ensure("that was not before its second was over", took.as_millis() >= 950, seconds)?;
        Ok(took)
    })
}

/// Without --time-limit a client has ten seconds. It needs one and a half.
pub fn gives_a_client_time<P: Protocol>(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut slow = run.connect_as("a client that thinks first", address)?;
    slow.receives_nothing_for(Duration::from_millis(1500))?;
    P::is_served(&mut slow)
}

/// A hundred clients leave no descriptor behind.
pub fn serves_a_hundred_clients<P: Protocol>(run: &mut Run) -> Outcome {
    let (server, address) = run.serve()?;
    let serve = |run: &mut Run, clients: usize| -> Outcome {
        for _ in 0..clients {
            let mut client = run.connect(address)?;
            P::is_served(&mut client)?;
            client.close();
        }
        Ok(())
    };
    serve(run, 1)?;
    let Ok(before) = server.usage() else { return serve(run, 100) };
    run.as_one_step("a hundred clients are served", |run| serve(run, 100))?;
    run.until("the server has closed its connections with them", || {
        let now = server.usage().ok()?;
        (now.descriptors < before.descriptors + 5).then_some(())
    })
}

/// A client that has sent all, and is gone before the server looks: the reply has nowhere to go.
pub fn survives_a_client_that_is_gone<P: Protocol>(
    run: &mut Run,
    server: &mut Program,
    address: SocketAddr,
) -> Outcome {
    server.suspend()?;
    let mut rude = run.connect_as("a client that doesn't wait", address)?;
    P::asks(&mut rude)?;
    rude.reset();
    server.resume()?;
    let mut next = run.connect_as("the next client", address)?;
    P::is_served(&mut next)?;
    next.close();
    server.still_runs()
}
