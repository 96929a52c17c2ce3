//! Where a link leads: the pages of the book, their ids, and the files beside them.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use mdbook_preprocessor::config::HtmlConfig;
use percent_encoding::percent_decode_str;

use crate::source::{Directive, Sources, html, paths};

/// Everything that a link inside the book can lead to.
pub struct Targets<'book> {
    sources: &'book Sources,
    /// Each page with its ids; `None` for mdBook's own pages.
    pages: HashMap<PathBuf, Option<HashSet<String>>>,
}

impl<'book> Targets<'book> {
    pub fn of(sources: &'book Sources) -> Self {
        let config = sources.config.html_config().unwrap_or_default();
        let mut pages: HashMap<_, _> =
            own_pages(&config).into_iter().map(|page| (page, None)).collect();
        // The first page is also the book's index, unless a README is.
        for (place, (chapter, _)) in sources.listed.iter().enumerate().rev() {
            let Some(text) = sources.chapters.get(chapter) else {
                continue;
            };
            let ids = html::ids(&with_included_markdown(sources, chapter, text), &sources.config);
            if place == 0 {
                pages.insert(PathBuf::from("index.html"), Some(ids.clone()));
            }
            pages.insert(paths::page(chapter), Some(ids));
        }
        Targets { sources, pages }
    }

    /// Checks a link without scheme in `chapter`.
    ///
    /// # Errors
    ///
    /// Why the link is dead.
    pub fn check(&self, chapter: &Path, link: &str) -> Result<(), String> {
        let (path, fragment) = link.split_once('#').map_or((link, ""), |(path, id)| (path, id));
        let path = decoded(path.split('?').next().unwrap_or_default());
        let page = if path.is_empty() {
            paths::page(chapter)
        } else if path.starts_with('/') {
            return Err("starts at the server's root, which need not be the book's".to_owned());
        } else {
            let dir = chapter.parent().unwrap_or(Path::new(""));
            let Some(target) = paths::normal(&dir.join(&path)) else {
                return Err(self.outside());
            };
            if target.extension().is_some_and(|extension| extension == "md") {
                self.chapter(&target)?
            } else if path.ends_with('/') || target.as_os_str().is_empty() {
                target.join("index.html")
            } else {
                target
            }
        };
        let Some(ids) = self.pages.get(&page) else {
            return if self.sources.files.contains(&page) {
                Ok(())
            } else {
                Err("no such file".to_owned())
            };
        };
        let id = decoded(fragment);
        match ids {
            Some(ids) if !id.is_empty() && id != "top" && !ids.contains(&id) => {
                Err(format!("no heading or id `{id}` on that page"))
            }
            _ => Ok(()),
        }
    }

    /// The page of a chapter that a link names by its Markdown file.
    fn chapter(&self, target: &Path) -> Result<PathBuf, String> {
        let listed = |file: &Path| self.sources.listed.iter().any(|(chapter, _)| chapter == file);
        // mdBook renames the page of a README, but not the links to it.
        let page = target.with_extension("html");
        if listed(target) && page != paths::page(target) {
            return Err("its page is index.html: link to index.md".to_owned());
        }
        if listed(target) || self.pages.contains_key(&page) {
            Ok(page)
        } else if self.sources.chapters.contains_key(target) {
            Err("not listed in SUMMARY.md, so it has no page".to_owned())
        } else {
            Err("no such chapter".to_owned())
        }
    }

    fn outside(&self) -> String {
        format!("not under {}, so not in the book", paths::slashed(&self.sources.config.book.src))
    }
}

/// The pages that mdBook adds.
fn own_pages(config: &HtmlConfig) -> Vec<PathBuf> {
    let mut pages = vec![PathBuf::from("toc.html"), PathBuf::from(config.get_404_output_file())];
    pages.extend(config.print.enable.then(|| PathBuf::from("print.html")));
    pages
}

/// A chapter with the Markdown that it includes, since a link may lead to a heading of that.
fn with_included_markdown(sources: &Sources, chapter: &Path, text: &str) -> String {
    let mut whole = String::new();
    let mut copied = 0;
    for directive in Directive::all(text).filter(|d| d.reads_file() && d.path.ends_with(".md")) {
        let file = sources.include(chapter, directive.path);
        if let Some(Ok(included)) = file.map(|file| directive.resolve(&sources.root, &file)) {
            whole.push_str(&text[copied..directive.span.start]);
            whole.push_str(&included);
            copied = directive.span.end;
        }
    }
    whole.push_str(&text[copied..]);
    whole
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Whether a link leaves the book: it has a scheme, or a host without one.
pub fn has_scheme(target: &str) -> bool {
    let scheme = target.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
    });
    scheme || target.starts_with("//")
}
