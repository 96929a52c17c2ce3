//! TCP segments, read from the packets that the kernel shows.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use etherparse::{LaxNetSlice, LaxSlicedPacket, TransportSlice};
use serde::{Deserialize, Serialize};

/// How many bytes of a payload are kept.
pub const MOST_PAYLOAD: usize = 256;

/// One TCP segment as the namespace's loopback device carried it.
///
/// In JSON, the time is in milliseconds, like that of all events of a run, and the payload is hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packet {
    /// Since the run began.
    #[serde(with = "milliseconds")]
    pub at: Duration,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub syn: bool,
    pub ack: bool,
    pub fin: bool,
    pub rst: bool,
    pub sequence: u32,
    pub acknowledged: u32,
    /// As the header has it, so without the scale that the SYN announced (RFC 7323 §2).
    pub window: u16,
    /// Bytes of payload.
    pub length: usize,
    /// The first of them, 256 at most.
    #[serde(with = "hexadecimal")]
    pub payload: Vec<u8>,
}

impl Packet {
    /// Reads an IPv4 or IPv6 packet, of which the end may have been cut off. `None` if it's no TCP segment, or a
    /// fragment of one.
    pub fn read(at: Duration, bytes: &[u8]) -> Option<Packet> {
        let sliced = LaxSlicedPacket::from_ip(bytes).ok()?;
        let (from, to, announced) = match sliced.net? {
            LaxNetSlice::Ipv4(ip) => {
                let header = ip.header();
                let announced = usize::from(header.total_len());
                (IpAddr::from(header.source_addr()), header.destination_addr().into(), announced)
            }
            LaxNetSlice::Ipv6(ip) => {
                let header = ip.header();
                let announced = header.slice().len() + usize::from(header.payload_length());
                (header.source_addr().into(), header.destination_addr().into(), announced)
            }
            LaxNetSlice::Arp(_) => return None,
        };
        let Some(TransportSlice::Tcp(tcp)) = sliced.transport else { return None };
        // What was cut off is counted too, since the IP header has the length of the whole. Bytes behind that
        // are padding.
        let headers = bytes.len().min(announced).checked_sub(tcp.payload().len())?;
        let length = announced.checked_sub(headers)?;
        let payload = &tcp.payload()[..tcp.payload().len().min(MOST_PAYLOAD)];
        Some(Packet {
            at,
            from: SocketAddr::new(from, tcp.source_port()),
            to: SocketAddr::new(to, tcp.destination_port()),
            syn: tcp.syn(),
            ack: tcp.ack(),
            fin: tcp.fin(),
            rst: tcp.rst(),
            sequence: tcp.sequence_number(),
            acknowledged: tcp.acknowledgment_number(),
            window: tcp.window_size(),
            length,
            payload: payload.to_vec(),
        })
    }

    /// The names of the flags that are set, of those that a scene shows.
    pub fn flags(&self) -> Vec<&'static str> {
        let flags = [(self.syn, "SYN"), (self.ack, "ACK"), (self.fin, "FIN"), (self.rst, "RST")];
        flags.into_iter().filter_map(|(is_set, name)| is_set.then_some(name)).collect()
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    pub fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        (time.as_secs_f64() * 1000.0).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let milliseconds = f64::deserialize(from)?;
        Duration::try_from_secs_f64(milliseconds / 1000.0).map_err(de::Error::custom)
    }
}

/// Bytes as two digits each.
pub mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn text(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The bytes of such a text; `None` if it's none.
    pub fn bytes(text: &str) -> Option<Vec<u8>> {
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok();
        pairs.iter().map(byte).collect()
    }

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&text(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        bytes(&String::deserialize(from)?).ok_or(de::Error::custom("not hexadecimal"))
    }
}
