//! The two editions: from one to the other, and Chinese that is found.

use std::time::SystemTime;

use harness::Trial;
use serde_json::{Value as Json, json};

use crate::support::{Visit, WIDE, nothing, strings, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        two_chinese_characters_find_their_page,
        chinese_is_found_in_both_editions,
        the_other_edition_opens_at_the_same_section,
        the_browsers_language_chooses_at_the_first_visit,
        a_chosen_edition_is_remembered,
        the_search_loads_little,
    ]
}

/// How many strings are drawn.
const STRINGS: usize = 200;

/// What the search may load, in bytes, and only when it's asked for.
const HEAVY: f64 = 300_000.0;

/// Opens the search by key, and lets a script ask for each of these.
fn asked(visit: &Visit, terms: &[String]) -> Vec<Vec<String>> {
    visit.search("TCP");
    let found = visit.browser.run(
        "const field = document.getElementById('mdbook-searchbar');
         return arguments[0].map((term) => {
             field.value = term;
             field.dispatchEvent(new KeyboardEvent('keyup'));
             return [...document.querySelectorAll('#mdbook-searchresults a')].map((link) => link.pathname);
         });",
        &[json!(terms)],
    );
    found.as_array().expect("a list").iter().map(strings).collect()
}

fn two_chinese_characters_find_their_page(visit: &mut Visit) {
    visit.browser.emulate(WIDE, false);
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let seed = since.subsec_nanos();
    let pages: Vec<String> =
        visit.pages.iter().filter(|page| page.starts_with("zh/")).cloned().collect();
    let pages: Vec<String> = pages
        .into_iter()
        .filter(|page| !page.ends_with("404.html") && !page.ends_with("print.html"))
        .collect();
    let mut drawn = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        visit.open(page);
        let count = STRINGS.div_ceil(pages.len());
        // A generator that gives the same again for the same seed (mulberry32).
        let some = visit.browser.run(
            "let state = arguments[0];
             const random = () => {
                 state = (state + 0x6D2B79F5) | 0;
                 let t = Math.imul(state ^ (state >>> 15), 1 | state);
                 t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
                 return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
             };
             const pairs = [];
             const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
             while (texts.nextNode()) {
                 const node = texts.currentNode;
                 if (node.parentElement.closest('svg, script, style, .run, .grade, .grades, button')) continue;
                 pairs.push(...[...node.data.matchAll(/(?=(\\p{Script=Han}{2}))/gu)].map((found) => found[1]));
             }
             return Array.from({ length: arguments[1] }, () => pairs[Math.floor(random() * pairs.length)]);",
            &[json!(seed.wrapping_add(number as u32)), json!(count)],
        );
        drawn.extend(strings(&some).into_iter().map(|pair| (pair, format!("/{page}"))));
    }
    assert!(drawn.len() >= STRINGS, "only {}", drawn.len());
    visit.open("zh/trust.html");
    let terms: Vec<String> = drawn.iter().map(|(pair, _)| pair.clone()).collect();
    let found = asked(visit, &terms);
    // Not by chance: each is found on its page, and hardly one is on all of them.
    let pages_found = found.iter().map(Vec::len).sum::<usize>();
    assert!(pages_found < drawn.len() * pages.len(), "everything is found everywhere");
    nothing(drawn.into_iter().zip(found).filter_map(|((pair, page), found)| {
        (!found.contains(&page)).then(|| format!("{pair} isn't found on {page} (seed {seed})"))
    }));
}

fn chinese_is_found_in_both_editions(visit: &mut Visit) {
    visit.browser.emulate(WIDE, false);
    let words = ["粘包", "端口", "端口复用", "四元组", "套接字"].map(str::to_owned);
    for (page, prefix) in [("trust.html", "/"), ("zh/trust.html", "/zh/")] {
        visit.open(page);
        let mut terms = words.to_vec();
        terms.push("龘龘".to_owned());
        let mut found = asked(visit, &terms);
        assert_eq!(found.pop(), Some(Vec::new()), "what is nowhere is found");
        for (word, found) in words.iter().zip(found) {
            assert!(!found.is_empty(), "{word} isn't found from {page}");
            assert!(found.iter().all(|one| one.starts_with(prefix)), "{word}: {found:?}");
        }
    }
}

