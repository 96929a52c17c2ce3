//! The checks of the sources: mdBook says nothing about most of these defects.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use common::Failure;
use mdbook_markdown::pulldown_cmark::{Event, LinkType, Tag};

use super::links::{Targets, has_scheme};
use super::{balance, cards, diff, figure, prediction, theme};
use crate::panels::panel::Panel;
use crate::scene::figure::Drawn;
use crate::scene::recorded::Recording;
use crate::source::{
    Defect, Directive, Prediction, Sources, VERDICTS, Verdict, defect, html, language, paths,
};

/// Checks everything that can be checked before the book is built.
///
/// # Errors
///
/// All defects that were found.
pub fn check(mut sources: Sources) -> Result<Sources, Failure> {
    let mut defects = std::mem::take(&mut sources.defects);
    summary(&sources, &mut defects);
    let targets = Targets::of(&sources);
    let suite = sources.suites();
    let mut shown = HashSet::new();
    let verdicts = sources.chapters.get(Path::new(VERDICTS)).map_or("", String::as_str);
    let verdicts = Verdict::all(verdicts, &sources.config);
    for (chapter, text) in &sources.chapters {
        let mut found =
            Chapter { sources: &sources, targets: &targets, chapter, text, defects: &mut defects };
        found.includes();
        found.markdown();
        found.html();
        found.predictions(&suite, &mut shown);
        found.cards(&verdicts);
    }
    theme::check(&sources, &mut defects);
    drop(targets);
    if defects.is_empty() { Ok(sources) } else { Err(defect::failure(defects)) }
}

/// The list of chapters against the files.
fn summary(sources: &Sources, defects: &mut Vec<Defect>) {
    let list = sources.name(Path::new("SUMMARY.md"));
    let mut seen = HashSet::new();
    for (chapter, line) in &sources.listed {
        let name = paths::slashed(chapter);
        let what = if !sources.chapters.contains_key(chapter) {
            format!("chapter {name}: no such file")
        } else if !seen.insert(chapter) {
            format!("chapter {name}: listed before")
        } else {
            continue;
        };
        defects.push(Defect { file: list.clone(), line: Some(*line), what });
    }
    // mdBook copies the other files last.
    for (chapter, _) in &sources.listed {
        let page = paths::page(chapter);
        if sources.files.contains(&page) {
            let what = format!("takes the place of the page of {}", paths::slashed(chapter));
            defects.push(Defect { file: sources.name(&page), line: None, what });
        }
    }
    for page in ["index.html", "404.html", "print.html", "toc.html"] {
        if sources.files.contains(Path::new(page)) {
            let what = "takes the place of a page of mdBook".to_owned();
            defects.push(Defect { file: sources.name(Path::new(page)), line: None, what });
        }
    }
    // mdBook makes the page for unknown addresses of 404.md, which is in no list.
    let unlisted =
        sources.chapters.keys().filter(|file| !seen.contains(file) && *file != Path::new("404.md"));
    defects.extend(unlisted.map(|file| Defect {
        file: sources.name(file),
        line: None,
        what: "not listed in SUMMARY.md".to_owned(),
    }));
}

struct Chapter<'a> {
    sources: &'a Sources,
    targets: &'a Targets<'a>,
    chapter: &'a Path,
    text: &'a str,
    defects: &'a mut Vec<Defect>,
}

