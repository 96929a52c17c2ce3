use std::fmt::{self, Display};
use std::str::FromStr;

use encoding_rs::{DecoderResult, GBK, UTF_8};

/// How text becomes bytes. Both sides of a connection must agree on it: TCP carries bytes
/// and knows nothing of text, and no operating system chooses for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    #[default]
    Utf8,
    Gbk,
}

impl Encoding {
    /// The text as bytes, or the first character that the encoding does not have.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, char> {
        let encodable = |text: &str| !self.rules().encode(text).2;
        match text.chars().find(|character| !encodable(&character.to_string())) {
            None => Ok(self.rules().encode(text).0.into_owned()),
            Some(missing) => Err(missing),
        }
    }

    /// The text of a whole message.
    pub fn decode(self, bytes: &[u8]) -> Result<String, Undecodable> {
        let mut decoder = Decoder::new(self);
        let text = decoder.decode(bytes)?;
        decoder.finish()?;
        Ok(text)
    }

    fn rules(self) -> &'static encoding_rs::Encoding {
        match self {
            Encoding::Utf8 => UTF_8,
            Encoding::Gbk => GBK,
        }
    }
}

impl Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Gbk => "GBK",
        })
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(name: &str) -> Result<Encoding, String> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Encoding::Utf8),
            "gbk" => Ok(Encoding::Gbk),
            _ => Err("the workbook knows utf-8 and gbk".into()),
        }
    }
}

/// Turns chunks into text as they arrive. A character that a chunk cuts in two waits for
/// its rest.
pub struct Decoder {
    encoding: Encoding,
    rules: encoding_rs::Decoder,
    /// Bytes decoded so far.
    taken: usize,
}

impl Decoder {
    pub fn new(encoding: Encoding) -> Decoder {
        // A byte order mark stays an ordinary character: nothing that arrives is dropped.
        let rules = encoding.rules().new_decoder_without_bom_handling();
        Decoder { encoding, rules, taken: 0 }
    }

    /// The text that `chunk` completes.
    pub fn decode(&mut self, chunk: &[u8]) -> Result<String, Undecodable> {
        let mut text = String::new();
        self.decode_into(chunk, &mut text)?;
        Ok(text)
    }

    /// Appends the text that `chunk` completes. With one `text` for many chunks, memory
    /// is asked for once; of a chunk with an error, the text before the error is
    /// appended.
    pub fn decode_into(
        &mut self,
        chunk: &[u8],
        text: &mut String,
    ) -> Result<(), Undecodable> {
        self.advance(chunk, text, false)
    }

    /// Call at the end of the stream: an error if it cut a character in two.
    pub fn finish(&mut self) -> Result<(), Undecodable> {
        self.advance(&[], &mut String::new(), true)
    }

    fn advance(
        &mut self,
        chunk: &[u8],
        text: &mut String,
        last: bool,
    ) -> Result<(), Undecodable> {
        let room = self.rules.max_utf8_buffer_length_without_replacement(chunk.len());
        text.reserve(room.expect("a chunk is far smaller than memory"));
        let (result, read) =
            self.rules.decode_to_string_without_replacement(chunk, text, last);
        self.taken += read;
        match result {
            DecoderResult::InputEmpty => Ok(()),
            DecoderResult::Malformed(bad, after) => Err(Undecodable {
                encoding: self.encoding,
                at: self.taken.saturating_sub(usize::from(bad) + usize::from(after)),
                cut: last,
            }),
            DecoderResult::OutputFull => {
                unreachable!("the buffer has the room that was asked for")
            }
        }
    }
}

/// Bytes that are not text in the encoding that was agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecodable {
    encoding: Encoding,
    /// Where in the stream the bad bytes begin, counted from 0.
    at: usize,
    cut: bool,
}

impl Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Undecodable { encoding, at, cut } = self;
        match cut {
            true => write!(
                f,
                "the character at byte {at} is cut off: the text ends inside it ({encoding})"
            ),
            false => write!(f, "the bytes at {at} are not {encoding}"),
        }
    }
}

impl std::error::Error for Undecodable {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "你好, café 🦀";

