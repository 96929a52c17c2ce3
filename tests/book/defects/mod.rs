//! What is refused: one test for each kind of defect, on a small book, so that each check is seen to
//! fail.

mod cards;
mod figures;
#[cfg(unix)]
mod places;
mod predictions;

use book::source::html;
use harness::Trial;
use predicates::prelude::*;
use predicates::str::contains;

use crate::support::{SECOND, SmallBook, test, trials};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        all_defects_are_told_at_once,
        a_good_book_has_no_defects,
        tags_are_found_where_they_are,
    ];
    trials.extend(
        DEFECTS
            .iter()
            .map(|defect| test(&format!("refused::{}", defect.name), move || refused(defect))),
    );
    #[cfg(unix)]
    trials.extend(places::trials());
    trials.extend(cards::trials());
    trials.extend(predictions::trials());
    trials.extend(figures::trials());
    trials
}

// Defects.

/// An edit of a small book, and what the server must say about it.
struct Defect {
    name: &'static str,
    file: &'static str,
    text: &'static str,
    expected: &'static str,
}

/// Each text is put behind the four lines of the second chapter, or makes a new file.
const DEFECTS: &[Defect] = &[
    Defect {
        name: "include_of_a_missing_file",
        file: SECOND,
        text: "{{#include ../../lessons/one/nope.rs}}",
        expected: "book/chapters/second.md:5: include of ../../lessons/one/nope.rs: no such file",
    },
    Defect {
        name: "include_of_a_missing_anchor",
        file: SECOND,
        text: "```rust\n{{#include ../../lessons/one/main.rs:nope}}\n```",
        expected: "book/chapters/second.md:6: include of ../../lessons/one/main.rs: no line with ANCHOR: nope in it",
    },
    Defect {
        name: "include_of_an_anchor_without_end",
        file: SECOND,
        text: "{{#include ../../lessons/one/main.rs:endless}}",
        expected: "book/chapters/second.md:5: include of ../../lessons/one/main.rs: no line with ANCHOR_END: endless in it",
    },
    Defect {
        name: "include_of_missing_lines",
        file: SECOND,
        text: "{{#include ../../lessons/one/main.rs:90:99}}",
        expected: "book/chapters/second.md:5: include of ../../lessons/one/main.rs: no lines 90:99 in it",
    },
    Defect {
        name: "include_from_outside_the_workspace",
        file: SECOND,
        text: "{{#include ../../../secret.txt}}",
        expected: "book/chapters/second.md:5: include of ../../../secret.txt: leads out of the workspace",
    },
    Defect {
        name: "unknown_directive",
        file: SECOND,
        text: "{{#inclde ../../lessons/one/main.rs}}",
        expected: "book/chapters/second.md:5: no directive is called #inclde",
    },
    Defect {
        name: "link_to_a_missing_page",
        file: SECOND,
        text: "See\n[there](third.md).",
        expected: "book/chapters/second.md:6: link to third.md: no such chapter",
    },
    Defect {
        name: "link_to_a_missing_heading",
        file: SECOND,
        text: "See [there](index.md#nowhere).",
        expected: "book/chapters/second.md:5: link to index.md#nowhere: no heading or id `nowhere` on that page",
    },
    Defect {
        name: "link_to_a_missing_heading_of_its_own_page",
        file: SECOND,
        text: "See [above](#nowhere).",
        expected: "book/chapters/second.md:5: link to #nowhere: no heading or id `nowhere` on that page",
    },
    Defect {
        name: "link_to_the_readme",
        file: SECOND,
        text: "See [the first page](README.md).",
        expected: "book/chapters/second.md:5: link to README.md: its page is index.html: link to index.md",
    },
    Defect {
        name: "link_out_of_the_book",
        file: SECOND,
        text: "See [the program](../../lessons/one/main.rs).",
        expected: "book/chapters/second.md:5: link to ../../lessons/one/main.rs: not under book/chapters, so not in the book",
    },
    Defect {
        name: "link_in_html",
        file: SECOND,
        text: "<p>\nSee <a href=\"third.html\">there</a>.\n</p>",
        expected: "book/chapters/second.md:6: link to third.html: no such file",
    },
    Defect {
        name: "missing_image",
        file: SECOND,
        text: "![A figure](figures/nope.svg)",
        expected: "book/chapters/second.md:5: image figures/nope.svg: no such file",
    },
    Defect {
        name: "missing_image_in_html",
        file: SECOND,
        text: "<img alt=\"\" src='figures/nope.svg'>",
        expected: "book/chapters/second.md:5: img figures/nope.svg: no such file",
    },
    Defect {
        name: "unlisted_chapter",
        file: "book/chapters/third.md",
        text: "# Third",
        expected: "book/chapters/third.md: not listed in SUMMARY.md",
    },
    Defect {
        name: "listed_chapter_without_file",
        file: "book/chapters/SUMMARY.md",
        text: "- [Third](third.md)",
        expected: "book/chapters/SUMMARY.md:5: chapter third.md: no such file",
    },
    Defect {
        name: "chapter_listed_twice",
        file: "book/chapters/SUMMARY.md",
        text: "- [Second again](second.md)",
        expected: "book/chapters/SUMMARY.md:5: chapter second.md: listed before",
    },
    Defect {
        name: "remote_image",
        file: SECOND,
        text: "![A figure](https://example.com/figure.png)",
        expected: "book/chapters/second.md:5: image https://example.com/figure.png: loaded from another host",
    },
    Defect {
        name: "remote_image_in_html",
        file: SECOND,
        text: "Text <img alt=\"\" src=\"http://example.com/figure.png\">",
        expected: "book/chapters/second.md:5: img http://example.com/figure.png: loaded from another host",
    },
    Defect {
        name: "remote_script",
        file: SECOND,
        text: "<script src=//example.com/a.js></script>",
        expected: "book/chapters/second.md:5: script //example.com/a.js: loaded from another host",
    },
    Defect {
        name: "remote_style",
        file: SECOND,
        text: "<div style=\"background: url('https://example.com/a.png')\"></div>",
        expected: "book/chapters/second.md:5: style: loaded from another host",
    },
    Defect {
        name: "remote_font_in_the_theme",
        file: "book/theme/extra.css",
        text: "\n@import \"https://example.com/font.css\";",
        expected: "book/theme/extra.css:2: loads something from another host",
    },
    Defect {
        name: "remote_script_in_the_theme",
        file: "book/theme/head.hbs",
        text: "<script src=\"https://example.com/a.js\"></script>",
        expected: "book/theme/head.hbs:1: loads something from another host",
    },
    Defect {
        name: "header_in_a_tag",
        file: SECOND,
        text: "<meta http-equiv=\"refresh\" content=\"0; url=https://example.com\">",
        expected: "book/chapters/second.md:5: meta: sets the header refresh",
    },
    Defect {
        name: "file_in_the_place_of_a_page",
        file: "book/chapters/second.html",
        text: "<script>alert()</script>",
        expected: "book/chapters/second.html: takes the place of the page of second.md",
    },
    Defect {
        name: "file_in_the_place_of_a_page_of_mdbook",
        file: "book/chapters/toc.html",
        text: "<script>alert()</script>",
        expected: "book/chapters/toc.html: takes the place of a page of mdBook",
    },
    Defect {
        name: "tag_that_is_never_closed",
        file: SECOND,
        text: "<div>\n\nnever closed",
        expected: "book/chapters/second.md:5: <div> is never closed",
    },
    Defect {
        name: "tag_that_outlives_its_paragraph",
        file: SECOND,
        text: "Some <b>words\n\nmore</b>",
        expected: "book/chapters/second.md:5: <b> is not closed where its text ends\n\
                   book/chapters/second.md:7: </b> closes nothing here",
    },
    Defect {
        // mdBook itself panics at this one.
        name: "end_tag_of_a_paragraph_of_markdown",
        file: SECOND,
        text: "Some words</p>",
        expected: "book/chapters/second.md:5: </p> closes nothing here",
    },
    Defect {
        name: "warning_of_mdbook",
        file: SECOND,
        text: "[^1]: A footnote that nothing refers to.",
        expected: "book/chapters/second.md: mdBook warns: footnote `1` in `second.md` is defined but not referenced",
    },
];

