//! Claims of the tutorial, each in a card that says how right it is and leads to its verdict.

use std::collections::HashMap;

use mdbook_markdown::pulldown_cmark::{Event, Tag};
use mdbook_preprocessor::config::Config;

use super::{Card, html};

/// The page that has the verdicts.
pub const VERDICTS: &str = "verdicts.md";

/// How right the tutorial is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Right,
    RightBut,
    Wrong,
    Missing,
}

impl Verdict {
    const ALL: [Verdict; 4] = [Verdict::Right, Verdict::RightBut, Verdict::Wrong, Verdict::Missing];

    pub fn class(self) -> &'static str {
        match self {
            Verdict::Right => "right",
            Verdict::RightBut => "right-but",
            Verdict::Wrong => "wrong",
            Verdict::Missing => "missing",
        }
    }

    fn of(class: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| verdict.class() == class)
    }

    /// What the page of the verdicts says of each row.
    pub fn all(page: &str, config: &Config) -> HashMap<String, Verdict> {
        let tags = html::tags_of(page, config);
        let rows = tags.iter().filter_map(|tag| {
            let class = tag.value("class")?.strip_prefix("verdict ")?;
            Some((tag.value("id")?.to_owned(), Verdict::of(class)?))
        });
        rows.collect()
    }
}

/// A `<div class="claim wrong">`.
pub struct Claim {
    pub card: Card,
    /// `None` if its class is no verdict.
    pub verdict: Option<Verdict>,
    /// Where the link to its verdict starts, and the row that it names.
    pub proof: Option<(usize, String)>,
    /// How many headings come before it.
    pub section: usize,
}

impl Claim {
    /// The claims of a chapter, in its order.
    pub fn all(text: &str, config: &Config) -> Vec<Claim> {
        let cards = Card::all(text, "claim", config);
        if cards.is_empty() {
            return Vec::new();
        }
        let (mut headings, mut links) = (Vec::new(), Vec::new());
        for (event, span) in html::parser(text, config).into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { .. }) => headings.push(span.start),
                Event::Start(Tag::Link { dest_url, .. }) => links.push((span.start, dest_url)),
                _ => {}
            }
        }
        let claim = |card: Card| {
            let verdict = match &*card.classes {
                [_, class] => Verdict::of(class),
                _ => None,
            };
            let inside = links.iter().filter(|(start, _)| card.span().contains(start));
            let mut proofs = inside.filter_map(|(start, target)| {
                let row = target.strip_prefix(VERDICTS)?.strip_prefix('#')?;
                Some((*start, row.to_owned()))
            });
            let proof = proofs.next();
            let section = headings.iter().filter(|start| **start < card.opening.start).count();
            Claim { card, verdict, proof, section }
        };
        cards.into_iter().map(claim).collect()
    }
}
