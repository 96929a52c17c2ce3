//! What the server shows: the last good build, and what broke the one after it.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};

use common::Failure;
use tempfile::TempDir;

use crate::render::build;
use crate::source::Sources;

#[derive(Clone)]
pub struct Edition {
    /// Names the build; another run of the server never gives the same name.
    pub id: Arc<str>,
    /// Deleted when the last request that reads from it is answered.
    pub site: Arc<TempDir>,
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
        let site = tempfile::Builder::new().prefix("book-").tempdir().map_err(unwritable)?;
        build::build(sources, site.path(), true)?;
        sign(site.path(), &id).map_err(unwritable)?;
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
