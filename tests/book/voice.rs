//! The voice: whether the pages that everybody reads speak to their reader. Numbers are only the thermometer.
//! Read a page aloud, then look here: `VOICE=show cargo test -p book voice` prints the table of all pages, and
//! `VOICE=looking.md` the short sentences of that one as well.

use std::env;
use std::fmt::{Display, Formatter, Result};
use std::path::Path;

use book::source::html;
use harness::Trial;
use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};

use crate::support::{sources, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        voice_of_the_core_pages,
        voice_of_a_stiff_text_is_noticed,
        voice_of_each_aim_is_noticed_alone,
        voice_is_measured_in_prose_only,
        voice_is_measured_in_whole_sentences,
    ]
}

/// The pages that must reach the aims, in the order in which they are read.
const CORE: [&str; 14] = [
    "README.md",
    "first-conversation.md",
    "01-introduction.md",
    "02-developing.md",
    "02-1-client.md",
    "lengths.md",
    "02-2-server.md",
    "02-3-port-reuse.md",
    "02-4-notes.md",
    "endings.md",
    "lines.md",
    "03-threads.md",
    "03-stopping.md",
    "04-buffers.md",
];

/// What each thousand words of a core page have at least, or less than.
const YOU: f64 = 20.0;
const CONTRACTIONS: f64 = 15.0;
const COLONS: f64 = 10.0;

/// At most one sentence in five is short.
const SHORT: f64 = 0.2;
const SHORT_WORDS: usize = 8;

const EXAMPLES: [&str; 4] = ["for example", "for instance", "imagine", "suppose"];

/// What the prose of a page has.
#[derive(Debug, Default, PartialEq)]
struct Voice {
    words: usize,
    /// Those that have an end: not a label, nor an item of a list without a full stop.
    sentences: usize,
    words_in_sentences: usize,
    /// Sentences of eight words or fewer.
    short: Vec<String>,
    contractions: usize,
    /// With *your*, *you'll* and so on.
    you: usize,
    colons: usize,
    semicolons: usize,
    examples: usize,
    /// Nobody, somebody, anybody and whoever, for which a noun is better.
    bodies: usize,
}

impl Voice {
    fn of(page: &str) -> Voice {
        let mut voice = Voice::default();
        for block in prose(page) {
            voice.hear(&block);
        }
        voice
    }

    /// Counts a paragraph.
    fn hear(&mut self, block: &str) {
        let words: Vec<&str> = block.split_whitespace().filter(|word| has_letter(word)).collect();
        let mut start = 0;
        for (at, word) in words.iter().enumerate() {
            let next =
                words.get(at + 1).and_then(|next| next.chars().find(|c| c.is_alphanumeric()));
            if ends_sentence(word, next) {
                self.sentence(&words[start..=at]);
                start = at + 1;
            }
        }
        self.words(&words[start..]);
        let text = words.join(" ").to_lowercase();
        self.examples += EXAMPLES.map(|example| whole(&text, example)).iter().sum::<usize>();
    }

    fn sentence(&mut self, words: &[&str]) {
        // The book makes a link of it.
        if words.starts_with(&["Shown", "by"]) {
            return;
        }
        self.sentences += 1;
        if words.len() <= SHORT_WORDS {
            self.short.push(words.join(" "));
        }
        self.words_in_sentences += words.len();
        self.words(words);
    }

    fn words(&mut self, words: &[&str]) {
        self.words += words.len();
        for word in words {
            let mark = word.trim_end_matches(CLOSING).chars().last();
            self.colons += usize::from(mark == Some(':'));
            self.semicolons += usize::from(mark == Some(';'));
            let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            self.contractions += usize::from(is_contraction(&word));
            let stem = word.split('\'').next().unwrap_or_default();
            let is = |words: &[&str]| usize::from(words.contains(&stem));
            self.you += is(&["you", "your", "yours", "yourself"]);
            self.bodies += is(&["nobody", "somebody", "anybody", "whoever"]);
        }
    }

    /// So many in a thousand words.
    fn rate(&self, count: usize) -> f64 {
        1000.0 * count as f64 / self.words.max(1) as f64
    }

    fn short_share(&self) -> f64 {
        self.short.len() as f64 / self.sentences.max(1) as f64
    }

