//! The book as a built site: in it every link, fragment and asset leads to something that is there,
//! nothing comes from another host, and each term is linked where a page uses it first.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use book::source::{html, paths};
use harness::Trial;
use percent_encoding::percent_decode_str;
use regex::Regex;
use tempfile::TempDir;

use crate::support::{files_of, program, root, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_book_builds_without_a_warning,
        everything_that_a_page_names_is_there,
        every_term_is_linked_at_first_use,
        every_command_of_a_proof_runs_a_test,
        no_mark_is_left_in_the_text,
        a_static_page_shows_the_recordings,
    ]
}

/// A static is not dropped: here the site goes.
pub fn end() {
    drop(SITE.lock().unwrap_or_else(PoisonError::into_inner).take());
}

/// The static book, built once for all tests that read it.
static SITE: Mutex<Option<TempDir>> = Mutex::new(None);

/// Where it is.
pub fn site() -> PathBuf {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    let built = site.get_or_insert_with(|| {
        let dest = TempDir::new().unwrap();
        let mut build = program();
        build.args(["build", "--dest"]).arg(dest.path()).current_dir(root());
        build.assert().success().stderr("");
        dest
    });
    built.path().to_owned()
}

fn the_book_builds_without_a_warning() {
    assert!(site().join("index.html").is_file());
}

/// The lesson that a command names has such a check, in its own suite or from one that it shares.
fn every_command_of_a_proof_runs_a_test() {
    let shared = root().join("tests/servers/src");
    let read = |file: PathBuf| fs::read_to_string(file).unwrap();
    let has = |lesson: &str, name: &str| {
        let own = root().join("tests").join(lesson);
        let check = format!("(\"{name}\"");
        let modules =
            files_of(&shared).into_iter().filter(|file| read(shared.join(file)).contains(&check));
        let modules: Vec<_> = modules
            .filter_map(|file| Some(format!("{}::CHECKS", file.file_stem()?.to_str()?)))
            .collect();
        files_of(&own)
            .into_iter()
            .map(|file| read(own.join(file)))
            .any(|text| text.contains(&check) || modules.iter().any(|checks| text.contains(checks)))
    };
    let (mut commands, mut wrong) = (0, Vec::new());
    for file in files_of(&site()) {
        if file.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let page = read(site().join(&file));
        for proof in page.split("<details class=\"proof\">").skip(1) {
            let proof = proof.split("</details>").next().unwrap();
            for command in proof.split("<code>").skip(1) {
                commands += 1;
                let command = command.split("</code>").next().unwrap();
                let words: Vec<&str> = command.split(' ').collect();
                let runs =
                    matches!(words[..], ["cargo", "test", "-p", lesson, name] if has(lesson, name));
                if !runs {
                    wrong.push(format!("{}: {command}", file.display()));
                }
            }
        }
    }
    assert!(commands > 10, "only {commands} commands");
    assert!(wrong.is_empty(), "no such test: {}", wrong.join("\n"));
}

