//! What the kernel says of sockets and threads, and what it no longer gives.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use super::program::Program;
use super::run::Run;
use crate::check::Outcome;
use crate::machine::sockets::{self, Socket, State};
use crate::machine::{Rlimit, change_descriptors, next_descriptor, set_rlimit};
use crate::words::{demands, steps};

impl Run {
    /// Waits until the kernel lists the socket with these ends in this state. (Linux and Windows; elsewhere it does
    /// not look)
    pub fn state(&mut self, local: SocketAddr, peer: SocketAddr, state: State) -> Outcome {
        if !sockets::states_are_told() {
            return Ok(());
        }
        let expected = steps::listed(local, peer, state);
        self.trace.step(&expected);
        self.trace
            .until(&expected, || (sockets::state_between(local, peer) == Some(state)).then_some(()))
    }

    /// Waits until the kernel does not list the socket with these ends any more. (Linux and Windows; elsewhere it
    /// does not wait)
    pub fn nothing_is_left(&mut self, local: SocketAddr, peer: SocketAddr) -> Outcome {
        self.until(steps::nothing_is_left(local, peer), || {
            sockets::state_between(local, peer).is_none().then_some(())
        })
    }

    /// Has a connection ended, and does what is to be done while the kernel lists the first of its two
    /// ends, which `end` returns, in TIME_WAIT. (Linux and Windows; elsewhere it does not look)
    ///
    /// On a busy machine a kernel may send its FIN twice before it hears that the first has arrived. Both
    /// are acknowledged; to the second acknowledgement, for a connection that is gone, it answers with a
    /// reset, and that ends TIME_WAIT instantly (RFC 1337 §2). So where nothing is left of a connection,
    /// before or after, all of it is done again with another connection.
    pub fn while_in_time_wait<T>(
        &mut self,
        end: impl Fn(&mut Run) -> Outcome<[SocketAddr; 2]>,
        then: impl Fn(&mut Run, [SocketAddr; 2]) -> Outcome<T>,
    ) -> Outcome<T> {
        const ATTEMPTS: usize = 3;
        let before = self.trace.steps();
        for _ in 0..ATTEMPTS {
            self.trace.forget_steps_after(before);
            let [local, peer] = end(self)?;
            if !sockets::states_are_told() {
                return then(self, [local, peer]);
            }
            let expected = steps::listed(local, peer, State::TimeWait);
            let waits = self.until(&expected, || match sockets::state_between(local, peer) {
                Some(state) => (state == State::TimeWait).then_some(true),
                None => sockets::state_between(peer, local).is_none().then_some(false),
            })?;
            if waits {
                let outcome = then(self, [local, peer]);
                let waits = sockets::state_between(local, peer) == Some(State::TimeWait);
                if waits || self.trace.left().is_zero() {
                    return outcome;
                }
            }
        }
        Err(self.trace.broken(demands::time_wait(), demands::nothing_left_of(ATTEMPTS)))
    }

    /// Waits until a message has arrived at this server that it has not read; where the kernel does
    /// not say so, only until it has been sent.
    pub fn message_waits_at(&mut self, server: SocketAddr) -> Outcome {
        self.until(steps::message_waits(server), || {
            let Some(sockets) = sockets::sockets_at(server) else { return Some(()) };
            let waits =
                |socket: &Socket| socket.state == State::Established && socket.receive_queue > 0;
            sockets.iter().any(waits).then_some(())
        })
    }

    /// Waits until each of the program's threads waits for something: no client that comes later is served
    /// before the ones that have come. (Linux and Windows; elsewhere it does not wait, nor in Wine)
    pub fn becomes_idle(&mut self, program: &Program) -> Outcome {
        self.until(steps::all_threads_wait(&program.name), || {
            program.running_threads().is_empty().then_some(())
        })
    }

    /// Demands that the program does nothing while nothing happens. (Linux and Windows)
    pub fn stays_idle(&mut self, program: &Program) -> Outcome {
        const SAMPLES: u32 = 30;
        let time = Duration::from_millis(10) * SAMPLES;
        self.step(steps::nothing_happens(time));
        let before = program.usage()?.processor_time;
        let mut always = program.running_threads();
        for _ in 0..SAMPLES {
            thread::sleep(time / SAMPLES);
            let now = program.running_threads();
            always.retain(|thread| now.contains(thread));
        }
        let busy = program.usage()?.processor_time.saturating_sub(before);
        let got = demands::kept_a_processor_busy(busy, time);
        self.ensure(steps::meanwhile_idle(&program.name), busy < time / 4, got)?;
        // On a busy machine a thread that never waits gets little processor time, and would take more.
        // One that had something to do, and no processor for it, waits in the end.
        self.until(steps::each_thread_waits(), || {
            let now = program.running_threads();
            always.retain(|thread| now.contains(thread));
            always.is_empty().then_some(())
        })
    }

    /// From now on the program gets no more of this; what it has, it keeps. (Linux)
    pub fn lower_rlimit(&mut self, program: &Program, rlimit: Rlimit) -> Outcome {
        let most = match rlimit {
            // The limit is for the descriptor's number, and a new one has the lowest that is free.
            Rlimit::Descriptors => next_descriptor(program.id()),
            Rlimit::Threads => {
                // A thread that has just begun reserves 128 MiB for its memory and gives half of that back
                // (glibc): in between there would be room for many stacks.
                self.becomes_idle(program)?;
                // Some work can still be done, but a stack takes 2 MiB.
                program.usage()?.addresses + (1 << 20)
            }
        };
        self.trace.step(match rlimit {
            Rlimit::Descriptors => steps::no_more_descriptors(),
            Rlimit::Threads => steps::no_more_threads(),
        });
        let set = set_rlimit(program.id(), rlimit, Some(most));
        set.map_err(|why| self.trace.broken(demands::rlimit(), why))
    }

    /// From now on the program, with all that it has started, may have `to` descriptors instead of `from`. `false`: it
    /// hasn't that limit any more. A program in Go, for one, raises its own when it starts. (Linux)
    pub fn changes_descriptors(&self, program: &Program, from: u64, to: u64) -> bool {
        change_descriptors(program.id(), from, to) > 0
    }

    /// From now on the program may have as much again as this suite may. (Linux)
    pub fn restore_rlimit(&mut self, program: &Program, rlimit: Rlimit) -> Outcome {
        self.trace.step(steps::lift_the_limit());
        let set = set_rlimit(program.id(), rlimit, None);
        set.map_err(|why| self.trace.broken(demands::rlimit(), why))
    }
}
