//! What the threads of a program do.

use std::net::SocketAddr;

use super::led;

words! {
    busy() = "忙个不停，没有在等什么";
    polls() = "在 poll 里等，等哪个套接字有动静";
    sleeps() = "在睡眠";
    waits_for_a_process() = "在等一个进程";
    waits_for_a_thread() = "在等锁，或者在等别的线程";
    // What a call waits on.
    listener() = "监听套接字";
    a_connection() = "自己的一个连接";
    stdin() = "标准输入";
    stdout() = "标准输出";
    stderr() = "标准错误";

    only_thread(does: &str) = "程序{does}";
    one_thread(does: &str) = "一个线程{does}";
    threads(number: usize, does: &str) = "{number} 个线程，每个都{does}";
    waits_in(call: &str, on: &str) = "卡在 {call} 里，等的是{}", led(on);
    connection(peer: SocketAddr) = "和 {peer} 的连接";
    descriptor(number: u64) = "文件描述符 {number}";
    handles(peer: &str, number: usize) = "{peer}（这个连接它开着 {number} 个句柄）";
}

/// What one thread does, seen a few times.
pub fn one_after_the_other(does: &[String]) -> String {
    does.join("，接着")
}

words! {
    not_accepted(count: u64) = "有 {count} 个连接在等 accept";
    unread(count: u64, peer: SocketAddr) = "{peer} 发来的 {count} 字节还在内核里，没有读走";
}
