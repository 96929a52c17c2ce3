//! What every program of the workbook owes its user, whatever its lesson: the contract.

use std::net::TcpListener;

use grader::{Check, Needs, Outcome, Run, check};

const SECTION: &str = "cheat-sheet.html#what-every-program-does";

/// For all programs.
pub const PROGRAM: [Check; 3] = [
    check("answers_help", answers_help)
        .demands("`--help` says how the program is called, and is no error.")
        .hint("Does the program look at its arguments before it opens a socket?")
        .section(SECTION),
    check("refuses_unknown_options", refuses_unknown_options)
        .demands("An option that the program does not know is an error with exit code 2.")
        .hint("What does a user learn from a program that ignores what it is told?")
        .section(SECTION),
    check("refuses_bad_addresses", refuses_bad_addresses)
        .demands("An address that is none is an error with exit code 2 that names it.")
        .hint("Which of Rust's types knows what an address and a port are?")
        .section(SECTION),
];

/// For all programs that listen.
pub const LISTENS: [Check; 2] = [
    check("reports_a_taken_port", reports_a_taken_port)
        .demands("A port that another program holds is an error with exit code 1 that says so.")
        .hint("What does `bind` return when it cannot have the port?")
        .section(SECTION),
    check("reports_a_privileged_port", reports_a_privileged_port)
        .demands("A port that needs a privilege is an error with exit code 1 and advice.")
        .hint("Which ports may only a privileged program bind?")
        .section(SECTION)
        .needs(Needs::PrivilegedPorts),
];

fn answers_help(run: &mut Run) -> Outcome {
    run.to_end(&["--help"])?.exited_with(0)?.said("Usage")?;
    Ok(())
}

fn refuses_unknown_options(run: &mut Run) -> Outcome {
    run.to_end(&["--no-such-option"])?.exited_with(2)?.said_exactly("")?.explained()?;
    Ok(())
}

fn refuses_bad_addresses(run: &mut Run) -> Outcome {
    for bad in ["192.168.31.xx:9090", "127.0.0.1", "127.0.0.1:65536", "::1:", ""] {
        run.to_end(&[bad])?.exited_with(2)?.said_exactly("")?.explained()?.complained(bad)?;
    }
    Ok(())
}

fn reports_a_taken_port(run: &mut Run) -> Outcome {
    let holder = TcpListener::bind("127.0.0.1:0").map_err(|why| run.broken("a free port", why))?;
    let taken = holder.local_addr().map_err(|why| run.broken("an address", why))?.to_string();
    run.to_end(&[&taken])?.exited_with(1)?.explained()?.complained(&taken)?;
    Ok(())
}

fn reports_a_privileged_port(run: &mut Run) -> Outcome {
    run.to_end_unprivileged(&["127.0.0.1:7"])?
        .exited_with(1)?
        .explained()?
        .complained("privilege")?;
    Ok(())
}
