//! What the threads of a process do at one moment, in words: in which call each of them waits, and on what.

use std::net::SocketAddr;

/// All is empty where the system does not say. (Linux)
#[derive(Default)]
pub(crate) struct Activity {
    /// The calls in which its threads wait, such as `it waits in read on its connection with
    /// 127.0.0.1:4312`. (`/proc/PID/task/TID/syscall`, proc(5))
    pub calls: Vec<String>,
    /// What has arrived for it and what it has not read.
    pub unread: Vec<String>,
    /// The peers of the connections on which it has not finished sending.
    pub open: Vec<String>,
}

impl Activity {
    pub fn of(process: u32) -> Activity {
        #[cfg(target_os = "linux")]
        return linux::activity(process);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = process;
            Activity::default()
        }
    }
}

/// Where a process listens, each address once. Empty where the system does not say. (Linux)
pub(crate) fn listeners(process: u32) -> Vec<SocketAddr> {
    #[cfg(target_os = "linux")]
    return linux::listeners(process);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = process;
        Vec::new()
    }
}

/// Whether no thread of this process group wants a processor, for a tenth of a second: then it waits for something
/// that no processor does for it, however busy the machine is. `false` where the system doesn't say. (Linux)
pub(crate) fn is_asleep(group: u32) -> bool {
    #[cfg(target_os = "linux")]
    return linux::is_asleep(group);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = group;
        false
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::net::SocketAddr;
    use std::thread;
    use std::time::Duration;

    use super::Activity;
    use crate::machine::process::states_in_group;
    use crate::machine::sockets::{Socket, State, listeners_numbered, sockets_numbered};
    use crate::words::activity as words;

    /// How many of a crowd are named: more say no more.
    const NAMED: usize = 3;

    /// How often the threads are looked at, and how long not in between.
    const SAMPLES: usize = 3;
    const BETWEEN_SAMPLES: Duration = Duration::from_millis(7);

    pub fn is_asleep(group: u32) -> bool {
        const LOOKS: u32 = 10;
        (0..LOOKS).all(|look| {
            if look > 0 {
                thread::sleep(Duration::from_millis(10));
            }
            // What has ended and isn't waited for wants nothing.
            let states: Vec<char> =
                states_in_group(group).into_iter().filter(|state| *state != 'Z').collect();
            // One that waits for a disk (D) may have to thank a busy machine for that.
            !states.is_empty() && states.iter().all(|state| *state == 'S')
        })
    }

    /// The sockets of a process by their descriptors.
    type Sockets = BTreeMap<u64, Socket>;

    pub fn activity(process: u32) -> Activity {
        let numbered = numbered(process);
        let listed = sockets_numbered(&numbered.values().copied().collect::<Vec<_>>());
        let known = |(descriptor, inode)| Some((descriptor, listed.get(&inode)?.clone()));
        let sockets: Sockets = numbered.into_iter().filter_map(known).collect();
        let [calls, unread, open] = [calls(process, &sockets), unread(&sockets), open(&sockets)];
        Activity { calls, unread, open }
    }

    pub fn listeners(process: u32) -> Vec<SocketAddr> {
        let inodes: Vec<u64> = numbered(process).into_values().collect();
        let listeners = listeners_numbered(&inodes).into_values();
        BTreeSet::from_iter(listeners.map(|socket| socket.local)).into_iter().collect()
    }

    /// The numbers of a process's sockets by their descriptors.
    fn numbered(process: u32) -> BTreeMap<u64, u64> {
        let descriptors = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten();
        let numbered = descriptors.flatten().filter_map(|entry| {
            let descriptor = entry.file_name().to_str()?.parse().ok()?;
            let target = fs::read_link(entry.path()).ok()?;
            let inode = target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some((descriptor, inode.parse().ok()?))
        });
        numbered.collect()
    }

    fn calls(process: u32, sockets: &Sockets) -> Vec<String> {
        let seen = seen(process);
        let does = |in_words: &dyn Fn(&str) -> Option<String>| {
            let of_one = |samples: &Vec<String>| {
                let mut words: Vec<String> = samples.iter().filter_map(|it| in_words(it)).collect();
                words.dedup();
                (!words.is_empty()).then(|| words::one_after_the_other(&words))
            };
            counted(seen.values().filter_map(of_one))
        };
        let mut number_of = does(&|call| in_words(sockets, call, false));
        if number_of.len() > NAMED {
            // A crowd that does the same on one connection each.
            number_of = does(&|call| in_words(sockets, call, true));
        }
        let only = number_of.values().sum::<usize>() == 1;
        let words = number_of.into_iter().map(|(does, number)| match number {
            1 if only => words::only_thread(&does),
            1 => words::one_thread(&does),
            _ => words::threads(number, &does),
        });
        words.collect()
    }

    /// What the program's own threads do, a few times in a row: one that is seen once in a pause may
    /// have much to do.
    fn seen(process: u32) -> BTreeMap<String, Vec<String>> {
        let mut seen = BTreeMap::<String, Vec<String>>::new();
        for sample in 0..SAMPLES {
            if sample > 0 {
                thread::sleep(BETWEEN_SAMPLES);
            }
            for thread in
                fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten()
            {
                let read = |name: &str| fs::read_to_string(thread.path().join(name));
                let (Ok(call), Ok(name)) = (read("syscall"), read("comm")) else { continue };
                if !is_of_a_library(name.trim_end()) {
                    let id = thread.file_name().to_string_lossy().into_owned();
                    seen.entry(id).or_default().push(call);
                }
            }
        }
        seen
    }

    /// Whether a thread has the name that a library gives to its helpers: of the crate ctrlc, and those
    /// of Node. The learner's program has not started them.
    pub fn is_of_a_library(name: &str) -> bool {
        let is_pool = |prefix: &&str| name.starts_with(prefix);
        name == "ctrl-c" || ["libuv-worker", "V8Worker", "DelayedTask"].iter().any(is_pool)
    }

    fn counted(words: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
        words.fold(BTreeMap::new(), |mut number_of, words| {
            *number_of.entry(words).or_default() += 1;
            number_of
        })
    }

    /// `call`: the number of the call and its arguments in hexadecimal, or `running`.
    /// With `is_crowd` it does not name the connection.
    fn in_words(sockets: &Sockets, call: &str, is_crowd: bool) -> Option<String> {
        let mut fields = call.split_whitespace();
        let call = fields.next()?;
        if call == "running" {
            return Some(words::busy());
        }
        let call: i64 = call.parse().ok()?;
        let first = u64::from_str_radix(fields.next()?.strip_prefix("0x")?, 16).ok()?;
        let on = |name| words::waits_in(name, &descriptor(sockets, first, is_crowd));
        #[cfg(target_arch = "x86_64")]
        if [libc::SYS_poll, libc::SYS_select, libc::SYS_epoll_wait].contains(&call) {
            return Some(words::polls());
        }
        Some(match call {
            libc::SYS_accept | libc::SYS_accept4 => on("accept"),
            libc::SYS_read | libc::SYS_recvfrom | libc::SYS_recvmsg => on("read"),
            libc::SYS_write | libc::SYS_sendto | libc::SYS_sendmsg => on("write"),
            libc::SYS_connect => on("connect"),
            libc::SYS_ppoll | libc::SYS_pselect6 | libc::SYS_epoll_pwait => words::polls(),
            libc::SYS_futex => words::waits_for_a_thread(),
            libc::SYS_nanosleep | libc::SYS_clock_nanosleep => words::sleeps(),
            libc::SYS_wait4 | libc::SYS_waitid => words::waits_for_a_process(),
            _ => return None,
        })
    }

    fn descriptor(sockets: &Sockets, number: u64, is_crowd: bool) -> String {
        match sockets.get(&number) {
            Some(socket) if socket.state == State::Listen => words::listener(),
            Some(_) if is_crowd => words::a_connection(),
            Some(socket) => words::connection(socket.peer),
            None => match number {
                0 => words::stdin(),
                1 => words::stdout(),
                2 => words::stderr(),
                _ => words::descriptor(number),
            },
        }
    }

    fn open(sockets: &Sockets) -> Vec<String> {
        let is_open = |it: &&Socket| matches!(it.state, State::Established | State::CloseWait);
        let peers = sockets.values().filter(is_open).map(|socket| socket.peer.to_string());
        let open = counted(peers).into_iter();
        open.map(|(peer, number)| if number == 1 { peer } else { words::handles(&peer, number) })
            .take(NAMED)
            .collect()
    }

    fn unread(sockets: &Sockets) -> Vec<String> {
        let unread = sockets.values().filter(|socket| socket.receive_queue > 0);
        let mut words: Vec<String> = unread
            .map(|Socket { state, peer, receive_queue: count, .. }| match state {
                State::Listen => words::not_accepted(*count),
                _ => words::unread(*count, *peer),
            })
            .collect();
        // Two handles of one connection say no more than one.
        words.sort();
        words.dedup();
        words.truncate(NAMED);
        words
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use super::{Activity, linux::is_of_a_library};
    use crate::machine::{Deadline, must_pass};

    #[test]
    fn a_crowd_of_threads_is_one_line() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let mut ends = Vec::new();
        for _ in 0..27 {
            ends.push(TcpStream::connect(listener.local_addr().unwrap()).unwrap());
            let (mut other, _) = listener.accept().unwrap();
            thread::spawn(move || other.read(&mut [0]));
        }
        let seen = Deadline::after(must_pass()).until(|| {
            let calls = Activity::of(std::process::id()).calls;
            let crowd = "each waits in read on a connection of its own";
            let is_folded = calls.iter().any(|call| call.contains(crowd));
            (is_folded && calls.len() < 20).then_some(())
        });
        assert!(seen.is_some());
    }

    #[test]
    fn threads_of_libraries_are_known_by_their_names() {
        assert!(["ctrl-c", "libuv-worker", "V8Worker"].iter().all(|name| is_of_a_library(name)));
        assert!(!["exercise04", "main", "ctrl"].iter().any(|name| is_of_a_library(name)));
    }
}
