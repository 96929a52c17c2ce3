//! What a machine lacks, and why a program was ended.

words! {
    privileged_ports() = "privileged ports";
    linux_or_windows() = "Linux or Windows";
    not_wine() = "Windows itself, not Wine";
    list_of_sockets() = "the kernel's list of sockets";
    namespaces() = "network namespaces";
    netem() = "the kernel's netem";

    // In the list of tests: short, since all of its lines become as wide.
    needs(what: &str) = "needs {what}";
    the_right_to(command: &str) = "the right to {command}";
    too_many_processes(most: usize) = "it ran more than {most} processes at the same time";
    too_much_memory(mib: u64) = "it took more than {mib} MiB of memory";
    too_much_output(mib: u64, stream: &str) = "it wrote more than {mib} MiB to {stream}";
}
