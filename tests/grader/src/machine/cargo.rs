/// Whether cargo, which has started this process, leaves out other suites when this one fails. Only Linux says how
/// a process was called (proc(5)); elsewhere it may be so.
pub(crate) fn stops_at_a_failure() -> bool {
    #[cfg(target_os = "linux")]
    {
        let parent = std::os::unix::process::parent_id();
        if let Ok(called) = std::fs::read(format!("/proc/{parent}/cmdline")) {
            let called = String::from_utf8_lossy(&called);
            return leaves_out_others(called.split('\0'));
        }
    }
    true
}

/// Whether a command is a `cargo test` of several packages that ends with the first that fails.
#[cfg(any(test, target_os = "linux"))]
fn leaves_out_others<'a>(command: impl Iterator<Item = &'a str>) -> bool {
    let mut arguments = command.skip(1).take_while(|argument| *argument != "--");
    let (mut is_test, mut packages) = (false, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument {
            "test" | "t" => is_test = true,
            "--no-fail-fast" => return false,
            "-p" | "--package" => packages.extend(arguments.next()),
            _ => {
                let joined = ["--package=", "-p"].iter().find_map(|it| argument.strip_prefix(it));
                packages.extend(joined);
            }
        }
    }
    let is_one = packages.len() == 1 && !packages[0].contains(['*', '?', '[']);
    is_test && !is_one
}

#[cfg(test)]
mod tests {
    use super::leaves_out_others;

    #[test]
    fn only_a_test_of_several_packages_leaves_some_out() {
        for (command, expected) in [
            ("cargo test", true),
            ("cargo test wrong", true),
            ("cargo t -- -p lesson02", true),
            ("cargo test -p lesson02 -p lesson03", true),
            ("cargo test -p lesson*", true),
            ("cargo test -p lesson02", false),
            ("cargo -q test wrong --package=lesson02", false),
            ("cargo test --package lesson02 -- --list", false),
            ("cargo test -plesson02", false),
            ("cargo test --no-fail-fast", false),
            ("cargo-nextest nextest run", false),
            ("bash", false),
        ] {
            assert_eq!(leaves_out_others(command.split(' ')), expected, "{command}");
        }
    }
}