    /// Some bytes, each perhaps the last of a chunk: the text, and the first error.
    fn decode_in_chunks(
        encoding: Encoding,
        bytes: &[u8],
        last_of_a_chunk: &[bool],
    ) -> (String, Option<Undecodable>) {
        let mut decoder = Decoder::new(encoding);
        let (mut text, mut start) = (String::new(), 0);
        for (end, _) in (1..=bytes.len()).zip(last_of_a_chunk).filter(|(_, last)| **last)
        {
            if let Err(why) = decoder.decode_into(&bytes[start..end], &mut text) {
                return (text, Some(why));
            }
            start = end;
        }
        let rest = decoder.decode_into(&bytes[start..], &mut text);
        let end = rest.and_then(|()| decoder.finish());
        (text, end.err())
    }

    /// Bytes that are likely to be text, or nearly so.
    fn nearly_text() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            any::<String>().prop_map(String::into_bytes),
            "[你好客户端a-z]{0,8}"
                .prop_map(|text| Encoding::Gbk.encode(&text).expect("in GBK")),
            proptest::collection::vec(any::<u8>(), 0..4),
        ];
        proptest::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_cut_makes_no_difference(
            bytes in nearly_text(),
            cuts in proptest::collection::vec(any::<bool>(), 64),
            gbk in any::<bool>(),
        ) {
            let encoding = if gbk { Encoding::Gbk } else { Encoding::Utf8 };
            let whole = decode_in_chunks(encoding, &bytes, &[]);
            prop_assert_eq!(&decode_in_chunks(encoding, &bytes, &cuts), &whole);
            prop_assert_eq!(&decode_in_chunks(encoding, &bytes, &vec![true; bytes.len()]), &whole);
        }

        #[test]
        fn utf8_is_what_the_standard_library_says(bytes in nearly_text()) {
            let text = String::from_utf8(bytes.clone());
            prop_assert_eq!(Encoding::Utf8.decode(&bytes).ok(), text.ok());
        }

        #[test]
        fn what_is_encoded_is_decoded(text in any::<String>(), gbk in any::<bool>()) {
            let encoding = if gbk { Encoding::Gbk } else { Encoding::Utf8 };
            if let Ok(bytes) = encoding.encode(&text) {
                prop_assert_eq!(encoding.decode(&bytes), Ok(text));
            }
        }
    }

    #[test]
    fn a_character_may_be_cut_anywhere() {
        for encoding in [Encoding::Utf8, Encoding::Gbk] {
            let text = if encoding == Encoding::Gbk { "你好, 浣犲ソ" } else { TEXT };
            let bytes = encoding.encode(text).expect("all in the encoding");
            for cut in 0..=bytes.len() {
                let mut decoder = Decoder::new(encoding);
                let mut decoded = decoder.decode(&bytes[..cut]).expect("first part");
                decoded += &decoder.decode(&bytes[cut..]).expect("second part");
                decoder.finish().expect("the end");
                assert_eq!(decoded, text, "cut at {cut}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let at = |bytes: &[u8]| Encoding::Utf8.decode(bytes).unwrap_err();
        assert_eq!((at(b"abc\xff").at, at(b"abc\xff").cut), (3, false));
        assert_eq!((at(b"abc\xe4\xbd").at, at(b"abc\xe4\xbd").cut), (3, true));
        assert_eq!((at(b"abc\xe4\xbdx").at, at(b"abc\xe4\xbdx").cut), (3, false));
        // The first byte of the bad pair came with the chunk before.
        let mut decoder = Decoder::new(Encoding::Utf8);
        decoder.decode(b"ab\xe4").expect("may go on");
        assert_eq!(decoder.decode(b"x").unwrap_err().at, 2);
        // GBK's decoder looks at the bytes behind the bad ones as well.
        assert_eq!(Encoding::Gbk.decode(b"ab\x81\x30\x81x").unwrap_err().at, 2);
    }

    #[test]
    fn an_encoding_has_the_names_that_people_type() {
        let named = |name: &str| name.parse::<Encoding>().ok();
        assert_eq!([named("UTF-8"), named("utf8")], [Some(Encoding::Utf8); 2]);
        assert_eq!([named("GBK"), named("latin-1")], [Some(Encoding::Gbk), None]);
    }

    #[test]
    fn gbk_has_no_crab_but_reads_utf8_without_complaint() {
        assert_eq!(Encoding::Gbk.encode("a🦀"), Err('🦀'));
        assert_eq!(Encoding::Gbk.decode("你好".as_bytes()).as_deref(), Ok("浣犲ソ"));
        assert!(Encoding::Gbk.decode(crate::GREETING.as_bytes()).is_err());
    }
}
