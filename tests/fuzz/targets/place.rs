//! A long message is the same in whatever pieces it is made, and the first wrong byte is named. The first
//! four bytes of the input say where the piece begins, the others how it is changed.

#![no_main]

use lesson05::{fill_from, in_place};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((place, changes)) = input.split_first_chunk() else { return };
    let place = u32::from_be_bytes(*place) as usize;
    let mut piece = vec![0; changes.len()];
    fill_from(place, &mut piece);
    let (first, rest) = piece.split_at(piece.len() / 2);
    assert!(in_place(place, first).is_ok() && in_place(place + first.len(), rest).is_ok());
    for (byte, change) in piece.iter_mut().zip(changes) {
        *byte ^= change;
    }
    let expected = changes.iter().position(|change| *change != 0);
    let why = in_place(place, &piece).err().map(|why| why.to_string());
    match expected {
        None => assert_eq!(why, None),
        Some(first) => {
            let named = format!("byte {} of the echo is wrong", place + first);
            assert!(why.as_ref().is_some_and(|why| why.contains(&named)), "{why:?}, not {named}");
        }
    }
});
