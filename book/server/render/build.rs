//! A build: the checked sources, through mdBook, into a directory of its own.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use catalog::{Catalog, Language};
use common::{Failure, say};
use mdbook_driver::MDBook;

use super::preprocess::Repair;
use super::{editions, translate, warnings, words};
use crate::check::check;
use crate::source::{Defect, Sources, defect, paths};

/// The scripts of a page that is served; a static site has no use for them. The last one listens to the
/// server and tells the others, so they come first.
const LIVE: [&str; 4] =
    ["book/theme/grade.js", "book/theme/run.js", "book/theme/watch.js", "book/theme/reload.js"];

/// Builds the book into `dest`, which mdBook makes or empties: in each of its languages.
///
/// # Errors
///
/// The sources have defects, mdBook fails, or it logs so much as a warning.
pub fn build(sources: Sources, dest: &Path, live: bool) -> Result<(), Failure> {
    let sources = check(sources)?;
    let editions = translate::catalogs(&sources.root)?;
    let languages: Vec<Language> = editions.iter().map(|(language, _)| *language).collect();
    // mdBook empties its directory first, so one in the other's comes there when both are whole.
    let failed = |why: std::io::Error| Failure::new("cannot build the book", why);
    let workshop = paths::private_dir(dest.parent().unwrap_or(Path::new("/"))).map_err(failed)?;
    let place = |language: Language| match language {
        Language::English => dest.to_owned(),
        other => workshop.path().join(other.folder()),
    };
    thread::scope(|scope| {
        let (sources, place) = (&sources, &place);
        let building: Vec<_> = editions
            .into_iter()
            .map(|one| scope.spawn(move || build_one(sources, &one, &place(one.0), live)))
            .collect();
        building.into_iter().try_for_each(|one| one.join().expect("panics are caught"))
    })?;
    for &language in languages.iter().filter(|one| **one != Language::English) {
        fs::rename(place(language), dest.join(language.folder())).map_err(failed)?;
    }
    editions::join(dest, &languages).map_err(failed)
}

fn build_one(
    sources: &Sources,
    edition: &(Language, Catalog),
    dest: &Path,
    live: bool,
) -> Result<(), Failure> {
    let (result, logged) = warnings::collect(|| {
        // mdBook panics at some HTML; the server outlives that.
        panic::catch_unwind(AssertUnwindSafe(|| render(sources, edition, dest, live)))
    });
    let why = match result {
        Ok(Ok(())) if logged.is_empty() => return Ok(()),
        Ok(Ok(())) => {
            let defects = logged.iter().map(|message| blame(sources, message)).collect();
            return Err(defect::failure(defects));
        }
        Ok(Err(why)) => format!("{why:#}"),
        Err(payload) => {
            let message = payload.downcast_ref::<String>().map(String::as_str);
            format!("mdBook panicked: {}", message.unwrap_or("it did not say why"))
        }
    };
    let why: Vec<_> = std::iter::once(why).chain(logged).collect();
    Err(Failure::new("cannot build the book", why.join("\n")))
}

fn render(
    sources: &Sources,
    (language, catalog): &(Language, Catalog),
    dest: &Path,
    live: bool,
) -> mdbook_driver::errors::Result<()> {
    let mut config = sources.config.clone();
    config.build.build_dir = dest.to_owned();
    translate::settings(&mut config, *language, catalog);
    if live {
        let mut scripts = config.html_config().unwrap_or_default().additional_js;
        let present = LIVE.map(PathBuf::from).into_iter();
        scripts.extend(present.filter(|script| sources.root.join(script).is_file()));
        config.set("output.html.additional-js", scripts)?;
    }
    let mut book = MDBook::load_with_config(&sources.root, config)?;
    book.with_preprocessor(Repair(catalog.clone()));
    book.build()
}

