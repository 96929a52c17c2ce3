//! The editions of the book: with messages of another language there's one in it, page beside page.

use std::fs;

use harness::Trial;
use predicates::str::contains;

use crate::support::{SECOND, Server, SmallBook, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        without_messages_there_is_one_edition,
        an_edition_has_the_messages_in_place,
        each_page_leads_to_the_same_one_in_the_other_language,
        a_translated_heading_keeps_its_id,
        a_term_keeps_its_id,
        a_figure_is_translated_where_it_is_included,
        a_message_may_mean_something_else_on_one_page,
        what_has_no_message_stays_english,
        messages_that_cannot_be_read_are_refused,
        an_unknown_address_is_answered_in_its_language,
        a_changed_message_is_rebuilt,
    ]
}

const PO: &str = "book/po/zh-CN.po";

/// A small book with these messages.
fn with(messages: &[(&str, &str)]) -> SmallBook {
    let book = SmallBook::new();
    book.write(PO, &po(messages));
    book
}

fn po(messages: &[(&str, &str)]) -> String {
    let head = "msgid \"\"\nmsgstr \"Language: zh-CN\\n\"\n";
    let entry = |(english, words): &(&str, &str)| match english.split_once('|') {
        Some((context, english)) => {
            format!("\nmsgctxt \"{context}\"\nmsgid \"{english}\"\nmsgstr \"{words}\"\n")
        }
        None => format!("\nmsgid \"{english}\"\nmsgstr \"{words}\"\n"),
    };
    head.to_owned() + &messages.iter().map(entry).collect::<String>()
}

fn page(book: &SmallBook, name: &str) -> String {
    fs::read_to_string(book.site().join(name)).unwrap()
}

/// The chapter alone.
fn main_of(page: &str) -> &str {
    page.split("<main>").nth(1).unwrap().split("</main>").next().unwrap()
}

fn without_messages_there_is_one_edition() {
    let book = SmallBook::new();
    book.build().success();
    assert!(!book.site().join("zh").exists());
    assert!(!page(&book, "second.html").contains("class=\"edition\""));
}

fn an_edition_has_the_messages_in_place() {
    let book = with(&[
        ("A small book", "小书"),
        ("Second", "第二"),
        ("One *line*, or `code`.", "一*行*，或者 `code`。"),
        ("cell", "格"),
        ("Folded", "折起"),
    ]);
    book.append(
        SECOND,
        "One *line*,\nor `code`.\n\n| cell |\n|---|\n| 1 |\n\n<details><summary>Folded</summary>\n\n- cell\n\n</details>",
    );
    book.build().success();
    let chinese = page(&book, "zh/second.html");
    assert!(chinese.contains("<html lang=\"zh-CN\""), "{chinese}");
    assert!(chinese.contains("小书</title>") && chinese.contains("第二 - 小书"), "{chinese}");
    let main = main_of(&chinese);
    for words in ["<p>一<em>行</em>，或者 <code>code</code>。</p>", "<th>格</th>", "<li>格</li>"]
    {
        assert!(main.contains(words), "{words}: {main}");
    }
    assert!(main.contains("<summary>折起</summary>"), "{main}");
    let english = page(&book, "second.html");
    assert!(english.contains("<html lang=\"en\"") && !main_of(&english).contains('格'));
    assert!(page(&book, "zh/toc.html").contains("第二"));
}

fn each_page_leads_to_the_same_one_in_the_other_language() {
    let book = with(&[("Second words", "第二页")]);
    book.build().success();
    let links = [
        ("second.html", "href=\"zh/second.html\" hreflang=\"zh-CN\">中文<"),
        ("zh/second.html", "href=\"../second.html\" hreflang=\"en\">English<"),
        ("index.html", "href=\"zh/index.html\""),
        ("zh/print.html", "href=\"../print.html\""),
    ];
    for (file, link) in links {
        let page = page(&book, file);
        assert!(page.contains(link), "{file}: {page}");
        assert!(page.contains("<link rel=\"alternate\""), "{file}");
    }
    // What mdBook's template says is Chinese as well.
    assert!(page(&book, "zh/second.html").contains("title=\"上一页\""));
    assert!(page(&book, "second.html").contains("title=\"Previous chapter\""));
}

