//! Data of the checks, drawn from a seed. A program that replays the data of one run fails the next; a
//! report names the seed, and `GRADER_SEED` gives the same data again.

use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// The environment variable with a seed.
const SEED: &str = "GRADER_SEED";

/// The seed of this suite: that of the environment or, without one, another in each run.
pub(crate) fn seed() -> u64 {
    static CHOSEN: LazyLock<u64> = LazyLock::new(|| {
        let given = std::env::var(SEED).ok().and_then(|text| text.trim().parse().ok());
        // Short enough to be typed.
        given.unwrap_or_else(|| RandomState::new().hash_one(0) % 1_000_000)
    });
    *CHOSEN
}

/// The seed of recordings, whose data must not change.
pub(crate) const RECORDED: u64 = 1;

/// A source of data: the same seed and check give the same data, whatever else runs.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    state: u64,
}

impl Data {
    pub fn new(seed: u64, check: &str) -> Data {
        let mut hasher = DefaultHasher::new();
        (seed, check).hash(&mut hasher);
        Data { state: hasher.finish() }
    }

    /// The next number of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn number(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (from, to) = range.into_inner();
        match (to - from).checked_add(1) {
            Some(size) => from + self.next() % size,
            None => self.next(),
        }
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    /// So many characters of one to four bytes of UTF-8 each, none of which is a control character. It neither
    /// begins nor ends with a blank: what a program does with those is the subject of checks of their own.
    pub fn text(&mut self, characters: usize) -> String {
        let mut character = || {
            let ranges = [' '..='~', 'à'..='ÿ', 'α'..='ω', '一'..='龥', '😀'..='😏'];
            let range = &ranges[self.number(0..=4) as usize];
            let (from, to) =
                (u64::from(u32::from(*range.start())), u64::from(u32::from(*range.end())));
            char::from_u32(self.number(from..=to) as u32).unwrap_or('?')
        };
        let mut text: Vec<char> = (0..characters).map(|_| character()).collect();
        for end in [0, characters.saturating_sub(1)] {
            while text.get(end) == Some(&' ') {
                text[end] = character();
            }
        }
        text.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Data, seed};
    use crate::machine::said_with;

    #[test]
    fn a_seed_gives_the_same_data_again() {
        let drawn = |seed, check| {
            let mut data = Data::new(seed, check);
            (data.number(1..=1 << 40), data.text(20), data.bytes(20))
        };
        assert_eq!(drawn(1, "answers"), drawn(1, "answers"));
        assert_ne!(drawn(1, "answers"), drawn(2, "answers"));
        assert_ne!(drawn(1, "answers"), drawn(1, "waits"));
        let mut data = Data::new(3, "");
        assert!((0..1000).all(|_| (5..=7).contains(&data.number(5..=7))));
        assert!(data.text(500).chars().all(|it| !it.is_control()));
        assert_eq!(data.text(500).chars().count(), 500);
        assert!((0..5000).map(|_| data.text(2)).all(|text| text.trim() == text));
        assert_eq!(data.text(0), "");
    }

    /// Run by the other test.
    #[test]
    fn the_seed() {
        println!("the seed is {}.", seed());
    }

    #[test]
    fn the_environment_gives_the_seed() {
        let said = said_with("GRADER_SEED", "4711", "machine::data::tests::the_seed");
        assert!(said.contains("the seed is 4711."), "{said}");
    }
}
