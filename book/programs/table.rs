//! The programs that pages can ask for, with the arguments that each takes.

use super::Kind::{Choice, Connect, Flag, Listen, Number, Seconds, Text, Words};
use super::Role::{Alone, Client, Server};
use super::Source::{Bin, Example, Python};
use super::{Argument, Program, Role};

const LISTEN: Argument = Argument {
    name: "address",
    meaning: "where to listen; port 0 leaves the choice to the kernel",
    kind: Listen,
    default: "127.0.0.1:0",
};
const CONNECT: Argument = Argument {
    name: "address",
    meaning: "the server's address",
    kind: Connect,
    default: "127.0.0.1:50000",
};
const TIME_LIMIT: Argument = Argument {
    name: "--time-limit",
    meaning: "how many seconds a conversation may take",
    kind: Seconds,
    default: "10",
};
const ENCODING: Argument = Argument {
    name: "--encoding",
    meaning: "how text becomes bytes",
    kind: Choice(&["utf-8", "gbk"]),
    default: "utf-8",
};

const REPLY: Argument = Argument {
    name: "--reply",
    meaning: "the text of the reply",
    kind: Text,
    default: common::REPLY,
};
const CUT: Argument = Argument {
    name: "--cut",
    meaning: "how many bytes of the frame to send before it closes",
    kind: Number(0, 1 << 20),
    default: "",
};
const STALL: Argument = Argument {
    name: "--stall",
    meaning: "how many bytes of the frame to send before it falls silent",
    kind: Number(0, 1 << 20),
    default: "",
};

/// What the small programs take.
const SMALL_SERVER: &[Argument] = &[LISTEN, TIME_LIMIT];
const SMALL_CLIENT: &[Argument] = &[CONNECT, TIME_LIMIT];

pub const PROGRAMS: &[Program] = &[
    bin("lesson00", "lesson00", Alone, &[LISTEN]),
    Program {
        name: "lesson00 classify",
        role: Alone,
        source: Bin { package: "lesson00", bin: "lesson00", command: Some("classify") },
        arguments: &[Argument {
            name: "addresses",
            meaning: "addresses with ports, with spaces between them",
            kind: Words,
            default: "127.0.0.1:9090",
        }],
        reads: None,
    },
    bin("exercise00", "lesson00", Client, SMALL_CLIENT),
    bin(
        "lesson01",
        "lesson01",
        Client,
        &[
            CONNECT,
            Argument {
                name: "--message",
                meaning: "what to send",
                kind: Text,
                default: common::GREETING,
            },
            ENCODING,
            TIME_LIMIT,
        ],
    ),
    bin("exercise01", "lesson01", Client, SMALL_CLIENT),
    bin("frame_server", "lesson01", Server, &[LISTEN, REPLY, CUT, STALL]),
    python("lesson01/mended.py", Client, &[CONNECT]),
    bin("lesson02", "lesson02", Server, SMALL_SERVER),
    example("recv_on_listener", "lesson02", Server, SMALL_SERVER),
    bin("exercise02", "lesson02", Server, SMALL_SERVER),
    python("lesson02/original.py", Server, &[LISTEN]),
    bin(
        "lesson03",
        "lesson03",
        Server,
        &[
            LISTEN,
            Argument {
                name: "--without-reuse",
                meaning: "leave SO_REUSEADDR off",
                kind: Flag,
                default: "",
            },
            Argument {
                name: "--backlog",
                meaning: "how many clients may wait for accept",
                kind: Number(0, 4096),
                default: "128",
            },
            TIME_LIMIT,
        ],
    ),
    Program {
        name: "lesson03 matrix",
        role: Alone,
        source: Bin { package: "lesson03", bin: "lesson03", command: Some("matrix") },
        arguments: &[],
        reads: None,
    },
    example("reuse_port", "lesson03", Server, SMALL_SERVER),
    bin(
        "exercise03",
        "lesson03",
        Server,
        &[
            LISTEN,
            TIME_LIMIT,
            Argument {
                name: "--queue",
                meaning: "how many clients can wait",
                kind: Number(1, 4096),
                default: "128",
            },
        ],
    ),
    python("lesson03/client.py", Client, &[CONNECT]),
    python("lesson03/without_option.py", Server, &[LISTEN]),
    python("lesson03/mended.py", Server, &[LISTEN]),
    bin(
        "lesson04",
        "lesson04",
        Server,
        &[
            LISTEN,
            ENCODING,
            Argument {
                name: "--max-clients",
                meaning: "how many clients to serve at the same time",
                kind: Number(1, 256),
                default: "256",
            },
            Argument {
                name: "--work",
                meaning: "how many seconds each reply takes to work out",
                kind: Seconds,
                default: "",
            },
        ],
    ),
    bin("exercise04", "lesson04", Server, SMALL_SERVER),
    python("lesson04/original.py", Server, &[LISTEN]),
    Program {
        reads: Some("ends the main thread"),
        ..python("lesson04/daemon.py", Server, &[LISTEN])
    },
    bin(
        "lesson05",
        "lesson05",
        Alone,
        &[
            LISTEN,
            Argument {
                name: "--send-buffer",
                meaning: "the size to ask for the send buffer, in bytes",
                kind: Number(1, 1 << 20),
                default: "16384",
            },
            Argument {
                name: "--receive-buffer",
                meaning: "the size to ask for the receive buffer, in bytes",
                kind: Number(1, 1 << 20),
                default: "16384",
            },
        ],
    ),
    Program {
        name: "lesson05 sweep",
        role: Alone,
        source: Bin { package: "lesson05", bin: "lesson05", command: Some("sweep") },
        arguments: &[LISTEN],
        reads: None,
    },
    example("write_all_then_read", "lesson05", Alone, &[LISTEN]),
    bin("echo_server", "lesson05", Server, &[LISTEN]),
    bin(
        "exercise05",
        "lesson05",
        Client,
        &[
            CONNECT,
            Argument {
                name: "--bytes",
                meaning: "how long the message is",
                kind: Number(0, 64 << 20),
                default: "33554432",
            },
            TIME_LIMIT,
        ],
    ),
];

const fn bin(
    name: &'static str,
    package: &'static str,
    role: Role,
    arguments: &'static [Argument],
) -> Program {
    let source = Bin { package, bin: name, command: None };
    Program { name, role, source, arguments, reads: None }
}

const fn example(
    name: &'static str,
    package: &'static str,
    role: Role,
    arguments: &'static [Argument],
) -> Program {
    Program { name, role, source: Example { package, name }, arguments, reads: None }
}

const fn python(name: &'static str, role: Role, arguments: &'static [Argument]) -> Program {
    Program { name, role, source: Python(name), arguments, reads: None }
}
