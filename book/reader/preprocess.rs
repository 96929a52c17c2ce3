//! mdBook's preprocessor `repair`: the same captions whether this program builds the book or stock
//! mdBook does.

use std::io::{self, Write};
use std::path::Path;

use mdbook_preprocessor::book::{Book, BookItem};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext, errors};

use crate::check;
use crate::error::Error;
use crate::listing;
use crate::sources::Sources;

/// The name in `book.toml`.
pub const NAME: &str = "repair";

pub fn supports(renderer: &str) -> bool {
    renderer == "html"
}

/// Answers mdBook: checks the sources of the book on stdin, and writes it with captions to stdout.
///
/// # Errors
///
/// The input is not what mdBook sends, the sources have defects, or nobody reads the answer.
pub fn answer() -> Result<(), Error> {
    let (context, book) = mdbook_preprocessor::parse_input(io::stdin().lock()).map_err(|why| {
        Error::failed("cannot read mdBook's input", format!("{why:#}"))
            .advice("mdBook runs this; to build the book yourself: cargo run -p book -- build")
    })?;
    check::check(Sources::with_config(&context.root, context.config.clone())?)?;
    let book = captioned(&context, book);
    let unread = |why: String| Error::failed("cannot answer mdBook", why);
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &book).map_err(|why| unread(why.to_string()))?;
    out.flush().map_err(|why| unread(why.to_string()))
}

fn captioned(context: &PreprocessorContext, mut book: Book) -> Book {
    let src = &context.config.book.src;
    book.for_each_mut(|item| {
        let BookItem::Chapter(chapter) = item else {
            return;
        };
        let Some(dir) = chapter.source_path.as_deref().and_then(Path::parent) else {
            return;
        };
        chapter.content = listing::caption(&chapter.content, &src.join(dir), &context.config);
    });
    book
}

/// The preprocessor as a build in this process runs it, in place of the command in `book.toml`.
///
/// It does not check: that is done before, since mdBook stops at the first missing chapter.
pub struct Repair;

impl Preprocessor for Repair {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, context: &PreprocessorContext, book: Book) -> errors::Result<Book> {
        Ok(captioned(context, book))
    }

    fn supports_renderer(&self, renderer: &str) -> errors::Result<bool> {
        Ok(supports(renderer))
    }
}
