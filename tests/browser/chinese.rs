//! The Chinese edition in a browser: a panel, a scene, a prediction and a grade say all that they say in Chinese, and
//! lead to Chinese pages.

use harness::Trial;
use serde_json::json;

use crate::support::live::{
    EXERCISE, GRADE, LiveVisit, PAIR, RIGHT, THREADS, WRONG, live_trials, query,
};
use crate::support::{NARROW, WIDE, nothing};

pub fn trials() -> Vec<Trial> {
    live_trials![
        a_panel_speaks_chinese,
        clients_that_are_sent_speak_chinese,
        a_prediction_is_answered_in_chinese,
        an_exercise_is_graded_in_chinese,
    ]
}

const PAGE: &str = "zh/02-2-server.html";

/// Two English words that follow each other in a part of the page, wherever they are not code or a program's output.
fn left_in_english(live: &LiveVisit, part: &str) -> Vec<String> {
    let found = live.browser.run(
        "const found = [];
         for (const place of document.querySelectorAll(arguments[0])) {
             const walk = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
             for (let node = walk.nextNode(); node; node = walk.nextNode()) {
                 if (node.parentElement.closest('code, pre, .scene-bytes')) continue;
                 const text = node.textContent.replace(/“[^”]*”/g, '');
                 if (/[A-Za-z]{2,}[,.:]? [a-z]{2,}/.test(text)) found.push(text.trim());
             }
             for (const labelled of [place, ...place.querySelectorAll('[aria-label], [title]')]) {
                 for (const name of ['aria-label', 'title']) {
                     const text = labelled.getAttribute(name) ?? '';
                     if (/^[A-Z][a-z]+ |[A-Za-z]{2,} [a-z]{2,}/.test(text)) found.push(text);
                 }
             }
         }
         return found",
        &[json!(part)],
    );
    let texts = found.as_array().into_iter().flatten();
    texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

fn a_panel_speaks_chinese(live: &mut LiveVisit) {
    for width in [NARROW, WIDE] {
        live.browser.emulate(width, false);
        live.open_panel("zh/02-1-client.html", PAIR);
        assert_eq!(live.texts(&format!("{PAIR} .run-start")), ["运行"]);
        assert_eq!(live.texts(&format!("{PAIR} .run-stop")), ["停止"]);
        live.click(&format!("{PAIR} .run-start"));
        live.is(PAIR, "over");
        let status = live.texts(&format!("{PAIR} .run-status"));
        assert!(status[0].contains("lesson01：退出码 "), "{status:?}");
        live.click(&format!("{PAIR} .scene-back"));
        let place = live.texts(&format!("{PAIR} .run-live .scene-place")).remove(0);
        assert!(place.contains(" 步，") && place.ends_with("秒"), "{place}");
        live.get(&format!(
            "document.querySelectorAll('{PAIR} details').forEach((one) => {{ one.open = true; }})"
        ));
        nothing(left_in_english(live, &format!("{PAIR} .run-live")));
        nothing(live.faults(PAIR));
    }
}

fn clients_that_are_sent_speak_chinese(live: &mut LiveVisit) {
    live.open_panel("zh/03-threads.html", THREADS);
    let buttons = format!("{THREADS} .run-more button");
    let words =
        ["再来一个客户端", "来一个不说话的", "来一个慢的", "来一个发重置的", "一下来五十个"];
    assert_eq!(live.texts(&buttons), words);
    live.click(&format!("{THREADS} .run-start"));
    live.listens(THREADS);
    live.click(&format!("{buttons}:nth-child(2)"));
    let log = query(&format!("{THREADS} .run-live .scene-rows"));
    live.until(&format!("/连上了，不说话/.test({log}.textContent)"));
    live.click(&format!("{THREADS} .run-stop"));
    live.is(THREADS, "over");
    let status = live.texts(&format!("{THREADS} .run-status")).remove(0);
    assert!(status.starts_with("已停止，跟按 Ctrl-C 一样；"), "{status}");
    nothing(left_in_english(live, &format!("{THREADS} .run-live")));
}

fn a_prediction_is_answered_in_chinese(live: &mut LiveVisit) {
    live.open(PAGE);
    let right = ".predict[id] .option.answer > summary";
    live.click(right);
    let said = live.texts(".predict[data-predicted] p[role=status]");
    assert_eq!(said, ["猜对了。"]);
    assert_eq!(live.texts(".predict .others"), ["其他选项为什么不对？"]);
    nothing(left_in_english(live, ".predict[data-predicted] .prediction"));
    live.open("zh/index.html");
    live.until("document.querySelector('.tally[data-predictions]')?.hidden === false");
    let tally = live.texts(".tally[data-predictions]").remove(0);
    assert!(tally.contains("猜了 1 道，对了 1 道"), "{tally}");
    // The English page has the same answer, and forgets it for both.
    live.open(&PAGE["zh/".len()..]);
    assert_eq!(live.texts(".predict[data-predicted] p[role=status]"), ["You called it."]);
    live.click(".predict .clear");
    live.open(PAGE);
    assert_eq!(live.texts(".predict[data-predicted] p[role=status]"), [""; 0]);
}

fn an_exercise_is_graded_in_chinese(live: &mut LiveVisit) {
    live.save(EXERCISE, WRONG);
    live.open(PAGE);
    let switch = query(&format!("{GRADE} .grade-switch"));
    live.until(&format!("{switch} !== null"));
    live.get(&format!("{switch}.ariaPressed === 'false' && {switch}.click()"));
    live.verdict("failed");
    let texts = |part: &str| live.texts(&format!("{GRADE} {part}"));
    assert_eq!(texts(".grade-switch"), ["边改边评测"]);
    assert_eq!(texts(".grade-state"), ["通过 1 项，共 2 项"]);
    assert_eq!(texts("[data-check=serves_the_next_client] > .grade-mark"), ["没通过"]);
    assert_eq!(live.texts("a[data-exercise=lesson02]"), ["练习：通过 1 项，共 2 项"]);
    // What the suite says is its own.
    for part in [".grade-live", ".milestone > summary", ".grade-why > summary"] {
        let left = left_in_english(live, &format!("{GRADE} {part}"));
        let own = |text: &String| text == "To say it.";
        nothing(left.into_iter().filter(|text| !own(text)));
    }
    let read = live.get(&format!("{}.pathname", query(&format!("{GRADE} .grade-why > p > a"))));
    assert_eq!(read, json!("/zh/02-2-server.html"));
    nothing(live.faults(GRADE));
    live.save(EXERCISE, RIGHT);
    live.verdict("passed");
    let cheer = "修好了。2 个检查项全部通过，都是你自己写的。";
    assert_eq!(live.texts(&format!("{GRADE} .grade-cheer")), [cheer]);
    let card = live.texts(".next-exercise");
    assert_eq!(card, ["你已经做完 exercise02。"]);
    // A page in English has it graded again: cargo is started once more, though nothing was saved.
    let before = live.started().len();
    live.open("02-2-server.html");
    live.verdict("passed");
    live.until("document.querySelector('.grade-cheer')?.textContent.startsWith('Repaired.')");
    live.is_building(before);
    live.verdict("passed");
    live.click(&format!("{GRADE} .grade-switch"));
    live.until("document.querySelector('.grade-switch').ariaPressed === 'false'");
}
