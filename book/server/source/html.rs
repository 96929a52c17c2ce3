//! Chapters as mdBook reads them: its Markdown, the HTML written in it, and the ids of a page.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use mdbook_markdown::MarkdownOptions;
use mdbook_markdown::pulldown_cmark::{
    CodeBlockKind, CowStr, Event, Parser, Tag as Markdown, TagEnd,
};
use mdbook_preprocessor::config::Config;
use regex::Regex;

/// mdBook's parser with the extensions that the book's settings turn on.
pub fn parser<'text>(text: &'text str, config: &Config) -> Parser<'text> {
    let mut options = MarkdownOptions::default();
    if let Some(html) = config.html_config() {
        options.smart_punctuation = html.smart_punctuation;
        options.definition_lists = html.definition_lists;
        options.admonitions = html.admonitions;
    }
    mdbook_markdown::new_cmark_parser(text, &options)
}

/// A fenced block of a chapter.
pub struct Block<'text> {
    /// What follows the opening fence.
    pub info: CowStr<'text>,
    pub body: String,
    /// Where it is, with its fences.
    pub span: Range<usize>,
}

/// The fenced blocks of a chapter, in its order.
pub fn blocks<'text>(text: &'text str, config: &Config) -> Vec<Block<'text>> {
    let (mut blocks, mut open) = (Vec::new(), None);
    for (event, span) in parser(text, config).into_offset_iter() {
        match event {
            Event::Start(Markdown::CodeBlock(CodeBlockKind::Fenced(info))) => {
                open = Some(Block { info, body: String::new(), span });
            }
            Event::Text(code) => open.iter_mut().for_each(|block| block.body.push_str(&code)),
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// A tag that a chapter writes as HTML.
pub struct Tag {
    /// In lower case.
    pub name: String,
    pub is_end: bool,
    closes_itself: bool,
    /// Their names in lower case; an attribute without a value has an empty one.
    pub attributes: Vec<(String, String)>,
    /// Where it starts, and where the text behind it does.
    pub span: Range<usize>,
}

/// The tags in `html`, without those in comments, scripts and styles.
pub fn tags(html: &str) -> Vec<Tag> {
    let tokenizer = Tokenizer::new(Collector::default(), TokenizerOpts::default());
    // The tokenizer does not say where a token is. But a token that it passes on while it gets the
    // text up to a `>` ends there, and starts at the first `<` since the token before.
    let mut start = 0;
    for end in ends_of_chunks(html) {
        let chunk = &html[start..end];
        let sink = &tokenizer.sink;
        sink.chunk.replace(start..end);
        if chunk.starts_with('<') && sink.opened.get().is_none() {
            sink.opened.set(Some(start));
        }
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(chunk));
        // It pauses for a script, which this sink never lets it do.
        let _ = tokenizer.feed(&input);
        start = end;
    }
    tokenizer.sink.tags.into_inner()
}

/// Where a tag may start, and where one may end.
fn ends_of_chunks(html: &str) -> impl Iterator<Item = usize> {
    let marks = html.char_indices().filter_map(|(at, c)| match c {
        '<' if at > 0 => Some(at),
        '>' => Some(at + 1),
        _ => None,
    });
    marks.chain([html.len()])
}

#[derive(Default)]
struct Collector {
    tags: RefCell<Vec<Tag>>,
    /// What the tokenizer reads just now.
    chunk: RefCell<Range<usize>>,
    /// The first `<` since the last token.
    opened: Cell<Option<usize>>,
}

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let tag = match token {
            Token::TagToken(tag) => tag,
            Token::ParseError(_) => return TokenSinkResult::Continue,
            _ => {
                self.opened.set(None);
                return TokenSinkResult::Continue;
            }
        };
        let chunk = self.chunk.borrow();
        let (name, is_end) = (tag.name.to_string(), tag.kind == TagKind::EndTag);
        let state = match &*name {
            "script" if !is_end => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" if !is_end => TokenSinkResult::RawData(RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        };
        let attributes = tag.attrs.iter();
        self.tags.borrow_mut().push(Tag {
            name,
            is_end,
            closes_itself: tag.self_closing,
            attributes: attributes
                .map(|one| (one.name.local.to_string(), one.value.to_string()))
                .collect(),
            span: self.opened.take().unwrap_or(chunk.start)..chunk.end,
        });
        state
    }
}