/// A message of mdBook as a defect of the chapter that it names.
fn blame(sources: &Sources, message: &str) -> Defect {
    let named = sources.listed.iter().find(|(chapter, _)| {
        let page = paths::slashed(&paths::page(chapter).with_extension("md"));
        message.contains(&format!("`{page}`")) || message.contains(&format!(" {page} "))
    });
    let file = named.map_or_else(|| "book.toml".to_owned(), |(chapter, _)| sources.name(chapter));
    Defect { file, line: None, what: format!("mdBook warns: {}", message.replace('\n', "\n    ")) }
}

/// Builds the book as a static site, with a PDF of it if there is one, and puts it in place only when it is
/// whole.
///
/// # Errors
///
/// The book cannot be built or written, `dest` holds something else, or the PDF isn't one.
pub fn static_site(root: &Path, dest: Option<PathBuf>, pdf: Option<&Path>) -> Result<(), Failure> {
    let started = Instant::now();
    let sources = Sources::read(root)?;
    let dest = dest.unwrap_or_else(|| root.join(&sources.config.build.build_dir));
    let dest = std::path::absolute(&dest).unwrap_or(dest);
    let unwritable = |why: std::io::Error| {
        Failure::new(format!("cannot write the book to {}", dest.display()), why)
    };
    // A mistyped directory must not cost people their files.
    let occupied = fs::read_dir(&dest).is_ok_and(|mut entries| entries.next().is_some());
    if occupied && !dest.join("toc.html").is_file() {
        return Err(Failure::new(
            format!("cannot write the book to {}", dest.display()),
            "it holds files that are not a built book",
        )
        .advise("name a new or an empty directory with --dest DIR"));
    }
    let parent = dest.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(unwritable)?;
    let workshop =
        tempfile::Builder::new().prefix(".book-").tempdir_in(parent).map_err(unwritable)?;
    let (new, old) = (workshop.path().join("new"), workshop.path().join("old"));
    build(sources, &new, false)?;
    if let Some(pdf) = pdf {
        add_pdf(&new, pdf)?;
    }
    if dest.exists() {
        fs::rename(&dest, &old).map_err(unwritable)?;
    }
    fs::rename(&new, &dest).map_err(unwritable)?;
    // The site is in place even if no terminal is left to tell.
    let _ =
        say!("wrote the book to {} in {:.1} s", dest.display(), started.elapsed().as_secs_f64());
    Ok(())
}

/// Where the front page has the link to the PDF, if there is one.
const PLACE: &str = "<span class=\"pdf\"></span>";

/// Adds the PDF of each edition: beside `book.pdf`, `book.zh.pdf` is the Chinese one. An edition without one leads to
/// the English one.
fn add_pdf(site: &Path, pdf: &Path) -> Result<(), Failure> {
    const NAME: &str = "tcp-by-repair.pdf";
    for language in Language::ALL {
        let folder = site.join(language.folder());
        let front = folder.join("index.html");
        // Not each book has each language.
        if language != Language::English && !front.is_file() {
            continue;
        }
        let own = pdf.with_extension(format!("{}.pdf", language.folder()));
        let (file, is_own) = match language {
            Language::English => (pdf, true),
            _ => (own.as_path(), own.is_file()),
        };
        let what = format!("cannot add {}", file.display());
        let failed = |why| Failure::new(what.as_str(), why);
        if is_own {
            let bytes = fs::read(file).map_err(failed)?;
            // ISO 32000-1, section 7.5.2.
            if !bytes.starts_with(b"%PDF-") {
                return Err(Failure::new(what, "it is no PDF"));
            }
            fs::write(folder.join(NAME), bytes).map_err(failed)?;
        }
        let page = fs::read_to_string(&front).map_err(failed)?;
        if !page.contains(PLACE) {
            let why = format!("the front page has no {PLACE} to link it from");
            return Err(Failure::new(what, why));
        }
        let up = if is_own { "" } else { "../" };
        let link = words::of(language).pdf(&format!("{up}{NAME}"), is_own);
        fs::write(front, page.replace(PLACE, &link)).map_err(failed)?;
    }
    Ok(())
}
