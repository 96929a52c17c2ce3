use super::run::Run;
use super::subject::Subject;
use crate::check::Outcome;
use crate::machine::{Machine, Network};
use crate::words::{demands, steps};

impl Run {
    /// Two machines, joined by a cable.
    pub fn network(&mut self) -> Outcome<Network> {
        self.step(steps::network());
        Network::new().map_err(|why| self.broken(demands::network(), why))
    }
}

impl Network {
    /// The same program on this machine.
    pub fn on(&self, machine: Machine, program: &Subject) -> Subject {
        program.through(&self.command(machine))
    }
}