    /// What a core page should have and this one has not.
    fn misses(&self) -> Vec<&'static str> {
        let aims = [
            (self.rate(self.you) >= YOU, "you"),
            (self.rate(self.contractions) >= CONTRACTIONS, "contractions"),
            (self.rate(self.colons) < COLONS, "colons"),
            (self.short_share() <= SHORT, "short sentences"),
            (self.examples > 0, "an example"),
        ];
        aims.into_iter().filter_map(|(is_met, aim)| (!is_met).then_some(aim)).collect()
    }
}

/// A row of the table.
impl Display for Voice {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let average = self.words_in_sentences as f64 / self.sentences.max(1) as f64;
        write!(f, "{:6} {average:8.1} {:7.0} %", self.words, self.short_share() * 100.0)?;
        for count in [self.contractions, self.you, self.colons, self.semicolons] {
            write!(f, " {:9.1}", self.rate(count))?;
        }
        write!(f, " {:9} {:9.1}", self.examples, self.rate(self.bodies))
    }
}

const HEAD: &str = "page                    words  average <= 8 words  contract.    you    colons    semicol.  examples somebody";

const AIMS: &str = "aims of a core page                          <= 20 %     >= 15     >= 20      < 10               >= 1";

const CLOSING: [char; 6] = ['"', '”', '\'', ')', ']', '…'];

fn has_letter(word: &str) -> bool {
    word.contains(char::is_alphanumeric)
}

/// Whether a sentence ends with this word. A colon ends one only at the end of its paragraph.
fn ends_sentence(word: &str, next: Option<char>) -> bool {
    let word = word.trim_end_matches(CLOSING);
    match next {
        None => word.ends_with(['.', '!', '?', ':']),
        Some(next) => word.ends_with(['.', '!', '?']) && !next.is_lowercase(),
    }
}

fn is_contraction(word: &str) -> bool {
    /// Before an `'s` that is no genitive.
    const BEFORE_S: [&str; 14] = [
        "it",
        "that",
        "there",
        "here",
        "what",
        "who",
        "where",
        "how",
        "he",
        "she",
        "let",
        "when",
        "nothing",
        "everything",
    ];
    let Some((stem, end)) = word.split_once('\'') else {
        return false;
    };
    match end {
        "s" => BEFORE_S.contains(&stem),
        "t" => stem.ends_with('n'),
        "re" | "ll" | "ve" | "m" | "d" => true,
        _ => false,
    }
}

/// How often the words are in a text of words with one space between them.
fn whole(text: &str, words: &str) -> usize {
    let letter = |c: char| c.is_alphanumeric();
    let found = text.match_indices(words).filter(|(at, _)| {
        !text[..*at].ends_with(letter) && !text[at + words.len()..].starts_with(letter)
    });
    found.count()
}

/// The page's paragraphs and items, without code, tables, captions, headings, and what has a fixed form:
/// cards, bars, an option of a prediction, a label in bold at the start of a paragraph.
fn prose(page: &str) -> Vec<String> {
    let mut reader = Reader::default();
    for (event, span) in html::parser(page, &sources().config).into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => {
                if !matches!(event, Event::InlineHtml(_)) {
                    reader.end_block();
                }
                html::tags(&page[span]).iter().for_each(|tag| reader.tag(tag));
            }
            Event::TaskListMarker(_) => reader.in_option = true,
            Event::Start(Tag::Strong) if reader.block.trim().is_empty() => {
                reader.label = Some(reader.block.len());
            }
            Event::End(TagEnd::Strong) => reader.end_label(),
            Event::Start(tag) if is_no_prose(&tag.to_end()) => reader.skipped += 1,
            Event::End(tag) if is_no_prose(&tag) => reader.skipped -= 1,
            Event::Start(tag) if is_block(&tag.to_end()) => reader.end_block(),
            Event::End(tag) if is_block(&tag) => {
                reader.end_block();
                reader.in_option = false;
            }
            Event::Text(text) => reader.text(&text.replace('’', "'")),
            // One word, whatever is in it; a sentence may begin with it.
            Event::Code(_) => reader.text("X"),
            Event::SoftBreak | Event::HardBreak => reader.text(" "),
            _ => {}
        }
    }
    reader.end_block();
    reader.blocks
}

