//! What a reader does with a run besides watching: more clients, a restart, several ways to fail; and a check of the
//! exercise that is watched.

use fantoccini::key::Key;
use harness::Trial;
use serde_json::json;

use crate::support::live::{
    GRADE, LiveVisit, RIGHT, THREADS, WRONG, live_trials, query, refused_trials,
};
use crate::support::{NARROW, WIDE, has_namespaces, needs, nothing};

const RESTART: &str = r#".run[data-server="lesson03 --without-reuse"]"#;
const WAYS: &str = ".run-ways";

pub fn trials() -> Vec<Trial> {
    let mut trials = live_trials![
        more_clients_come_and_go,
        a_server_is_restarted_on_its_port,
        each_way_to_fail_has_its_button,
        the_box_of_an_exercise_leads_to_its_panel,
    ];
    let stage = live_trials![a_failed_check_is_watched, a_watched_check_is_stopped_and_closed,];
    trials.extend(needs("network namespaces", has_namespaces(), stage));
    trials.extend(refused_trials![
        more_clients_come_and_go,
        a_server_is_restarted_on_its_port,
        each_way_to_fail_has_its_button,
        a_check_says_why_it_is_not_watched,
    ]);
    trials
}

fn more_clients_come_and_go(live: &mut LiveVisit) {
    live.open_panel("03-threads.html", THREADS);
    let buttons = format!("{THREADS} .run-more button");
    let allowed = |allowed: bool| {
        format!(
            "[...document.querySelectorAll('{buttons}')].every((one) => (one.ariaDisabled === 'false') === {allowed})"
        )
    };
    assert_eq!(
        live.texts(&buttons),
        ["Another client", "A silent one", "A slow one", "One that resets", "Fifty at once"]
    );
    assert_eq!(live.get(&allowed(false)), json!(true), "nothing runs");
    live.click(&format!("{THREADS} .run-start"));
    live.listens(THREADS);
    live.until(&allowed(true));
    // By keyboard: the second one, and from there the others.
    live.get(&format!(
        "{}.focus()",
        query(&format!("{THREADS} [aria-label^=\"More clients\"] button"))
    ));
    live.press(Key::Tab);
    live.press(Key::Enter);
    let log = query(&format!("{THREADS} .run-live .scene-rows"));
    live.until(&format!("/is connected, and silent/.test({log}.textContent)"));
    for (number, presses) in [(3, 2), (4, 1)] {
        (0..presses).for_each(|_| live.press(Key::Tab));
        live.press(Key::Enter);
        live.sees_the_end_of(THREADS, number);
    }
    live.click(&buttons);
    live.sees_the_end_of(THREADS, 5);
    let focus = live.get("document.activeElement.textContent");
    assert_eq!(focus, json!("Fifty at once"), "the buttons take no focus away");
    let names = live.texts(&format!("{THREADS} .run-live [data-kind=start] .scene-name"));
    assert_eq!(
        names,
        ["a silent client", "a client that resets", "fifty clients", "another lesson01"]
    );
    let numbers = live.texts(&format!("{THREADS} .run-live [data-kind=packet] .scene-number"));
    assert_eq!(numbers.contains(&"client 2".to_owned()), live.has_packets(), "{numbers:?}");
    assert_eq!(live.texts(&format!("{THREADS} .run-live .scene-row.cut")).len(), 0);
    // Not all of fifty are drawn, and the next one is.
    let crowd = live.texts(&format!("{THREADS} .run-live .scene-row.more"));
    assert!(crowd.iter().any(|row| row.contains("more clients at the same time")), "{crowd:?}");
    let last = live.get(&format!(
        "[...document.querySelectorAll('{THREADS} .run-live [data-kind=packet] .scene-number')].at(-1)?.textContent"
    ));
    assert!(!live.has_packets() || last == json!("client 54"), "{last}");
    // The silent one stays until Stop.
    let silent = format!("{THREADS} .run-live [data-kind=exit][data-program=\"2\"]");
    assert_eq!(live.texts(&silent).len(), 0);
    nothing(live.faults(THREADS));
    // A page that's loaded again goes on with its run.
    live.browser.emulate(NARROW, false);
    live.open("03-threads.html");
    live.sees_the_end_of(THREADS, 5);
    nothing(live.faults(THREADS));
    live.click(&format!("{THREADS} .run-stop"));
    live.is(THREADS, "over");
    assert_eq!(live.texts(&silent).len(), 1);
    let status = live.texts(&format!("{THREADS} .run-status")).remove(0);
    assert!(status.starts_with("stopped, as Ctrl-C does it; "), "{status}");
    assert!(status.contains("lesson04: exit code 0"), "{status}");
    assert_eq!(live.get(&allowed(false)), json!(true), "nothing runs");
}

