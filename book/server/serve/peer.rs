//! Whose a connection is: another user of this machine can connect to loopback like us.

use std::net::SocketAddr;

/// The two ends of a connection.
#[derive(Clone, Copy)]
pub struct Peer {
    pub address: SocketAddr,
    pub server: Option<SocketAddr>,
}

impl Peer {
    /// Whether another user of this machine has connected, as far as the system tells. `root` can do everything
    /// anyway; and a server that runs as `root` asks nothing, since it may be in a container whose pages are
    /// read from outside.
    pub fn is_another_user(&self) -> bool {
        system::is_another_user(self)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::net::SocketAddr;

    use super::Peer;

    pub fn is_another_user(peer: &Peer) -> bool {
        let own = rustix::process::geteuid();
        let Some(server) = peer.server.filter(|_| !own.is_root()) else { return false };
        let [client, server] = [peer.address, server].map(canonical);
        // A published port's clients have their other end elsewhere, where they have no user of ours.
        if !client.ip().is_loopback() && client.ip() != server.ip() {
            return false;
        }
        let file = if client.is_ipv4() { "/proc/net/tcp" } else { "/proc/net/tcp6" };
        let Ok(list) = std::fs::read_to_string(file) else { return false };
        // What has no owner any more isn't a page's: a page that asks waits for the answer.
        let owner = owner(&list, client, server);
        owner != Some(own.as_raw()) && owner != Some(0)
    }

    /// The user whose process holds this end of a connection (proc_pid_net(5)).
    fn owner(list: &str, local: SocketAddr, remote: SocketAddr) -> Option<u32> {
        let [local, remote] = [local, remote].map(common::sockets::field);
        list.lines().find_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let is_it = fields.get(1)? == &local && fields.get(2)? == &remote;
            // A closed socket is listed as one of `root`, but has no inode.
            let is_open = is_it && *fields.get(9)? != "0";
            if is_open { fields.get(7)?.parse().ok() } else { None }
        })
    }

    /// A listener of IPv6 may have clients of IPv4, whose own end is one of IPv4.
    fn canonical(address: SocketAddr) -> SocketAddr {
        SocketAddr::new(address.ip().to_canonical(), address.port())
    }
}

/// Other systems have no such list, or none that std can read.
#[cfg(not(target_os = "linux"))]
mod system {
    pub fn is_another_user(peer: &super::Peer) -> bool {
        let _ = (peer.address, peer.server);
        false
    }
}
