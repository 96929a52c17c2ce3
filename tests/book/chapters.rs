//! The chapters: every verdict names a check that is in a suite; every terminal is a recording that a
//! check replays; a prediction comes before its experiment; every lesson ends with at most five lines to
//! remember; every figure has a caption, and takes its colours from the theme.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use book::render::words;
use book::source::html;
use book::source::prediction::{OPENING, Prediction};
use book::source::{Directive, VERDICTS, Verdict};
use catalog::Language;
use harness::Trial;

use crate::support::{root, sources, suites, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        every_chapter_is_listed,
        every_row_has_a_verdict_with_living_checks,
        the_verdicts_are_counted,
        every_check_that_a_table_names_is_in_the_suite,
        every_recording_is_shown_and_replayed,
        a_prediction_comes_before_its_experiment,
        predictions_behind_their_experiment_are_noticed,
        the_right_option_may_stand_anywhere,
        every_lesson_ends_with_five_lines_at_most,
        every_row_has_one_of_four_verdicts,
        every_figure_is_shown_with_a_caption,
        listings_have_90_columns_at_most,
        the_colours_of_who_acts_mean_nothing_else,
    ]
}

fn every_chapter_is_listed() {
    for file in sources().chapters.keys().filter(|file| *file != Path::new("404.md")) {
        let is_listed = sources().listed.iter().any(|(listed, _)| listed == file);
        assert!(is_listed, "{} is not in SUMMARY.md", file.display());
    }
}

