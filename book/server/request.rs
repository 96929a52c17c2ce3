//! What each request of a page says: the language of that page, as `?lang=zh-CN`. A stream of events cannot have a
//! header of its own.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use catalog::Language;

/// The name of the parameter.
pub const LANG: &str = "lang";

/// The language of the page that asks. English, where it doesn't say.
pub struct PageLanguage(pub Language);

impl PageLanguage {
    pub fn of(uri: &Uri) -> PageLanguage {
        let mut said = uri.query().unwrap_or_default().split('&');
        let tag = said.find_map(|part| part.strip_prefix(LANG)?.strip_prefix('='));
        PageLanguage(Language::of(tag.unwrap_or_default()))
    }
}

impl<S: Sync> FromRequestParts<S> for PageLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<PageLanguage, Infallible> {
        Ok(PageLanguage::of(&parts.uri))
    }
}