fn the_search_loads_little(visit: &mut Visit) {
    visit.browser.emulate(WIDE, false);
    for page in ["trust.html", "zh/trust.html"] {
        visit.browser.devtools("Network.clearBrowserCache", json!({}));
        visit.open(page);
        visit.browser.log("performance");
        let index = "return performance.getEntriesByType('resource')
            .filter(({ name }) => name.includes('searchindex')).map(({ encodedBodySize }) => encodedBodySize)";
        assert_eq!(visit.browser.run(index, &[]), json!([]), "the index comes with {page}");
        visit.search("TCP");
        let loaded = visit.browser.run(index, &[]);
        let sizes: Vec<f64> =
            loaded.as_array().into_iter().flatten().filter_map(Json::as_f64).collect();
        assert_eq!(sizes.len(), 1, "{loaded}");
        assert!((1.0..HEAVY).contains(&sizes[0]), "{page}: {} kB", sizes[0] / 1000.0);
    }
}

/// Where the page is, and the heading that is at the top of its window.
fn place(visit: &Visit) -> Json {
    visit.browser.run("return [location.pathname, location.hash]", &[])
}

fn until_at(visit: &Visit, path: &str) {
    let is_there = format!(
        "return location.pathname === {} && document.readyState === 'complete'",
        json!(path)
    );
    visit.browser.until(&format!("come to {path}"), &is_there);
}

fn the_other_edition_opens_at_the_same_section(visit: &mut Visit) {
    visit.browser.emulate(WIDE, false);
    visit.open("02-1-client.html#four-ways-to-fail");
    let click = "document.querySelector('a.edition').click()";
    visit.browser.run(click, &[]);
    until_at(visit, "/zh/02-1-client.html");
    assert_eq!(place(visit), json!(["/zh/02-1-client.html", "#four-ways-to-fail"]));
    assert_eq!(
        visit.browser.run("return document.querySelector(':target').matches('h2')", &[]),
        json!(true)
    );
    visit.browser.run(click, &[]);
    until_at(visit, "/02-1-client.html");
    assert_eq!(place(visit), json!(["/02-1-client.html", "#four-ways-to-fail"]));
    forget(visit);
}

fn forget(visit: &Visit) {
    visit.browser.run("localStorage.removeItem('book-edition')", &[]);
}

/// What the browser says that its reader prefers (RFC 9110, section 12.5.4).
fn prefer(visit: &Visit, languages: &str) {
    let agent = visit.browser.run("return navigator.userAgent", &[]);
    visit.browser.devtools(
        "Network.setUserAgentOverride",
        json!({ "userAgent": agent, "acceptLanguage": languages }),
    );
}

fn the_browsers_language_chooses_at_the_first_visit(visit: &mut Visit) {
    visit.browser.emulate(WIDE, false);
    visit.open("trust.html");
    forget(visit);
    prefer(visit, "zh-TW,zh,en");
    visit.open("02-2-server.html");
    until_at(visit, "/zh/02-2-server.html");
    prefer(visit, "en-GB,en,zh");
    visit.open("02-2-server.html");
    assert_eq!(place(visit), json!(["/02-2-server.html", ""]));
    // Who asks for the Chinese one gets it.
    visit.open("zh/02-2-server.html");
    assert_eq!(place(visit), json!(["/zh/02-2-server.html", ""]));
}

fn a_chosen_edition_is_remembered(visit: &mut Visit) {
    visit.browser.emulate(WIDE, false);
    prefer(visit, "en");
    visit.open("trust.html");
    visit.browser.run("document.querySelector('a.edition').click()", &[]);
    until_at(visit, "/zh/trust.html");
    visit.open("lines.html");
    until_at(visit, "/zh/lines.html");
    visit.browser.run("document.querySelector('a.edition').click()", &[]);
    until_at(visit, "/lines.html");
    prefer(visit, "zh-CN");
    visit.open("lengths.html");
    assert_eq!(place(visit), json!(["/lengths.html", ""]));
    forget(visit);
    prefer(visit, "en");
}
