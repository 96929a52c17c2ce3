use std::collections::BTreeSet;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::time::Duration;

use crate::is_wine;
use windows_sys::Wdk::System::SystemInformation::{
    NtQuerySystemInformation, SystemProcessInformation,
};
use windows_sys::Win32::Foundation::{
    FILETIME, HANDLE, STATUS_INFO_LENGTH_MISMATCH, WAIT_OBJECT_0,
};
use windows_sys::Win32::System::ProcessStatus::{
    K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS, PROCESS_MEMORY_COUNTERS_EX,
};
use windows_sys::Win32::System::Threading::{
    GetProcessTimes, GetThreadTimes, OpenProcess, OpenThread, PROCESS_QUERY_LIMITED_INFORMATION,
    PROCESS_SYNCHRONIZE, PROCESS_VM_READ, ResumeThread, SuspendThread, THREAD_QUERY_INFORMATION,
    THREAD_SUSPEND_RESUME, WaitForSingleObject,
};
use windows_sys::Win32::System::WindowsProgramming::{
    SYSTEM_PROCESS_INFORMATION, SYSTEM_THREAD_INFORMATION,
};

/// What a process takes of the machine at one moment.
#[derive(Clone, Debug)]
pub struct Process {
    /// Files, sockets, events and all else that it has open.
    pub handles: usize,
    pub threads: Vec<Thread>,
    /// Bytes that are its own, in memory or not (its commit charge).
    pub memory: u64,
    /// The most that this has ever been. Wine says what it is now.
    pub peak: u64,
    /// How long it has kept processors busy.
    pub processor_time: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thread {
    pub id: u32,
    /// A number of the enumeration KTHREAD_STATE.
    state: u32,
}

impl Thread {
    /// Whether it runs, or would if a processor were free: it's ready, running, chosen to run next, or ready but not
    /// yet in the queue of a processor.
    fn runs(self) -> bool {
        matches!(self.state, 1 | 2 | 3 | 7)
    }
}

impl Process {
    /// `None`: there's no such process, or it's not for us to know.
    pub fn of(id: u32) -> Option<Process> {
        let process = open_process(id, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ)?;
        let (handles, threads) = listed(id)?;
        let memory = memory(&process)?;
        let processor_time = match is_wine() {
            false => process_time(&process)?,
            // Whichever process is asked for, Wine's answer is about the one that asks. Of a thread, it's right.
            true => threads.iter().filter_map(|thread| thread_time(thread.id)).sum(),
        };
        let peak = memory.PagefileUsage.max(memory.PeakPagefileUsage) as u64;
        // They are the same number; Wine has one of them, and Windows 7 the other.
        let memory = memory.PrivateUsage.max(memory.PagefileUsage) as u64;
        Some(Process { handles, threads, memory, peak, processor_time })
    }

