//! The loopback device, which is down in a new namespace: one question to the kernel (rtnetlink(7)).

use std::io::{self, ErrorKind, Read};

use socket2::{Domain, Protocol, Socket, Type};

const AF_NETLINK: i32 = 16;
const NETLINK_ROUTE: i32 = 0;
const RTM_NEWLINK: u16 = 16;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const NLMSG_ERROR: u16 = 2;
const IFF_UP: u32 = 1;
/// The first device of each namespace is its loopback device.
const LOOPBACK: i32 = 1;
/// A `nlmsghdr` has 16 bytes, an `ifinfomsg` as many.
const LENGTH: u32 = 32;

/// Brings the loopback device up.
///
/// # Errors
///
/// The kernel doesn't let us.
pub fn bring_up() -> io::Result<()> {
    let (domain, protocol) = (Domain::from(AF_NETLINK), Protocol::from(NETLINK_ROUTE));
    let mut socket = Socket::new(domain, Type::RAW, Some(protocol))?;
    socket.send(&request())?;
    let mut answer = [0; 1024];
    let count = socket.read(&mut answer)?;
    // The number of an error, negative, or 0 where there is none.
    match (answer[..count].get(4..6), answer[..count].get(16..20)) {
        (Some(kind), Some(&[a, b, c, d])) if kind == NLMSG_ERROR.to_ne_bytes() => {
            match i32::from_ne_bytes([a, b, c, d]) {
                0 => Ok(()),
                number => Err(io::Error::from_raw_os_error(number.saturating_neg())),
            }
        }
        _ => Err(ErrorKind::InvalidData.into()),
    }
}

fn request() -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(LENGTH.to_ne_bytes());
    bytes.extend(RTM_NEWLINK.to_ne_bytes());
    bytes.extend((NLM_F_REQUEST | NLM_F_ACK).to_ne_bytes());
    // The number of the question, and of the asking process: 0 lets the kernel find out.
    bytes.extend([1u32, 0].map(u32::to_ne_bytes).concat());
    // Any family and any type of device.
    bytes.extend([0; 4]);
    bytes.extend(LOOPBACK.to_ne_bytes());
    // The flags, and which of them are meant.
    bytes.extend([IFF_UP, IFF_UP].map(u32::to_ne_bytes).concat());
    bytes
}
