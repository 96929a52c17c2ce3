//! What a machine lacks, and why a program was ended.

pub const PRIVILEGED_PORTS: &str = "privileged ports";
pub const NAMESPACES: &str = "network namespaces";
pub const NETEM: &str = "the kernel's netem";

/// In the list of tests: short, since all of its lines become as wide.
pub fn needs(what: &str) -> String {
    format!("needs {what}")
}

pub fn the_right_to(command: &str) -> String {
    format!("the right to {command}")
}

pub fn too_many_processes(most: usize) -> String {
    format!("it ran more than {most} processes at the same time")
}

pub fn too_much_memory(mib: u64) -> String {
    format!("it took more than {mib} MiB of memory")
}

pub fn too_much_output(mib: u64, stream: &str) -> String {
    format!("it wrote more than {mib} MiB to {stream}")
}