    /// The threads that run, or would if a processor were free. Wine doesn't say what threads do: there, it's none.
    pub fn running_threads(id: u32) -> Vec<u32> {
        if is_wine() {
            return Vec::new();
        }
        let threads = threads_of(id).into_iter();
        threads.filter(|thread| thread.runs()).map(|thread| thread.id).collect()
    }
}

/// The threads of a process; none if it has ended.
fn threads_of(id: u32) -> Vec<Thread> {
    listed(id).map_or(Vec::new(), |(_, threads)| threads)
}

/// Whether a process has ended.
pub fn has_ended(id: u32) -> bool {
    let Some(process) = open_process(id, PROCESS_SYNCHRONIZE) else { return true };
    // SAFETY: the handle is open as long as `process` lives. It doesn't wait.
    unsafe { WaitForSingleObject(handle(&process), 0) == WAIT_OBJECT_0 }
}

/// Stops all threads of a process until `resume`.
///
/// Windows has no call for that but the one that stops a thread ("SuspendThread").
pub fn suspend(id: u32) {
    let mut stopped = BTreeSet::new();
    // One that ran may just have started another.
    loop {
        let threads = threads_of(id).into_iter().map(|thread| thread.id);
        let new: Vec<u32> = threads.filter(|thread| !stopped.contains(thread)).collect();
        if new.is_empty() {
            return;
        }
        for &thread in &new {
            if let Some(thread) = open_thread(thread, THREAD_SUSPEND_RESUME) {
                // SAFETY: the handle is open as long as `thread` lives, and may do that.
                unsafe { SuspendThread(handle(&thread)) };
            }
        }
        stopped.extend(new);
    }
}

/// Lets a process go on that `suspend` has stopped.
pub fn resume(id: u32) {
    for thread in threads_of(id) {
        if let Some(thread) = open_thread(thread.id, THREAD_SUSPEND_RESUME) {
            // SAFETY: the handle is open as long as `thread` lives, and may do that.
            unsafe { ResumeThread(handle(&thread)) };
        }
    }
}

fn handle(owned: &OwnedHandle) -> HANDLE {
    owned.as_raw_handle()
}

fn open_process(id: u32, rights: u32) -> Option<OwnedHandle> {
    // SAFETY: it takes numbers, and returns a handle or null.
    owned(unsafe { OpenProcess(rights, 0, id) })
}

fn open_thread(id: u32, rights: u32) -> Option<OwnedHandle> {
    // SAFETY: it takes numbers, and returns a handle or null.
    owned(unsafe { OpenThread(rights, 0, id) })
}

fn owned(handle: HANDLE) -> Option<OwnedHandle> {
    // SAFETY: it was opened just now, and nothing else closes it.
    (!handle.is_null()).then(|| unsafe { OwnedHandle::from_raw_handle(handle) })
}

fn memory(process: &OwnedHandle) -> Option<PROCESS_MEMORY_COUNTERS_EX> {
    let mut counters = PROCESS_MEMORY_COUNTERS_EX::default();
    let bytes = size_of::<PROCESS_MEMORY_COUNTERS_EX>() as u32;
    let counters_of_all = (&raw mut counters).cast::<PROCESS_MEMORY_COUNTERS>();
    // SAFETY: the handle is open, and the memory as long as `bytes` says: that's how it knows which of the two
    // structures it has to fill.
    let is_told = unsafe { K32GetProcessMemoryInfo(handle(process), counters_of_all, bytes) };
    (is_told != 0).then_some(counters)
}

fn process_time(process: &OwnedHandle) -> Option<Duration> {
    let [mut began, mut ended, mut kernel, mut user] = [FILETIME::default(); 4];
    let [began, ended, kernel, user] =
        [&raw mut began, &raw mut ended, &raw mut kernel, &raw mut user];
    // SAFETY: the handle is open, and the four are ours.
    let is_told = unsafe { GetProcessTimes(handle(process), began, ended, kernel, user) };
    // SAFETY: they still are.
    (is_told != 0).then(|| unsafe { duration(*kernel) + duration(*user) })
}

fn thread_time(id: u32) -> Option<Duration> {
    let thread = open_thread(id, THREAD_QUERY_INFORMATION)?;
    let [mut began, mut ended, mut kernel, mut user] = [FILETIME::default(); 4];
    let [began, ended, kernel, user] =
        [&raw mut began, &raw mut ended, &raw mut kernel, &raw mut user];
    // SAFETY: the handle is open, and the four are ours.
    let is_told = unsafe { GetThreadTimes(handle(&thread), began, ended, kernel, user) };
    // SAFETY: they still are.
    (is_told != 0).then(|| unsafe { duration(*kernel) + duration(*user) })
}

/// It counts in steps of 100 ns.
fn duration(time: FILETIME) -> Duration {
    let steps = u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
    Duration::from_nanos(steps.saturating_mul(100))
}

/// How many handles a process has, and its threads. (GetProcessHandleCount says the first as well, but 0 in Wine;
/// nothing else says what threads do.)
fn listed(id: u32) -> Option<(usize, Vec<Thread>)> {
    let list = processes()?;
    let list: &[u8] = &list;
    let mut at = 0;
    loop {
        let process: SYSTEM_PROCESS_INFORMATION = at_offset(list, at)?;
        if process.UniqueProcessId.addr() == id as usize {
            // They follow it.
            let first = at + size_of::<SYSTEM_PROCESS_INFORMATION>();
            let threads = (0..process.NumberOfThreads as usize).map(|number| {
                let at = first + number * size_of::<SYSTEM_THREAD_INFORMATION>();
                let thread: SYSTEM_THREAD_INFORMATION = at_offset(list, at)?;
                let id = u32::try_from(thread.ClientId.UniqueThread.addr()).ok()?;
                Some(Thread { id, state: thread.ThreadState })
            });
            return Some((process.HandleCount as usize, threads.collect::<Option<_>>()?));
        }
        if process.NextEntryOffset == 0 {
            return None;
        }
        at += process.NextEntryOffset as usize;
    }
}

/// A structure of Windows that is numbers and pointers, whatever they say.
trait Plain {}

impl Plain for SYSTEM_PROCESS_INFORMATION {}
impl Plain for SYSTEM_THREAD_INFORMATION {}

/// The structure that begins there; `None` if not all of it is in the list.
fn at_offset<T: Plain>(list: &[u8], at: usize) -> Option<T> {
    let bytes = list.get(at..at.checked_add(size_of::<T>())?)?;
    // SAFETY: so many bytes are there, and whatever they are is a `Plain`. None of its pointers is followed.
    Some(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
}

/// All processes, each a SYSTEM_PROCESS_INFORMATION with its threads behind it.
fn processes() -> Option<Vec<u8>> {
    let mut list = vec![0_u64; 1 << 15];
    // It grows while others start.
    for _ in 0..10 {
        let mut bytes = u32::try_from(size_of_val(&list[..])).ok()?;
        // SAFETY: the memory is ours, aligned for numbers of 64 bits and pointers, and as long as `bytes` says.
        let status = unsafe {
            NtQuerySystemInformation(
                SystemProcessInformation,
                list.as_mut_ptr().cast(),
                bytes,
                &raw mut bytes,
            )
        };
        match status {
            0.. => return Some(list.iter().flat_map(|word| word.to_ne_bytes()).collect()),
            STATUS_INFO_LENGTH_MISMATCH => {
                let needed = (bytes as usize / size_of::<u64>()).max(list.len());
                list.resize(2 * needed, 0);
            }
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::thread;

    use super::*;

    #[test]
    fn what_this_process_takes_is_counted() {
        let before = Process::of(std::process::id()).expect("this process");
        let held = vec![1_u8; 64 << 20];
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let waits = thread::spawn(move || stopped.recv());
        let sockets: Vec<_> = (0..50).map(|_| std::net::TcpListener::bind("127.0.0.1:0")).collect();
        let until = std::time::Instant::now() + Duration::from_millis(300);
        while std::time::Instant::now() < until {}
        let now = Process::of(std::process::id()).expect("this process");
        drop((held, sockets, stop));
        assert!(waits.join().is_ok());
        // Other tests come and go meanwhile.
        assert!(now.memory >= before.memory + (60 << 20), "{before:?} {now:?}");
        assert!(now.peak >= 64 << 20 && now.peak < 64 << 30, "{now:?}");
        assert!(now.handles >= before.handles + 45, "{before:?} {now:?}");
        assert!(now.threads.len() >= 2, "{now:?}");
        let took = now.processor_time - before.processor_time;
        assert!(took >= Duration::from_millis(30) && took < Duration::from_secs(60), "{took:?}");
    }

    #[test]
    fn a_process_that_is_suspended_does_nothing() {
        // It ends when its standard input does.
        let mut child = Command::new("cmd");
        child.args(["/c", "more"]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = child.spawn().unwrap();
        let id = child.id();
        assert!(!has_ended(id));
        suspend(id);
        drop(child.stdin.take());
        // What doesn't happen can only be waited for.
        thread::sleep(Duration::from_millis(300));
        assert!(!has_ended(id));
        resume(id);
        child.wait().unwrap();
        assert!(has_ended(id));
    }
}
