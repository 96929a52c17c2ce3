//! The parts of lesson 4's server. The wrong programs in `examples/` share those that they get right.

mod bell;
mod clients;
mod converse;
mod lines;
mod log;
mod serve;
mod settings;

use std::net::TcpListener;
use std::sync::Arc;

use common::{Explain, Failure, cannot_listen, say};

pub use bell::{reachable, stop_on_ctrl_c};
pub use clients::{Client, Clients};
pub use converse::{Farewell, converse, gone, not_text, prepare};
pub use lines::{answer, answer_lines, next_line, text_of};
pub use log::Count;
pub use serve::{accept_clients, start_thread};
pub use settings::Settings;

/// How every one of these servers begins: it listens, says so, and heeds Ctrl-C.
///
/// # Errors
///
/// The address cannot be listened on, or standard output is closed.
pub fn open(settings: Settings) -> Result<(TcpListener, Arc<Clients>), Failure> {
    let listener = TcpListener::bind(settings.address).map_err(cannot_listen(settings.address))?;
    let address = listener.local_addr().explain("cannot learn the listener's address")?;
    let clients = Clients::new(settings)?;
    stop_on_ctrl_c(address, &clients)?;
    say!("listening on {address}")?;
    Ok((listener, clients))
}
