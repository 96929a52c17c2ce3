//! What a run says to its reader, in each language. What only they can be told who write requests by hand is English.

mod en;
mod zh;

use std::net::SocketAddr;

use catalog::Language;

use super::client::{Actor, Visitor};
use crate::stage::Refused;

/// The words of one language.
pub trait Words: Sync {
    // The ends of sentences: "Stopped, because".

    fn takes_too_long(&self) -> &'static str;
    fn build_takes_too_long(&self) -> &'static str;
    fn nobody_listens(&self) -> &'static str;
    fn another_run(&self) -> &'static str;

    // And of these: "This run has a network of its own, because", or that of the machine.

    fn own_network(&self) -> &'static str;
    fn server_alone(&self) -> &'static str;
    fn client_alone(&self) -> &'static str;

    /// Why there is no network of its own.
    fn no_stage(&self, why: &Refused) -> String;

    /// A check can only be watched in such a network.
    fn nothing_to_watch(&self, why: &str) -> String;

    /// A check ends otherwise than it did before. Each is one of `passed`, `failed` and `not judged`.
    fn differs(&self, before: &str, now: &str) -> String;

    // Why one more client doesn't come.

    fn server_has_ended(&self) -> &'static str;
    fn server_is_being_stopped(&self) -> &'static str;
    fn too_many_asked_for(&self) -> &'static str;
    fn too_many_at_once(&self) -> &'static str;
    fn too_many_in_all(&self) -> &'static str;
    fn no_client_here(&self) -> &'static str;

    /// What a client is called that the reader sends, in its column.
    fn visitor(&self, visitor: Visitor) -> &'static str;

    /// The words on the button that sends it.
    fn actor(&self, actor: Actor) -> &'static str;

    // What such a client prints. Its own address is a part of it, so that readers find it among the server's.

    fn connected(&self, own: SocketAddr) -> String;
    fn connected_and_silent(&self, own: SocketAddr) -> String;
    fn connected_and_slow(&self, own: SocketAddr, bytes: usize) -> String;
    fn server_has_finished(&self) -> &'static str;
    fn server_has_spoken_first(&self) -> &'static str;
    fn finished_without_reply(&self) -> &'static str;
    fn ends_with_reply_unread(&self) -> &'static str;
    fn clients_come(&self, count: usize) -> String;
    fn have_their_reply(&self, count: usize) -> String;

    // Why a request is refused.

    fn runs_already(&self) -> &'static str;
    fn no_such_run(&self) -> &'static str;
    fn not_begun(&self) -> &'static str;
    fn no_line(&self) -> &'static str;
}

/// The words of a language.
pub fn of(language: Language) -> &'static dyn Words {
    match language {
        Language::English => &en::English,
        Language::Chinese => &zh::Chinese,
    }
}