fn refused(defect: &Defect) {
    let book = SmallBook::new();
    book.append(defect.file, defect.text);
    book.build()
        .code(1)
        .stderr(contains("error: the book cannot be built: ").and(contains(defect.expected)));
    assert!(!book.site().exists(), "a broken book was written");
}

fn all_defects_are_told_at_once() {
    let book = SmallBook::new();
    book.append(SECOND, "[a](nope.md)\n\n{{#include nope.rs}}");
    book.append("book/chapters/SUMMARY.md", "- [Third](third.md)");
    book.build().code(1).stderr(
        "error: the book cannot be built: 3 defects\n\
         book/chapters/SUMMARY.md:5: chapter third.md: no such file\n\
         book/chapters/second.md:5: link to nope.md: no such chapter\n\
         book/chapters/second.md:7: include of nope.rs: no such file\n",
    );
}

/// What looks like a defect at first sight, and is none.
fn a_good_book_has_no_defects() {
    let book = SmallBook::new();
    book.write("book/chapters/figures/a b.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>");
    book.append(
        SECOND,
        "\
## Twice

## Twice

## `SO_REUSEADDR`, \"quoted\" -- and *more* {#own}

## Why is `recv` two words?

<p id=\"raw\">HTML</p>

<!-- <img src=\"https://example.com/a.png\"> -->

[a](#twice-1) [b](#own) [c](#raw) [d](second.md#why-is-recv-two-words) [e](index.md#first-words) [f](index.html)
[g](https://example.com/) <https://example.com> <someone@example.com> [h](print.html)
<a href=\"https://example.com\">i</a> ![j](figures/a%20b.svg) \\{{#include nope.rs}}

```html
<img src=\"https://example.com/a.png\">
```

`[k](nope.md)`",
    );
    book.build().success().stderr("");
}

/// Insertions and line numbers go by these places.
fn tags_are_found_where_they_are() {
    let html = "a < b <i title=\"x < y > z\" ID='1' hidden>&lt;<<B><!-- <u> --><br/></b >\
                <script>'<s>'</script><style>s > <s></style><Q";
    let found: Vec<&str> = html::tags(html).iter().map(|tag| &html[tag.span.clone()]).collect();
    let expected = [
        "<i title=\"x < y > z\" ID='1' hidden>",
        "<B>",
        "<br/>",
        "</b >",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
    ];
    assert_eq!(found, expected);
    let tags = html::tags(html);
    assert_eq!((tags[0].value("title"), tags[0].value("id")), (Some("x < y > z"), Some("1")));
    let opens: Vec<&str> = tags.iter().filter(|tag| tag.opens()).map(|tag| &*tag.name).collect();
    assert_eq!(opens, ["i", "b", "script", "style"]);
}