/// C1 to C12 and S1 to S23: each is once on the closing page, with a verdict, and with a source or
/// the names of checks that are in the suite.
fn every_row_has_a_verdict_with_living_checks() {
    let page = chapter("verdicts.md");
    let rows = (1..=12).map(|row| format!("C{row}")).chain((1..=23).map(|row| format!("S{row}")));
    let mut wrong = Vec::new();
    for row in rows {
        let lines: Vec<&str> =
            page.lines().filter(|line| line.starts_with(&format!("| {row} |"))).collect();
        let [line] = lines.as_slice() else {
            wrong.push(format!("{row} is on the page {} times", lines.len()));
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
            if !is_judged(check) {
                wrong.push(format!("{row} names the check {check}, which is not in the suite"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The line on top says how many rows have each verdict.
fn the_verdicts_are_counted() {
    let page = chapter("verdicts.md");
    let counts = ["right", "right-but", "wrong", "missing"].map(|class| {
        let verdict = format!("class=\"verdict {class}\"");
        let rows = page.lines().filter(|line| line.starts_with("| ") && line.contains(&verdict));
        rows.count()
    });
    let (_, line) = page.split_once("# The verdicts\n\n").expect("the title");
    let line = line.lines().next().unwrap_or_default();
    let words = line.split(|c: char| !c.is_ascii_digit());
    let numbers: Vec<usize> = words.filter_map(|word| word.parse().ok()).collect();
    assert_eq!(numbers, [&[35], &counts[..]].concat(), "{line}");
}

/// On the other pages as well, a table's column `shown by` names checks.
fn every_check_that_a_table_names_is_in_the_suite() {
    let mut tables = 0;
    let mut wrong = Vec::new();
    for (file, text) in &sources().chapters {
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
                if !is_judged(check) {
                    wrong.push(format!("{}: {check} is not in the suite", file.display()));
                }
            }
        }
    }
    assert!(tables >= 3, "only {tables} tables");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the suites have a check of this name, or judge a wrong program of this name: they judge all that
/// are there.
fn is_judged(name: &str) -> bool {
    suites().contains(&format!("(\"{name}\""))
        || is_program("examples", name)
        || is_program("rejected", name)
}

/// Whether a lesson's folder of this kind has this program.
fn is_program(folder: &str, name: &str) -> bool {
    let lessons = fs::read_dir(root().join("lessons")).unwrap();
    let mut folders = lessons.map(|lesson| lesson.unwrap().path().join(folder));
    folders.any(|folder| folder.join(name).with_extension("rs").is_file())
}

/// A recording that no page shows, or that no check compares with a real run, is an error.
fn every_recording_is_shown_and_replayed() {
    let pages: String = sources().chapters.values().map(String::as_str).collect();
    let suite = suites();
    let mut wrong = Vec::new();
    for file in files_in("transcripts") {
        let name = file.file_stem().unwrap().to_str().unwrap();
        if !pages.contains(&format!("{{{{#include transcripts/{name}.txt}}}}")) {
            wrong.push(format!("no page shows {name}.txt"));
        }
        let replayed = match name.strip_prefix("rejected-") {
            Some(program) => is_program("rejected", program),
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

/// That what it names is there, and that every option is explained, the server checks: see
/// `PREDICTION_DEFECTS`.
fn a_prediction_comes_before_its_experiment() {
    let mut predictions = 0;
    let mut wrong = Vec::new();
    for (file, text) in lessons() {
        for section in text.replace("\n### ", "\n## ").split("\n## ") {
            predictions += section.matches(OPENING).count();
            wrong.extend(too_late(section).map(|what| format!("{}: {what}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!((12..=20).contains(&predictions), "{predictions} predictions");
}

fn predictions_behind_their_experiment_are_noticed() {
    let prediction = "<div class=\"predict\">\n\n</div>\n";
    for run in [
        "```console\n{{#include transcripts/a.txt}}\n```\n",
        "{{#include ../../tests/lesson03/notes.rs:note1}}",
    ] {
        assert_eq!(too_late(&format!("Run it\n\n{run}{prediction}")).as_deref(), Some("Run it"));
        assert_eq!(too_late(&format!("Run it\n\n{prediction}{run}")), None);
        // Not each experiment can be predicted.
        assert_eq!(too_late(&format!("Run it\n\n{run}")), None);
    }
}

/// The title of a section whose only prediction comes after its first experiment: the recording of a run, or
/// a note as it is run.
fn too_late(section: &str) -> Option<String> {
    let starts = ["{{#include transcripts/", "notes.rs:note"];
    let shown = starts.iter().filter_map(|start| section.find(start)).min()?;
    let late = section.find(OPENING).is_some_and(|at| at > shown);
    late.then(|| section.lines().next().unwrap_or_default().to_owned())
}

/// A reader who has learned that the last option is right predicts nothing.
fn the_right_option_may_stand_anywhere() {
    let mut places = BTreeMap::<usize, usize>::new();
    for (_, text) in lessons() {
        for prediction in Prediction::all(text, &sources().config) {
            let place = prediction.options.iter().position(|option| option.right == Some(true));
            *places.entry(place.expect("a right option")).or_default() += 1;
        }
    }
    let all: usize = places.values().sum();
    let most = places.values().max().copied().unwrap_or_default();
    assert!(places.len() > 2 && most * 2 < all, "right options, by their place: {places:?}");
}

fn every_lesson_ends_with_five_lines_at_most() {
    let mut recaps = 0;
    for (file, text) in lessons() {
        let Some((_, recap)) = text.split_once("<div class=\"remember\">") else {
            assert!(!text.contains("{{#include checks/"), "{}: no recap", file.display());
            continue;
        };
        recaps += 1;
        let (recap, behind) = recap.split_once("</div>").expect("an end");
        let lines = recap.lines().filter(|line| line.starts_with("- ")).count();
        assert!((1..=5).contains(&lines), "{}: {lines} lines to remember", file.display());
        // What leads on may come behind, and small print.
        assert!(!behind.contains("\n## "), "{}: the recap comes too early", file.display());
    }
    assert!(recaps > 5, "only {recaps} recaps");
}

/// That a claim has the verdict of its row, the server checks.
fn every_row_has_one_of_four_verdicts() {
    let page = chapter(VERDICTS);
    let verdicts = Verdict::all(page, &sources().config);
    assert_eq!(verdicts.len(), 35, "{verdicts:?}");
    let words = words::of(Language::English);
    for tag in html::tags_of(page, &sources().config) {
        if let Some(verdict) = tag.value("id").and_then(|row| verdicts.get(row)) {
            assert_eq!(html::text_behind(page, &tag), words.verdict(*verdict));
        }
    }
}

/// What a figure itself must be, the server checks: see `FIGURE_DEFECTS`.
fn every_figure_is_shown_with_a_caption() {
    let pages: String = sources().chapters.values().map(String::as_str).collect();
    let figures: Vec<&str> =
        files_in("figures").map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert!(!figures.is_empty(), "no figures");
    for name in figures {
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

/// The files in a folder beside the chapters.
fn files_in(folder: &str) -> impl Iterator<Item = &'static PathBuf> {
    sources().files.iter().filter(move |file| file.starts_with(folder))
}

fn chapter(file: &str) -> &'static str {
    &sources().chapters[Path::new(file)]
}

/// The pages of the lessons.
fn lessons() -> Vec<(&'static Path, &'static str)> {
    let lessons = sources().lessons.iter();
    lessons.map(|file| (&**file, &*sources().chapters[file])).collect()
}

/// A wider listing scrolls sideways on most screens.
fn listings_have_90_columns_at_most() {
    let mut wide = Vec::new();
    for (chapter, text) in &sources().chapters {
        for directive in Directive::all(text).filter(Directive::reads_file) {
            let is_code = [".rs", ".py"].iter().any(|kind| directive.path.ends_with(kind));
            let Some(file) = sources().include(chapter, directive.path).filter(|_| is_code) else {
                continue;
            };
            let listing = directive.resolve(root(), &file).unwrap();
            let lines = listing.lines().filter(|line| line.chars().count() > 90);
            wide.extend(lines.map(|line| format!("{}: {line}", file.display())));
        }
    }
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

/// Blue, orange and grey-green say who acts, and no part of the interface has them.
fn the_colours_of_who_acts_mean_nothing_else() {
    let css = fs::read_to_string(root().join("book/theme/repair.css")).unwrap();
    let found = misused(&css);
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(misused(".note { color: var(--client); }").len(), 1);
    assert_eq!(misused(":root {\n    --accent: var(--server);\n}").len(), 1);
    assert_eq!(misused(".run .client { color: var(--client); }").len(), 0);
}

/// The rules of a style sheet that use a colour of the figures for something else.
fn misused(css: &str) -> Vec<&str> {
    let rules = css.split_inclusive('}');
    let uses = |rule: &&str, who: &str| {
        let (selector, properties) = rule.rsplit_once('{').unwrap_or(("", rule));
        let is_of = selector.contains(&format!(".{who}"))
            // What runs alone has the kernel's colour.
            || selector.contains(".program");
        properties.contains(&format!("var(--{who}")) && !is_of
    };
    let whos = ["client", "server", "kernel"];
    rules.filter(|rule| whos.iter().any(|who| uses(rule, who))).collect()
}