fn everything_that_a_page_names_is_there() {
    let site = &site();
    let files = files_of(site);
    let pages: BTreeMap<&PathBuf, Page> = files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "html"))
        .map(|file| (file, Page::read(&fs::read_to_string(site.join(file)).unwrap())))
        .collect();
    assert!(pages.len() > 10, "only {} pages", pages.len());

    let mut wrong = Vec::new();
    for (file, page) in &pages {
        for Reference { tag, value } in &page.references {
            let at = format!("{}: <{tag}> {value}", file.display());
            if value.starts_with("data:") {
                continue;
            }
            if value.contains("://") || value.starts_with("//") || value.starts_with("mailto:") {
                if tag != "a" {
                    wrong.push(format!("{at}: from another host"));
                }
                continue;
            }
            let (path, fragment) = value.split_once('#').unwrap_or((value, ""));
            let dir = page.base.as_deref().map_or(file.parent().unwrap(), Path::new);
            let target =
                if path.is_empty() { (*file).clone() } else { inside(&dir.join(decoded(path))) };
            if !files.contains(&target) {
                wrong.push(format!("{at}: no such file in the site"));
            } else if !fragment.is_empty()
                && let Some(page) = pages.get(&target)
                && !page.ids.contains(&decoded(fragment))
            {
                wrong.push(format!("{at}: no such id on the page"));
            }
        }
    }
    for file in
        files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "css"))
    {
        let css = fs::read_to_string(site.join(file)).unwrap();
        for (at, url) in css.match_indices("url(") {
            let value = css[at + url.len()..].trim_start_matches(['"', '\'', ' ']);
            if value.starts_with("data:") {
                continue;
            }
            let value = value.split(['"', '\'', ' ', ')']).next().unwrap();
            if value.contains("://") || value.starts_with("//") {
                wrong.push(format!("{}: {value}: from another host", file.display()));
            } else {
                let path = value.split(['?', '#']).next().unwrap();
                if !files.contains(&inside(&file.parent().unwrap().join(path))) {
                    wrong.push(format!("{}: {value}: no such file in the site", file.display()));
                }
            }
        }
        if css.contains("@import") {
            wrong.push(format!("{}: imports another sheet", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In the pages as they are built: each term leads from at least one page to the glossary, and from none
/// twice. And the Chinese word is beside each.
fn every_term_is_linked_at_first_use() {
    let site = site();
    let page = |file: &Path| fs::read_to_string(site.join(file)).unwrap();
    let glossary = page(Path::new("glossary.html"));
    let tags = html::tags(&glossary);
    let named = tags.iter().filter(|tag| tag.name == "dt").filter_map(|tag| tag.value("id"));
    let terms: Vec<String> = named.map(str::to_owned).collect();
    assert!(terms.len() > 30, "only {} terms", terms.len());
    let chinese = tags.windows(2).filter(|pair| {
        let (definition, word) = (&pair[0], &pair[1]);
        definition.name == "dd"
            && definition.span.end == word.span.start
            && (word.value("class"), word.value("lang")) == (Some("zh"), Some("zh-Hans"))
            && !html::text_behind(&glossary, word).is_empty()
    });
    assert_eq!(chinese.count(), terms.len(), "a term without a Chinese word");

    let mut unused: BTreeSet<&String> = terms.iter().collect();
    let mut wrong = Vec::new();
    for file in files_of(&site) {
        if file.extension().is_none_or(|kind| kind != "html") || file.ends_with("print.html") {
            continue;
        }
        let mut used = BTreeSet::new();
        let links = html::tags(&page(&file));
        let links = links.iter().filter(|tag| tag.value("class") == Some("term"));
        for id in links.filter_map(|tag| tag.value("href")) {
            let Some(term) = id.strip_prefix("glossary.html#") else {
                wrong.push(format!("{}: {id} is not in the glossary", file.display()));
                continue;
            };
            if !used.insert(term.to_owned()) {
                wrong.push(format!("{}: {term} is linked twice", file.display()));
            }
        }
        unused.retain(|term| !used.contains(*term));
        if file.ends_with("glossary.html") && !used.is_empty() {
            wrong.push(format!("the glossary links to itself: {used:?}"));
        }
    }
    wrong.extend(unused.iter().map(|term| format!("no chapter uses {term}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a page names, and what can be named on it.
#[derive(Default)]
struct Page {
    references: Vec<Reference>,
    ids: BTreeSet<String>,
    /// Where its addresses begin, from the site, if it says so.
    base: Option<String>,
}

struct Reference {
    tag: String,
    value: String,
}

impl Page {
    fn read(html: &str) -> Page {
        let mut page = Page::default();
        for tag in html::tags(html) {
            if tag.name == "base" {
                let base = tag.value("href").unwrap_or_default();
                page.base = Some(base.trim_start_matches('/').to_owned());
            }
            let refer = |value: &str| Reference { tag: tag.name.clone(), value: value.to_owned() };
            for (name, value) in &tag.attributes {
                match &**name {
                    "id" => {
                        page.ids.insert(value.clone());
                    }
                    "src" | "href" | "xlink:href" | "poster" | "data" if tag.name != "base" => {
                        page.references.push(refer(value));
                    }
                    "srcset" => {
                        let images = value.split(',');
                        let images = images.filter_map(|part| part.split_whitespace().next());
                        page.references.extend(images.map(refer));
                    }
                    _ => {}
                }
            }
        }
        page
    }
}

/// A path without `.` and `..`, inside the site.
fn inside(path: &Path) -> PathBuf {
    paths::normal(path).unwrap_or_else(|| panic!("{} leads out of the site", path.display()))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned()
}

/// A star that Markdown doesn't take for a mark is shown as it is.
fn no_mark_is_left_in_the_text() {
    let code =
        Regex::new(r"(?s)<(pre|code|script|style|svg)\b.*?</(pre|code|script|style|svg)>").unwrap();
    let tag = Regex::new(r"(?s)<[^>]*>").unwrap();
    let stars = |page: &str| {
        let main = page.split("<main").nth(1).unwrap_or_default();
        let main = main.split("</main").next().unwrap_or_default();
        let text = tag.replace_all(&code.replace_all(main, ""), "").into_owned();
        let place = text.find('*')?;
        let before = text[..place].char_indices().rev().nth(20).map_or(0, |(at, _)| at);
        Some(text[before..].chars().take(60).collect::<String>())
    };
    assert!(
        stars("<main>a <b>**c**</b></main>").is_some() && stars("<main><code>*</code>").is_none()
    );
    let pages = files_of(&site())
        .into_iter()
        .filter(|file| file.extension().is_some_and(|kind| kind == "html"));
    let wrong: Vec<_> = pages
        .filter_map(|file| {
            let page = fs::read_to_string(site().join(&file)).unwrap();
            Some(format!("{}: {}", file.display(), stars(&page)?))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn a_static_page_shows_the_recordings() {
    let page = fs::read_to_string(site().join("02-1-client.html")).unwrap();
    let (_, panel) = page
        .split_once(r#"<div class="run" data-server="lesson02" data-client="lesson01" "#)
        .unwrap();
    let (panel, note) = panel.split_once("class=\"run-note\"").expect("how to run it");
    assert!(note.contains("cargo run -p book"), "{note}");
    assert!(panel.contains("class=\"scene\"") && panel.contains("data-flags=\"SYN\""), "{panel}");
    assert!(panel.contains("<figure class=\"terminal server\">"), "{panel}");
    assert!(panel.contains("问题正在处理中..."), "{panel}");
    assert!(!page.contains("theme/run"), "a script of the served page");
    let page = fs::read_to_string(site().join("02-2-server.html")).unwrap();
    assert!(page.contains("<code>Traceback (most recent call last):</code>"), "{page}");
    assert!(!Regex::new(r"<code>[ ^~]*\^[ ^~]*</code>").unwrap().is_match(&page), "{page}");
}
