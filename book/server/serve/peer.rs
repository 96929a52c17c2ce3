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
    #[cfg(target_os = "linux")]
    pub fn is_another_user(&self) -> bool {
        let own = rustix::process::geteuid();
        let Some(server) = self.server.filter(|_| !own.is_root()) else { return false };
        let Ok(list) = std::fs::read_to_string("/proc/net/tcp") else { return false };
        // What has no owner any more isn't a page's: a page that asks waits for the answer.
        let owner = owner(&list, self.address, server);
        owner != Some(own.as_raw()) && owner != Some(0)
    }

    #[cfg(not(target_os = "linux"))]
    pub fn is_another_user(&self) -> bool {
        false
    }
}

/// The user whose process holds this end of a connection (proc_pid_net(5)).
#[cfg(target_os = "linux")]
fn owner(list: &str, local: SocketAddr, remote: SocketAddr) -> Option<u32> {
    let (local, remote) = (field(local)?, field(remote)?);
    list.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_it = fields.get(1)? == &local && fields.get(2)? == &remote;
        // A closed socket is listed as one of `root`, but has no inode.
        let is_open = is_it && *fields.get(9)? != "0";
        if is_open { fields.get(7)?.parse().ok() } else { None }
    })
}

#[cfg(target_os = "linux")]
fn field(address: SocketAddr) -> Option<String> {
    let SocketAddr::V4(address) = address else { return None };
    let ip = u32::from_ne_bytes(address.ip().octets());
    Some(format!("{ip:08X}:{:04X}", address.port()))
}
