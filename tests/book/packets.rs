//! Packets, as the kernel's loopback device carries them, and what the book reads in them.

use std::time::Duration;

use book::scene::packet::{MOST_PAYLOAD, Packet};
use harness::Trial;
use serde_json::{Value, json};

use crate::support::trials;

pub fn trials() -> Vec<Trial> {
    trials![
        a_handshakes_first_packet_is_read,
        a_payload_is_kept_up_to_a_bound,
        what_was_cut_off_is_counted,
        a_packet_of_ipv6_is_read,
        what_is_no_segment_is_none,
        a_packet_in_json_is_the_same,
    ]
}

/// 127.0.0.1:40000 asks 127.0.0.1:9090 for a connection. Two bytes of padding follow.
const SYN: &str = "4500003c1c4640004006207400000000\
    9c4023820001020300000000a002fffffe300000\
    0204ffd70402080a0000000100000000010303070000";

/// The headers of a segment with the bytes that follow, from 127.0.0.1:9090 to 127.0.0.1:40000.
fn segment(flags: u8, payload: &[u8]) -> Vec<u8> {
    let total = u16::try_from(40 + payload.len()).unwrap().to_be_bytes();
    let mut bytes = vec![0x45, 0, total[0], total[1], 0, 1, 0x40, 0, 64, 6, 0, 0];
    bytes.extend([127, 0, 0, 1, 127, 0, 0, 1]);
    bytes.extend(tcp(flags));
    bytes.extend(payload);
    bytes
}

fn tcp(flags: u8) -> Vec<u8> {
    let mut bytes = vec![0x23, 0x82, 0x9c, 0x40];
    bytes.extend([0, 0, 0, 7, 0, 0, 0, 9]);
    bytes.extend([0x50, flags, 2, 0, 0, 0, 0, 0]);
    bytes
}

const FIN: u8 = 0x01;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

fn read(bytes: &[u8]) -> Packet {
    Packet::read(Duration::from_micros(1234), bytes).expect("a segment")
}

fn a_handshakes_first_packet_is_read() {
    let mut bytes = hexadecimal(SYN);
    // The text above has no addresses, so that its lines are short.
    bytes.splice(12..16, [127, 0, 0, 1, 127, 0, 0, 1]);
    let packet = read(&bytes);
    assert_eq!(packet.at, Duration::from_micros(1234));
    assert_eq!((packet.from.to_string(), packet.to.to_string()), ends("40000", "9090"));
    assert!(packet.syn && !packet.ack && !packet.fin && !packet.rst, "{packet:?}");
    assert_eq!((packet.sequence, packet.acknowledged), (0x0001_0203, 0));
    assert_eq!((packet.window, packet.length), (65535, 0));
}

fn a_payload_is_kept_up_to_a_bound() {
    let text = "你好,我是客户端".as_bytes();
    let packet = read(&segment(ACK | FIN, text));
    assert_eq!((packet.length, &*packet.payload), (22, text));
    assert!(packet.ack && packet.fin && !packet.syn && !packet.rst, "{packet:?}");
    assert_eq!((packet.sequence, packet.acknowledged, packet.window), (7, 9, 512));
    let packet = read(&segment(ACK | RST, &[b'x'; 5000]));
    assert!(packet.rst);
    assert_eq!((packet.length, packet.payload.len()), (5000, MOST_PAYLOAD));
}

fn what_was_cut_off_is_counted() {
    let whole = segment(ACK, &[b'x'; 5000]);
    let packet = read(&whole[..140]);
    assert_eq!((packet.length, packet.payload.len()), (5000, 100));
    // Not even the headers are whole.
    for length in 0..40 {
        assert_eq!(Packet::read(Duration::ZERO, &whole[..length]), None, "{length} bytes");
    }
}

fn a_packet_of_ipv6_is_read() {
    let mut bytes = vec![0x60, 0, 0, 0, 0, 25, 6, 64];
    for _ in 0..2 {
        bytes.extend([0; 15]);
        bytes.push(1);
    }
    bytes.extend(tcp(ACK));
    bytes.extend(b"hello");
    let packet = read(&bytes);
    assert_eq!((&*packet.from.to_string(), &*packet.to.to_string()), ("[::1]:9090", "[::1]:40000"));
    assert_eq!((packet.length, &*packet.payload), (5, &b"hello"[..]));
}

fn what_is_no_segment_is_none() {
    let segment = segment(ACK, b"hello");
    let changed = |place: usize, to: u8| {
        let mut bytes = segment.clone();
        bytes[place] = to;
        Packet::read(Duration::ZERO, &bytes)
    };
    assert_eq!(changed(9, 17), None, "UDP");
    assert_eq!(changed(0, 0x35), None, "version 3");
    assert_eq!(changed(7, 9), None, "a later fragment");
    assert_eq!(changed(32, 0xf0), None, "a header that's longer than the packet");
}

fn a_packet_in_json_is_the_same() {
    let packet = read(&segment(ACK, b"hello"));
    let json = serde_json::to_value(&packet).unwrap();
    assert_eq!(json["at"], json!(1.234));
    assert_eq!(json["payload"], "68656c6c6f");
    assert_eq!(serde_json::from_value::<Packet>(json.clone()).unwrap(), packet);
    for (field, wrong) in [("at", json!(-1)), ("payload", json!("686")), ("payload", json!("+1"))] {
        let mut json: Value = json.clone();
        json[field] = wrong;
        assert!(serde_json::from_value::<Packet>(json).is_err(), "{field}");
    }
}

fn ends(from: &str, to: &str) -> (String, String) {
    (format!("127.0.0.1:{from}"), format!("127.0.0.1:{to}"))
}

fn hexadecimal(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().collect();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}
