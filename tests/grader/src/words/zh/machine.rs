//! What a machine lacks, and why a program was ended.

use super::followed;

words! {
    privileged_ports() = "需要特权的端口";
    linux_or_windows() = "Linux 或 Windows";
    not_wine() = "真正的 Windows，不是 Wine";
    list_of_sockets() = "内核的套接字列表";
    namespaces() = "网络命名空间";
    netem() = "内核的 netem";

    needs(what: &str) = "需要{}", followed(what);
    the_right_to(command: &str) = "运行 {command} 的权限";
    too_many_processes(most: usize) = "同时运行的进程超过 {most} 个";
    too_much_memory(mib: u64) = "占用的内存超过 {mib} MiB";
    too_much_output(mib: u64, stream: &str) = "写到 {stream} 的超过 {mib} MiB";
}
