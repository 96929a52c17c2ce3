//! What the suites of several lessons demand: of every program, of servers for one client, of servers that
//! stay, and of clients.

pub mod addresses;
pub mod command_line;
pub mod default_address;
pub mod handshake;
pub mod many_clients;
pub mod one_client;
pub mod one_client_robustness;
pub mod one_client_time;
pub mod robustness;
pub mod says_little;
