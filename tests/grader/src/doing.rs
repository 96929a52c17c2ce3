use crate::stat::Stat;

/// What a process does at one moment, in words. All is empty where the system does not say. (Linux)
#[derive(Default)]
pub(crate) struct Doing {
    /// The calls in which its threads wait, such as `it waits in read on its connection with
    /// 127.0.0.1:4312`. (`/proc/PID/task/TID/syscall`, proc(5))
    pub calls: Vec<String>,
    /// What has arrived for it and what it has not read.
    pub unread: Vec<String>,
    /// The peers of the connections on which it has not ended its side.
    pub open: Vec<String>,
}

impl Doing {
    pub fn of(process: u32) -> Doing {
        #[cfg(target_os = "linux")]
        return linux::doing(process);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = process;
            Doing::default()
        }
    }
}

/// Whether a process of ours has ended. (Linux; elsewhere it seems to run)
pub(crate) fn has_ended(process: u32) -> bool {
    match Stat::of_process(process) {
        Some(stat) => stat.state() == 'Z',
        None => cfg!(target_os = "linux"),
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::fs;

    use common::sockets::{Socket, State};

    use super::Doing;
    use crate::kernel::sockets_numbered;

    /// The sockets of a process by their descriptors.
    type Sockets = BTreeMap<u64, Socket>;

    pub fn doing(process: u32) -> Doing {
        let sockets = sockets(process);
        Doing { calls: calls(process, &sockets), unread: unread(&sockets), open: open(&sockets) }
    }

    fn sockets(process: u32) -> Sockets {
        let descriptors = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten();
        let numbered: Vec<(u64, u64)> = descriptors
            .flatten()
            .filter_map(|entry| {
                let descriptor = entry.file_name().to_str()?.parse().ok()?;
                let target = fs::read_link(entry.path()).ok()?;
                let inode = target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
                Some((descriptor, inode.parse().ok()?))
            })
            .collect();
        let inodes: Vec<u64> = numbered.iter().map(|(_, inode)| *inode).collect();
        let listed = sockets_numbered(&inodes);
        let known = |(descriptor, inode)| Some((descriptor, listed.get(&inode)?.clone()));
        numbered.into_iter().filter_map(known).collect()
    }

    fn calls(process: u32, sockets: &Sockets) -> Vec<String> {
        let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
        let mut number_of: BTreeMap<String, usize> = BTreeMap::new();
        for thread in threads {
            let call = fs::read_to_string(thread.path().join("syscall")).unwrap_or_default();
            if let Some(words) = in_words(sockets, &call) {
                *number_of.entry(words).or_default() += 1;
            }
        }
        of_threads(number_of)
    }

    /// `number_of`: how many threads do what.
    fn of_threads(number_of: BTreeMap<String, usize>) -> Vec<String> {
        let only = number_of.values().sum::<usize>() == 1;
        let words = number_of.into_iter().map(|(words, number)| match number {
            1 if only => format!("it {words}"),
            1 => format!("one thread {words}"),
            _ => format!("{number} threads: each {words}"),
        });
        words.collect()
    }

    /// `call`: the number of the call and its arguments in hexadecimal, or `running`.
    fn in_words(sockets: &Sockets, call: &str) -> Option<String> {
        let mut fields = call.split_whitespace();
        let call = fields.next()?;
        if call == "running" {
            return Some("is busy, and waits for nothing".into());
        }
        let call: i64 = call.parse().ok()?;
        let first = u64::from_str_radix(fields.next()?.strip_prefix("0x")?, 16).ok()?;
        let on = |name: &str| format!("waits in {name} {}", descriptor(sockets, first));
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

    fn descriptor(sockets: &Sockets, number: u64) -> String {
        match sockets.get(&number) {
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

    fn open(sockets: &Sockets) -> Vec<String> {
        let not_ended =
            |socket: &&Socket| matches!(socket.state, State::Established | State::CloseWait);
        let mut number_of: BTreeMap<String, usize> = BTreeMap::new();
        for connection in sockets.values().filter(not_ended) {
            *number_of.entry(connection.peer.to_string()).or_default() += 1;
        }
        let words = number_of.into_iter().map(|(peer, number)| match number {
            1 => peer,
            _ => format!("{peer} (it has {number} handles of it)"),
        });
        // A crowd of clients says no more than a few of them.
        words.take(3).collect()
    }

    fn unread(sockets: &Sockets) -> Vec<String> {
        let unread = sockets.values().filter(|socket| socket.receive_queue > 0);
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

    #[cfg(test)]
    mod tests {
        use std::io::Write;
        use std::net::{SocketAddr, TcpListener, TcpStream};
        use std::os::fd::AsRawFd;
        use std::thread;
        use std::time::Duration;

        use super::*;
        use crate::doing::has_ended;
        use crate::patience::must_pass;
        use crate::program::shell;
        use crate::trace::Trace;

        const THIS: fn() -> u32 = std::process::id;

        fn socket(state: State, peer: u16, receive_queue: u64) -> Socket {
            let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
            let (local, timer) = (address(80), Duration::ZERO);
            Socket { local, peer: address(peer), state, send_queue: 0, receive_queue, timer }
        }

        fn some() -> Sockets {
            let sockets = [
                socket(State::Listen, 0, 1),
                socket(State::Established, 1, 1),
                socket(State::CloseWait, 2, 5),
                socket(State::FinWait2, 3, 0),
            ];
            (3..).zip(sockets).collect()
        }

        #[test]
        fn a_call_is_put_into_words() {
            let words =
                |call: i64, first: &str| in_words(&some(), &format!("{call} 0x{first} 0x0 0x7f"));
            for (call, first, expected) in [
                (libc::SYS_accept4, "3", "waits in accept on its listener"),
                (libc::SYS_accept, "3", "waits in accept on its listener"),
                (libc::SYS_read, "4", "waits in read on its connection with 127.0.0.1:1"),
                (libc::SYS_recvfrom, "5", "waits in read on its connection with 127.0.0.1:2"),
                (libc::SYS_recvmsg, "0", "waits in read on its standard input"),
                (libc::SYS_write, "1", "waits in write on its standard output"),
                (libc::SYS_sendto, "2", "waits in write on its standard error"),
                (libc::SYS_sendmsg, "4", "waits in write on its connection with 127.0.0.1:1"),
                (libc::SYS_connect, "a", "waits in connect on descriptor 10"),
                (libc::SYS_ppoll, "0", "waits in poll until one of its sockets is ready"),
                (libc::SYS_pselect6, "0", "waits in poll until one of its sockets is ready"),
                (libc::SYS_epoll_pwait, "0", "waits in poll until one of its sockets is ready"),
                (libc::SYS_futex, "0", "waits for a lock, or for another thread"),
                (libc::SYS_nanosleep, "0", "sleeps"),
                (libc::SYS_clock_nanosleep, "0", "sleeps"),
                (libc::SYS_wait4, "0", "waits for a process"),
                (libc::SYS_waitid, "0", "waits for a process"),
            ] {
                assert_eq!(words(call, first).as_deref(), Some(expected));
            }
            #[cfg(target_arch = "x86_64")]
            for call in [libc::SYS_poll, libc::SYS_select, libc::SYS_epoll_wait] {
                assert_eq!(
                    words(call, "0").unwrap(),
                    "waits in poll until one of its sockets is ready"
                );
            }
            assert_eq!(words(libc::SYS_getpid, "0"), None);
            let busy = Some("is busy, and waits for nothing".into());
            assert_eq!(in_words(&some(), "running\n"), busy);
            for nonsense in ["", "x 0x1", "1", "1 2", "1 0xg"] {
                assert_eq!(in_words(&some(), nonsense), None, "{nonsense}");
            }
        }

        #[test]
        fn threads_that_do_the_same_are_counted() {
            let told = |number_of: &[(&str, usize)]| {
                let owned = |(words, number): &(&str, usize)| (String::from(*words), *number);
                of_threads(number_of.iter().map(owned).collect())
            };
            assert_eq!(told(&[("sleeps", 1)]), ["it sleeps"]);
            let both = ["3 threads: each sleeps", "one thread waits"];
            assert_eq!(told(&[("sleeps", 3), ("waits", 1)]), both);
        }

        #[test]
        fn what_a_program_does_is_told() {
            let trace = Trace::new(must_pass());
            let program = shell("exec cat", &trace);
            let waits = ["it waits in read on its standard input"];
            let does = || (Doing::of(program.id()).calls == waits).then_some(());
            trace.until(&waits[0], does).unwrap();
        }

        #[test]
        fn what_lies_unread_is_counted() {
            let [one, few] = ["1 byte from 127.0.0.1:1 lies", "5 bytes from 127.0.0.1:2 lie"];
            let in_kernel = |words: &str| format!("{words} unread in the kernel");
            let expected = [in_kernel(one), "1 connection waits for accept".into(), in_kernel(few)];
            assert_eq!(unread(&some()), expected);
            let crowd = |state| (3..9).map(|n| (n, socket(state, n as u16, 2))).collect();
            assert_eq!(unread(&crowd(State::Established)).len(), 3);
            assert_eq!(unread(&crowd(State::Listen)), ["2 connections wait for accept"]);
        }

        #[test]
        fn connections_are_open_until_this_side_has_ended() {
            assert_eq!(open(&some()), ["127.0.0.1:1", "127.0.0.1:2"]);
            let handles = [1, 1, 2, 3, 4].map(|peer| socket(State::Established, peer, 0));
            let handles = (3..).zip(handles).collect();
            let twice = "127.0.0.1:1 (it has 2 handles of it)";
            assert_eq!(open(&handles), [twice, "127.0.0.1:2", "127.0.0.1:3"]);
        }

        #[test]
        fn the_sockets_of_a_process_have_its_descriptors() {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let address = listener.local_addr().unwrap();
            let mut client = TcpStream::connect(address).unwrap();
            let (server, _) = listener.accept().unwrap();
            client.write_all(b"hello").unwrap();
            server.peek(&mut [0; 5]).unwrap();

            let sockets = sockets(THIS());
            let of = |socket: &dyn AsRawFd| &sockets[&(socket.as_raw_fd() as u64)];
            assert_eq!(of(&listener).state, State::Listen);
            assert_eq!(
                (of(&client).peer, of(&client).local),
                (address, client.local_addr().unwrap())
            );
            assert_eq!(of(&server).receive_queue, 5);
        }

        #[test]
        fn a_thread_that_reads_is_seen_to_read() {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let address = listener.local_addr().unwrap();
            let client = TcpStream::connect(address).unwrap();
            let reading =
                thread::spawn(move || listener.accept().unwrap().0.peek(&mut [0]).unwrap());
            let it_waits =
                format!("waits in read on its connection with {}", client.local_addr().unwrap());
            let trace = Trace::new(must_pass());
            trace
                .until(&"it waits", || {
                    let doing = doing(THIS());
                    // Other tests of this process have threads, too.
                    let seen =
                        |call: &String| call.ends_with(&it_waits) && !call.starts_with("it ");
                    let open = doing.open.len() == 3 || doing.open.contains(&address.to_string());
                    (doing.calls.iter().any(seen) && open).then_some(())
                })
                .unwrap();
            drop(client);
            assert_eq!(reading.join().unwrap(), 0);
            assert!(!has_ended(THIS()));
        }
    }
}