impl Tag {
    /// Whether an end tag has to follow.
    pub fn opens(&self) -> bool {
        const VOID: [&str; 14] = [
            "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
            "source", "track", "wbr",
        ];
        !self.is_end && !self.closes_itself && !VOID.contains(&&*self.name)
    }

    /// The value of an attribute.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find_map(|(other, value)| (other == name).then_some(&**value))
    }
}

/// The text between a tag and the next one.
pub fn text_behind<'html>(html: &'html str, tag: &Tag) -> &'html str {
    html[tag.span.end..].split('<').next().unwrap_or_default()
}

/// Every fragment of HTML in a chapter: whole blocks, and single tags within a line.
pub fn fragments(text: &str, config: &Config) -> Vec<Range<usize>> {
    parser(text, config)
        .into_offset_iter()
        .filter(|(event, _)| {
            matches!(event, Event::Start(Markdown::HtmlBlock) | Event::InlineHtml(_))
        })
        .map(|(_, span)| span)
        .collect()
}

/// The tags that a chapter writes as HTML.
pub fn tags_of(chapter: &str, config: &Config) -> Vec<Tag> {
    let mut all = Vec::new();
    for fragment in fragments(chapter, config) {
        all.extend(tags(&chapter[fragment.clone()]).into_iter().map(|tag| {
            let span = tag.span.start + fragment.start..tag.span.end + fragment.start;
            Tag { span, ..tag }
        }));
    }
    all
}

/// The ids that a link to the chapter's page can name.
pub fn ids(text: &str, config: &Config) -> HashSet<String> {
    let mut ids = HashSet::new();
    let mut made = HashSet::new();
    let mut heading: Option<String> = None;
    let mut image = 0;
    for event in parser(text, config) {
        match event {
            Event::Start(Markdown::Heading { id: Some(id), .. }) => {
                ids.insert(id.into_string());
            }
            Event::Start(Markdown::Heading { id: None, .. } | Markdown::DefinitionListTitle) => {
                heading = Some(String::new());
            }
            Event::Start(Markdown::Image { .. }) => image += 1,
            Event::End(TagEnd::Image) => image -= 1,
            Event::Text(text) | Event::Code(text) if image == 0 => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::SoftBreak => {
                if let Some(heading) = &mut heading {
                    heading.push('\n');
                }
            }
            Event::End(TagEnd::Heading(_) | TagEnd::DefinitionListTitle) => {
                if let Some(heading) = heading.take() {
                    made.insert(unused(slug(&heading), &made));
                }
            }
            _ => {}
        }
    }
    ids.extend(made);
    for tag in tags_of(text, config) {
        ids.extend(["id", "name"].iter().filter_map(|name| tag.value(name)).map(str::to_owned));
    }
    ids
}

/// The id that mdBook makes from a heading's words.
pub fn slug(heading: &str) -> String {
    let words = heading.trim().to_lowercase();
    words
        .chars()
        .filter(|c| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '-'))
        .map(|c| if c.is_whitespace() { '-' } else { c })
        .collect()
}

/// `id`, or with the first number behind it that makes it differ from all others.
pub fn unused(id: String, used: &HashSet<String>) -> String {
    if !used.contains(&id) {
        return id;
    }
    (1..).map(|n| format!("{id}-{n}")).find(|candidate| !used.contains(candidate)).unwrap_or(id)
}

/// Whether a style sheet loads something from another host.
pub fn loads_remote(css: &str) -> Option<usize> {
    static REMOTE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)(?:url\(\s*|@import\s+)["']?\s*(?:https?:)?//"#).expect("a valid pattern")
    });
    REMOTE.find(css).map(|found| found.start())
}

/// The number of the line that holds the byte at `offset`.
pub fn line(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The text that [`escape`] has made this from.
pub fn unescape(html: &str) -> String {
    html.replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
}

/// Whether it's a Chinese character (Unicode's block of unified ideographs).
pub fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}
