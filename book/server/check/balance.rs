//! HTML tags in a chapter that have no partner within their piece of Markdown.

use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};
use mdbook_preprocessor::config::Config;

use crate::source::html;

/// What is open: a tag and where it is, or a piece of Markdown such as a paragraph.
enum Open {
    Tag(String, usize),
    Markdown,
}

/// The tags without partner, each with its place.
///
/// mdBook warns of some, without a line, and panics at others: at an end tag that closes a
/// paragraph's own tag.
pub fn unbalanced(text: &str, config: &Config) -> Vec<(usize, String)> {
    let mut open = Vec::new();
    let mut wrong = Vec::new();
    // mdBook keeps the words of an image's description only.
    let mut images = 0;
    for (event, span) in html::parser(text, config).into_offset_iter() {
        match event {
            Event::Start(Tag::Image { .. }) => images += 1,
            Event::End(TagEnd::Image) => images -= 1,
            _ if images > 0 => {}
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => {
                for tag in html::tags(&text[span.clone()]) {
                    let offset = span.start + tag.span.start;
                    if tag.opens() {
                        open.push(Open::Tag(tag.name, offset));
                    } else if tag.is_end {
                        match open.last() {
                            Some(Open::Tag(name, _)) if *name == tag.name => {
                                open.pop();
                            }
                            _ => {
                                wrong.push((offset, format!("</{}> closes nothing here", tag.name)))
                            }
                        }
                    }
                }
            }
            Event::End(TagEnd::HtmlBlock) => {}
            Event::Start(_) => open.push(Open::Markdown),
            Event::End(_) => {
                while let Some(Open::Tag(name, offset)) = open.pop() {
                    wrong.push((offset, format!("<{name}> is not closed where its text ends")));
                }
            }
            _ => {}
        }
    }
    let left = open.into_iter().filter_map(|open| match open {
        Open::Tag(name, offset) => Some((offset, format!("<{name}> is never closed"))),
        Open::Markdown => None,
    });
    wrong.extend(left);
    wrong
}
