use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, NO_ERROR};
use windows_sys::Win32::NetworkManagement::IpHelper::{GetTcp6Table, GetTcpTable};

/// A TCP socket as `netstat -an` shows it. Windows doesn't say what is in its buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub local: SocketAddr,
    /// All zeros for a listener.
    pub peer: SocketAddr,
    /// A number of MIB_TCP_STATE: 1 is closed, 2 listens, 12 is about to be forgotten.
    pub state: u32,
}

/// All TCP sockets of this machine, of one family; `None` if Windows doesn't say. (With the processes that they
/// belong to, "GetExtendedTcpTable", it takes Wine a third of a second.)
pub fn tcp_table(is_ipv4: bool) -> Option<Vec<Listed>> {
    let words = if is_ipv4 { table(table_v4) } else { table(table_v6) }?;
    let (count, rows) = words.split_first()?;
    let row: fn(&[u32]) -> Option<Listed> = if is_ipv4 { row_v4 } else { row_v6 };
    let length = if is_ipv4 { ROW_V4 } else { ROW_V6 };
    Some(rows.chunks_exact(length).take(*count as usize).filter_map(row).collect())
}

/// The number of its rows, and then the rows.
fn table(call: fn(&mut [u32], &mut u32) -> u32) -> Option<Vec<u32>> {
    let mut words = vec![0_u32; 4096];
    // It grows while others connect.
    for _ in 0..10 {
        let mut bytes = u32::try_from(size_of_val(&words[..])).ok()?;
        match call(&mut words, &mut bytes) {
            NO_ERROR => return Some(words),
            // `bytes` is what it takes now.
            ERROR_INSUFFICIENT_BUFFER => words.resize(bytes as usize / size_of::<u32>() + 4096, 0),
            _ => return None,
        }
    }
    None
}

fn table_v4(words: &mut [u32], bytes: &mut u32) -> u32 {
    // SAFETY: the memory is ours, aligned as the table's numbers are, and as long as `bytes` says.
    unsafe { GetTcpTable(words.as_mut_ptr().cast(), bytes, 0) }
}

fn table_v6(words: &mut [u32], bytes: &mut u32) -> u32 {
    // SAFETY: the memory is ours, aligned as the table's numbers are, and as long as `bytes` says.
    unsafe { GetTcp6Table(words.as_mut_ptr().cast(), bytes, 0) }
}

/// How many numbers of 32 bits make a row.
const ROW_V4: usize = 5;
const ROW_V6: usize = 13;

/// MIB_TCPROW.
fn row_v4(row: &[u32]) -> Option<Listed> {
    let &[state, local, local_port, peer, peer_port] = row else { return None };
    let address = |ip: u32, number| {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::from(ip.to_ne_bytes())), port(number))
    };
    let (local, peer) = (address(local, local_port), address(peer, peer_port));
    Some(Listed { local, peer, state })
}

/// MIB_TCP6ROW: each address is followed by the number of its network card.
fn row_v6(row: &[u32]) -> Option<Listed> {
    let (&state, rest) = row.split_first()?;
    let (local, rest) = rest.split_first_chunk::<4>()?;
    let (&[_, local_port], rest) = rest.split_first_chunk::<2>()?;
    let (peer, rest) = rest.split_first_chunk::<4>()?;
    let &[_, peer_port] = rest else { return None };
    let address = |words: &[u32; 4], number| {
        let mut octets = [0; 16];
        for (octets, word) in octets.chunks_exact_mut(4).zip(words) {
            octets.copy_from_slice(&word.to_ne_bytes());
        }
        SocketAddr::new(IpAddr::V6(Ipv6Addr::from(octets)), port(number))
    };
    let (local, peer) = (address(local, local_port), address(peer, peer_port));
    Some(Listed { local, peer, state })
}

/// The first 16 bits, in the network's order; the others may be anything.
fn port(number: u32) -> u16 {
    let [high, low, ..] = number.to_ne_bytes();
    u16::from_be_bytes([high, low])
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn listeners_and_both_ends_are_listed() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let server = listener.local_addr().unwrap();
            let connection = TcpStream::connect(server).unwrap();
            let client = connection.local_addr().unwrap();
            let table = tcp_table(server.is_ipv4()).expect("a table");
            let state = |local, peer| {
                let is_it = |it: &&Listed| (it.local, it.peer) == (local, peer);
                table.iter().find(is_it).map(|it| it.state)
            };
            let nobody = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            assert!(
                state(server, client).is_some() && state(client, server).is_some(),
                "{table:?}"
            );
            assert_eq!(state(server, nobody.parse().unwrap()), Some(2), "{table:?}");
            assert_eq!(
                tcp_table(!server.is_ipv4()).map(|other| other.iter().any(|it| it.local == server)),
                Some(false)
            );
        }
    }
}