fn a_translated_heading_keeps_its_id() {
    let book = with(&[("Second words", "第二页"), ("Same", "一样"), ("Own", "自己的")]);
    book.append(SECOND, "## Same\n\n## Same\n\n## Own {#mine}");
    book.build().success();
    for file in ["second.html", "zh/second.html"] {
        let page = page(&book, file);
        for id in ["second-words", "same", "same-1", "mine"] {
            assert!(main_of(&page).contains(&format!("id=\"{id}\"")), "{file}: {id}: {page}");
        }
    }
    assert!(main_of(&page(&book, "zh/second.html")).contains("一样</a></h2>"));
}

fn a_term_keeps_its_id() {
    let book = with(&[("buffer", "缓冲区"), ("Look.", "看。"), ("A buffer.", "用缓冲区。")]);
    book.write(
        "book/chapters/SUMMARY.md",
        "# Summary\n\n[First](README.md)\n- [Second](second.md)\n- [Glossary](glossary.md)\n",
    );
    book.write("book/chapters/glossary.md", "# Glossary\n\nbuffer\n: Look.\n");
    book.append(SECOND, "A buffer.");
    book.append("book.toml", "definition-lists = true");
    book.build().success();
    let page = page(&book, "zh/second.html");
    let link = "用<a class=\"term\" href=\"glossary.html#buffer\">缓冲区</a>。";
    assert!(page.contains(link), "{page}");
    assert!(self::page(&book, "zh/glossary.html").contains("id=\"buffer\""));
}

fn a_figure_is_translated_where_it_is_included() {
    let book = with(&[("Two ends", "两端"), ("A line", "一条线"), ("a &lt; b", "a 小于 b")]);
    let figure = "<svg viewBox=\"0 0 9 9\" role=\"img\" aria-labelledby=\"ends-t ends-d\">\n\
                  <title id=\"ends-t\">Two ends</title><desc id=\"ends-d\">A line</desc>\n\
                  <text>a &lt; b</text></svg>\n";
    book.write("book/chapters/figures/ends.svg", figure);
    book.append(SECOND, "<figure class=\"drawing\">\n{{#include figures/ends.svg}}\n</figure>");
    book.build().success();
    let page = page(&book, "zh/second.html");
    for words in [">两端</title>", ">一条线</desc>", "<text>a 小于 b</text>"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

fn a_message_may_mean_something_else_on_one_page() {
    let book = with(&[("Run it", "运行"), ("second.md|Run it", "跑起来")]);
    book.append("book/chapters/README.md", "Run it");
    book.append(SECOND, "Run it");
    book.build().success();
    assert!(page(&book, "zh/index.html").contains("<p>运行</p>"));
    assert!(page(&book, "zh/second.html").contains("<p>跑起来</p>"));
}

fn what_has_no_message_stays_english() {
    let book = with(&[("Second words", "第二页")]);
    book.append(SECOND, "Not yet.");
    book.build().success();
    let page = page(&book, "zh/second.html");
    assert!(page.contains("<p>Not yet.</p>") && page.contains("bind();"), "{page}");
}

fn messages_that_cannot_be_read_are_refused() {
    let book = with(&[("Second words", "第二页")]);
    book.build().success();
    // Without its head.
    book.write(PO, "msgid \"Second words\"\nmsgstr \"第二页\"\n");
    book.build().code(1).stderr(contains("error: cannot read book/po/zh-CN.po: "));
    assert!(page(&book, "zh/second.html").contains("第二页"), "the last site isn't in place");
}

fn an_unknown_address_is_answered_in_its_language() {
    let book = with(&[("Second words", "第二页")]);
    let server = Server::start(&book);
    for (path, words) in [("/nothing", "Document not found"), ("/zh/nothing", "没有这一页")] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404);
        assert!(answer.body.contains(words), "{path}: {}", answer.body);
    }
    assert!(server.get("/zh/").body.contains("First words"));
}

fn a_changed_message_is_rebuilt() {
    let book = with(&[("Second words", "第二页")]);
    let server = Server::start(&book);
    let mut stream = server.stream();
    stream.next("build");
    book.write(PO, &po(&[("Second words", "又一页")]));
    stream.next("build");
    assert!(server.get("/zh/second.html").body.contains("又一页"));
    server.says("changed book/po/zh-CN.po");
}
