use super::program::Program;
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

    /// Starts the program under test on this machine.
    pub fn start_on(
        &mut self,
        network: &Network,
        machine: Machine,
        arguments: &[&str],
    ) -> Outcome<Program> {
        let subject = network.on(machine, self.subject());
        self.start_other(&subject, arguments)
    }
}

impl Network {
    /// The same program on this machine.
    pub fn on(&self, machine: Machine, program: &Subject) -> Subject {
        program.through(&self.command(machine))
    }
}
