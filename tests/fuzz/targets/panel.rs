//! Whatever a chapter or a request asks for, what is started has the options of its program and no others,
//! listens and connects on loopback alone, and is shown as it is started. The first line is what a chapter
//! writes, the second one the arguments of a request.

#![no_main]

use std::net::SocketAddr;

use libfuzzer_sys::fuzz_target;
use programs::{Asked, Kind, Language};
use serde_json::{Map, Value};

fuzz_target!(|text: &str| {
    let (written, request) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(asked) = Asked::written(written) else { return };
    is_harmless(&asked);
    if let Ok(given) = serde_json::from_str::<Map<String, Value>>(request) {
        is_harmless(&Asked { program: asked.program, given });
    }
});

fn is_harmless(asked: &Asked) {
    let server: SocketAddr = "127.0.0.1:50000".parse().expect("an address");
    for first in [None, Some(server)] {
        let Ok(call) = asked.call(first, Language::English) else { continue };
        let words: Vec<String> = call.words().collect();
        let typed = shlex::split(&call.typed()).expect("words of a shell");
        assert!(typed.ends_with(&words), "{typed:?} for {words:?}");
        let arguments = asked.program.arguments;
        for word in &words {
            assert!(!word.contains('\0'), "{words:?}");
            let name = word.split('=').next();
            let known = arguments.iter().any(|argument| Some(argument.name) == name);
            assert!(!word.starts_with('-') || known, "{words:?}");
        }
        if let Some(Kind::Listen | Kind::Connect) = arguments.first().map(|first| &first.kind) {
            let is_safe = |address: SocketAddr| {
                address.ip().is_loopback() && (address.port() == 0 || address.port() >= 32768)
            };
            let addresses: Vec<SocketAddr> =
                words.iter().filter_map(|word| word.parse().ok()).collect();
            assert!(addresses.len() == 1 && is_safe(addresses[0]), "{words:?}");
        }
    }
    let _ = asked.described(Language::English);
}
