//! The Content-Security-Policy of a page (CSP Level 3): it loads from this server and from nowhere else.
//!
//! A search of the sources finds what loads something from another host in plain words. The browser knows all
//! other spellings, so it is told to refuse them.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::source::html;

/// The list of chapters, which a page without scripts shows in a frame.
pub const FRAMED: &str = "toc.html";

/// The policy of all that is no page.
pub const STRICTEST: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The policy of pages that mdBook has made. Of the scripts that are in a page itself, those of mdBook's
/// template run, and none that a chapter brings along.
///
/// Styles in a tag stay allowed: what they load is not. `data:` is for images alone, which load nothing. A page
/// has a base only on this server: mdBook's page for unknown addresses needs one.
pub fn of<'a>(pages: impl Iterator<Item = &'a str>) -> String {
    let hashes: BTreeSet<String> = pages.flat_map(inline_scripts).map(hash_source).collect();
    let hashes: String = hashes.into_iter().collect();
    format!(
        "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; \
         frame-ancestors 'none'; base-uri 'self'; form-action 'none'"
    )
}

/// The same for a page that this book may show in a frame.
pub fn framed(policy: &str) -> String {
    policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
}

fn hash_source(script: &str) -> String {
    // So does a browser read its lines.
    format!(" 'sha256-{}'", hash(script.replace("\r\n", "\n").as_bytes()))
}

/// The scripts in a page before and behind its chapter.
///
/// Bytes decide where that is, not tags, which a chapter could mean to close: it has no words before the
/// template's `<main>`, and none behind its `</main>`.
fn inline_scripts(page: &str) -> Vec<&str> {
    let (Some(start), Some(end)) = (page.find("<main"), page.rfind("</main")) else {
        return Vec::new();
    };
    [&page[..start], &page[end.max(start)..]].into_iter().flat_map(scripts_of).collect()
}

fn scripts_of(part: &str) -> Vec<&str> {
    let tags = html::tags(part);
    let inline = tags
        .iter()
        .filter(|tag| tag.name == "script" && !tag.is_end)
        .filter(|tag| tag.value("src").is_none());
    inline
        .filter_map(|tag| {
            let behind = &part[tag.span.end..];
            Some(&behind[..behind.find("</script")?])
        })
        .collect()
}

/// SHA-256, in base64.
pub fn hash(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}
