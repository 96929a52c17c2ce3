//! Text that arrives in pieces is the text that arrives whole, with the same error at the same byte. In
//! UTF-8, the standard library says which.

#![no_main]

use common::{Decoder, Encoding, Undecodable};
use libfuzzer_sys::fuzz_target;

/// Cutting at each place takes the square of the length.
const FEW: usize = 64;

fuzz_target!(|bytes: &[u8]| {
    for encoding in [Encoding::Utf8, Encoding::Gbk] {
        let whole = decode(encoding, [bytes]);
        assert_eq!(decode(encoding, bytes.chunks(1)), whole);
        for cut in 0..bytes.len().min(FEW) {
            let (first, rest) = bytes.split_at(cut);
            assert_eq!(decode(encoding, [first, rest]), whole);
        }
        let (text, why) = &whole;
        if why.is_none()
            && let Ok(again) = encoding.encode(text)
        {
            assert_eq!(encoding.decode(&again).as_ref(), Ok(text));
        }
        if encoding == Encoding::Utf8 {
            agrees_with_std(bytes, text, *why);
        }
    }
});

fn decode<'a>(
    encoding: Encoding,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (String, Option<Undecodable>) {
    let mut decoder = Decoder::new(encoding);
    let mut text = String::new();
    for piece in pieces {
        if let Err(why) = decoder.decode_into(piece, &mut text) {
            return (text, Some(why));
        }
    }
    (text, decoder.finish().err())
}

fn agrees_with_std(bytes: &[u8], text: &str, why: Option<Undecodable>) {
    let Err(expected) = str::from_utf8(bytes) else {
        assert_eq!((text.as_bytes(), why), (bytes, None));
        return;
    };
    let at = expected.valid_up_to();
    assert_eq!(text.as_bytes(), &bytes[..at]);
    let expected = match expected.error_len() {
        Some(_) => format!("the bytes at {at} are not UTF-8"),
        None => format!("the character at byte {at} is cut off: the text ends inside it (UTF-8)"),
    };
    assert_eq!(why.map(|why| why.to_string()), Some(expected));
}
