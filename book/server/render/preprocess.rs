//! mdBook's preprocessor `repair`: the same captions and links to the glossary whether this program
//! builds the book or stock mdBook does.

use std::io::{self, Write};
use std::path::Path;

use catalog::{Catalog, Language};
use common::Failure;
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext, errors};

use super::prediction::Proofs;
use super::terms::{GLOSSARY, Terms};
use super::{bar, cards, diff, figure, listing, panel, prediction, translate};
use crate::check::check;
use crate::source::{Prediction, Sources, language};

/// The name in `book.toml`.
pub const NAME: &str = "repair";

pub fn supports(renderer: &str) -> bool {
    renderer == "html"
}

/// Answers mdBook: checks the sources of the book on stdin, and writes it, prepared, to stdout.
///
/// # Errors
///
/// The input is not what mdBook sends, the sources have defects, or the answer cannot be written.
pub fn answer() -> Result<(), Failure> {
    let (context, book) = mdbook_preprocessor::parse_input(io::stdin().lock()).map_err(|why| {
        Failure::new("cannot read mdBook's input", format!("{why:#}"))
            .advise("mdBook runs this; to build the book yourself: cargo run -p book -- build")
    })?;
    check(Sources::with_config(&context.root, context.config.clone())?)?;
    let own = language(&context.config);
    let editions = translate::catalogs(&context.root)?;
    let catalog = editions.into_iter().find(|(language, _)| *language == own);
    let book = prepared(&context, book, &catalog.map(|(_, it)| it).unwrap_or_default());
    let unread = |why: String| Failure::new("cannot answer mdBook", why);
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &book).map_err(|why| unread(why.to_string()))?;
    out.flush().map_err(|why| unread(why.to_string()))
}

/// The book in the language of its settings, with a caption for each listing, diffs computed, its terms linked to the glossary, the options of
/// its predictions to be opened, and bars and cards complete.
fn prepared(context: &PreprocessorContext, mut book: Book, catalog: &Catalog) -> Book {
    let config = &context.config;
    let language = language(config);
    if language != Language::English {
        translate::book(&mut book, catalog, &context.root, config);
    }
    let glossary = book.chapters().find(|chapter| is_glossary(chapter));
    let terms = Terms::read(glossary.map_or("", |chapter| &chapter.content), config);
    let proofs = Proofs::of(&context.root);
    let minutes = bar::all_minutes(&book, config);
    let front = book.chapters().next().and_then(|chapter| chapter.source_path.clone());
    let predictions: Vec<String> = book
        .chapters()
        .flat_map(|chapter| Prediction::all(&chapter.content, config))
        .map(|one| prediction::id(&one))
        .collect();
    book.for_each_mut(|item| {
        let BookItem::Chapter(chapter) = item else {
            return;
        };
        let Some(file) = &chapter.source_path else { return };
        let Some(dir) = file.parent() else { return };
        let takes = minutes.get(file).copied().unwrap_or(0);
        chapter.content = bar::chips(&chapter.content, takes, config);
        chapter.content = bar::tell(&chapter.content, &minutes, config);
        if !is_glossary(chapter) {
            chapter.content = terms.link(&chapter.content, dir, config);
        }
        chapter.content = cards::complete(&chapter.content, config);
        chapter.content = prediction::markup(&chapter.content, dir, &proofs, config);
        let place = config.book.src.join(dir);
        chapter.content = diff::compute(&chapter.content, &context.root, &place, config);
        if chapter.source_path == front {
            chapter.content = prediction::tally(&chapter.content, &predictions);
        }
        chapter.content = figure::draw(&chapter.content, &context.root, config);
        chapter.content = panel::explain(&chapter.content, &context.root, config);
        chapter.content = listing::caption(&chapter.content, &context.root, &place, config);
        chapter.content = bar::kicker(&chapter.content, &chapter.name, config);
        if language != Language::English {
            chapter.content = translate::included(&chapter.content, &context.root, &place, catalog);
        }
    });
    book
}

fn is_glossary(chapter: &Chapter) -> bool {
    chapter.source_path.as_deref() == Some(Path::new(GLOSSARY))
}

/// The preprocessor as a build in this process runs it, instead of the command in `book.toml`, with the messages of
/// the edition.
///
/// It does not check: that is done before, since mdBook stops at the first missing chapter.
pub struct Repair(pub Catalog);

impl Preprocessor for Repair {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, context: &PreprocessorContext, book: Book) -> errors::Result<Book> {
        Ok(prepared(context, book, &self.0))
    }

    fn supports_renderer(&self, renderer: &str) -> errors::Result<bool> {
        Ok(supports(renderer))
    }
}
