//! What a run says, in English.

use std::net::SocketAddr;

use super::Words;
use crate::panels::client::{Actor, Visitor};
use crate::stage::Refused;

pub struct English;

impl Words for English {
    fn takes_too_long(&self) -> &'static str {
        "it takes too long"
    }

    fn build_takes_too_long(&self) -> &'static str {
        "the build takes too long"
    }

    fn nobody_listens(&self) -> &'static str {
        "no page listens any more"
    }

    fn another_run(&self) -> &'static str {
        "another run was started"
    }

    fn own_network(&self) -> &'static str {
        "the programs talk to each other and to nothing else"
    }

    fn server_alone(&self) -> &'static str {
        "you can talk to this server from a terminal"
    }

    fn client_alone(&self) -> &'static str {
        "this client talks to a server that you start yourself"
    }

    fn no_stage(&self, why: &Refused) -> String {
        why.to_string()
    }

    fn nothing_to_watch(&self, why: &str) -> String {
        format!("There is nothing to watch here, because {why}.")
    }

    fn differs(&self, before: &str, now: &str) -> String {
        let then = match before {
            "passed" => "It passed before",
            "failed" => "It failed before",
            _ => "It couldn’t be judged before",
        };
        let now = match now {
            "passed" => "it passes now",
            "failed" => "it fails now",
            _ => "it couldn’t be judged now",
        };
        format!("{then}, and {now}.")
    }

    fn server_has_ended(&self) -> &'static str {
        "the server has ended"
    }

    fn server_is_being_stopped(&self) -> &'static str {
        "the server is being stopped"
    }

    fn too_many_asked_for(&self) -> &'static str {
        "too many clients are asked for"
    }

    fn too_many_at_once(&self) -> &'static str {
        "there are four more clients already: wait until one has gone"
    }

    fn too_many_in_all(&self) -> &'static str {
        "twenty more clients have come: start anew"
    }

    fn no_client_here(&self) -> &'static str {
        "this server has no client here"
    }

    fn visitor(&self, visitor: Visitor) -> &'static str {
        match visitor {
            Visitor::Silent => "a silent client",
            Visitor::Slow => "a slow client",
            Visitor::Resetting => "a client that resets",
            Visitor::Crowd => "fifty clients",
        }
    }

    fn actor(&self, actor: Actor) -> &'static str {
        match actor {
            Actor::Another => "Another client",
            Actor::Visitor(Visitor::Silent) => "A silent one",
            Actor::Visitor(Visitor::Slow) => "A slow one",
            Actor::Visitor(Visitor::Resetting) => "One that resets",
            Actor::Visitor(Visitor::Crowd) => "Fifty at once",
        }
    }

    fn connected(&self, own: SocketAddr) -> String {
        format!("{own} is connected")
    }

    fn connected_and_silent(&self, own: SocketAddr) -> String {
        format!("{own} is connected, and silent")
    }

    fn connected_and_slow(&self, own: SocketAddr, bytes: usize) -> String {
        format!("{own} is connected, and sends {bytes} bytes, one each half second")
    }

    fn server_has_finished(&self) -> &'static str {
        "the server has finished"
    }

    fn server_has_spoken_first(&self) -> &'static str {
        "the server has spoken first"
    }

    fn finished_without_reply(&self) -> &'static str {
        "the server has finished without a reply"
    }

    fn ends_with_reply_unread(&self) -> &'static str {
        "ends, with the reply unread"
    }

    fn clients_come(&self, count: usize) -> String {
        format!("{count} clients come at once")
    }

    fn have_their_reply(&self, count: usize) -> String {
        format!("{count} of them have their reply")
    }

    fn runs_already(&self) -> &'static str {
        "this runs already, perhaps in another tab: stop it there first"
    }

    fn no_such_run(&self) -> &'static str {
        "there is no such run, or it has ended"
    }

    fn not_begun(&self) -> &'static str {
        "this exercise has not been begun"
    }

    fn no_line(&self) -> &'static str {
        "no line, or one that is too long"
    }
}