fn is_no_prose(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Heading(_)
            | TagEnd::CodeBlock
            | TagEnd::Table
            | TagEnd::Image
            | TagEnd::DefinitionListTitle
            | TagEnd::MetadataBlock(_)
    )
}

fn is_block(tag: &TagEnd) -> bool {
    matches!(tag, TagEnd::Paragraph | TagEnd::Item | TagEnd::DefinitionListDefinition)
}

#[derive(Default)]
struct Reader {
    blocks: Vec<String>,
    block: String,
    /// Where a label may start, in the block.
    label: Option<usize>,
    in_option: bool,
    /// How many elements of Markdown are open that are no prose.
    skipped: usize,
    /// The elements of HTML that are open, and whether they are read.
    elements: Vec<(String, bool)>,
}

impl Reader {
    fn tag(&mut self, tag: &html::Tag) {
        const UNREAD: [&str; 5] = ["claim", "next", "know", "by-hand", "verdict"];
        if tag.opens() {
            let class = tag.value("class").and_then(|class| class.split(' ').next());
            let is_unread = class.is_some_and(|class| UNREAD.contains(&class));
            self.elements.push((tag.name.clone(), !is_unread));
        } else if tag.is_end && self.elements.last().is_some_and(|(name, _)| *name == tag.name) {
            self.elements.pop();
        }
    }

    fn text(&mut self, text: &str) {
        let is_read = self.elements.iter().all(|(_, is_read)| *is_read);
        if is_read && self.skipped == 0 && !self.in_option && !text.starts_with("{{#") {
            self.block += text;
        }
    }

    fn end_label(&mut self) {
        if let Some(start) = self.label.take()
            && self.block.ends_with(['.', ':', '?', '!'])
        {
            self.block.truncate(start);
        }
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        if has_letter(&block) {
            self.blocks.push(block);
        }
    }
}

fn voice_of_the_core_pages() {
    let pages = &sources().chapters;
    let text = |page: &str| pages.get(Path::new(page)).map(String::as_str);
    let others = pages.keys().filter_map(|page| page.to_str());
    let others: Vec<&str> =
        others.filter(|page| !CORE.contains(page) && *page != "404.md").collect();
    let core = rows(&CORE, text);
    if let Ok(asked) = env::var("VOICE") {
        println!("{HEAD}{core}\n{AIMS}{}", rows(&others, text));
        let short = text(&asked).map(|text| Voice::of(text).short).unwrap_or_default();
        short.iter().for_each(|sentence| println!("{sentence}"));
    }
    let wrong: Vec<String> = CORE.iter().filter_map(|page| misses(page, text(page))).collect();
    assert!(wrong.is_empty(), "{}\n\n{HEAD}{core}\n{AIMS}", wrong.join("\n"));
}

/// A row of the table for each page that is there.
fn rows<'text>(pages: &[&str], text: impl Fn(&str) -> Option<&'text str>) -> String {
    let row = |page: &&str| Some(format!("\n{page:22} {}", Voice::of(text(page)?)));
    pages.iter().filter_map(row).collect()
}

/// What is wrong with a core page.
fn misses(page: &str, text: Option<&str>) -> Option<String> {
    let Some(text) = text else {
        return Some(format!("{page} is missing"));
    };
    let misses = Voice::of(text).misses();
    (!misses.is_empty()).then(|| format!("{page} misses: {}", misses.join(", ")))
}

const STIFF: &str = "\
The peer is silent. Its port is held: this is TIME_WAIT. Whoever closes first waits; nobody else does. It is the kernel that
does so: programs end. A read returns 0: the stream has ended.";

/// The same facts, told to somebody.
const SPOKEN: &str = "\
Suppose you stop your server while a client is still connected. Your program ends, but the kernel keeps the port busy for another
minute, because your side closed first. That's called TIME_WAIT, and there's nothing you have to do about it. If the client
closes first instead, it's the client's kernel that waits, so you can start your server again right away.";

