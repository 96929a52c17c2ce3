//! Which clients a reader can send to a server that runs on a page.

/// Who a reader can send to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Connects, and says nothing.
    Silent,
    /// Sends its greeting byte by byte.
    Slow,
    /// Leaves its reply unread, so that its kernel resets the connection.
    Resetting,
    /// Fifty well-behaved clients at the same time.
    Crowd,
}

impl Visitor {
    pub const ALL: [Visitor; 4] =
        [Visitor::Silent, Visitor::Slow, Visitor::Resetting, Visitor::Crowd];

    /// The one with this name.
    pub fn named(name: &str) -> Option<Visitor> {
        Visitor::ALL.into_iter().find(|visitor| visitor.name() == name)
    }

    /// Its name, on pages and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Visitor::Silent => "silent",
            Visitor::Slow => "slow",
            Visitor::Resetting => "resetting",
            Visitor::Crowd => "fifty",
        }
    }
}

/// One more client for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The panel's own client, once more.
    Another,
    Visitor(Visitor),
}

impl Actor {
    /// All of them, each with its name in a request.
    pub const ALL: [(Actor, &str); 5] = [
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
}
