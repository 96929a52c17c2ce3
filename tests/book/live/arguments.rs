//! What must not start: only programs of the table start, only with arguments that are described there,
//! and only for pages of this server.

use harness::Trial;
use serde_json::{Value, json};

use crate::support::{Server, SmallBook, children, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        what_is_not_described_starts_nothing,
        a_request_from_elsewhere_starts_nothing,
        a_panel_of_an_unknown_program_is_a_defect,
    ]
}

// What must not start.

fn what_is_not_described_starts_nothing() {
    let server = Server::shared();
    let one = |name: &str, arguments: Value| json!([{ "name": name, "arguments": arguments }]);
    let address = |address: &str| one("lesson02", json!({ "address": address }));
    let bad = [
        one("bash", json!({})),
        one("solution02", json!({})),
        one("", json!({})),
        one("lesson02 --help", json!({})),
        one("lesson02/../lesson02/original.py", json!({})),
        one("../book/server/main.rs", json!({})),
        one("/bin/sh", json!({})),
        one("lesson02", json!({ "--csv": "x" })),
        one("lesson05", json!({ "--csv": "x" })),
        one("lesson02", json!({ "--time-limit": "-1" })),
        one("lesson02", json!({ "--time-limit": "1 --help" })),
        one("lesson02", json!({ "--time-limit": 5 })),
        one("lesson02", json!({ "--time-limit": "86400" })),
        one("lesson02", json!(["--help"])),
        one("lesson03", json!({ "--without-reuse": "yes" })),
        one("lesson03", json!({ "--backlog": "100000" })),
        one("lesson01", json!({ "--encoding": "latin-1" })),
        one("lesson01", json!({ "--message": "a\0b" })),
        one("lesson01", json!({ "--message": "x".repeat(5000) })),
        one("lesson00 classify", json!({ "addresses": "--help" })),
        one("lesson00 classify", json!({ "addresses": "$(id)" })),
        address("0.0.0.0:0"),
        address("[::]:0"),
        address("192.168.31.7:50000"),
        address("127.0.0.1:22"),
        address("localhost:50000"),
        address("--help"),
        json!([]),
        json!([{ "name": "lesson02" }, { "name": "lesson01" }, { "name": "lesson01" }]),
        json!([{ "name": "lesson02" }, { "name": "bash" }]),
        json!("lesson02"),
        json!([7]),
    ];
    for programs in bad {
        let answer = server.asks("/live/run", json!({ "panel": "a", "programs": programs }));
        assert_eq!(answer.status, 400, "{programs}: {}", answer.body);
    }
    assert_eq!(
        server.asks("/live/run", json!({ "programs": [{ "name": "lesson02" }] })).status,
        400
    );
    assert_eq!(server.asks("/live/run/1/stop", json!({})).status, 404);
    assert_eq!(server.asks("/live/run/../../stop", json!({})).status, 405);
    assert_eq!(server.get("/live/run/1").status, 404);
    assert_eq!(children(server.child.id()), 0);
}

fn a_request_from_elsewhere_starts_nothing() {
    let server = Server::shared();
    let ours = format!("Host: {0}\r\nOrigin: http://{0}", server.addr);
    let token = format!("X-Book-Token: {}", server.token());
    let wrong_heads = [
        // No token, and one of another run.
        ours.clone(),
        format!("{ours}\r\nX-Book-Token: 00000000000000000000000000000000"),
        // A web page elsewhere, and one that has made its name point here.
        format!("Host: {}\r\nOrigin: https://example.com\r\n{token}", server.addr),
        format!("Host: {}\r\nOrigin: null\r\n{token}", server.addr),
        format!("Host: {}\r\nSec-Fetch-Site: cross-site\r\n{token}", server.addr),
        format!("Host: example.com\r\nOrigin: http://example.com\r\n{token}"),
    ];
    let body = json!({ "panel": "a", "programs": [{ "name": "lesson02" }] }).to_string();
    for head in wrong_heads {
        for path in ["/live/run", "/live/run/1/stop", "/live/run/1/input", "/live/run/1/add"] {
            assert_eq!(
                server.ask_json(&format!("POST {path}"), &head, &body).status,
                403,
                "{head}"
            );
        }
    }
    // GET starts nothing, even for a page of ours.
    let answer = server.ask_json("GET /live/run", &format!("{ours}\r\n{token}"), &body);
    assert_eq!(answer.status, 405);
    assert_eq!(children(server.child.id()), 0);
}

fn a_panel_of_an_unknown_program_is_a_defect() {
    for (attributes, expected) in [
        (r#"data-program="bash""#, "no program `bash` that a page can run"),
        (r#"data-program="lesson02 --csv x""#, "`lesson02` takes no --csv"),
        (r#"data-program="lesson02 0.0.0.0:0""#, "must be a loopback address"),
        (r#"data-client="lesson01""#, "needs data-server and data-client"),
        ("", "needs data-server and data-client"),
    ] {
        let book = SmallBook::new();
        book.write(
            "book/chapters/README.md",
            &format!("# A\n\n<div class=\"run\" {attributes}>\n\n</div>\n"),
        );
        let built = book.build().code(1);
        let stderr = String::from_utf8_lossy(&built.get_output().stderr).into_owned();
        assert!(stderr.contains("book/chapters/README.md:3: panel: "), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    }
}
