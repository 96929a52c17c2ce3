//! Checks the book and its reader, from outside, as a reader of the book meets them:
//!
//! - The book builds without a warning; in what was built every link, fragment and asset leads to
//!   something that is there, nothing comes from another host, and every chapter is listed.
//! - Every term of the glossary is linked where a chapter uses it first, and nowhere else.
//! - Every verdict names a check that is in the suite; every terminal is a recording that a check
//!   replays; every command in the text is one that the suite knows, or is marked as one that it does
//!   not.
//! - A prediction stands before every experiment; every lesson ends with at most five lines to remember,
//!   and every row of the verdicts is linked from a lesson.
//! - Every figure is shown with a caption, and takes its colours from the theme.
//! - The tables and plots of the page on speed are what the benchmark has recorded, and its tables of
//!   troubles are what the suites list.
//! - A chapter with a defect is refused, with its file and line: one test for each kind of defect,
//!   on a small book that the test makes, so that each check is seen to fail.
//! - The reader serves a page on a free port, follows changes of chapters and of the programs shown
//!   in them, keeps the last good page up while a chapter is broken, and stops on Ctrl-C.
//! - The reader refuses what no local browser asks: another host's name, no name, paths out of the
//!   book. Whatever starts something is refused to all but the book's own pages.
//! - It grades the exercises while they are edited: `live_grade.rs`.
//! - It runs the programs that its pages have panels for: `live_run.rs`.
//! - As mdBook's preprocessor it answers with captions, and stock mdBook builds the same pages, byte
//!   for byte.
//!
//! Nothing here waits for time to pass: every wait is for an answer, and has a deadline.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use grader::what_breaks;
use libtest_mimic::{Arguments, Trial};
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::json;
use tempfile::TempDir;

use children::children;
use unchanged::{root, said_by};

/// From the recorded results to the page on speed, as the benchmark does it.
#[path = "bench/report/mod.rs"]
mod report;

/// Far longer than anything here takes, even on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// How many trials run side by side. Many of them wait far more than they compute.
const SIDE_BY_SIDE: usize = 16;

/// A trial of each function, under its name.
macro_rules! trials {
    ($($test:ident,)*) => { vec![$(test(stringify!($test), $test)),*] };
}

#[cfg(unix)]
mod alive;
mod children;
#[cfg(unix)]
mod live_grade;
mod live_run;
mod unchanged;

fn main() -> ExitCode {
    // First those that wait longest.
    let mut trials = live_run::trials();
    #[cfg(unix)]
    trials.extend(live_grade::trials());
    trials.extend(trials![
        the_book_builds_without_a_warning,
        everything_that_a_page_names_is_there,
        every_chapter_is_listed,
        every_term_is_linked_at_first_use,
        every_row_has_a_verdict_with_living_checks,
        every_check_that_a_table_names_is_in_the_suite,
        every_recording_is_shown_and_replayed,
        every_command_is_known_or_marked,
        commands_that_nobody_runs_are_noticed,
        every_experiment_follows_a_prediction,
        experiments_that_nobody_predicts_are_noticed,
        the_right_option_may_stand_anywhere,
        every_lesson_ends_with_five_lines_at_most,
        every_verdict_is_linked_from_a_lesson,
        every_figure_is_shown_with_a_caption,
        tables_and_plots_are_what_was_measured,
        what_breaks_a_program_is_what_the_suite_shows,
        all_defects_are_told_at_once,
        a_good_book_has_no_defects,
        a_good_figure_is_built,
        the_book_is_found_from_any_directory_inside,
        no_book_anywhere_is_a_clear_error,
        a_directory_with_other_files_is_not_overwritten,
        a_broken_book_leaves_the_last_site_in_place,
        a_static_site_does_not_reload,
        bad_arguments_exit_with_2,
        a_page_is_served_on_a_free_port,
        an_unknown_page_is_404,
        a_changed_chapter_is_rebuilt,
        a_changed_program_is_rebuilt,
        a_broken_edit_keeps_the_last_good_page,
        a_mended_book_toml_is_followed,
        a_foreign_host_is_refused,
        paths_out_of_the_book_are_refused,
        the_token_is_for_the_books_own_pages,
        a_request_without_the_token_is_refused,
        a_request_of_a_foreign_page_is_refused,
        every_answer_forbids_foreign_frames,
        a_taken_port_is_a_clear_error,
        a_broken_book_is_not_served,
        terms_are_linked_in_prose_alone,
        the_longest_term_wins,
        a_prediction_opens_without_a_script,
        a_prediction_is_refused_twice,
        predictions_are_nobodys_first_use,
        the_minutes_of_a_chapter_are_computed,
        the_preprocessor_adds_captions,
        the_preprocessor_refuses_defects,
        the_preprocessor_is_for_html_only,
    ]);
    trials.extend(
        DEFECTS
            .iter()
            .map(|defect| test(&format!("refused::{}", defect.name), move || refused(defect))),
    );
    trials.extend(PREDICTION_DEFECTS.iter().map(|&(name, good, bad, expected)| {
        test(&format!("refused::{name}"), move || a_prediction_is_refused(good, bad, expected))
    }));
    trials.extend(FIGURE_DEFECTS.iter().map(|&(name, good, bad, expected)| {
        test(&format!("refused::{name}"), move || a_figure_is_refused(good, bad, expected))
    }));
    #[cfg(unix)]
    trials.extend([
        test("refused::symbolic_link", a_symbolic_link_is_refused),
        test("ctrl_c_stops_the_reader", ctrl_c_stops_the_reader),
    ]);
    trials.push(match mdbook() {
        Some(mdbook) => test("stock_mdbook_builds_the_same_pages", move || {
            stock_mdbook_builds_the_same_pages(&mdbook)
        }),
        None => test("stock_mdbook_builds_the_same_pages", || {
            panic!("no mdbook 0.5 on PATH or in MDBOOK")
        })
        .with_kind("needs mdbook 0.5 on PATH or in MDBOOK")
        .with_ignored_flag(true),
    });
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let tools = || ["rustc", "python3"].map(|tool| said_by(tool, &["--version"])).into();
    let conclusion = unchanged::run(tools, &arguments, trials);
    // A static is not dropped: here the shared reader ends, and the shared site goes.
    drop(SHARED.lock().unwrap_or_else(PoisonError::into_inner).take());
    drop(SITE.lock().unwrap_or_else(PoisonError::into_inner).take());
    conclusion.exit_code()
}

fn test(name: &str, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        run();
        Ok(())
    })
}

// ----------------------------------------------------------------------------
// The book itself.

/// The static book, built once for all tests that read it.
static SITE: Mutex<Option<TempDir>> = Mutex::new(None);

/// Where it is.
fn site() -> PathBuf {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    let built = site.get_or_insert_with(|| {
        let dest = TempDir::new().unwrap();
        let mut build = book();
        build.args(["build", "--dest"]).arg(dest.path()).current_dir(root());
        build.assert().success().stderr("");
        dest
    });
    built.path().to_owned()
}

