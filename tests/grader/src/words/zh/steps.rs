//! The steps of a check, as its report numbers them.

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use super::{followed, led};
use crate::words::quote;

words! {
    accept() = "接受一个连接";
    becomes_refused() = "新来的客户端遭到拒绝";
    close_the_listener() = "关闭监听套接字";
    each_thread_waits() = "每个线程都在等待";
    less_than_nine_seconds() = "用了不到 9 s";
    lift_the_limit() = "取消限制";
    network() = "两个网络命名空间，中间连一根网线";
    no_more_descriptors() = "系统不再给程序文件描述符";
    no_more_threads() = "系统不再给程序线程";

    // Programs.
    starts(command: &str) = "启动 {}", command.trim_end();
    runs_to_end(command: &str) = "运行 {command}，直到结束";
    listens(program: &str) = "等 {program} 开始监听";
    writes(program: &str, what: &str) = "等到 {program} 的 {what}";
    has_not_said(program: &str, words: &str) = "{program} 没有写过 {words:?}";
    ends(program: &str) = "等 {program} 结束";
    ends_without_listening(program: &str) = "等 {program} 结束，中间不许监听";
    still_runs(program: &str) = "{program} 还在运行";
    interrupt(program: &str) = "在 {program} 的终端里按 Ctrl-C";
    terminate(program: &str) = "请 {program} 结束（SIGTERM）";
    suspend(program: &str) = "挂起 {program}（Ctrl-Z）：程序停住，内核照常工作";
    resume(program: &str) = "让 {program} 继续";
    kill(program: &str) = "杀掉 {program}";
    types(program: &str, text: &str) = "给 {program} 输入 {text:?}";
    ends_input(program: &str) = "结束 {program} 的输入（Ctrl-D）";
    exit_code(code: i32) = "退出码是 {code}";
    stdout_has(words: &str) = "stdout 上有 {words:?}";
    stderr_has(words: &str) = "stderr 上有 {words:?}";
    says(what: &str) = "程序的 {what}";
    all_threads_wait(program: &str) = "{program} 的所有线程都在等待";
    nothing_happens(time: Duration) = "{time:?} 里没有动静";
    meanwhile_idle(program: &str) = "这段时间 {program} 闲着";

    // Added to a step that is over.
    took(time: Duration) = "（用了 {:.1} s）", time.as_secs_f64();
    had_ended(program: &str) = "（因为 {program} 已经结束）";

    // Connections.
    connects(peer: &str, address: SocketAddr) = "{}连接 {address}", led(peer);
    is_refused(address: SocketAddr) = "连接 {address} 遭到拒绝";
    listen_on(address: SocketAddr) = "监听 {address}";
    sends(peer: &str, bytes: &[u8]) = "{}发送{}", led(peer), followed(&quote(bytes));
    sends_in_chunks(peer: &str, bytes: &[u8], chunks: usize) =
        "{}发送{}，分成 {chunks} 块，前一块读走了才发下一块", led(peer), followed(&quote(bytes));
    has_been_read(peer: &str) = "{}发的都读走了", led(peer);
    finishes_sending(peer: &str) = "{}发完（关闭发送方向）", led(peer);
    has_unread_input(peer: &str) = "{}那边有数据可读了", led(peer);
    receives(peer: &str, bytes: &[u8]) = "{}收到{}", led(peer), followed(&quote(bytes));
    receives_end(peer: &str) = "{}收到流结束", led(peer);
    receives_to_end(peer: &str) = "{}一直收到流结束", led(peer);
    receives_no_reply(peer: &str) = "{}不该收到回复，只该看到连接结束", led(peer);
    receives_nothing_for(peer: &str, time: Duration) = "{}在 {time:?} 里什么也没收到", led(peer);
    sends_until_cut_off(peer: &str) = "{}不停地发，直到连接被切断", led(peer);
    no_later_than(latest: Duration) = "用了不到 {latest:?}";
    is_reset(peer: &str) = "{}的连接遭到重置", led(peer);
    closes(peer: &str) = "{}关闭连接", led(peer);
    resets(peer: &str) = "{}重置连接", led(peer);
    sends_and_resets(peer: &str, bytes: &[u8]) =
        "{}发送{}，紧接着重置连接", led(peer), followed(&quote(bytes));

    // The kernel's view, and statements.
    listed(local: SocketAddr, peer: SocketAddr, state: impl Display) =
        "内核列出套接字 {local} -> {peer}，状态 {state}";
    nothing_is_left(local: SocketAddr, peer: SocketAddr) = "{local} -> {peer} 什么也没有留下";
    message_waits(server: SocketAddr) = "有一条消息在 {server} 的内核里等着";
    fails(what: impl Display, why: impl Display) = "{what} 失败：{why}";
    is_recorded(name: &str) = "和书里录制的 {name} 一样";
}

pub fn stdout_is(text: &str) -> String {
    match text {
        "" => "stdout 是空的".into(),
        _ => format!("stdout 正好是 {}", quote(text.as_bytes())),
    }
}

pub fn client(number: usize) -> String {
    if number == 1 { "客户端".into() } else { format!("客户端 {number}") }
}

pub fn accepted(number: usize) -> String {
    if number == 1 { "服务器".into() } else { format!("服务器的连接 {number}") }
}
