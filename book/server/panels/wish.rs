//! Which clients a page can ask for, for a server that runs.

use programs::Asked;
use tokio::sync::oneshot;

use super::visitor::Visitor;
use super::words::Words;

/// One more client for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The panel's own client, once more.
    Another,
    Visitor(Visitor),
}

impl Actor {
    /// All of them, each with its name in a request.
    const ALL: [(Actor, &str); 5] = [
        (Actor::Another, "another"),
        (Actor::Visitor(Visitor::Silent), Visitor::Silent.name()),
        (Actor::Visitor(Visitor::Slow), Visitor::Slow.name()),
        (Actor::Visitor(Visitor::Resetting), Visitor::Resetting.name()),
        (Actor::Visitor(Visitor::Crowd), Visitor::Crowd.name()),
    ];

    /// The one that a page names.
    pub fn named(name: &str) -> Option<Actor> {
        Actor::ALL.into_iter().find(|(_, own)| *own == name).map(|(actor, _)| actor)
    }

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
