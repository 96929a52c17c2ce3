use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::spawn::spawn;
use crate::words::machine as words;

/// Two machines and a cable between them, made of network namespaces (ip-netns(8)), which go when this is
/// dropped.
pub struct Network {
    names: [String; 2],
}

/// One end of the cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    Left,
    Right,
}

/// How many segments have been sent more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retransmits {
    /// Those that have not been acknowledged yet.
    pub in_flight: u64,
    pub total: u64,
}

impl Retransmits {
    /// `ss -ti` says `retrans:1/3`, and nothing where both are 0.
    fn shown(by_ss: &str) -> Retransmits {
        let mut words = by_ss.split_whitespace();
        let counts = words.find_map(|word| word.strip_prefix("retrans:")?.split_once('/'));
        let number = |text: &str| text.parse().ok();
        let counts = counts.and_then(|(now, all)| Some((number(now)?, number(all)?)));
        let (in_flight, total) = counts.unwrap_or_default();
        Retransmits { in_flight, total }
    }
}

impl Machine {
    pub fn address(self) -> &'static str {
        match self {
            Machine::Left => "192.0.2.1",
            Machine::Right => "192.0.2.2",
        }
    }
}

impl Network {
    pub(crate) fn new() -> io::Result<Network> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = |end| format!("repair-{}-{number}-{end}", std::process::id());
        let network = Network { names: ["left", "right"].map(name) };
        let [left, right] = &network.names;
        ip(&format!("netns add {left}"))?;
        ip(&format!("netns add {right}"))?;
        ip(&format!("-n {left} link add cable type veth peer name cable netns {right}"))?;
        for machine in [Machine::Left, Machine::Right] {
            let (name, address) = (network.name(machine), machine.address());
            ip(&format!("-n {name} address add {address}/30 dev cable"))?;
            ip(&format!("-n {name} link set cable up"))?;
        }
        Ok(network)
    }

    fn name(&self, machine: Machine) -> &str {
        &self.names[usize::from(machine == Machine::Right)]
    }

    /// The command that starts its last arguments on this machine.
    pub(crate) fn command(&self, machine: Machine) -> [&str; 4] {
        ["ip", "netns", "exec", self.name(machine)]
    }

    /// What is done on this machine; a socket that is made there stays there.
    pub fn within<T: Send>(
        &self,
        machine: Machine,
        act: impl FnOnce() -> io::Result<T> + Send,
    ) -> io::Result<T> {
        let namespace = File::open(format!("/run/netns/{}", self.name(machine)))?;
        let enter = move || {
            enter(&namespace)?;
            act()
        };
        std::thread::scope(|scope| scope.spawn(enter).join().expect("it does not panic"))
    }

    /// Gives this machine its loopback addresses, which a new namespace is without.
    pub fn has_loopback(&self, machine: Machine) -> io::Result<()> {
        ip(&format!("-n {} link set lo up", self.name(machine)))
    }

    /// Cuts the cable. Neither machine is told: each has an address of hardware for the other that no device
    /// has, so that its packets go nowhere.
    pub fn cut(&self) -> io::Result<()> {
        let nowhere = "lladdr 02:00:00:00:00:99 dev cable nud permanent";
        let [left, right] = [Machine::Left.address(), Machine::Right.address()];
        ip(&format!("-n {} neighbour replace {right} {nowhere}", self.names[0]))?;
        ip(&format!("-n {} neighbour replace {left} {nowhere}", self.names[1]))
    }

    /// Makes it whole again.
    pub fn mend(&self) -> io::Result<()> {
        let [left, right] = [Machine::Left.address(), Machine::Right.address()];
        ip(&format!("-n {} neighbour delete {right} dev cable", self.names[0]))?;
        ip(&format!("-n {} neighbour delete {left} dev cable", self.names[1]))
    }

    /// What the network does to each packet, on either way: netem's words, such as `loss 20%` (tc-netem(8)).
    pub fn disturb(&self, how: &str) -> io::Result<()> {
        self.names.iter().try_for_each(|name| {
            tool("tc", &format!("-n {name} qdisc add dev cable root netem {how}")).map(drop)
        })
    }

    /// What this machine has sent again on its connection with this peer, as TCP_INFO counts it (tcp(7)).
    /// `ss` asks for it: std cannot, and C's `getsockopt` is not safe.
    pub fn retransmits(&self, machine: Machine, peer: SocketAddr) -> io::Result<Retransmits> {
        let name = self.name(machine);
        let shown = tool("ip", &format!("netns exec {name} ss -tinH dst {peer}"))?;
        Ok(Retransmits::shown(&shown))
    }

    /// An address on this machine.
    pub fn socket(machine: Machine, port: u16) -> SocketAddr {
        SocketAddr::new(machine.address().parse().expect("an address"), port)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for name in &self.names {
            let _ = ip(&format!("netns delete {name}"));
        }
    }
}

/// Why there can be no such network here; `None` if there can.
pub(crate) fn missing() -> Option<String> {
    static MISSING: OnceLock<bool> = OnceLock::new();
    // Why exactly is not said: the list of tests has a column for this, and all lines would be as wide.
    let attempt = || Network::new().and_then(|network| network.cut());
    let is_missing = *MISSING.get_or_init(|| attempt().is_err());
    is_missing.then(|| words::needs(&words::namespaces()))
}

/// Why nothing can be lost or delayed between the two; `None` if it can.
pub(crate) fn netem_missing() -> Option<String> {
    static MISSING: OnceLock<bool> = OnceLock::new();
    let attempt = || Network::new().and_then(|network| network.disturb("delay 1ms"));
    let netem = || {
        let is_missing = *MISSING.get_or_init(|| attempt().is_err());
        is_missing.then(|| words::needs(&words::netem()))
    };
    missing().or_else(netem)
}

fn ip(arguments: &str) -> io::Result<()> {
    tool("ip", arguments).map(drop)
}

/// What a tool of iproute2 says.
fn tool(name: &str, arguments: &str) -> io::Result<String> {
    let mut command = Command::new(name);
    command.args(arguments.split(' ')).stdin(Stdio::null()).stdout(Stdio::piped());
    let output = spawn(command.stderr(Stdio::piped()))?.wait_with_output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("it failed");
    Err(io::Error::other(format!("{name}: {}", first.trim_start_matches("Error: "))))
}

#[cfg(target_os = "linux")]
fn enter(namespace: &File) -> io::Result<()> {
    use std::os::fd::AsFd;

    use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
    let network = Some(LinkNameSpaceType::Network);
    move_into_link_name_space(namespace.as_fd(), network).map_err(io::Error::from)
}

#[cfg(not(target_os = "linux"))]
fn enter(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
