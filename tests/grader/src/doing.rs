//! What a process does at this moment: which calls its threads wait in, and what lies unread.

/// In words such as `waits in read for 127.0.0.1:4312`, with the number of threads where there are
/// several. Empty: this system does not say. (Linux: `/proc/PID/task/TID/syscall`, proc(5))
pub(crate) fn doing(process: u32) -> Vec<String> {
    #[cfg(target_os = "linux")]
    return linux::doing(process);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = process;
        Vec::new()
    }
}

/// Bytes that have arrived for a process and that it has not read, in words.
pub(crate) fn unread(process: u32) -> Vec<String> {
    #[cfg(target_os = "linux")]
    return linux::unread(process);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = process;
        Vec::new()
    }
}

/// The peers of the connections on which a process has not ended its side.
pub(crate) fn open(process: u32) -> Vec<String> {
    #[cfg(target_os = "linux")]
    return linux::open(process);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = process;
        Vec::new()
    }
}

/// Whether a process of ours has ended. (Linux; elsewhere it seems to run)
pub(crate) fn has_ended(process: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{process}/stat")) {
        // Its state is the letter after the name in parentheses: Z, a zombie, until it is waited for.
        Ok(stat) => stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('Z')),
        Err(_) => cfg!(target_os = "linux"),
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::fs;

    use common::kernel::{Socket, State, socket_numbered};

    pub fn doing(process: u32) -> Vec<String> {
        let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
        let mut number_of: BTreeMap<String, usize> = BTreeMap::new();
        for thread in threads {
            let call = fs::read_to_string(thread.path().join("syscall")).unwrap_or_default();
            if let Some(words) = in_words(process, &call) {
                *number_of.entry(words).or_default() += 1;
            }
        }
        let only = number_of.values().sum::<usize>() == 1;
        let words = number_of.into_iter().map(|(words, number)| match number {
            1 if only => format!("it {words}"),
            1 => format!("one thread {words}"),
            _ => format!("{number} threads: each {words}"),
        });
        words.collect()
    }

    /// `call`: the number of the call and its arguments in hexadecimal, or `running`.
    fn in_words(process: u32, call: &str) -> Option<String> {
        let mut fields = call.split_whitespace();
        let call = fields.next()?;
        if call == "running" {
            return Some("is busy, and waits for nothing".into());
        }
        let call: i64 = call.parse().ok()?;
        let first = u64::from_str_radix(fields.next()?.strip_prefix("0x")?, 16).ok()?;
        let on = |name: &str| format!("waits in {name} {}", descriptor(process, first));
        #[cfg(target_arch = "x86_64")]
        if [libc::SYS_poll, libc::SYS_select, libc::SYS_epoll_wait].contains(&call) {
            return Some("waits in poll until one of its sockets is ready".into());
        }
        Some(match call {
            libc::SYS_accept | libc::SYS_accept4 => on("accept"),
            libc::SYS_read | libc::SYS_recvfrom | libc::SYS_recvmsg => on("read"),
            libc::SYS_write | libc::SYS_sendto | libc::SYS_sendmsg => on("write"),
            libc::SYS_connect => on("connect"),
            libc::SYS_ppoll | libc::SYS_pselect6 | libc::SYS_epoll_pwait => {
                "waits in poll until one of its sockets is ready".into()
            }
            libc::SYS_futex => "waits for a lock, or for another thread".into(),
            libc::SYS_nanosleep | libc::SYS_clock_nanosleep => "sleeps".into(),
            libc::SYS_wait4 | libc::SYS_waitid => "waits for a process".into(),
            _ => return None,
        })
    }

    fn descriptor(process: u32, number: u64) -> String {
        match socket(process, number) {
            Some(socket) if socket.state == State::Listen => "on its listener".into(),
            Some(socket) => format!("on its connection with {}", socket.peer),
            None => match number {
                0 => "on its standard input".into(),
                1 => "on its standard output".into(),
                2 => "on its standard error".into(),
                _ => format!("on descriptor {number}"),
            },
        }
    }

    fn socket(process: u32, descriptor: u64) -> Option<Socket> {
        let target = fs::read_link(format!("/proc/{process}/fd/{descriptor}")).ok()?;
        let inode = target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        socket_numbered(inode.parse().ok()?)
    }

    fn sockets(process: u32) -> Vec<Socket> {
        let descriptors = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten();
        let name = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
        descriptors.flatten().filter_map(name).filter_map(|fd| socket(process, fd)).collect()
    }

    pub fn open(process: u32) -> Vec<String> {
        let connections =
            sockets(process).into_iter().filter(|socket| socket.state != State::Listen);
        let mut number_of: BTreeMap<String, usize> = BTreeMap::new();
        for connection in connections {
            *number_of.entry(connection.peer.to_string()).or_default() += 1;
        }
        let words = number_of.into_iter().map(|(peer, number)| match number {
            1 => peer,
            _ => format!("{peer} (it has {number} handles of it)"),
        });
        // A crowd of clients says no more than a few of them.
        words.take(3).collect()
    }

    pub fn unread(process: u32) -> Vec<String> {
        let unread = sockets(process).into_iter().filter(|socket| socket.receive_queue > 0);
        let words =
            unread.map(|Socket { state, peer, receive_queue: count, .. }| match (state, count) {
                (State::Listen, 1) => "1 connection waits for accept".into(),
                (State::Listen, _) => format!("{count} connections wait for accept"),
                (_, 1) => format!("1 byte from {peer} lies unread in the kernel"),
                _ => format!("{count} bytes from {peer} lie unread in the kernel"),
            });
        // A crowd of clients says no more than a few of them, and two handles of one no more than one.
        let mut words: Vec<String> = words.collect();
        words.sort();
        words.dedup();
        words.truncate(3);
        words
    }
}
