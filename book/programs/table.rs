//! The programs that pages can ask for, with the arguments that each takes.

use super::Kind::{Choice, Connect, Flag, Listen, Number, Seconds, Text, Words};
use super::Role::{Alone, Client, Server};
use super::Source::{Bin, Example, Python};
use super::{Argument, Both, Program, Role};

const LISTEN: Argument = Argument {
    name: "address",
    meaning: Both {
        en: "where to listen; port 0 leaves the choice to the kernel",
        zh: "在哪个地址监听；端口 0 交给内核挑",
    },
    kind: Listen,
    default: "127.0.0.1:0",
};
const CONNECT: Argument = Argument {
    name: "address",
    meaning: Both { en: "the server's address", zh: "服务器的地址" },
    kind: Connect,
    default: "127.0.0.1:50000",
};
const TIME_LIMIT: Argument = Argument {
    name: "--time-limit",
    meaning: Both {
        en: "how many seconds a conversation may take", zh: "一次对话最多几秒"
    },
    kind: Seconds,
    default: "10",
};
const ENCODING: Argument = Argument {
    name: "--encoding",
    meaning: Both { en: "how text becomes bytes", zh: "文本怎样变成字节" },
    kind: Choice(&["utf-8", "gbk"]),
    default: "utf-8",
};

const REPLY: Argument = Argument {
    name: "--reply",
    meaning: Both { en: "the text of the reply", zh: "回复的文本" },
    kind: Text,
    default: common::REPLY,
};
const CUT: Argument = Argument {
    name: "--cut",
    meaning: Both {
        en: "how many bytes of the frame to send before it closes",
        zh: "这一帧发出多少字节就关闭",
    },
    kind: Number(0, 1 << 20),
    default: "",
};
const STALL: Argument = Argument {
    name: "--stall",
    meaning: Both {
        en: "how many bytes of the frame to send before it falls silent",
        zh: "这一帧发出多少字节就不再说话",
    },
    kind: Number(0, 1 << 20),
    default: "",
};

const BE: Argument = Argument {
    name: "--be",
    meaning: Both { en: "how the server treats its client", zh: "服务器怎样对待客户端" },
    kind: Choice(&["silent", "slow", "crash", "latin-1", "endless", "half", "long"]),
    default: "silent",
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
            meaning: Both {
                en: "addresses with ports, with spaces between them",
                zh: "带端口的地址，用空格隔开",
            },
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
                meaning: Both { en: "what to send", zh: "发送什么" },
                kind: Text,
                default: common::GREETING,
            },
            ENCODING,
            TIME_LIMIT,
        ],
    ),
    bin("exercise01", "lesson01", Client, SMALL_CLIENT),
    bin("frame_server", "lesson01", Server, &[LISTEN, REPLY, CUT, STALL]),
    bin("solution01", "lesson01", Client, SMALL_CLIENT),
    bin("unfriendly_server", "lesson01", Server, &[LISTEN, BE]),
    example("first_client", "lesson01", Client, SMALL_CLIENT),
    example("one_recv_client", "lesson01", Client, SMALL_CLIENT),
    example("takes_what_has_come", "lesson01", Client, SMALL_CLIENT),
    python("lesson01/mended.py", Client, &[CONNECT]),
    bin("lesson02", "lesson02", Server, SMALL_SERVER),
    example("recv_on_listener", "lesson02", Server, SMALL_SERVER),
    example("first_server", "lesson02", Server, SMALL_SERVER),
    example("read_all_server", "lesson02", Server, SMALL_SERVER),
    example("reply_first_server", "lesson02", Server, SMALL_SERVER),
    bin("exercise02", "lesson02", Server, SMALL_SERVER),
    python("lesson02/original.py", Server, &[LISTEN]),
    python("lesson02/mended.py", Server, &[LISTEN]),
    bin(
        "lesson03",
        "lesson03",
        Server,
        &[
            LISTEN,
            Argument {
                name: "--without-reuse",
                meaning: Both { en: "leave SO_REUSEADDR off", zh: "不打开 SO_REUSEADDR" },
                kind: Flag,
                default: "",
            },
            Argument {
                name: "--backlog",
                meaning: Both {
                    en: "how many clients may wait for accept",
                    zh: "最多几个客户端可以等待 accept",
                },
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
                meaning: Both {
                    en: "how many clients can wait", zh: "可以有几个客户端等着"
                },
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
                meaning: Both {
                    en: "how many clients to serve at the same time",
                    zh: "同时给几个客户端服务",
                },
                kind: Number(1, 256),
                default: "256",
            },
            Argument {
                name: "--work",
                meaning: Both {
                    en: "how many seconds each reply takes to work out",
                    zh: "算出每个回复要几秒",
                },
                kind: Seconds,
                default: "",
            },
        ],
    ),
    bin("exercise04", "lesson04", Server, SMALL_SERVER),
    python("lesson04/original.py", Server, &[LISTEN]),
    Program {
        reads: Some(Both { en: "ends the main thread", zh: "让主线程结束" }),
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
                meaning: Both {
                    en: "the size to ask for the send buffer, in bytes",
                    zh: "申请多大的发送缓冲区，单位是字节",
                },
                kind: Number(1, 1 << 20),
                default: "16384",
            },
            Argument {
                name: "--receive-buffer",
                meaning: Both {
                    en: "the size to ask for the receive buffer, in bytes",
                    zh: "申请多大的接收缓冲区，单位是字节",
                },
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
                meaning: Both { en: "how long the message is", zh: "消息有多长" },
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