fn the_book_builds_without_a_warning() {
    assert!(site().join("index.html").is_file());
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
            let dir = if page.has_base { Path::new("") } else { file.parent().unwrap() };
            let target = if path.is_empty() {
                (*file).clone()
            } else {
                plain(&dir.join(percent_decoded(path)))
            };
            if !files.contains(&target) {
                wrong.push(format!("{at}: no such file in the site"));
            } else if !fragment.is_empty()
                && let Some(page) = pages.get(&target)
                && !page.ids.contains(&percent_decoded(fragment))
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
                if !files.contains(&plain(&file.parent().unwrap().join(path))) {
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

fn every_chapter_is_listed() {
    let chapters = root().join("book/chapters");
    let summary = fs::read_to_string(chapters.join("SUMMARY.md")).unwrap();
    for file in files_of(&chapters) {
        let name = file.to_str().unwrap();
        if name.ends_with(".md") && name != "SUMMARY.md" && name != "404.md" {
            assert!(summary.contains(&format!("({name})")), "{name} is not in SUMMARY.md");
        }
    }
}

/// In the pages as they are built: each term leads from at least one page to the glossary, and from none
/// twice. And the Chinese word stands beside each.
fn every_term_is_linked_at_first_use() {
    let site = site();
    let page = |file: &Path| fs::read_to_string(site.join(file)).unwrap();
    let matches = |pattern: &str, text: &str| -> Vec<String> {
        let pattern = regex::Regex::new(pattern).unwrap();
        pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    let glossary = page(Path::new("glossary.html"));
    let terms = matches("<dt id=\"([^\"]+)\"", &glossary);
    assert!(terms.len() > 30, "only {} terms", terms.len());
    let chinese = matches("<dd><span class=\"zh\" lang=\"zh-Hans\">([^<]+)</span>", &glossary);
    assert_eq!(chinese.len(), terms.len(), "a term without a Chinese word");

    let mut unused: BTreeSet<&String> = terms.iter().collect();
    let mut wrong = Vec::new();
    for file in files_of(&site) {
        if file.extension().is_none_or(|kind| kind != "html") || file == Path::new("print.html") {
            continue;
        }
        let mut used = BTreeSet::new();
        for id in matches("class=\"term\" href=\"([^\"]+)\"", &page(&file)) {
            let Some(term) = id.strip_prefix("glossary.html#") else {
                wrong.push(format!("{}: {id} is not in the glossary", file.display()));
                continue;
            };
            if !used.insert(term.to_owned()) {
                wrong.push(format!("{}: {term} is linked twice", file.display()));
            }
        }
        unused.retain(|term| !used.contains(*term));
        if file == Path::new("glossary.html") && !used.is_empty() {
            wrong.push(format!("the glossary links to itself: {used:?}"));
        }
    }
    wrong.extend(unused.iter().map(|term| format!("no chapter uses {term}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// C1 to C12 and S1 to S23: each stands once on the closing page, with a verdict, and with a source or
/// the names of checks that are in the suite.
fn every_row_has_a_verdict_with_living_checks() {
    let page = fs::read_to_string(root().join("book/chapters/verdicts.md")).unwrap();
    let suite = suite();
    let rows = (1..=12).map(|row| format!("C{row}")).chain((1..=23).map(|row| format!("S{row}")));
    let mut wrong = Vec::new();
    for row in rows {
        let lines: Vec<&str> =
            page.lines().filter(|line| line.starts_with(&format!("| {row} |"))).collect();
        let [line] = lines.as_slice() else {
            wrong.push(format!("{row} stands on the page {} times", lines.len()));
            continue;
        };
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [_, said, truth, shown_by] = cells.as_slice() else {
            wrong.push(format!("{row} has {} columns", cells.len()));
            continue;
        };
        // Other pages link to the row by this id.
        if !said.contains(&format!("id=\"{row}\" class=\"verdict ")) || !truth.contains("](") {
            wrong.push(format!("{row} has no verdict, or no link to where it is explained"));
        }
        let checks: Vec<&str> = shown_by.split('`').skip(1).step_by(2).collect();
        if checks.is_empty() && !shown_by.starts_with("source: ") {
            wrong.push(format!("{row} is shown by nothing"));
        }
        for check in checks {
            if !suite.contains(&format!("(\"{check}\"")) {
                wrong.push(format!("{row} names the check {check}, which is not in the suite"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A recording that no page shows, or that no check compares with a real run, is an error.
fn every_recording_is_shown_and_replayed() {
    let chapters = root().join("book/chapters");
    let pages: String = files_of(&chapters)
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "md"))
        .map(|file| fs::read_to_string(chapters.join(file)).unwrap())
        .collect();
    let suite = suite();
    let mut wrong = Vec::new();
    for file in files_of(&chapters.join("transcripts")) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        if !pages.contains(&format!("{{{{#include transcripts/{name}.txt}}}}")) {
            wrong.push(format!("no page shows {name}.txt"));
        }
        let replayed = match name.strip_prefix("rejected-") {
            Some(program) => suite.contains(&format!(".rejected(\"{program}\"")),
            None => suite.contains(&format!("\"{name}\"")),
        };
        if !replayed {
            wrong.push(format!("no check replays {name}.txt"));
        }
    }
    // And nothing that looks like a terminal is typed by hand.
    for (before, _) in pages.match_indices("```console") {
        let (_, shown) = pages[before..].split_once('\n').expect("a block of more than a line");
        if !shown.starts_with("{{#include transcripts/") {
            wrong.push(format!("not a recording: {}", shown.lines().next().unwrap_or_default()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// That what it names is there, and that every option is explained, the reader checks: see
/// `PREDICTION_DEFECTS`.
fn every_experiment_follows_a_prediction() {
    let mut experiments = 0;
    let mut wrong = Vec::new();
    for (file, text) in lessons() {
        for section in text.split("\n## ").filter(|section| experiment(section).is_some()) {
            experiments += 1;
            wrong.extend(unpredicted(section).map(|what| format!("{}: {what}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(experiments > 25, "only {experiments} sections with an experiment");
}

fn experiments_that_nobody_predicts_are_noticed() {
    let prediction = "<div class=\"predict\">\n\n</div>\n";
    for run in [
        "```console\n{{#include transcripts/a.txt}}\n```\n",
        "{{#include ../../tests/notes.rs:note1}}",
    ] {
        assert_eq!(unpredicted(&format!("Run it\n\n{run}")).as_deref(), Some("Run it"));
        assert_eq!(unpredicted(&format!("Run it\n\n{run}{prediction}")).as_deref(), Some("Run it"));
        assert_eq!(unpredicted(&format!("Run it\n\n{prediction}{run}")), None);
    }
    assert_eq!(
        unpredicted("The repair\n\n```rust\n{{#include ../../lessons/one/main.rs}}\n```"),
        None
    );
}

/// Where a section shows its first experiment: the recording of a run, or a note as it is run.
fn experiment(section: &str) -> Option<usize> {
    let starts = ["{{#include transcripts/", "{{#include ../../tests/notes.rs:note"];
    starts.iter().filter_map(|start| section.find(start)).min()
}

/// The title of a section whose experiment comes before it is predicted.
fn unpredicted(section: &str) -> Option<String> {
    let shown = experiment(section)?;
    let predicted = section.find("<div class=\"predict\">").is_some_and(|at| at < shown);
    (!predicted).then(|| section.lines().next().unwrap_or_default().to_owned())
}

/// A reader who has learned that the last option is right predicts nothing.
fn the_right_option_may_stand_anywhere() {
    let mut places = BTreeMap::<usize, usize>::new();
    for (_, text) in lessons() {
        for prediction in text.split("<div class=\"predict\">").skip(1) {
            let mut options = prediction.lines().filter(|line| line.starts_with("- ["));
            let place = options.position(|option| option.starts_with("- [x]"));
            *places.entry(place.expect("a right option")).or_default() += 1;
        }
    }
    let all: usize = places.values().sum();
    let most = places.values().max().copied().unwrap_or_default();
    assert!(places.len() > 2 && most * 2 < all, "right options, by their place: {places:?}");
}

fn every_lesson_ends_with_five_lines_at_most() {
    for (file, text) in lessons() {
        let (_, recap) =
            text.split_once("<div class=\"remember\">").expect("something to remember");
        let (recap, behind) = recap.split_once("</div>").expect("an end");
        let lines = recap.lines().filter(|line| line.starts_with("- ")).count();
        assert!((1..=5).contains(&lines), "{}: {lines} lines to remember", file.display());
        assert_eq!(behind.trim(), "", "{}: stands last", file.display());
    }
}

/// And with the same verdict as on the closing page.
fn every_verdict_is_linked_from_a_lesson() {
    let page = fs::read_to_string(root().join("book/chapters/verdicts.md")).unwrap();
    let verdict =
        regex::Regex::new("id=\"([CS][0-9]+)\" class=\"verdict ([a-z-]+)\">([^<]+)<").unwrap();
    let verdicts: BTreeMap<&str, (&str, &str)> = verdict
        .captures_iter(&page)
        .map(|found| found.extract())
        .map(|(_, [row, class, words])| (row, (class, words)))
        .collect();
    let link = regex::Regex::new(
        "<a href=\"verdicts.md#([CS][0-9]+)\"><span class=\"verdict ([a-z-]+)\">([^<]+)</span></a>",
    );
    let link = link.unwrap();
    let mut unlinked: BTreeSet<&str> = verdicts.keys().copied().collect();
    let mut wrong = Vec::new();
    for (file, text) in lessons() {
        for (whole, [row, class, words]) in link.captures_iter(&text).map(|found| found.extract()) {
            unlinked.remove(row);
            if verdicts.get(row) != Some(&(class, words)) {
                wrong.push(format!("{}: {whole}: not the verdict of {row}", file.display()));
            }
        }
    }
    wrong.extend(unlinked.iter().map(|row| format!("no lesson links to {row}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(verdicts.len(), 35);
}

/// What a figure itself must be, the reader checks: see `FIGURE_DEFECTS`.
fn every_figure_is_shown_with_a_caption() {
    let chapters = root().join("book/chapters");
    let pages: String = files_of(&chapters)
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "md"))
        .map(|file| fs::read_to_string(chapters.join(file)).unwrap())
        .collect();
    let figures = files_of(&chapters.join("figures"));
    assert!(!figures.is_empty(), "no figures");
    for figure in figures {
        let name = figure.to_str().unwrap();
        let shown =
            format!("<figure class=\"drawing\">\n{{{{#include figures/{name}}}}}\n<figcaption>");
        assert_eq!(pages.matches(&shown).count(), 1, "shown once, with a caption: {name}");
    }
    // The figures have no colours of their own, and neither have the rules for them.
    let css = fs::read_to_string(root().join("book/theme/repair.css")).unwrap();
    for rule in css.lines().filter(|line| line.starts_with(".drawing")) {
        let (_, properties) = rule.split_once('{').expect("a rule on one line");
        for (property, value) in properties.split(';').filter_map(|part| part.split_once(": ")) {
            let colour = ["fill", "stroke", "--hue", "--tint"].contains(&property.trim());
            let follows_theme = ["none", "currentColor", "context-stroke"].contains(&value)
                || value.starts_with("var(--");
            assert!(!colour || follows_theme, "a colour that follows no theme: {rule}");
        }
    }
}

/// What the benchmark has recorded, and what the page on speed says: its tables, and its plots.
fn tables_and_plots_are_what_was_measured() {
    let files = report::files(root()).expect("the records can be read");
    assert!(files.len() >= 3, "only {} files", files.len());
    for (path, expected) in files {
        let found = fs::read_to_string(&path).unwrap();
        let same =
            found.lines().zip(expected.lines()).take_while(|(found, expected)| found == expected);
        let line = same.count() + 1;
        assert!(
            found == expected,
            "{}:{line} is not what was recorded: `cargo run --release -p bench -- page` writes it anew",
            path.display()
        );
    }
}

/// The page's tables of troubles are those of `what_breaks.rs`, whose programs are there.
/// `SNAPSHOTS=overwrite` writes them anew.
fn what_breaks_a_program_is_what_the_suite_shows() {
    for (check, program) in what_breaks::named().filter(|(_, program)| !program.is_empty()) {
        let number = program.trim_start_matches(|c: char| c.is_alphabetic());
        let lesson = if program == "solution.py" { "02" } else { number };
        let source = match program.trim_end_matches(number) {
            "lesson" => "src/main.rs",
            "solution" => "solution.rs",
            _ => program,
        };
        let file = root().join(format!("lessons/lesson{lesson}/{source}"));
        assert!(file.exists(), "{check}: no program {program}");
    }
    let path = root().join("book/chapters/speed.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("<!-- troubles -->\n").expect("a mark before them");
    let (_, after) = rest.split_once("<!-- troubles: end -->").expect("a mark behind them");
    let tables = what_breaks::tables();
    let expected =
        format!("{before}<!-- troubles -->\n\n{tables}\n\n<!-- troubles: end -->{after}");
    if env::var_os("SNAPSHOTS").is_some_and(|mode| mode == "overwrite") && page != expected {
        fs::write(&path, &expected).unwrap();
        return;
    }
    assert!(
        page == expected,
        "what_breaks.rs has other tables: `SNAPSHOTS=overwrite cargo test -p book --test book` writes them anew"
    );
}

/// On other pages, too, a table's column `shown by` names checks.
fn every_check_that_a_table_names_is_in_the_suite() {
    let suite = suite();
    let mut tables = 0;
    let mut wrong = Vec::new();
    for (file, text) in chapters() {
        // The verdicts name faults and rejected programs as well, and have a test of their own.
        if file == Path::new("verdicts.md") {
            continue;
        }
        let mut in_table = false;
        for line in text.lines() {
            let is_title = line.ends_with("| shown by |");
            tables += usize::from(is_title);
            in_table = is_title || in_table && line.starts_with('|');
            let last = line.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
            if !in_table || is_title || line.starts_with("|-") {
                continue;
            }
            let checks: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
            if checks.is_empty() {
                wrong.push(format!("{}: {line}: shown by nothing", file.display()));
            }
            for check in checks {
                let known = [format!("(\"{check}\""), format!(".rejected(\"{check}\"")];
                if !known.iter().any(|known| suite.contains(known)) {
                    wrong.push(format!("{}: {check} is not in the suite", file.display()));
                }
            }
        }
    }
    assert!(tables >= 3, "only {tables} tables");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every command that a page tells the reader to type: its program is there, and the suite runs it
/// with these options; or it is visibly marked, in the same paragraph, as one to be tried by hand.
fn every_command_is_known_or_marked() {
    let suite = suite();
    let mut known = 0;
    let mut wrong = Vec::new();
    for (file, text) in chapters() {
        for (command, paragraph) in commands(&text) {
            let marked = text[paragraph].contains(BY_HAND);
            match unknown(&command, &suite) {
                Some(why) if !marked => {
                    wrong.push(format!("{}: `{command}`: {why}", file.display()));
                }
                Some(_) => {}
                None => known += 1,
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(known > 40, "only {known} commands");
}

/// Stands beside a command that the suite does not run.
const BY_HAND: &str = "<span class=\"by-hand\">by hand</span>";

fn commands_that_nobody_runs_are_noticed() {
    let suite = suite();
    for (command, expected) in [
        ("cargo run -p lesson09", "no package lesson09"),
        ("cargo run -p lesson02 --bin nope", "no program nope"),
        ("cargo run -p lesson02 -- --nope", "no check uses --nope"),
        ("cargo run -p lesson03 -- matrices", "no check uses matrices"),
        ("cargo test -p lesson02 --test nope", "no test nope"),
        ("cargo test -p lesson02 S99", "no check S99"),
        ("python3 lessons/lesson02/nope.py", "no file lessons/lesson02/nope.py"),
        ("SUBJECT=\"python3 nope.py\" cargo test -p lesson02", "no file nope.py"),
        ("cargo grade nope", "no check runs cargo grade nope"),
        ("make all", "no check runs make"),
        ("echo hello | nc 127.0.0.1 9090", "a pipe"),
    ] {
        assert_eq!(unknown(command, &suite).as_deref(), Some(expected), "{command}");
    }
    for command in ["cargo run -p lesson02 -- --time-limit 60", "cargo test S17", "nc ::1 9090"] {
        assert_eq!(unknown(command, &suite), None, "{command}");
    }
    let text = "Try `cargo run` and `bind`.\n\n<p>Or <code>nc ::1 80</code>.</p>\n\n```sh\nmake all  # of it\n```\n";
    let found: Vec<String> = commands(text).into_iter().map(|(command, _)| command).collect();
    assert_eq!(found, ["cargo run", "nc ::1 80", "make all"]);
}

/// The commands of a chapter: lines of shell, and code in the text that begins with a program's name;
/// each with the paragraph that it stands in.
fn commands(text: &str) -> Vec<(String, Range<usize>)> {
    /// What code in the text begins with when it is a command with arguments.
    const PROGRAMS: [&str; 9] =
        ["cargo", "python3", "nc", "ss", "strace", "tcpdump", "printf", "sleep", "sudo"];
    let mut commands = Vec::new();
    let mut add = |command: &str, at: usize| {
        let start = text[..at].rfind("\n\n").map_or(0, |start| start + 2);
        let end = text[at..].find("\n\n").map_or(text.len(), |end| at + end);
        commands.push((command.to_owned(), start..end));
    };
    let in_text = |code: &str| {
        let (program, arguments) = code.split_once(' ').unwrap_or((code, ""));
        (PROGRAMS.contains(&program) || program.starts_with("SUBJECT=")) && !arguments.is_empty()
    };
    let html = regex::Regex::new("<code>([^<]*)</code>").unwrap();
    let mut shell = false;
    for (event, span) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                shell = &*language == "sh";
            }
            Event::End(TagEnd::CodeBlock) => shell = false,
            Event::Text(lines) if shell => {
                for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                    // The mark stands above the block.
                    let above = text[..span.start].rfind("\n\n").unwrap_or_default();
                    add(line.split("  #").next().unwrap_or_default().trim(), above);
                }
            }
            Event::Code(code) if in_text(&code) => add(&code, span.start),
            Event::Html(tags) => {
                for code in html.captures_iter(&tags) {
                    if in_text(&code[1]) {
                        add(&code[1], span.start);
                    }
                }
            }
            _ => {}
        }
    }
    commands
}

/// Why the suite does not know a command; `None` if it does.
fn unknown(command: &str, suite: &str) -> Option<String> {
    let words = words(command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.contains(&"|") {
        return Some("a pipe".to_owned());
    }
    let used = |word: &str| suite.contains(&format!("\"{word}\""));
    match words.as_slice() {
        [subject, rest @ ..] if subject.starts_with("SUBJECT=") => {
            unknown(subject.trim_start_matches("SUBJECT="), suite)
                .or_else(|| unknown(&rest.join(" "), suite))
        }
        // These tests run the reader.
        ["cargo", "run", "-p", "book"] => None,
        ["cargo", "run", "-p", package, rest @ ..] if *package != "book" => {
            let Some(manifest) = manifest(package) else {
                return Some(format!("no package {package}"));
            };
            let (program, rest) = match rest {
                ["--bin", program, rest @ ..] => (program, rest),
                rest => (package, rest),
            };
            let there = manifest.contains(&format!("[[bin]]\nname = \"{program}\""));
            if !there || !suite.contains(&format!("program!(\"{program}\")")) {
                return Some(format!("no program {program}"));
            }
            arguments(rest).find(|word| !used(word)).map(unused)
        }
        ["cargo", "build", "-p", package] => {
            manifest(package).is_none().then(|| format!("no package {package}"))
        }
        ["cargo", "test", "--no-run"] => None,
        ["cargo", "test", rest @ ..] => {
            let (package, rest) = match rest {
                ["-p", package, rest @ ..] => (Some(*package), rest),
                rest => (None, rest),
            };
            let manifest = package.map_or(Some(String::new()), manifest);
            let Some(manifest) = manifest else {
                return Some(format!("no package {}", package.unwrap_or_default()));
            };
            let filter = match rest {
                ["--test", test, ..]
                    if !manifest.contains(&format!("[[test]]\nname = \"{test}\"")) =>
                {
                    return Some(format!("no test {test}"));
                }
                ["--test", _, filter @ ..] => filter,
                filter => filter,
            };
            // `exercise02::answers_a_request`: the kind of check and its id.
            let mut parts = filter.iter().flat_map(|name| name.split("::"));
            parts.find(|part| !suite.contains(part)).map(|part| format!("no check {part}"))
        }
        ["cargo", before @ .., last] => {
            let without_filter = format!("cargo {}", before.join(" "));
            let known = continuous_integration_runs(command)
                || suite.contains(last) && continuous_integration_runs(&without_filter);
            (!known).then(|| format!("no check runs {command}"))
        }
        ["python3", file, rest @ ..] => {
            let name = file.rsplit('/').next().unwrap_or_default();
            if !root().join(file).is_file() || !suite.contains(&format!("{name}\"")) {
                return Some(format!("no file {file}"));
            }
            arguments(rest).find(|word| !used(word)).map(unused)
        }
        // As a client of servers on any address.
        ["nc", _host, _port] => (!used("nc")).then(|| "no check runs nc".to_owned()),
        ["ss", options] if suite.contains(&format!("ss {options} ")) => None,
        [program, ..] => Some(format!("no check runs {program}")),
        [] => None,
    }
}

/// Whether `.ci/run`, or the workflow whose commands it runs, has this command.
fn continuous_integration_runs(command: &str) -> bool {
    [".ci/run", ".github/classroom/grade.yml"].iter().any(|file| {
        let script = fs::read_to_string(root().join(file)).unwrap();
        let mut commands = script.lines().flat_map(|line| line.split([';', '>', '|']));
        commands.any(|part| part.trim().ends_with(command))
    })
}

fn unused(word: &&str) -> String {
    format!("no check uses {word}")
}

/// The manifest of a package of the workspace.
fn manifest(package: &str) -> Option<String> {
    fs::read_to_string(root().join("lessons").join(package).join("Cargo.toml")).ok()
}

/// Those of a program's arguments that have a meaning of their own: options and modes, but neither
/// addresses nor what follows an option.
fn arguments<'words>(words: &'words [&str]) -> impl Iterator<Item = &'words &'words str> {
    let words = words.iter().filter(|word| **word != "--");
    let mut after_option = false;
    words.filter(move |word| {
        let is_value = std::mem::replace(&mut after_option, word.starts_with("--"));
        word.starts_with("--") || !is_value && word.parse::<SocketAddr>().is_err()
    })
}

/// The words of a line of shell: what is quoted is one word, without its quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == ' ' => words.push(String::new()),
            _ => words.last_mut().expect("the first word").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The text of every chapter, by its file.
fn chapters() -> Vec<(PathBuf, String)> {
    let folder = root().join("book/chapters");
    let files = files_of(&folder).into_iter();
    files
        .filter(|file| file.extension().is_some_and(|kind| kind == "md"))
        .map(|file| {
            let text = fs::read_to_string(folder.join(&file)).unwrap();
            (file, text)
        })
        .collect()
}

/// The chapters with a lesson, and what leads to them: those with a number in the list.
fn lessons() -> Vec<(PathBuf, String)> {
    let summary = fs::read_to_string(root().join("book/chapters/SUMMARY.md")).unwrap();
    let numbered: Vec<&str> =
        summary.lines().filter(|line| line.trim_start().starts_with("- [")).collect();
    let mut lessons = chapters();
    lessons.retain(|(file, _)| {
        numbered.iter().any(|line| line.ends_with(&format!("({})", file.display())))
    });
    assert_eq!(lessons.len(), numbered.len());
    lessons
}

/// The text of all checks, but for this file's.
fn suite() -> String {
    let folders = ["tests", "tests/grader/src"].map(|folder| root().join(folder));
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let files = entries.map(|entry| entry.unwrap().path());
    files
        .filter(|file| {
            file.extension().is_some_and(|kind| kind == "rs") && !file.ends_with("book.rs")
        })
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

/// A page, read in a simpler way than the reader does.
struct Page {
    references: Vec<Reference>,
    ids: BTreeSet<String>,
    has_base: bool,
}

struct Reference {
    tag: String,
    value: String,
}

impl Page {
    fn read(html: &str) -> Page {
        let mut page = Page { references: Vec::new(), ids: BTreeSet::new(), has_base: false };
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            rest = &rest[start + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = &comment[comment.find("-->").expect("a comment that ends")..];
                continue;
            }
            let name_end =
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
            let tag = rest[..name_end].to_ascii_lowercase();
            rest = &rest[name_end..];
            if tag.is_empty() {
                continue;
            }
            page.has_base |= tag == "base";
            let end = page.attributes(&tag, rest);
            rest = &rest[end..];
            if tag == "script" || tag == "style" {
                rest = &rest[rest.find(&format!("</{tag}")).expect("an end tag")..];
            }
        }
        page
    }

    /// Takes up a tag's attributes, and returns the length of what it read.
    fn attributes(&mut self, tag: &str, text: &str) -> usize {
        let mut at = 0;
        loop {
            let found = text[at..].find(['>', '=']).expect("a tag that ends");
            let name = text[at..at + found]
                .trim()
                .rsplit([' ', '\n', '/'])
                .next()
                .unwrap()
                .to_ascii_lowercase();
            at += found + 1;
            if text.as_bytes()[at - 1] == b'>' {
                return at;
            }
            let value = match text[at..].chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let length = text[at + 1..].find(quote).expect("a closing quote");
                    at += length + 2;
                    &text[at - 1 - length..at - 1]
                }
                _ => {
                    let length = text[at..].find([' ', '\n', '>']).expect("a tag that ends");
                    at += length;
                    &text[at - length..at]
                }
            };
            let value = value.replace("&amp;", "&");
            match name.as_str() {
                "id" => {
                    self.ids.insert(value);
                }
                "src" | "href" | "xlink:href" | "poster" | "data" if tag != "base" => {
                    self.references.push(Reference { tag: tag.to_owned(), value });
                }
                "srcset" => {
                    let images = value.split(',').filter_map(|part| part.split_whitespace().next());
                    self.references.extend(
                        images.map(|image| Reference {
                            tag: tag.to_owned(),
                            value: image.to_owned(),
                        }),
                    );
                }
                _ => {}
            }
        }
    }
}

// ----------------------------------------------------------------------------
// Defects.

/// An edit of a small book, and what the reader must say about it.
struct Defect {
    name: &'static str,
    file: &'static str,
    text: &'static str,
    expected: &'static str,
}

const SECOND: &str = "book/chapters/second.md";

/// Each text is put behind the four lines of the second chapter, or makes a new file.
const DEFECTS: &[Defect] = &[
    Defect {
        name: "include_of_a_missing_file",
        file: SECOND,
        text: "{{#include ../../lessons/one/nope.rs}}",
        expected: "book/chapters/second.md:5: include of ../../lessons/one/nope.rs: no such file",
    },
    Defect {
        name: "include_of_a_missing_anchor",
        file: SECOND,
        text: "```rust\n{{#include ../../lessons/one/main.rs:nope}}\n```",
        expected: "book/chapters/second.md:6: include of ../../lessons/one/main.rs: no line with ANCHOR: nope in it",
    },
    Defect {
        name: "include_of_an_anchor_without_end",
        file: SECOND,
        text: "{{#include ../../lessons/one/main.rs:endless}}",
        expected: "book/chapters/second.md:5: include of ../../lessons/one/main.rs: no line with ANCHOR_END: endless in it",
    },
    Defect {
        name: "include_of_missing_lines",
        file: SECOND,
        text: "{{#include ../../lessons/one/main.rs:90:99}}",
        expected: "book/chapters/second.md:5: include of ../../lessons/one/main.rs: no lines 90:99 in it",
    },
    Defect {
        name: "include_from_outside_the_workspace",
        file: SECOND,
        text: "{{#include ../../../secret.txt}}",
        expected: "book/chapters/second.md:5: include of ../../../secret.txt: leads out of the workspace",
    },
    Defect {
        name: "unknown_directive",
        file: SECOND,
        text: "{{#inclde ../../lessons/one/main.rs}}",
        expected: "book/chapters/second.md:5: no directive is called #inclde",
    },
    Defect {
        name: "link_to_a_missing_page",
        file: SECOND,
        text: "See\n[there](third.md).",
        expected: "book/chapters/second.md:6: link to third.md: no such chapter",
    },
    Defect {
        name: "link_to_a_missing_heading",
        file: SECOND,
        text: "See [there](index.md#nowhere).",
        expected: "book/chapters/second.md:5: link to index.md#nowhere: no heading or id `nowhere` on that page",
    },
    Defect {
        name: "link_to_a_missing_heading_of_its_own_page",
        file: SECOND,
        text: "See [above](#nowhere).",
        expected: "book/chapters/second.md:5: link to #nowhere: no heading or id `nowhere` on that page",
    },
    Defect {
        name: "link_to_the_readme",
        file: SECOND,
        text: "See [the first page](README.md).",
        expected: "book/chapters/second.md:5: link to README.md: its page is index.html: link to index.md",
    },
    Defect {
        name: "link_out_of_the_book",
        file: SECOND,
        text: "See [the program](../../lessons/one/main.rs).",
        expected: "book/chapters/second.md:5: link to ../../lessons/one/main.rs: not under book/chapters, so not in the book",
    },
    Defect {
        name: "link_in_html",
        file: SECOND,
        text: "<p>\nSee <a href=\"third.html\">there</a>.\n</p>",
        expected: "book/chapters/second.md:6: link to third.html: no such file",
    },
    Defect {
        name: "missing_image",
        file: SECOND,
        text: "![A figure](figures/nope.svg)",
        expected: "book/chapters/second.md:5: image figures/nope.svg: no such file",
    },
    Defect {
        name: "missing_image_in_html",
        file: SECOND,
        text: "<img alt=\"\" src='figures/nope.svg'>",
        expected: "book/chapters/second.md:5: img figures/nope.svg: no such file",
    },
    Defect {
        name: "unlisted_chapter",
        file: "book/chapters/third.md",
        text: "# Third",
        expected: "book/chapters/third.md: not listed in SUMMARY.md",
    },
    Defect {
        name: "listed_chapter_without_file",
        file: "book/chapters/SUMMARY.md",
        text: "- [Third](third.md)",
        expected: "book/chapters/SUMMARY.md:5: chapter third.md: no such file",
    },
    Defect {
        name: "chapter_listed_twice",
        file: "book/chapters/SUMMARY.md",
        text: "- [Second again](second.md)",
        expected: "book/chapters/SUMMARY.md:5: chapter second.md: listed before",
    },
    Defect {
        name: "remote_image",
        file: SECOND,
        text: "![A figure](https://example.com/figure.png)",
        expected: "book/chapters/second.md:5: image https://example.com/figure.png: loaded from another host",
    },
    Defect {
        name: "remote_image_in_html",
        file: SECOND,
        text: "Text <img alt=\"\" src=\"http://example.com/figure.png\">",
        expected: "book/chapters/second.md:5: img http://example.com/figure.png: loaded from another host",
    },
    Defect {
        name: "remote_script",
        file: SECOND,
        text: "<script src=//example.com/a.js></script>",
        expected: "book/chapters/second.md:5: script //example.com/a.js: loaded from another host",
    },
    Defect {
        name: "remote_style",
        file: SECOND,
        text: "<div style=\"background: url('https://example.com/a.png')\"></div>",
        expected: "book/chapters/second.md:5: style: loaded from another host",
    },
    Defect {
        name: "remote_font_in_the_theme",
        file: "book/theme/extra.css",
        text: "\n@import \"https://example.com/font.css\";",
        expected: "book/theme/extra.css:2: loads something from another host",
    },
    Defect {
        name: "remote_script_in_the_theme",
        file: "book/theme/head.hbs",
        text: "<script src=\"https://example.com/a.js\"></script>",
        expected: "book/theme/head.hbs:1: loads something from another host",
    },
    Defect {
        name: "tag_that_is_never_closed",
        file: SECOND,
        text: "<div>\n\nnever closed",
        expected: "book/chapters/second.md:5: <div> is never closed",
    },
    Defect {
        name: "tag_that_outlives_its_paragraph",
        file: SECOND,
        text: "Some <b>words\n\nmore</b>",
        expected: "book/chapters/second.md:5: <b> is not closed where its text ends\n\
                   book/chapters/second.md:7: </b> closes nothing here",
    },
    Defect {
        // mdBook itself panics at this one.
        name: "end_tag_of_a_paragraph_of_markdown",
        file: SECOND,
        text: "Some words</p>",
        expected: "book/chapters/second.md:5: </p> closes nothing here",
    },
    Defect {
        name: "warning_of_mdbook",
        file: SECOND,
        text: "[^1]: A footnote that nothing refers to.",
        expected: "book/chapters/second.md: mdBook warns: footnote `1` in `second.md` is defined but not referenced",
    },
];

/// A prediction without defects.
const PREDICTION: &str = "\
<div class=\"predict\">

**Predict.** What comes?

- [ ] `a < b`, a run
  over two lines

  It looks so.

  But it is *not*.
- [x] Rain

  Shown by `opens_a_socket` and `rain`.

  ```text
  set in
    by two
  ```
- [ ] Snow

  In July?

Behind the options.

</div>
";

/// A name, a piece of the prediction, what stands in its place, and what the reader must say about it.
const PREDICTION_DEFECTS: &[(&str, &str, &str, &str)] = &[
    ("prediction_without_options", "- [", "x [", "5: a prediction with 0 options, not 3 or 4"),
    (
        "prediction_with_two_options",
        "- [ ] Snow\n\n  In July?",
        "",
        "5: a prediction with 2 options, not 3 or 4",
    ),
    (
        "prediction_with_two_right_options",
        "[ ] Snow",
        "[x] Snow",
        "5: 2 options are right, not one",
    ),
    ("prediction_without_a_right_option", "[x]", "[ ]", "5: 0 options are right, not one"),
    ("option_without_a_mark", "[ ] Snow", "Snow", "23: an option begins with [ ] or [x]"),
    (
        "option_without_an_explanation",
        "  In July?",
        "",
        "23: the option is not explained, in a paragraph of its own",
    ),
    (
        "option_with_code_in_place_of_an_explanation",
        "  In July?",
        "  ```text\n  x\n  ```",
        "23: the option is not explained, in a paragraph of its own",
    ),
    (
        "prediction_that_nothing_shows",
        "Shown by",
        "See",
        "5: no \"Shown by `NAME`\" at the right option",
    ),
    (
        "prediction_shown_by_a_missing_check",
        "`opens_a_socket`",
        "`opens_two`",
        "5: shown by opens_two: no recording, and no check of the suite",
    ),
    (
        "prediction_shown_by_a_missing_recording",
        "`rain`",
        "`hail`",
        "5: shown by hail: no recording, and no check of the suite",
    ),
];

/// Its id on the page is what shows it.
fn a_prediction_is_refused_twice() {
    let shelf = Shelf::new();
    with_a_suite(&shelf);
    shelf.append(SECOND, &format!("{PREDICTION}\n{PREDICTION}"));
    let expected = "second.md:31: shown by opens_a_socket: as an earlier prediction is\n";
    shelf.build().code(1).stderr(contains(expected));
}

/// A check, and a recording, which a chapter shows.
fn with_a_suite(shelf: &Shelf) {
    shelf.write("tests/one.rs", "const CHECKS: &[Check] = &[check(\"opens_a_socket\", opens)];\n");
    shelf.write("book/chapters/transcripts/rain.txt", "$ rain\n");
}

fn a_prediction_is_refused(good: &str, bad: &str, expected: &str) {
    let shelf = Shelf::new();
    with_a_suite(&shelf);
    assert!(PREDICTION.contains(good));
    shelf.append(SECOND, &PREDICTION.replace(good, bad));
    shelf.build().code(1).stderr(contains(format!("book/chapters/second.md:{expected}\n")));
    assert!(!shelf.site().exists(), "a broken book was written");
}

/// A figure without defects, `cable.svg`.
const FIGURE: &str = "\
<svg viewBox=\"0 0 340 100\" role=\"img\" aria-labelledby=\"cable-title cable-desc\">
<title id=\"cable-title\">A cable</title>
<desc id=\"cable-desc\">It is torn.</desc>
<marker id=\"cable-head\"><path d=\"M0 0 8 4 0 8z\"/></marker>
<path d=\"M4 50H170\" fill=\"none\" stroke=\"var(--client)\" marker-end=\"url(#cable-head)\"/>
<text x=\"170\" y=\"50\" font-size=\"12\">torn</text>
</svg>
";

/// A name, a piece of the figure, what stands in its place, and what the reader must say about it.
const FIGURE_DEFECTS: &[(&str, &str, &str, &str)] = &[
    ("figure_that_is_none", "<svg", "<img", "cable.svg:1: does not begin with <svg>"),
    ("figure_without_role", " role=\"img\"", "", "cable.svg:1: has no role=\"img\""),
    ("figure_without_view_box", "viewBox", "box", "cable.svg:1: has no viewBox"),
    (
        "figure_without_title",
        "A cable",
        "",
        "cable.svg:1: aria-labelledby names no <title> with words",
    ),
    (
        "figure_with_an_unnamed_description",
        " cable-desc\"",
        "\"",
        "cable.svg:1: aria-labelledby names no <desc> with words",
    ),
    ("figure_with_a_blank_line", "<text", " \n<text", "cable.svg:6: a blank line ends the HTML"),
    (
        "figure_with_a_fixed_colour",
        "var(--client)",
        "#0b62a4",
        "cable.svg:5: stroke=\"#0b62a4\": a colour that follows no theme",
    ),
    (
        "figure_with_a_style",
        "fill=\"none\"",
        "style=\"fill: red\"",
        "cable.svg:5: style=\"fill: red\": the looks are the theme's",
    ),
    (
        "figure_with_a_style_sheet",
        "<text",
        "<style></style><text",
        "cable.svg:6: <style>: the looks are the theme's",
    ),
    (
        "figure_with_small_text",
        "font-size=\"12\"",
        "font-size=\"11\"",
        "cable.svg:6: font-size=\"11\": too small to read on a page of 360 px",
    ),
    (
        "figure_with_an_id_of_another",
        "id=\"cable-head\"",
        "id=\"head\"",
        "cable.svg:4: id=\"head\": must begin with the figure's name",
    ),
    (
        "figure_with_a_missing_marker",
        "url(#cable-head)",
        "url(#cable-tail)",
        "cable.svg:5: marker-end=\"url(#cable-tail)\": nothing here has that id",
    ),
    (
        "figure_that_loads_another",
        "<text",
        "<image href=\"plug.svg\"/><text",
        "cable.svg:6: href=\"plug.svg\": loads something",
    ),
];

fn with_a_figure(figure: &str) -> Shelf {
    let shelf = Shelf::new();
    shelf.append(SECOND, "<figure>\n{{#include figures/cable.svg}}\n</figure>");
    shelf.write("book/chapters/figures/cable.svg", figure);
    shelf
}

fn a_good_figure_is_built() {
    with_a_figure(FIGURE).build().success().stderr("");
}

fn a_figure_is_refused(good: &str, bad: &str, expected: &str) {
    assert!(FIGURE.contains(good));
    let shelf = with_a_figure(&FIGURE.replacen(good, bad, 1));
    let defect = format!("book/chapters/figures/{expected}");
    shelf.build().code(1).stderr(contains(defect));
    assert!(!shelf.site().exists(), "a broken book was written");
}

fn refused(defect: &Defect) {
    let shelf = Shelf::new();
    shelf.append(defect.file, defect.text);
    shelf
        .build()
        .code(1)
        .stderr(contains("error: the book cannot be built: ").and(contains(defect.expected)));
    assert!(!shelf.site().exists(), "a broken book was written");
}

#[cfg(unix)]
fn a_symbolic_link_is_refused() {
    let shelf = Shelf::new();
    std::os::unix::fs::symlink("/etc/hostname", shelf.path("book/chapters/secret.txt")).unwrap();
    shelf.build().code(1).stderr(contains("book/chapters/secret.txt: a symbolic link"));
}

fn all_defects_are_told_at_once() {
    let shelf = Shelf::new();
    shelf.append(SECOND, "[a](nope.md)\n\n{{#include nope.rs}}");
    shelf.append("book/chapters/SUMMARY.md", "- [Third](third.md)");
    shelf.build().code(1).stderr(
        "error: the book cannot be built: 3 defects\n\
         book/chapters/SUMMARY.md:5: chapter third.md: no such file\n\
         book/chapters/second.md:5: link to nope.md: no such chapter\n\
         book/chapters/second.md:7: include of nope.rs: no such file\n",
    );
}

/// What looks like a defect at first sight, and is none.
fn a_good_book_has_no_defects() {
    let shelf = Shelf::new();
    shelf
        .write("book/chapters/figures/a b.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>");
    shelf.append(
        SECOND,
        "\
## Twice

## Twice

## `SO_REUSEADDR`, \"quoted\" -- and *more* {#own}

## Why is `recv` two words?

<p id=\"raw\">HTML</p>

<!-- <img src=\"https://example.com/a.png\"> -->

[a](#twice-1) [b](#own) [c](#raw) [d](second.md#why-is-recv-two-words) [e](index.md#first-words) [f](index.html)
[g](https://example.com/) <https://example.com> <someone@example.com> [h](print.html)
<a href=\"https://example.com\">i</a> ![j](figures/a%20b.svg) \\{{#include nope.rs}}

```html
<img src=\"https://example.com/a.png\">
```

`[k](nope.md)`",
    );
    shelf.build().success().stderr("");
}

fn the_book_is_found_from_any_directory_inside() {
    let shelf = Shelf::new();
    book().arg("build").current_dir(shelf.path("lessons/one")).assert().success();
    assert!(shelf.path("target/book/second.html").is_file());
}

fn no_book_anywhere_is_a_clear_error() {
    let empty = TempDir::new().unwrap();
    let expected = contains("error: cannot find the book: ").and(contains("--root DIR"));
    book().arg("build").current_dir(empty.path()).assert().code(1).stderr(expected);
}

fn a_directory_with_other_files_is_not_overwritten() {
    let shelf = Shelf::new();
    fs::create_dir(shelf.site()).unwrap();
    fs::write(shelf.site().join("diary.txt"), "mine").unwrap();
    shelf
        .build()
        .code(1)
        .stderr(contains("it holds files that are not a built book").and(contains("--dest DIR")));
    assert_eq!(fs::read_to_string(shelf.site().join("diary.txt")).unwrap(), "mine");
}

fn a_broken_book_leaves_the_last_site_in_place() {
    let shelf = Shelf::new();
    shelf.build().success();
    shelf.append(SECOND, "[a](nope.md)");
    shelf.build().code(1);
    let page = fs::read_to_string(shelf.site().join("second.html")).unwrap();
    assert!(page.contains("Second words"), "{page}");
}

fn a_static_site_does_not_reload() {
    let shelf = Shelf::new();
    shelf.build().success();
    assert!(!files_of(&shelf.site()).iter().any(|file| file.to_str().unwrap().contains("live")));
    let page = fs::read_to_string(shelf.site().join("second.html")).unwrap();
    assert!(!page.contains("book-build") && !page.contains("live"), "{page}");
}

fn bad_arguments_exit_with_2() {
    book().arg("--port=many").assert().code(2).stderr(contains("--port"));
    book().arg("biuld").assert().code(2);
}

// ----------------------------------------------------------------------------
// The reader at work.

fn a_page_is_served_on_a_free_port() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    for path in ["/", "/index.html"] {
        let answer = reader.get(path);
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("First words"), "{}", answer.body);
        assert!(
            answer.head.to_ascii_lowercase().contains("cache-control: no-cache"),
            "{}",
            answer.head
        );
    }
    let page = reader.get("/second.html").body;
    assert!(page.contains("<script src=\"book/theme/reload-"), "{page}");
    assert!(page.contains("<code>lessons/one/main.rs</code></figcaption>"), "{page}");
}

fn an_unknown_page_is_404() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    let answer = reader.get("/nope.html");
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("Document not found"), "{}", answer.body);
}

fn a_changed_chapter_is_rebuilt() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    let mut stream = reader.stream();
    let first = stream.next("build");
    assert!(reader.get("/").body.contains(&first), "the page does not know its build");
    shelf.append(SECOND, "Third words");
    let second = stream.next("build");
    assert_ne!(first, second);
    let page = reader.get("/second.html").body;
    assert!(page.contains("Third words") && page.contains(&second), "{page}");
    reader.says("changed book/chapters/second.md");
    reader.says("rebuilt in ");
}

fn a_changed_program_is_rebuilt() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    let mut stream = reader.stream();
    stream.next("build");
    // No chapter shows this file: the build that follows is the next change's.
    shelf.write("lessons/one/unseen.rs", "fn unseen() {}\n");
    shelf.write("lessons/one/main.rs", &PROGRAM.replace("bind", "connect"));
    stream.next("build");
    assert!(reader.get("/second.html").body.contains("connect()"));
    reader.says("changed lessons/one/main.rs");
}

fn a_broken_edit_keeps_the_last_good_page() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    let mut stream = reader.stream();
    let first = stream.next("build");
    let good = fs::read_to_string(shelf.path(SECOND)).unwrap();
    shelf.write(SECOND, "# Second\n\nOther words, [dead](nope.md) <b>\n");
    let errors = stream.next("broken");
    assert!(
        errors.contains("book/chapters/second.md:3: link to nope.md: no such chapter"),
        "{errors}"
    );
    let page = reader.get("/second.html").body;
    assert!(page.contains("Second words") && page.contains(&first), "{page}");

    assert_eq!(reader.complaints(), format!("{errors}\nthe last good book stays up\n"));

    // A page that is opened now hears of it too.
    let mut late = reader.stream();
    assert_eq!(late.next("build"), first);
    assert_eq!(late.next("broken"), errors);

    shelf.write(SECOND, &good.replace("Second words", "Mended words"));
    let mended = stream.next("build");
    assert_ne!(mended, first);
    assert!(reader.get("/second.html").body.contains("Mended words"));

    // And one that is opened then hears only of good builds.
    let mut late = reader.stream();
    assert_eq!(late.any(), ("build".to_owned(), mended.clone()));
    shelf.write(SECOND, &good);
    let (kind, id) = late.any();
    assert_eq!(kind, "build");
    assert_ne!(id, mended);
}

fn a_mended_book_toml_is_followed() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    let mut stream = reader.stream();
    let first = stream.next("build");
    shelf.write("book.toml", "[book\n");
    assert!(stream.next("broken").contains("book.toml"));
    shelf.write("book.toml", &SETTINGS.replace("A small book", "A mended book"));
    assert_ne!(stream.next("build"), first);
    assert!(reader.get("/").body.contains("A mended book"));
}

fn a_foreign_host_is_refused() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    let status = |head: &str| reader.ask(&format!("{head}\r\nConnection: close\r\n\r\n")).status;
    for host in ["127.0.0.1", "127.0.0.1:1", "localhost", "LocalHost:3000", "[::1]", "[::1]:80"] {
        assert_eq!(status(&format!("GET / HTTP/1.1\r\nHost: {host}")), 200, "{host}");
    }
    for host in [
        "example.com",
        "example.com:3000",
        "127.0.0.1.example.com",
        "127.0.0.1@example.com",
        "a@127.0.0.1",
        "",
        "::1",
    ] {
        assert_eq!(status(&format!("GET / HTTP/1.1\r\nHost: {host}")), 403, "{host}");
        assert_eq!(status(&format!("GET /live HTTP/1.1\r\nHost: {host}")), 403, "{host}");
    }
    assert_eq!(status("GET / HTTP/1.1"), 403);
    assert_eq!(status("GET / HTTP/1.0"), 403);
    assert_eq!(status("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: example.com"), 403);
    assert_eq!(status("GET http://example.com/ HTTP/1.1\r\nHost: 127.0.0.1"), 403);
}

fn paths_out_of_the_book_are_refused() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    let paths = [
        "/../Cargo.toml",
        "/../book.toml",
        "/%2e%2e/book.toml",
        "/%2e%2e%2fbook.toml",
        "/..%5cbook.toml",
        "/figures/../../book.toml",
        "//etc/passwd",
        "/%00",
    ];
    for path in paths {
        let answer = reader.get(path);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.head);
        assert!(!answer.body.contains("[book]"), "{path}: {}", answer.body);
    }
}

fn the_token_is_for_the_books_own_pages() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    let answer = reader.get("/live/session");
    assert_eq!(answer.status, 200);
    let head = answer.head.to_ascii_lowercase();
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    // Without these headers a browser keeps the answer from pages of other origins.
    assert!(!head.contains("access-control-"), "{head}");
    let token = reader.token();
    assert!(token.len() == 32 && token.chars().all(|c| c.is_ascii_hexdigit()), "{token}");
    assert_eq!(reader.token(), token);
    let other = Reader::start(&shelf);
    assert_ne!(other.token(), token, "two runs have the same token");
    for foreign in FOREIGN {
        let head = format!("GET /live/session HTTP/1.1\r\n{foreign}");
        let answer = reader.ask_as(&head, "");
        assert_eq!(answer.status, 403, "{foreign}");
        assert!(!answer.body.contains(&token), "{foreign}");
    }
}

/// What a browser sends for a page of another origin, and what only another program can send.
const FOREIGN: [&str; 8] = [
    "Origin: https://example.com",
    "Origin: http://127.0.0.1:1",
    "Origin: http://localhost",
    "Origin: null",
    "Origin: ",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Site: same-site",
    "Origin: http://HOST\r\nSec-Fetch-Site: cross-site",
];

fn a_request_without_the_token_is_refused() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    let token = reader.token();
    let post = |path: &str, token: &str| {
        reader.ask_as(&format!("POST {path} HTTP/1.1\r\nOrigin: http://HOST{token}"), "")
    };
    let right = format!("\r\nX-Book-Token: {token}");
    // Past the guard; there is nothing behind it.
    assert_ne!(post("/live/nope", &right).status, 403);
    let wrong = [
        "",
        "\r\nX-Book-Token: ",
        "\r\nX-Book-Token: 0123456789abcdef0123456789abcdef",
        &right[..right.len() - 1],
        &format!("{right}0"),
        &format!("{right}{right}"),
    ];
    for wrong in wrong {
        for path in ["/live/nope", "/", "/index.html", "/live/session"] {
            let answer = post(path, wrong);
            assert_eq!(answer.status, 403, "{path} {wrong}");
            assert!(answer.body.contains("token"), "{}", answer.body);
        }
    }
    // Addresses end up in logs and histories: a token there is none.
    assert_eq!(post(&format!("/live/nope?token={token}"), "").status, 403);
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        let head = format!("{method} /live/nope HTTP/1.1\r\nOrigin: http://HOST{right}");
        assert_eq!(reader.ask_as(&head, "").status, 405, "{method}");
    }
}

fn a_request_of_a_foreign_page_is_refused() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    let token = format!("X-Book-Token: {}", reader.token());
    let post =
        |from: &str| reader.ask_as(&format!("POST /live/nope HTTP/1.1\r\n{token}{from}"), "");
    for ours in ["Origin: http://HOST", "Sec-Fetch-Site: same-origin"] {
        assert_ne!(post(&format!("\r\n{ours}")).status, 403, "{ours}");
    }
    for foreign in FOREIGN {
        assert_eq!(post(&format!("\r\n{foreign}")).status, 403, "{foreign}");
    }
    assert_eq!(post("").status, 403, "from nowhere");
    // A page of another origin may show a link to ours, but may not listen to it.
    let get = |path: &str| {
        reader.ask_as(&format!("GET {path} HTTP/1.1\r\nSec-Fetch-Site: cross-site"), "").status
    };
    assert_eq!(get("/second.html"), 200);
    assert_eq!(get("/live"), 403);
}

fn every_answer_forbids_foreign_frames() {
    let shelf = Shelf::new();
    let reader = Reader::start(&shelf);
    for path in ["/", "/nope.html", "/live/session"] {
        let head = reader.get(path).head.to_ascii_lowercase();
        assert!(head.contains("content-security-policy: frame-ancestors 'self'"), "{head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    }
}

fn a_taken_port_is_a_clear_error() {
    let shelf = Shelf::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    book()
        .args(["--port", &addr.port().to_string(), "--root"])
        .arg(shelf.dir.path())
        .assert()
        .code(1)
        .stderr(contains(format!("error: cannot listen on {addr}: ")).and(contains("--port 0")));
}

fn a_broken_book_is_not_served() {
    let shelf = Shelf::new();
    shelf.append(SECOND, "[a](nope.md)");
    book()
        .args(["--port", "0", "--root"])
        .arg(shelf.dir.path())
        .assert()
        .code(1)
        .stderr(contains("book/chapters/second.md:5: link to nope.md"));
}

#[cfg(unix)]
fn ctrl_c_stops_the_reader() {
    use rustix::process::{Pid, Signal, kill_process};

    let shelf = Shelf::new();
    let mut reader = Reader::start(&shelf);
    let mut stream = reader.stream();
    stream.next("build");
    kill_process(Pid::from_child(&reader.child), Signal::INT).unwrap();
    let status = reader.wait();
    assert_eq!(status.code(), Some(0), "{status}");
    // The stream was open until now; nothing that the reader wrote is left behind.
    stream.ends();
    assert_eq!(fs::read_dir(shelf.path("tmp")).unwrap().count(), 0);
}

// ----------------------------------------------------------------------------
// mdBook's preprocessor.

const WORDS: &str = "\
# Words

queue
: <span lang=\"zh-Hans\">队列</span> Clients that wait. Also **accept queue**, **server's queue**.

accept
: To take the next one.

socket
: A handle.
";

/// What the second chapter's text becomes beside a glossary.
#[track_caller]
fn with_terms(text: &str) -> String {
    let shelf = Shelf::new();
    with_a_suite(&shelf);
    shelf.write("book/chapters/glossary.md", WORDS);
    shelf.append("book/chapters/SUMMARY.md", "- [Words](glossary.md)");
    shelf.append(SECOND, text);
    shelf.build().success();
    main_of(&shelf.path("site/second.html"))
        .replace("<a class=\"term\" href=\"glossary.html#", "<<")
        .replace("\n", " ")
}

fn terms_are_linked_in_prose_alone() {
    let page = with_terms(
        "\
## A socket

`socket` socket(2) port-socket socketed [a socket](index.md) <b>socket</b>

| socket |
|---|
| x |

```text
socket
```

> Two **Sockets**, one socket.
",
    );
    assert!(page.contains("Two <strong><<socket\">Sockets</a></strong>, one socket."), "{page}");
    assert_eq!(page.matches("<<").count(), 1, "{page}");
}

fn the_longest_term_wins() {
    // Over the end of a line, too; and after it each of its words is still to come.
    let page = with_terms("- The accept\n  queue and the queue.\n\nIt accepts.\n");
    assert!(page.contains("The <<queue\">accept queue</a> and the queue."), "{page}");
    assert!(page.contains("It <<accept\">accepts</a>."), "{page}");
    let page = with_terms("In a server's queue.\n");
    assert!(page.contains("In a <<queue\">server’s queue</a>."), "{page}");
}

fn a_prediction_opens_without_a_script() {
    let page = built(PREDICTION);
    let expected = "\
<div class=\"predict\" id=\"predict-opens_a_socket\">
<p><strong>Predict.</strong> What comes?</p>
<details class=\"option\"><summary><code>a &lt; b</code>, a run over two lines</summary>
<p><strong>No.</strong> It looks so.</p>
<p>But it is <em>not</em>.</p>
</details>
<details class=\"option answer\"><summary>Rain</summary>
<p><strong>Right.</strong> Shown by <code>opens_a_socket</code> and <code>rain</code>.</p>
<pre><code class=\"language-text\">set in
  by two
</code></pre>
</details>
<details class=\"option\"><summary>Snow</summary>
<p><strong>No.</strong> In July?</p>
</details>
<p>Behind the options.</p>
</div>
";
    assert!(page.contains(expected), "{page}");
}

/// A term in an explanation would be linked where nobody sees it.
fn predictions_are_nobodys_first_use() {
    let page = with_terms(&format!("{PREDICTION}\nA socket.\n").replace("It looks so", "A socket"));
    assert!(page.contains("<p><strong>No.</strong> A socket.</p>"), "{page}");
    assert!(page.contains("<p>A <<socket\">socket</a>.</p>"), "{page}");
}

fn the_minutes_of_a_chapter_are_computed() {
    let listing = "```text\nnot counted\n```";
    // Three words are in the chapter already, and the prediction has about thirty.
    for (words, prediction, minutes) in [
        (190, "", "a minute"),
        (200, "", "2 minutes"),
        (300, "", "2 minutes"),
        (300, PREDICTION, "4 minutes"),
    ] {
        let text = "word ".repeat(words);
        let page = built(&format!(
            "<p class=\"lesson-bar\">Lesson 9</p>\n\n{text}\n\n{listing}\n\n{prediction}"
        ));
        assert!(page.contains(&format!("Lesson 9 · about {minutes}</p>")), "{words} words: {page}");
    }
}

/// The second chapter of a small book, with this text in it, as a page. The book has a check and a
/// recording.
fn built(text: &str) -> String {
    let shelf = Shelf::new();
    with_a_suite(&shelf);
    shelf.append(SECOND, text);
    shelf.build().success().stderr("");
    main_of(&shelf.site().join("second.html"))
}

/// What a page says, without what mdBook puts around it.
fn main_of(page: &Path) -> String {
    let page = fs::read_to_string(page).unwrap();
    page.split("<main>").nth(1).unwrap().split("</main>").next().unwrap().to_owned()
}

fn the_preprocessor_adds_captions() {
    let shelf = Shelf::new();
    let text = "\
# Second

1. In a list:

   ```rust,ignore
   {{#include ../../lessons/one/main.rs:socket}}
   ```

```console
{{#include transcripts/one.txt}}
```

```console,server
{{#include transcripts/one.txt}}
```

> ```rust
> {{#include ../../lessons/one/main.rs}}
> ```

```rust
fn typed() {}
```

```rust
{{#rustdoc_include ../../lessons/one/main.rs}}
```
";
    shelf.write("book/chapters/transcripts/one.txt", "$ cargo run\n");
    shelf.write(SECOND, text);
    let expected = "\
# Second

1. In a list:


   <figure class=\"listing\"><figcaption><code>lessons/one/main.rs</code></figcaption>

   ```rust,ignore
   {{#include ../../lessons/one/main.rs:socket}}
   ```

   </figure>



<figure class=\"terminal\">

```console
{{#include transcripts/one.txt}}
```

</figure>



<figure class=\"terminal server\">

```console,server
{{#include transcripts/one.txt}}
```

</figure>


> ```rust
> {{#include ../../lessons/one/main.rs}}
> ```

```rust
fn typed() {}
```


<figure class=\"listing\"><figcaption><code>lessons/one/main.rs</code></figcaption>

```rust
{{#rustdoc_include ../../lessons/one/main.rs}}
```

</figure>

";
    let output =
        book().arg("preprocess").write_stdin(shelf.json(text)).assert().success().stderr("");
    let answer: serde_json::Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    let chapter = &answer["items"][0]["Chapter"];
    assert_eq!(chapter["content"].as_str().unwrap(), expected);
    assert_eq!(chapter["name"], "Second");
}

fn the_preprocessor_refuses_defects() {
    let shelf = Shelf::new();
    shelf.append(SECOND, "[a](nope.md)");
    let json = shelf.json("");
    book()
        .arg("preprocess")
        .write_stdin(json)
        .assert()
        .code(1)
        .stdout("")
        .stderr(contains("book/chapters/second.md:5: link to nope.md: no such chapter"));
    book()
        .arg("preprocess")
        .write_stdin("{")
        .assert()
        .code(1)
        .stderr(contains("error: cannot read mdBook's input: "));
}

fn the_preprocessor_is_for_html_only() {
    book().args(["preprocess", "supports", "html"]).assert().code(0);
    book().args(["preprocess", "supports", "markdown"]).assert().code(1);
}

/// An mdbook program of version 0.5, if there is one.
fn mdbook() -> Option<PathBuf> {
    let program = PathBuf::from(env::var_os("MDBOOK").unwrap_or_else(|| "mdbook".into()));
    let output = Command::new(&program).arg("--version").output().ok()?;
    String::from_utf8_lossy(&output.stdout).starts_with("mdbook v0.5").then_some(program)
}

fn stock_mdbook_builds_the_same_pages(mdbook: &Path) {
    let dest = TempDir::new().unwrap();
    let (ours, stock) = (dest.path().join("ours"), dest.path().join("stock"));
    book().args(["build", "--dest"]).arg(&ours).current_dir(root()).assert().success();
    assert_cmd::Command::new(mdbook)
        .args(["build", "--dest-dir"])
        .arg(&stock)
        .current_dir(root())
        // The same command as in book.toml without a build of its own.
        .env(
            "MDBOOK_PREPROCESSOR__REPAIR__COMMAND",
            format!("'{}' preprocess", env!("CARGO_BIN_EXE_book")),
        )
        .timeout(DEADLINE)
        .assert()
        .success();
    let (ours, stock) = (pages_of(&ours), pages_of(&stock));
    assert_eq!(ours.keys().collect::<Vec<_>>(), stock.keys().collect::<Vec<_>>());
    for (file, content) in &ours {
        assert!(stock[file] == *content, "{file} differs");
    }
}

/// The files of a built book. Of the search index only that it is there: its encoding belongs to the
/// version of the search library that mdBook was built with, and its file is named after its content.
fn pages_of(site: &Path) -> BTreeMap<String, Vec<u8>> {
    let index = regex::bytes::Regex::new("search(er|index)-[0-9a-f]{8}[.]js").unwrap();
    let mask = |text: &[u8]| index.replace_all(text, &b"search$1.js"[..]).into_owned();
    let page = |file: PathBuf| {
        let name = String::from_utf8(mask(file.to_str().unwrap().as_bytes())).unwrap();
        let content = match name.starts_with("searchindex") {
            true => Vec::new(),
            false => mask(&fs::read(site.join(&file)).unwrap()),
        };
        (name, content)
    };
    files_of(site).into_iter().map(page).collect()
}

// ----------------------------------------------------------------------------
// The vocabulary of these tests.

/// A run of the reader to its end.
fn book() -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_book"));
    command.timeout(DEADLINE);
    command
}

/// All files under a directory, by their paths from there.
fn files_of(dir: &Path) -> BTreeSet<PathBuf> {
    fn walk(dir: &Path, base: &Path, files: &mut BTreeSet<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, base, files);
            } else {
                files.insert(path.strip_prefix(base).unwrap().to_owned());
            }
        }
    }
    let mut files = BTreeSet::new();
    walk(dir, dir, &mut files);
    files
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                assert!(result.pop(), "{} leads out of the site", path.display())
            }
            Component::Normal(name) => result.push(name),
            _ => {}
        }
    }
    result
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = (byte == b'%')
            .then(|| text.get(text.len() - after.len()..text.len() - after.len() + 2))
            .flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

const SETTINGS: &str = r#"
[book]
title = "A small book"
src = "book/chapters"

[build]
build-dir = "target/book"
create-missing = false
extra-watch-dirs = ["lessons"]

[preprocessor.repair]
command = "not run in this process"
before = ["links"]

[output.html]
theme = "book/theme"
"#;

const PROGRAM: &str = "\
fn main() {
    // ANCHOR: socket
    bind();
    // ANCHOR_END: socket
}
// ANCHOR: endless
";

/// A small book of two chapters in a directory of its own.
struct Shelf {
    dir: TempDir,
}

impl Shelf {
    fn new() -> Shelf {
        let shelf = Shelf { dir: TempDir::new().unwrap() };
        shelf.write("book.toml", SETTINGS);
        shelf.write("lessons/one/main.rs", PROGRAM);
        shelf.write(
            "book/theme/reload.js",
            &fs::read_to_string(root().join("book/theme/reload.js")).unwrap(),
        );
        shelf.write(
            "book/chapters/SUMMARY.md",
            "# Summary\n\n[First](README.md)\n- [Second](second.md)\n",
        );
        shelf.write("book/chapters/README.md", "# First words\n");
        // Four lines, so that what a test puts behind them starts on line 5.
        shelf.write(SECOND, &format!("# Second words\n\n[First](index.md)\n\n{LISTING}"));
        fs::create_dir(shelf.path("tmp")).unwrap();
        shelf
    }

    fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    /// Where [`Shelf::build`] writes.
    fn site(&self) -> PathBuf {
        self.path("site")
    }

    /// Puts a file in place at once, so that the reader never sees half of it.
    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let draft = self.path("draft");
        fs::write(&draft, text).unwrap();
        fs::rename(draft, path).unwrap();
    }

    /// Puts text at a file's end, or before the second chapter's listing; makes the file if there
    /// is none.
    fn append(&self, file: &str, text: &str) {
        let before = fs::read_to_string(self.path(file)).unwrap_or_default();
        let text = match before.strip_suffix(LISTING) {
            Some(before) => format!("{before}{text}{LISTING}"),
            None => format!("{before}{text}\n"),
        };
        self.write(file, &text);
    }

    #[track_caller]
    fn build(&self) -> assert_cmd::assert::Assert {
        book()
            .args(["build", "--root"])
            .arg(self.dir.path())
            .arg("--dest")
            .arg(self.site())
            .assert()
    }

    /// What mdBook 0.5 sends for a book with one chapter, the second.
    fn json(&self, content: &str) -> String {
        json!([
            {
                "root": self.dir.path(),
                "config": {
                    "book": { "authors": [], "language": "en", "src": "book/chapters", "title": "A small book" },
                    "build": { "build-dir": "target/book", "create-missing": false, "use-default-preprocessors": true },
                    "preprocessor": { "repair": { "before": ["links"], "command": "book preprocess" } },
                    "output": { "html": { "theme": "book/theme" } },
                },
                "renderer": "html",
                "mdbook_version": "0.5.99",
            },
            {
                "items": [{
                    "Chapter": {
                        "name": "Second",
                        "content": content,
                        "number": [1],
                        "sub_items": [],
                        "path": "second.md",
                        "source_path": "second.md",
                        "parent_names": [],
                    },
                }],
            },
        ])
        .to_string()
    }
}

/// The end of the second chapter.
const LISTING: &str = "\n\n```rust\n{{#include ../../lessons/one/main.rs:socket}}\n```\n";

/// A reader that serves; it dies with its test.
struct Reader {
    child: Child,
    addr: SocketAddr,
    lines: Receiver<String>,
    errors: PathBuf,
}

/// The reader of this workspace's book, shared by tests that need no other: it takes a second to build
/// that book.
static SHARED: Mutex<Option<(Reader, Shelf)>> = Mutex::new(None);

struct Shared(MutexGuard<'static, Option<(Reader, Shelf)>>);

impl std::ops::Deref for Shared {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        let (reader, _) = self.0.as_ref().expect("it has been started");
        reader
    }
}

impl Reader {
    /// The shared reader, for one test at a time.
    #[track_caller]
    fn shared() -> Shared {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let (reader, _) = shared.get_or_insert_with(|| {
            let shelf = Shelf::new();
            (Reader::start_on(root(), &shelf, |_| {}), shelf)
        });
        // A test that has failed may have left a run, which ends a while after its page has gone.
        let id = reader.child.id();
        until("nothing is left of the test before", || children(id) == 0);
        Shared(shared)
    }

    #[track_caller]
    fn start(shelf: &Shelf) -> Reader {
        Reader::start_as(shelf, |_| {})
    }

    /// Starts it with more arguments, or in another environment.
    #[track_caller]
    fn start_as(shelf: &Shelf, change: impl FnOnce(&mut Command)) -> Reader {
        Reader::start_on(shelf.dir.path(), shelf, change)
    }

    /// Serves the book in `root`; what the reader itself writes is on the shelf.
    #[track_caller]
    fn start_on(root: &Path, shelf: &Shelf, change: impl FnOnce(&mut Command)) -> Reader {
        let mut command = Command::new(env!("CARGO_BIN_EXE_book"));
        change(&mut command);
        let mut child = command
            .args(["--port", "0", "--root"])
            .arg(root)
            .env("TMPDIR", shelf.path("tmp"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(shelf.path("errors")).unwrap())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        // Made before the wait, so that a reader that does not come up is killed.
        let mut reader = Reader {
            child,
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            lines,
            errors: shelf.path("errors"),
        };
        let line = reader.says("serving the book on http://");
        let addr = line
            .trim_start_matches("serving the book on http://")
            .trim_end_matches(" (Ctrl-C stops it)");
        reader.addr = addr.parse().unwrap_or_else(|_| panic!("no address in {line:?}"));
        reader
    }

    /// Waits for a line of the reader's output that starts like this.
    #[track_caller]
    fn says(&self, start: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line.starts_with(start) => return line,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => panic!("no line {start:?} in time"),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("no line {start:?}, but the end: {}", self.complaints())
                }
            }
        }
    }

    /// What it has written to stderr.
    fn complaints(&self) -> String {
        fs::read_to_string(&self.errors).unwrap()
    }

    #[track_caller]
    fn wait(&mut self) -> ExitStatus {
        // Its output ends when it does.
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap(),
                Err(RecvTimeoutError::Timeout) => panic!("the reader did not stop in time"),
            }
        }
    }

    #[track_caller]
    fn get(&self, path: &str) -> Answer {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.addr
        ))
    }

    #[track_caller]
    fn ask(&self, request: &str) -> Answer {
        let mut connection = self.connect(request);
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer with a head");
        let status =
            head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status code");
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// The answer to the lines of a head, with this server in the place of HOST, and a body.
    #[track_caller]
    fn ask_as(&self, head: &str, body: &str) -> Answer {
        let (addr, length) = (self.addr.to_string(), body.len());
        let head = head.replace("HOST", &addr);
        self.ask(&format!(
            "{head}\r\nHost: {addr}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ))
    }

    /// The token of this run, as a page gets it.
    #[track_caller]
    fn token(&self) -> String {
        let session: serde_json::Value =
            serde_json::from_str(&self.get("/live/session").body).unwrap();
        session["token"].as_str().expect("a token").to_owned()
    }

    #[track_caller]
    fn connect(&self, request: &str) -> TcpStream {
        let mut connection = TcpStream::connect_timeout(&self.addr, DEADLINE).unwrap();
        connection.set_read_timeout(Some(DEADLINE)).unwrap();
        connection.set_write_timeout(Some(DEADLINE)).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        connection
    }

    /// Opens the live stream, as an open page does.
    #[track_caller]
    fn stream(&self) -> Stream {
        self.listen("/live", "")
    }

    /// Opens a stream of events, with more lines in the head. HTTP 1.0, since that comes without chunks.
    #[track_caller]
    fn listen(&self, path: &str, head: &str) -> Stream {
        let connection =
            self.connect(&format!("GET {path} HTTP/1.0\r\nHost: {}\r\n{head}\r\n", self.addr));
        let mut lines = BufReader::new(connection);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(lines.read_line(&mut head).unwrap(), 0, "the stream ended in its head");
        }
        assert!(head.contains(" 200 "), "{head}");
        Stream { lines }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // In order where that is possible, so that it can end what it has started.
        #[cfg(unix)]
        {
            let pid = rustix::process::Pid::from_child(&self.child);
            if matches!(self.child.try_wait(), Ok(None))
                && rustix::process::kill_process(pid, rustix::process::Signal::TERM).is_ok()
            {
                let deadline = Instant::now() + Duration::from_secs(10);
                while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                    thread::sleep(Duration::from_millis(5));
                }
            }
        }
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

struct Stream {
    lines: BufReader<TcpStream>,
}

/// An event of a stream.
struct Heard {
    id: String,
    kind: String,
    data: String,
}

impl Stream {
    /// The data of the next event of this kind; others are passed over.
    #[track_caller]
    fn next(&mut self, kind: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        while Instant::now() < deadline {
            let (event, data) = self.any();
            if event == kind {
                return data;
            }
        }
        panic!("no {kind:?} in time");
    }

    /// The next event: its kind and its data.
    #[track_caller]
    fn any(&mut self) -> (String, String) {
        let Heard { kind, data, .. } = self.heard(Instant::now() + DEADLINE);
        (kind, data)
    }

    #[track_caller]
    fn heard(&mut self, deadline: Instant) -> Heard {
        let (mut id, mut kind, mut data) = (String::new(), String::new(), Vec::new());
        while Instant::now() < deadline {
            let mut line = String::new();
            assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "the stream ended");
            let line = line.trim_end_matches('\n');
            if let Some(name) = line.strip_prefix("event: ") {
                kind = name.to_owned();
            } else if let Some(text) = line.strip_prefix("data: ") {
                data.push(text.to_owned());
            } else if let Some(number) = line.strip_prefix("id: ") {
                id = number.to_owned();
            } else if line.is_empty() && !kind.is_empty() {
                return Heard { id, kind, data: data.join("\n") };
            }
        }
        panic!("no event in time");
    }

    #[track_caller]
    fn ends(mut self) {
        // A reset is an end as well.
        let rest = self.lines.read_to_end(&mut Vec::new());
        assert!(
            !rest.is_err_and(|why| why.kind() == io::ErrorKind::WouldBlock),
            "the stream did not end"
        );
    }
}

#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
