//! Which clients a page can ask for, for a server that runs.

use programs::Asked;
use tokio::sync::oneshot;

use super::visitor::Visitor;

/// One more client for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The panel's own client, once more.
    Another,
    Visitor(Visitor),
}

impl Actor {
    /// All of them, each with its name in a request and the words on its button.
    const ALL: [(Actor, &str, &str); 5] = [
        (Actor::Another, "another", "Another client"),
        (Actor::Visitor(Visitor::Silent), Visitor::Silent.name(), "A silent one"),
        (Actor::Visitor(Visitor::Slow), Visitor::Slow.name(), "A slow one"),
        (Actor::Visitor(Visitor::Resetting), Visitor::Resetting.name(), "One that resets"),
        (Actor::Visitor(Visitor::Crowd), Visitor::Crowd.name(), "Fifty at once"),
    ];

    /// The one that a page names.
    pub fn named(name: &str) -> Option<Actor> {
        Actor::ALL.into_iter().find(|(_, own, _)| *own == name).map(|(actor, ..)| actor)
    }

    /// The names and words of those who can come to these programs: without a client there is no other one.
    pub fn described(programs: &[Asked]) -> Vec<[&'static str; 2]> {
        let come = Actor::ALL
            .into_iter()
            .filter(|(actor, ..)| *actor != Actor::Another || programs.len() > 1);
        come.map(|(_, name, words)| [name, words]).collect()
    }
}

/// A client that a page asks for, and the way to say that it comes, or why it doesn't.
pub struct Wish {
    pub actor: Actor,
    pub answer: oneshot::Sender<Result<(), &'static str>>,
}
