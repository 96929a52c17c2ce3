//! What a step expected, and what it got.

use std::fmt::Display;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::Duration;

use super::followed;
use crate::words::{bytes, quote};

words! {
    // Instead of all that was expected, and after some of it.
    time_up() = "什么也没有：时间到了";
    then_time_up() = "时间到了";
    // Programs.
    error_line() = "stderr 上有一行 `error: WHAT: WHY`";
    has_ended() = "程序已经结束";
    input_ended() = "程序的输入已经关闭";
    just_that() = "偏偏写了这个";
    kernels_view() = "内核对这个程序的记录";
    listening() = "stdout 的第一行是 `listening on ADDRESS:PORT`";
    not_available_here() = "这台机器上没有";
    reads_input() = "程序会读自己的输入";
    rlimit() = "给程序设好限制";
    running() = "程序在运行";
    is_unread() = "它的输出有一部分不再有人读";
    runs_on() = "程序关闭了输出，还在运行";
    starts() = "程序启动";
    takes_signal() = "进程能收到这个信号";
    the_end() = "程序结束";
    // Connections.
    a_byte() = "有一个字节可以读";
    a_connection() = "建立连接";
    a_reset() = "重置";
    bytes_and_end() = "一些字节，然后是流结束";
    clean_end() = "流正常结束";
    closed_in_time() = "收下一部分字节，就关闭连接";
    end_of_stream() = "流结束";
    end_read() = "流结束（read 返回 0）";
    free_port() = "有一个空闲端口";
    free_port_for_check() = "有一个空闲端口给检查项用";
    network() = "两个网络命名空间";
    no_reply() = "没有回复，只有连接结束";
    no_room() = "时间到了，还是没有地方放";
    open_connection() = "连接开着";
    reads_all() = "程序把到达的都读走";
    refused() = "连接遭到拒绝";
    silence() = "没有动静，连接开着";
    still_open() = "等到时间用完也没有动静，连接还开着";
    takes_bytes() = "连接开着，收下这些字节";
    // In all that expects an end, of the stream or of the connection.
    the_end_of() = "结束";
    time_wait() = "连接的一端处于 TIME_WAIT";
    // The check itself.
    a_panic() = "panic：见上面";
    deadline_that_passes() = "截止时间到得了";
    no_panic() = "检查项自己不 panic";
    succeeded() = "成功了";

    on_stream(words: &str, stream: impl Display) = "{stream} 上有 {words:?}";
    on_stdout(what: &str) = "stdout 上有{}", followed(what);
    not_on_stdout(words: &str) = "stdout 上没有 {words:?}";
    error_naming(client: SocketAddr) =
        "stderr 上有一行 `error: WHAT: WHY`，写明客户端 {client}";
    running_and_saying(line: &str) = "程序在运行，还写了 {line:?}";
    exit_code(code: i32) = "退出码 {code}";
    ended_by_grader(reason: &str) = "评测程序中止了程序：{reason}";

    kept_a_processor_busy(busy: Duration, of: Duration) = "{of:?} 里有 {busy:?} 在占用处理器";

    nothing(then: &str) = "什么也没有：{then}";
    then(got: &[u8], then: &str) = "{}，接着：{then}", quote(got);
    no_end(got: &[u8]) = "{}，而且没有完", quote(got);
    takes_no_more(sent: usize) = "连接还开着，收了 {sent} 字节以后不再收";
    took(sent: usize) = "连接还开着，收下了 {sent} 字节";
    right_so_far(count: usize) = "到这里为止都对：{}", bytes(count);
    nothing_left_of(attempts: usize) = "{attempts} 个连接都没有留下";

    recording(name: &str) = "和 book/chapters/transcripts/{name}.txt 里的一样";
}

/// The exit code that a finished program has, where it is not the one that was demanded.
pub fn exited(code: Option<i32>) -> String {
    match code {
        Some(101) => "panic（退出码 101）".into(),
        Some(code) => exit_code(code),
        None => "没有退出码：程序被杀掉了，或者时间到了".into(),
    }
}

/// How a program ended.
pub fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(101) => "程序 panic 了（退出码 101）".into(),
        Some(code) => format!("程序已经结束，退出码 {code}"),
        None => by_signal(status),
    }
}

fn by_signal(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use rustix::process::Signal;
        use std::os::unix::process::ExitStatusExt;
        let words = match status.signal().and_then(Signal::from_named_raw) {
            Some(Signal::INT) => "Ctrl-C（SIGINT）一下就结束了程序：程序没有处理这个信号",
            Some(Signal::TERM) => "SIGTERM 一下就结束了程序：程序没有处理这个信号",
            Some(Signal::SEGV) => "程序崩溃：访问了不该访问的内存（SIGSEGV）",
            Some(Signal::ABORT) => "程序自己中止了（SIGABRT）",
            _ => return format!("程序遭到终止：{status}"),
        };
        words.into()
    }
    #[cfg(not(unix))]
    format!("程序遭到终止：{status}")
}