fn voice_of_a_stiff_text_is_noticed() {
    let stiff = Voice::of(STIFF);
    let aims = ["you", "contractions", "colons", "short sentences", "an example"];
    assert_eq!(stiff.misses(), aims, "{stiff}");
    assert_eq!((stiff.sentences, stiff.short.len(), stiff.bodies), (5, 4, 2), "{stiff:?}");
    assert_eq!((stiff.colons, stiff.semicolons), (3, 1), "{stiff:?}");
    let spoken = Voice::of(SPOKEN);
    assert_eq!(spoken.misses(), [""; 0], "{spoken}");
    let expected = "a.md misses: you, contractions, colons, short sentences, an example";
    assert_eq!(misses("a.md", Some(STIFF)).as_deref(), Some(expected));
    assert_eq!(misses("a.md", None).as_deref(), Some("a.md is missing"));
    assert_eq!(misses("a.md", Some(SPOKEN)), None);
}

/// A spoken text that lost one thing misses one aim.
fn voice_of_each_aim_is_noticed_alone() {
    let without = |from: &[&str], to: &str| {
        let text = from.iter().fold(SPOKEN.to_owned(), |text, from| text.replace(from, to));
        Voice::of(&text).misses()
    };
    assert_eq!(without(&["you ", "your ", "Your "], "the "), ["you"]);
    assert_eq!(without(&["'s called", "'s nothing", "'s the client's"], " is"), ["contractions"]);
    assert_eq!(without(&["minute,", "TIME_WAIT,"], "minute:"), ["colons"]);
    assert_eq!(without(&[",", " but", " because"], ". So"), ["short sentences"]);
    assert_eq!(without(&["Suppose"], "When"), ["an example"]);
}

fn voice_is_measured_in_prose_only() {
    let page = format!(
        "# A heading: short.\n\n<p class=\"lesson-bar\">A bar: short.</p>\n\n\
         <div class=\"know\">\n\n**You'll know** this: it's short.\n\n</div>\n\n\
         {SPOKEN} <span class=\"by-hand\">by hand</span>\n\n\
         <div class=\"claim wrong\">\n\nThe tutorial says: *it's free.* [proof](verdicts.md#S3)\n\n</div>\n\n\
         ```console\n$ a terminal: short.\n```\n\n| a table: | short. |\n|---|---|\n| you: | it's |\n\n\
         <figure class=\"drawing\">\n{{{{#include figures/a.svg}}}}\n<figcaption>A caption: short.</figcaption>\n</figure>\n\n\
         <div class=\"predict\">\n\n**Predict.**\n\n- [x] It's so: yes.\n\n  Shown by `a_check`, `b`.\n\
         - [ ] You: no.\n\n</div>\n\n\
         <details class=\"fold\"><summary>More: it's short.</summary>\n\n```rust\nyou: it\n```\n\n</details>\n\n\
         {{{{#include checks/lesson01.html}}}}\n\n\
         <div class=\"next\">\n\n**Next: [The server](02-2-server.md).** It's short.\n\n</div>\n"
    );
    assert_eq!(prose(&page), [SPOKEN.replace("\n", " ") + " ", "Shown by X, X.".to_owned()]);
    assert_eq!(Voice::of(&page), Voice::of(SPOKEN));
}

fn voice_is_measured_in_whole_sentences() {
    let of = |text: &str| {
        let voice = Voice::of(text);
        (voice.words, voice.sentences, voice.short.len())
    };
    // A number, code and a name with a full stop in them are words; a mark may be followed by a bracket.
    assert_eq!(
        of("Version 2.2 of `a.b` listens at 127.0.0.1:80. (It really does!) Why not?"),
        (12, 3, 3)
    );
    assert_eq!(of("- threads\n- a lock\n- They wait.\n"), (5, 1, 1));
    assert_eq!(of("These three are the ones that you'll need most:\n\n- one\n"), (10, 1, 0));
    assert_eq!(of("It asks *who is it?* and then waits, as the manual has it."), (13, 1, 0));
    let voice = Voice::of(
        "The client's end isn't yours, it’s the server's. They'd say so, don't you think?",
    );
    assert_eq!((voice.contractions, voice.you), (4, 2), "{voice:?}");
    let voice = Voice::of("For example, it is supposed to end. Imagine\nthat, for\ninstance.");
    assert_eq!(voice.examples, 3);
}
