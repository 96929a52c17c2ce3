use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::check::{Broken, Outcome};
use crate::run::Run;
use crate::spawn::spawn;
use crate::subject::Subject;

/// Two machines and a cable between them, made of network namespaces (ip-netns(8)). It is gone when this is
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
pub struct SentAgain {
    /// Those that have not been acknowledged yet.
    pub under_way: u64,
    pub in_all: u64,
}

impl SentAgain {
    /// `ss -ti` says `retrans:1/3`, and nothing where both are 0.
    fn shown(by_ss: &str) -> SentAgain {
        let mut words = by_ss.split_whitespace();
        let counts = words.find_map(|word| word.strip_prefix("retrans:")?.split_once('/'));
        let number = |text: &str| text.parse().ok();
        let counts = counts.and_then(|(now, all)| Some((number(now)?, number(all)?)));
        let (under_way, in_all) = counts.unwrap_or_default();
        SentAgain { under_way, in_all }
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

impl Run {
    /// Two machines, joined by a cable.
    pub fn network(&mut self) -> Outcome<Network> {
        self.step("two network namespaces, joined by a cable");
        Network::new().map_err(|why| Broken::new("two network namespaces", why))
    }
}

impl Network {
    fn new() -> io::Result<Network> {
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

    /// The same program on this machine.
    pub fn on(&self, machine: Machine, program: &Subject) -> Subject {
        program.through(&["ip", "netns", "exec", self.name(machine)])
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

    /// Cuts the cable. Neither machine is told: each has an address of hardware for the other that is
    /// nobody's, so that its packets go nowhere.
    pub fn cut(&self) -> io::Result<()> {
        let nobody = "lladdr 02:00:00:00:00:99 dev cable nud permanent";
        let [left, right] = [Machine::Left.address(), Machine::Right.address()];
        ip(&format!("-n {} neighbour replace {right} {nobody}", self.names[0]))?;
        ip(&format!("-n {} neighbour replace {left} {nobody}", self.names[1]))
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
    pub fn sent_again(&self, machine: Machine, peer: SocketAddr) -> io::Result<SentAgain> {
        let name = self.name(machine);
        let shown = tool("ip", &format!("netns exec {name} ss -tinH dst {peer}"))?;
        Ok(SentAgain::shown(&shown))
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
    static MISSING: OnceLock<Option<String>> = OnceLock::new();
    // Why exactly is not said: the list of tests has a column for this, and all lines would be as wide.
    let attempt = || Network::new().and_then(|network| network.cut()).err();
    MISSING.get_or_init(|| attempt().map(|_| "needs network namespaces".into())).clone()
}

/// Why nothing can be lost or delayed between the two; `None` if it can.
pub(crate) fn netem_missing() -> Option<String> {
    static MISSING: OnceLock<Option<String>> = OnceLock::new();
    let attempt = || Network::new().and_then(|network| network.disturb("delay 1ms")).err();
    let netem = || attempt().map(|_| "needs the kernel's netem".into());
    MISSING.get_or_init(|| missing().or_else(netem)).clone()
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

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::{Machine, Network, SentAgain, missing, netem_missing};
    use crate::patience::must_pass;
    use crate::spawn::spawn;
    use crate::trace::Trace;

    #[test]
    fn what_ss_shows_of_tcp_info() {
        let again = SentAgain::shown("ESTAB 0 3\n\t rto:816 unacked:1 retrans:1/3 lost:1\n");
        assert_eq!(again, SentAgain { under_way: 1, in_all: 3 });
        assert_eq!(SentAgain::shown("\t rto:204 bytes_retrans:0"), SentAgain::default());
    }

    #[test]
    fn what_cannot_be_made_is_missing() {
        let script = "ip netns add $0 && ip -n $0 link add one type veth peer name other
            made=$?; ip netns delete $0; exit $made";
        let name = format!("repair-{}-test", std::process::id());
        let mut shell = Command::new("sh");
        let shell = spawn(shell.args(["-c", script, &name]).stderr(Stdio::null()));
        let possible = shell.and_then(|mut shell| shell.wait()).is_ok_and(|end| end.success());
        assert_eq!(missing(), (!possible).then(|| "needs network namespaces".into()));
        if missing().is_none() {
            let disturbed = Network::new().unwrap().disturb("delay 1ms");
            let netem = disturbed.err().map(|_| "needs the kernel's netem".into());
            assert_eq!(netem_missing(), netem);
        } else {
            assert_eq!(netem_missing(), missing());
        }
    }

    /// A client on the right of what listens on the left.
    fn connect(
        network: &Network,
        address: SocketAddr,
        limit: Duration,
    ) -> std::io::Result<TcpStream> {
        network.within(Machine::Right, || TcpStream::connect_timeout(&address, limit))
    }

    #[test]
    fn what_is_sent_arrives_unless_the_cable_is_cut() {
        if missing().is_some() {
            return;
        }
        let network = Network::new().unwrap();
        let any_port = Network::socket(Machine::Left, 0);
        let listener = network.within(Machine::Left, || TcpListener::bind(any_port)).unwrap();
        let address = listener.local_addr().unwrap();
        let mut client = connect(&network, address, must_pass()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        server.set_read_timeout(Some(must_pass())).unwrap();
        assert_eq!(server.peer_addr().unwrap().ip(), Network::socket(Machine::Right, 0).ip());
        client.write_all(b"a").unwrap();
        server.read_exact(&mut [0]).unwrap();

        network.cut().unwrap();
        client.write_all(b"b").unwrap();
        assert!(connect(&network, address, Duration::from_millis(100)).is_err());
        let trace = Trace::new(must_pass());
        let again = || network.sent_again(Machine::Right, address).unwrap();
        trace.until(&"it is sent again", || (again().in_all > 0).then_some(())).unwrap();

        network.mend().unwrap();
        server.read_exact(&mut [0]).unwrap();
        connect(&network, address, must_pass()).unwrap();

        let name = Path::new("/run/netns").join(network.name(Machine::Left));
        assert!(name.exists());
        drop(network);
        assert!(!name.exists());
    }
}