fn a_server_is_restarted_on_its_port(live: &mut LiveVisit) {
    live.open_panel("02-3-port-reuse.html", RESTART);
    let again = format!("{RESTART} .run-again");
    let disabled = format!("{}.ariaDisabled", query(&again));
    assert_eq!(live.texts(&again), ["Restart on the same port"]);
    assert_eq!(live.get(&disabled), json!("true"));
    live.click(&format!("{RESTART} .run-start"));
    live.is(RESTART, "over");
    assert_eq!(live.get(&disabled), json!("false"));
    let start = format!("{RESTART} .run-live [data-kind=start][data-program=\"0\"] code");
    let address = format!(
        "{}.textContent.replace('listening on ', '')",
        query(&format!(
            "{RESTART} .run-live [data-kind=line][data-program=\"0\"][data-stream=stdout] code"
        ))
    );
    let first = live.get(&address);
    live.get(&format!("{}.focus()", query(&again)));
    live.press(Key::Enter);
    live.until(&format!("{}?.textContent.includes({first})", query(&start)));
    live.is(RESTART, "over");
    let said = live.texts(&format!("{RESTART} .run-live [data-stream=stderr] code"));
    assert!(said.iter().any(|line| line.contains("Address already in use")), "{said:?}");
    // Run leaves the choice to the kernel, as before.
    live.click(&format!("{RESTART} .run-start"));
    live.is(RESTART, "over");
    assert_ne!(live.get(&address), first);
    nothing(live.faults(RESTART));
}

fn each_way_to_fail_has_its_button(live: &mut LiveVisit) {
    live.open_panel("02-1-client.html", WAYS);
    let buttons = format!("{WAYS} .run-more button");
    assert_eq!(live.texts(&buttons), ["Refused", "Timed out", "Reset", "Not text"]);
    let recorded = live.get("[...document.querySelectorAll('.run[data-way]')].map((way) => way.querySelectorAll('.run-recorded pre').length)");
    assert_eq!(recorded, json!([1, 1, 1, 1]));
    assert_eq!(live.texts(".run[data-way] .run-start").len(), 0);
    for (number, words) in
        [(1, "Connection refused"), (2, "timed out"), (3, "Connection reset by peer"), (4, "UTF-8")]
    {
        live.get(&format!(
            "{}.focus()",
            query(&format!("{WAYS} .run-more button:nth-child({number})"))
        ));
        live.press(Key::Enter);
        // The server doesn't end by itself: the next way ends it.
        let client = if number == 1 { 0 } else { 1 };
        let said =
            format!("{WAYS} [data-kind=line][data-program=\"{client}\"][data-stream=stderr]");
        live.until(&format!("{}?.textContent.includes('{words}')", query(&said)));
        live.sees_the_end_of(WAYS, client);
    }
    nothing(live.faults(WAYS));
    live.click(&format!("{WAYS} .run-stop"));
    live.is(WAYS, "over");
    live.browser.emulate(NARROW, false);
    live.open_panel("02-1-client.html", WAYS);
    nothing(live.faults(WAYS));
}

const SECOND: &str = "[data-check=serves_the_next_client]";

fn a_failed_check_is_watched(live: &mut LiveVisit) {
    for width in [NARROW, WIDE] {
        live.browser.emulate(width, false);
        watches_a_check(live);
    }
}

