//! Trouble for a server that says on standard output where it listens, and nothing else after that: those of
//! exercise 2 and of exercise 4.

use std::marker::PhantomData;

use grader::{Check, Needs, Outcome, Run, check};

use crate::robustness::{FILL_PIPE, Protocol, serve_into, serves_another};

pub struct SaysLittle<P>(PhantomData<P>);

impl<P: Protocol> SaysLittle<P> {
    pub const CHECKS: [Check; 1] =
        [check("does_not_wait_for_its_output", does_not_wait_for_its_output::<P>)
            .demands(
                "While its standard output is a full pipe that isn't read, clients are served.",
            )
            .hint("How long does a line about a client take to print, and who waits for that?")
            .section(P::SECTION)
            .needs(Needs::LinuxAnd("bash"))];
}

fn does_not_wait_for_its_output<P: Protocol>(run: &mut Run) -> Outcome {
    // The line `listening on` is read. Then the pipe is filled, the line is passed on, and `sleep` keeps the
    // pipe open, and nothing else.
    let reader = format!(
        "exec 4<&0; read -r line; {FILL_PIPE}; echo \"$line\"; exec sleep 600 3<&- >&- 2>&-"
    );
    let (_server, address) = serve_into(run, &reader)?;
    serves_another::<P>(run, address)?;
    serves_another::<P>(run, address)
}
