//! What a server meets that runs for weeks on a machine with others: requests that are never finished, a
//! cleaner of temporary folders, other users, a system without file events.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use harness::Trial;
use predicates::prelude::*;
use predicates::str::contains;
use rustix::process::{Pid, Resource, Rlimit, geteuid, prlimit};

use crate::live::needs;
use crate::support::{PROGRAM, SECOND, Server, SmallBook, executable, test, trials, until};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        unfinished_requests_end,
        a_built_page_is_for_its_owner,
        a_cleaner_of_temporary_folders_takes_no_page,
        a_save_without_an_event_is_seen,
        a_fifo_does_not_keep_the_server,
    ];
    let other_users = geteuid().is_root() && exists("setpriv") && exists("bash");
    for (name, run) in [
        ("another_user_starts_nothing", another_user_starts_nothing as fn()),
        ("a_port_that_needs_a_privilege_is_explained", a_port_that_needs_a_privilege_is_explained),
    ] {
        trials.push(needs("setpriv, bash and root", other_users, test(name, run)));
    }
    let name = "a_limit_on_watching_is_named";
    let limits = with_limit("instances", "true").output().is_ok_and(|it| it.status.success());
    trials.push(needs("user namespaces", limits, test(name, a_limit_on_watching_is_named)));
    trials
}

fn exists(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

/// More of them than the server has descriptors.
fn unfinished_requests_end() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let (token, addr) = (server.token(), server.addr);
    let few = Rlimit { current: Some(128), maximum: Some(128) };
    prlimit(Some(Pid::from_child(&server.child)), Resource::Nofile, few).unwrap();
    let beginnings = [
        String::new(),
        format!("GET / HTTP/1.1\r\nHost: {addr}\r\nX-Slow: "),
        format!(
            "POST /live/run HTTP/1.1\r\nHost: {addr}\r\nOrigin: http://{addr}\r\n\
             X-Book-Token: {token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
        ),
    ];
    let begun: Vec<TcpStream> = (0..300)
        .map(|number| {
            let mut connection = TcpStream::connect(addr).unwrap();
            connection.write_all(beginnings[number % 3].as_bytes()).unwrap();
            connection
        })
        .collect();
    assert_eq!(server.get("/").status, 200);
    assert_eq!(server.complaints().matches("error: cannot accept connections: ").count(), 1);
    drop(begun);
}

fn a_built_page_is_for_its_owner() {
    let book = SmallBook::new();
    let tmp = book.path("tmp");
    let mut server = Command::new("sh")
        .args(["-c", "umask 0; exec \"$@\"", "sh"])
        .arg(executable())
        .args(["--port", "0", "--root"])
        .arg(book.dir.path())
        .env("TMPDIR", &tmp)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut modes = Vec::new();
    until("the book is being built", || {
        let built = fs::read_dir(&tmp).unwrap().flatten();
        // It may be gone before we look.
        let found = built.filter_map(|dir| Some(dir.metadata().ok()?.permissions().mode() & 0o777));
        modes.extend(found);
        !modes.is_empty() || server.try_wait().unwrap().is_some()
    });
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(!modes.is_empty() && modes.iter().all(|&mode| mode == 0o700), "{modes:?}");
}

fn a_cleaner_of_temporary_folders_takes_no_page() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let mut stream = server.stream();
    stream.next("build");
    fs::remove_dir_all(book.path("tmp")).unwrap();
    let page = server.get("/second.html");
    assert!(page.status == 200 && page.body.contains("Second words"), "{}", page.head);
    let missing = server.get("/nope.html");
    assert!(missing.status == 404 && missing.body.contains("not found"), "{}", missing.head);
    // Nor does it keep the next build from its place.
    book.append(SECOND, "Third words");
    stream.next("build");
    assert!(server.get("/second.html").body.contains("Third words"));
}

fn a_save_without_an_event_is_seen() {
    let book = SmallBook::new();
    // The chapter shows this file, and it is in no watched directory.
    fs::create_dir(book.path("unwatched")).unwrap();
    fs::write(book.path("unwatched/main.rs"), PROGRAM).unwrap();
    fs::remove_file(book.path("lessons/one/main.rs")).unwrap();
    symlink("../../unwatched/main.rs", book.path("lessons/one/main.rs")).unwrap();
    let server = Server::start(&book);
    let mut stream = server.stream();
    stream.next("build");
    fs::write(book.path("unwatched/main.rs"), PROGRAM.replace("bind", "connect")).unwrap();
    stream.next("build");
    assert!(server.get("/second.html").body.contains("connect()"));
}