fn watches_a_check(live: &mut LiveVisit) {
    live.grade(WRONG);
    live.verdict("failed");
    let check = format!("{GRADE} {SECOND}");
    let watch = format!("{check} .grade-watch");
    assert_eq!(
        live.texts(&format!("{GRADE} li .grade-watch")),
        ["Watch it"],
        "only what has failed"
    );
    live.get(&format!("{}.focus()", query(&watch)));
    live.press(Key::Enter);
    let panel = format!("{check} > .run");
    live.until(&format!("{} !== null", query(&panel)));
    live.is(&panel, "over");
    let rows = live.get(&format!(
        "[...document.querySelectorAll('{panel} :is([data-kind=step], [data-kind=packet], [data-kind=report])')]
             .map(({{ dataset }}) => dataset.kind)"
    ));
    let rows: Vec<&str> =
        rows.as_array().unwrap().iter().filter_map(|kind| kind.as_str()).collect();
    assert_eq!(rows.last(), Some(&"report"));
    assert!(rows.iter().filter(|kind| **kind == "packet").count() >= 5, "{rows:?}");
    assert_eq!(
        live.texts(&format!("{panel} .step.failed")),
        ["the client receives <i>a reply</i>"]
    );
    let told = live.texts(&format!("{panel} .run-report > p"));
    assert_eq!(told, ["It says <i id='injected'>something</i> else."]);
    assert_eq!(live.texts("#injected").len(), 0, "a report became a part of the page");
    nothing(live.faults(&panel));

    // It's mended, and the scene says that it has changed.
    live.save(crate::support::live::EXERCISE, RIGHT);
    live.verdict("passed");
    live.click(&format!("{panel} .run-start"));
    live.until(&format!("{}.dataset.state !== 'over'", query(&panel)));
    live.is(&panel, "over");
    let told = live.texts(&format!("{panel} .run-report > p"));
    assert_eq!(told, ["It failed before, and it passes now."]);
    assert_eq!(live.texts(&format!("{panel} .run-status")), ["passed"]);
    assert_eq!(live.texts(&format!("{panel} .step.failed")).len(), 0);
    // Without a button, the focus goes to the check.
    live.click(&format!("{panel} .run-close"));
    live.until(&format!("{} === null", query(&panel)));
}

/// Without packets there would be nothing to see.
fn a_check_says_why_it_is_not_watched(live: &mut LiveVisit) {
    live.grade(WRONG);
    live.verdict("failed");
    let check = format!("{GRADE} {SECOND}");
    live.click(&format!("{check} .grade-watch"));
    let panel = format!("{check} > .run");
    live.until(&format!("{} !== null", query(&panel)));
    live.is(&panel, "over");
    assert_eq!(live.texts(&format!("{panel} [data-kind=packet]")).len(), 0);
    let told = live.texts(&format!("{panel} .run-report > p"));
    let why =
        "There is nothing to watch here, because the book was started with --without-namespaces.";
    assert_eq!(told, [why]);
    nothing(live.faults(&panel));
}

fn a_watched_check_is_stopped_and_closed(live: &mut LiveVisit) {
    live.grade("fn main() {\n    println!(\"wrong\");\n    // hangs when it's watched\n}\n");
    live.verdict("failed");
    let check = format!("{GRADE} {SECOND}");
    live.click(&format!("{check} .grade-watch"));
    let panel = format!("{check} > .run");
    live.is(&panel, "running");
    live.until(&format!("{} !== null", query(&format!("{panel} [data-kind=step]"))));
    live.click(&format!("{panel} .run-stop"));
    live.is(&panel, "over");
    assert_eq!(live.texts(&format!("{panel} .run-status")), ["stopped, as Ctrl-C does it"]);
    live.click(&format!("{panel} .run-start"));
    live.is(&panel, "running");
    live.click(&format!("{panel} .run-close"));
    live.until(&format!("{} === null", query(&panel)));
    let focus = live.get("document.activeElement.className");
    assert_eq!(focus, json!("grade-watch"));
    live.is_quiet();
}

fn the_box_of_an_exercise_leads_to_its_panel(live: &mut LiveVisit) {
    live.open("02-3-port-reuse.html");
    let link = query(".grade-live .grade-watch");
    live.until(&format!("{link} !== null"));
    live.get(&format!("{link}.focus()"));
    live.press(Key::Enter);
    live.until("document.activeElement.matches('.run[data-server=exercise03] .run-start')");
}
