//! What the server shows: the last good build, and what broke the one after it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};

use common::Failure;

use super::site::Site;
use crate::render::{build, translate};
use crate::source::{Sources, paths};

#[derive(Clone)]
pub struct Edition {
    /// Names the build; another run of the server never gives the same name.
    pub id: Arc<str>,
    pub site: Arc<Site>,
    pub broken: Option<Arc<str>>,
}

impl Edition {
    /// Builds the sources as a new edition.
    ///
    /// # Errors
    ///
    /// The sources have defects, or the build cannot be written.
    pub fn build(sources: Sources) -> Result<Edition, Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let id = now.as_nanos().to_string();
        let unwritable =
            |why: io::Error| Failure::new("cannot write the book to a temporary directory", why);
        let mut pages: Vec<PathBuf> =
            sources.listed.iter().map(|(chapter, _)| paths::page(chapter)).collect();
        pages.extend(["index.html", "404.html", "print.html"].map(PathBuf::from));
        let languages = translate::languages(&sources.root);
        let folders = languages.iter().map(|language| Path::new(language.folder()));
        let pages: Vec<PathBuf> =
            folders.flat_map(|folder| pages.iter().map(move |page| folder.join(page))).collect();
        let dir = paths::private_dir(&std::env::temp_dir()).map_err(unwritable)?;
        build::build(sources, dir.path(), true)?;
        sign(dir.path(), &id).map_err(unwritable)?;
        let site = Site::read(dir.path(), &pages).map_err(unwritable)?;
        Ok(Edition { id: id.into(), site: Arc::new(site), broken: None })
    }
}

/// Writes the build's id into every page of a site, so that a page knows what it is a part of.
///
/// A page cannot ask for it: when its script runs, the next build may be current already.
fn sign(site: &Path, id: &str) -> io::Result<()> {
    for entry in fs::read_dir(site)? {
        let path = entry?.path();
        if path.is_dir() {
            sign(&path, id)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let meta = format!("<meta name=\"book-build\" content=\"{id}\">\n    </head>");
            let page = fs::read_to_string(&path)?.replacen("</head>", &meta, 1);
            fs::write(path, page)?;
        }
    }
    Ok(())
}