impl Chapter<'_> {
    fn defect(&mut self, offset: usize, what: String) {
        let (file, line) = (self.sources.name(self.chapter), html::line(self.text, offset));
        self.defects.push(Defect { file, line: Some(line), what });
    }

    fn includes(&mut self) {
        for directive in Directive::all(self.text) {
            if directive.name == "title" {
                continue;
            }
            if !directive.reads_file() {
                self.defect(
                    directive.span.start,
                    format!("no directive is called #{}", directive.name),
                );
                continue;
            }
            let file = self.sources.include(self.chapter, directive.path);
            let included = match &file {
                None => Err("leads out of the workspace".to_owned()),
                Some(file) => directive.resolve(&self.sources.root, file),
            };
            match (included, file) {
                (Err(why), _) => {
                    let what = format!("include of {}: {why}", directive.path);
                    self.defect(directive.span.start, what);
                }
                // mdBook would follow it, wherever it leads.
                (Ok(text), _) if Directive::all(&text).any(|nested| nested.reads_file()) => {
                    let what = format!("include of {}: it includes another file", directive.path);
                    self.defect(directive.span.start, what);
                }
                (Ok(svg), Some(file)) if file.extension() == Some(OsStr::new("svg")) => {
                    self.figure(&file, &svg);
                }
                _ => {}
            }
        }
    }

    fn figure(&mut self, file: &Path, svg: &str) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        for (offset, what) in figure::defects(&name, svg) {
            let (file, line) = (paths::slashed(file), html::line(svg, offset));
            self.defects.push(Defect { file, line: Some(line), what });
        }
    }

    /// Links and images that are written as Markdown.
    fn markdown(&mut self) {
        for (event, span) in html::parser(self.text, &self.sources.config).into_offset_iter() {
            match event {
                Event::Start(Tag::Link { link_type, dest_url, .. })
                    if link_type != LinkType::Email =>
                {
                    self.link(span.start, &dest_url);
                }
                Event::Start(Tag::Image { dest_url, .. }) => {
                    self.asset(span.start, "image", &dest_url)
                }
                _ => {}
            }
        }
    }

    /// What a prediction is bound to: a recording, or a check of the suite; and none to that of another,
    /// after which it is named on its page.
    fn predictions(&mut self, suite: &str, shown: &mut HashSet<String>) {
        for prediction in Prediction::all(self.text, &self.sources.config) {
            for (offset, what) in prediction::defects(&prediction) {
                self.defect(offset, what);
            }
            let names = prediction.shown_by();
            for name in &names {
                let recording = PathBuf::from(format!("transcripts/{name}.txt"));
                if !self.sources.files.contains(&recording)
                    && !suite.contains(&format!("(\"{name}\""))
                {
                    let what = format!("shown by {name}: no recording, and no check of the suite");
                    self.defect(prediction.start, what);
                }
            }
            if let Some(name) = names.first()
                && !shown.insert((*name).to_owned())
            {
                let what = format!("shown by {name}: as an earlier prediction is");
                self.defect(prediction.start, what);
            }
        }
    }

    /// Diffs, claims, and the card at the end.
    fn cards(&mut self, verdicts: &HashMap<String, Verdict>) {
        let config = &self.sources.config;
        let is_lesson = self.sources.lessons.iter().any(|lesson| lesson == self.chapter);
        let mut wrong = diff::defects(self.sources, self.chapter, self.text);
        wrong.extend(cards::signs(self.chapter, self.text, config));
        wrong.extend(cards::claims(self.text, verdicts, config));
        wrong.extend(cards::next(self.text, is_lesson, config));
        for (offset, what) in wrong {
            self.defect(offset, what);
        }
    }

    /// The same in HTML, and everything else that a tag can load.
    fn html(&mut self) {
        for fragment in html::fragments(self.text, &self.sources.config) {
            let start = fragment.start;
            let block = &self.text[fragment];
            if let Some(offset) = html::loads_remote(block) {
                self.defect(start + offset, "style: loaded from another host".to_owned());
            }
            for tag in html::tags(block) {
                match Panel::opened_by(&tag) {
                    Some(Err(why)) => {
                        self.defect(start + tag.span.start, format!("panel: {why}"));
                    }
                    Some(Ok(panel)) => self.scene(start + tag.span.start, &panel),
                    None => {}
                }
                if let Some(drawn) = Drawn::asked_by(&tag) {
                    let Sources { root, config, .. } = self.sources;
                    if let Err(why) =
                        drawn.and_then(|it| it.html(root, &config.book.src, language(config)))
                    {
                        self.defect(start + tag.span.start, why);
                    }
                }
                for (name, value) in &tag.attributes {
                    self.attribute(start + tag.span.start, &tag.name, name, value);
                }
            }
        }
        for (offset, what) in balance::unbalanced(self.text, &self.sources.config) {
            self.defect(offset, what);
        }
    }

    /// The recorded scene that a panel names, and whether it has one where it says what to look at.
    fn scene(&mut self, offset: usize, panel: &Panel) {
        let Some(name) = &panel.scene else {
            if panel.look.is_some() {
                self.defect(offset, "panel: data-look needs a data-scene that shows it".to_owned());
            }
            return;
        };
        let Sources { root, config, .. } = self.sources;
        if let Err(why) = Recording::named(root, &config.book.src, name) {
            self.defect(offset, format!("scene {name}: {why}"));
        }
    }

    fn attribute(&mut self, offset: usize, tag: &str, name: &str, value: &str) {
        match name {
            "href" if tag == "a" || tag == "area" => self.link(offset, value),
            // Whose minutes it tells.
            "data-pages" => value.split(' ').for_each(|page| self.link(offset, page)),
            // No policy header keeps a page from being left.
            "http-equiv" => self.defect(offset, format!("{tag}: sets the header {value}")),
            "src" | "href" | "xlink:href" | "data" | "poster" => self.asset(offset, tag, value),
            "srcset" => {
                for image in value.split(',').filter_map(|part| part.split_whitespace().next()) {
                    self.asset(offset, tag, image);
                }
            }
            _ => {}
        }
    }

    fn link(&mut self, offset: usize, target: &str) {
        if !has_scheme(target)
            && let Err(why) = self.targets.check(self.chapter, target)
        {
            self.defect(offset, format!("link to {target}: {why}"));
        }
    }

    fn asset(&mut self, offset: usize, kind: &str, target: &str) {
        if target.starts_with("data:") {
        } else if has_scheme(target) {
            self.defect(offset, format!("{kind} {target}: loaded from another host"));
        } else if let Err(why) = self.targets.check(self.chapter, target) {
            self.defect(offset, format!("{kind} {target}: {why}"));
        }
    }
}
