//! What Windows tells of its processes. (In Wine, `/proc` is there as well, but its processes are Linux's, with other
//! numbers.)

use std::collections::BTreeSet;

use on_windows::Process;

use super::Usage;

pub fn usage(process: u32) -> Option<Usage> {
    let Process { handles, threads, memory, peak, processor_time } = Process::of(process)?;
    let (descriptors, threads) = (handles, threads.len());
    // It doesn't say how many pieces the memory has, and reserves terabytes of addresses for its own use.
    let (mappings, addresses) = (0, 0);
    Some(Usage { descriptors, threads, mappings, memory, peak, addresses, processor_time })
}

pub fn has_ended(process: u32) -> bool {
    on_windows::has_ended(process)
}

/// To which process a socket belongs is told, but not in Wine.
pub fn has_socket(_: u32) -> bool {
    false
}

pub fn running_threads(process: u32) -> BTreeSet<String> {
    Process::running_threads(process).iter().map(u32::to_string).collect()
}

/// A thread has stopped when the call that stops it returns.
pub fn is_stopped(_: u32) -> bool {
    true
}
