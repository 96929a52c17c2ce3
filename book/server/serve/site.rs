//! The built pages, in memory: a request opens no file, and no cleaner of temporary folders can take a page away.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use super::policy::{self, hash};

/// mdBook's page for unknown addresses.
const MISSING: &str = "404.html";

pub struct Site {
    /// By their paths, with `/` between the parts.
    files: HashMap<String, File>,
    policy: HeaderValue,
}

struct File {
    bytes: Bytes,
    kind: HeaderValue,
    /// Names these bytes, so that a browser can tell whether it has them.
    etag: HeaderValue,
}

impl Site {
    /// Reads what was built in a directory. `pages` are those that mdBook has made: their own scripts may run.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn read(dir: &Path, pages: &[PathBuf]) -> io::Result<Site> {
        let pages: Vec<String> =
            pages.iter().filter_map(|page| fs::read_to_string(dir.join(page)).ok()).collect();
        let policy = header(&policy::of(pages.iter().map(String::as_str)));
        let mut site = Site { files: HashMap::new(), policy };
        site.read_into("", dir)?;
        Ok(site)
    }

    fn read_into(&mut self, above: &str, dir: &Path) -> io::Result<()> {
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let name = format!("{above}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.read_into(&format!("{name}/"), &entry.path())?;
                continue;
            }
            let bytes = Bytes::from(fs::read(entry.path())?);
            let kind = mime_guess::from_path(&name).first_or_octet_stream();
            let text = if kind.type_() == "text" { "; charset=utf-8" } else { "" };
            let file = File {
                kind: header(&format!("{kind}{text}")),
                etag: header(&format!("\"{}\"", hash(&bytes))),
                bytes,
            };
            self.files.insert(name, file);
        }
        Ok(())
    }

    /// The answer to a request for this path.
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        if *method != Method::GET && *method != Method::HEAD {
            return StatusCode::METHOD_NOT_ALLOWED.into_response();
        }
        let path = percent_decode_str(path.strip_prefix('/').unwrap_or(path)).decode_utf8_lossy();
        let path = match path.is_empty() || path.ends_with('/') {
            true => format!("{path}index.html"),
            false => path.into_owned(),
        };
        // Each edition has its own.
        let folder = path.split_once('/').map_or("", |(folder, _)| folder);
        let missing = self.files.get(&format!("{folder}/{MISSING}"));
        let missing = missing.or_else(|| self.files.get(MISSING));
        let (file, status) = match (self.files.get(&path), missing) {
            (Some(file), _) => (file, StatusCode::OK),
            (None, Some(missing)) => (missing, StatusCode::NOT_FOUND),
            (None, None) => return StatusCode::NOT_FOUND.into_response(),
        };
        let mut response = match status == StatusCode::OK && file.is_known(headers) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => (status, Body::from(file.bytes.clone())).into_response(),
        };
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, file.kind.clone());
        if status == StatusCode::OK {
            out.insert(header::ETAG, file.etag.clone());
        }
        // A page names each of mdBook's scripts by its hash, which all that it loads would repeat for nothing: that
        // gets the guard's.
        if file.kind.as_bytes().starts_with(b"text/html") {
            let policy = match path == policy::FRAMED {
                true => header(&policy::framed(self.policy.to_str().unwrap_or_default())),
                false => self.policy.clone(),
            };
            out.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

impl File {
    /// Whether the browser has these bytes. What it got compressed, it names `W/"…"`.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let known = headers.get_all(header::IF_NONE_MATCH).iter();
        let mut known =
            known.filter_map(|tags| tags.to_str().ok()).flat_map(|tags| tags.split(','));
        known.any(|tag| tag.trim().trim_start_matches("W/").as_bytes() == self.etag.as_bytes())
    }
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("invalid"))
}
