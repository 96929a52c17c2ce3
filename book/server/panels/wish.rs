//! Clients that a page asks for, for a server that runs.

use programs::Asked;
use tokio::sync::oneshot;

use super::client::Actor;
use super::words::Words;

impl Actor {
    /// The names and words of those who can come to these programs: without a client there is no other one.
    pub fn described(programs: &[Asked], words: &dyn Words) -> Vec<[&'static str; 2]> {
        let come = Actor::ALL
            .into_iter()
            .filter(|(actor, _)| *actor != Actor::Another || programs.len() > 1);
        come.map(|(actor, name)| [name, words.actor(actor)]).collect()
    }
}

/// A client that a page asks for, and the way to say that it comes, or why it doesn't.
pub struct Wish {
    pub actor: Actor,
    pub answer: oneshot::Sender<Result<(), &'static str>>,
}