fn a_limit_on_watching_is_named() {
    for (limited, named) in [
        ("instances", "the limit is fs.inotify.max_user_instances"),
        ("watches", "the limit is fs.inotify.max_user_watches"),
    ] {
        let book = SmallBook::new();
        let server =
            Server::start_as(&book, |command| *command = with_limit(limited, executable()));
        let said = server.complaints();
        assert!(said.starts_with("error: cannot watch the book's sources: "), "{said}");
        assert!(said.contains(named), "{said}");
        // It sees a change anyway.
        let mut stream = server.stream();
        stream.next("build");
        book.append(SECOND, "Third words");
        stream.next("build");
    }
}

/// A command whose user may have none of these (user_namespaces(7), `/proc/sys/user`).
fn with_limit(limited: &str, program: impl AsRef<OsStr>) -> Command {
    let script = format!("echo 0 > /proc/sys/user/max_inotify_{limited} && exec \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "sh", "-c", &script, "sh"]).arg(program);
    command
}

/// A chapter that includes one is a defect while the server runs, and the server ends on Ctrl-C.
fn a_fifo_does_not_keep_the_server() {
    use rustix::process::{Signal, kill_process};

    let book = SmallBook::new();
    let mut server = Server::start(&book);
    let mut stream = server.stream();
    stream.next("build");
    let fifo = book.path("lessons/one/fifo.rs");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    book.append(SECOND, "{{#include ../../lessons/one/fifo.rs}}");
    assert!(stream.next("broken").contains("fifo.rs: not a regular file"));
    kill_process(Pid::from_child(&server.child), Signal::INT).unwrap();
    assert_eq!(server.wait().code(), Some(0));
}

/// A program as another user, who owns nothing here.
fn as_user(user: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]);
    command
}

const OWNER: &str = "65533";
const OTHER: &str = "65534";

/// A book that other users can read, and in which they can write what is temporary.
fn open_to_all() -> SmallBook {
    let book = SmallBook::new();
    fs::set_permissions(book.dir.path(), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(book.path("tmp"), Permissions::from_mode(0o777)).unwrap();
    // The build's own directory may be in a home that others cannot enter. Another process copies: a child that
    // another trial starts in that moment would have our copy open, and no file is run that's open for writing
    // (execve(2), ETXTBSY).
    let copied = Command::new("cp").arg(executable()).arg(book.path("program")).status();
    assert!(copied.is_ok_and(|status| status.success()), "not copied");
    fs::set_permissions(book.path("program"), Permissions::from_mode(0o755)).unwrap();
    book
}

fn another_user_starts_nothing() {
    another_user_starts_nothing_at(Ipv4Addr::LOCALHOST.into());
    // Not every machine has it.
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
        another_user_starts_nothing_at(Ipv6Addr::LOCALHOST.into());
    }
}

fn another_user_starts_nothing_at(ip: IpAddr) {
    let book = open_to_all();
    let server = Server::start_as(&book, |command| {
        *command = as_user(OWNER);
        command.arg(book.path("program")).args(["--listen", &ip.to_string()]);
    });
    let ask = |user: &str, request: &str| {
        let script = format!(
            "exec 3<>/dev/tcp/{ip}/{}; printf '{request} HTTP/1.1\\r\\nHost: {}\\r\\n\
             Sec-Fetch-Site: same-origin\\r\\nConnection: close\\r\\n\\r\\n' >&3; cat <&3",
            server.addr.port(),
            server.addr
        );
        let answer = as_user(user).args(["bash", "-c", &script]).output().unwrap();
        String::from_utf8_lossy(&answer.stdout).into_owned()
    };
    for request in [
        "GET /live/session",
        "POST /live/run",
        "GET /live",
        "POST /live/grade/open/one",
        "GET /live/grade/differences/one",
    ] {
        let answer = ask(OTHER, request);
        assert!(answer.contains(" 403 ") && answer.contains("another user"), "{request}: {answer}");
    }
    // The book is for everyone, and everything is for its owner.
    assert!(ask(OTHER, "GET /second.html").contains("Second words"));
    assert!(ask(OWNER, "GET /live/session").contains("token"));
    // For root as well, who can do all of this anyway.
    assert_eq!(server.token().len(), 32);
}

fn a_port_that_needs_a_privilege_is_explained() {
    let book = open_to_all();
    let output = as_user(OWNER)
        .arg(book.path("program"))
        .args(["--port", "80", "--root"])
        .arg(book.dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: cannot listen on 127.0.0.1:80: "), "{said}");
    let advice = contains("need a privilege").and(contains("being served already").not());
    assert!(advice.eval(&said), "{said}");
}
