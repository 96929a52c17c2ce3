//! As mdBook's preprocessor the program answers with captions, links to the glossary, predictions that
//! open, and minutes; and stock mdBook builds the same pages, byte for byte.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use book::render::{editions, translate};
use catalog::Language;
use harness::Trial;
use predicates::str::contains;
use tempfile::TempDir;

use crate::support::{
    DEADLINE, PREDICTION, SECOND, SmallBook, executable, files_of, program, root, test, trials,
    with_a_suite,
};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        terms_are_linked_in_prose_alone,
        a_term_that_is_stressed_stays_so,
        the_longest_term_wins,
        a_prediction_opens_without_a_script,
        a_proof_names_the_lesson_of_its_page,
        a_prediction_is_no_first_use,
        the_minutes_of_a_chapter_are_computed,
        a_page_tells_the_minutes_of_others,
        a_listing_says_who_runs_it,
        a_page_with_a_number_says_it_above_its_title,
        the_preprocessor_adds_captions,
        the_preprocessor_refuses_defects,
        the_preprocessor_is_for_html_only,
    ];
    trials.push(match mdbook() {
        Some(mdbook) => test("stock_mdbook_builds_the_same_pages", move || {
            stock_mdbook_builds_the_same_pages(&mdbook)
        }),
        None => test("stock_mdbook_builds_the_same_pages", || {
            panic!("no mdbook 0.5 on PATH or in MDBOOK")
        })
        .with_kind("needs mdbook 0.5 on PATH or in MDBOOK")
        .with_ignored_flag(true),
    });
    trials
}

// mdBook's preprocessor.

const WORDS: &str = "\
# Words

queue
: <span lang=\"zh-Hans\">队列</span> Clients that wait. Also **accept queue**, **server's queue**.

accept
: To take the next one.

socket
: A handle.
";

/// What the second chapter's text becomes beside a glossary.
#[track_caller]
fn with_terms(text: &str) -> String {
    let book = SmallBook::new();
    with_a_suite(&book);
    book.write("book/chapters/glossary.md", WORDS);
    book.append("book/chapters/SUMMARY.md", "- [Words](glossary.md)");
    book.append(SECOND, text);
    book.build().success();
    main_of(&book.path("site/second.html"))
        .replace("<a class=\"term\" href=\"glossary.html#", "<<")
        .replace("\n", " ")
}

fn terms_are_linked_in_prose_alone() {
    let page = with_terms(
        "\
## A socket

`socket` socket(2) port-socket socketed [a socket](index.md) <b>socket</b> *a socket*

| socket |
|---|
| x |

```text
socket
```

> Two **Sockets**, one socket.
",
    );
    assert!(page.contains("Two <strong><<socket\">Sockets</a></strong>, one socket."), "{page}");
    assert_eq!(page.matches("<<").count(), 1, "{page}");
}

/// Chinese has no blanks around what is stressed.
fn a_term_that_is_stressed_stays_so() {
    let page = with_terms("一个**socket**在这里。\n");
    assert!(page.contains("一个<<socket\"><strong>socket</strong></a>在这里"), "{page}");
    let page = with_terms("一个**socket 和别的**在这里，socket。\n");
    assert!(page.contains("<strong>socket 和别的</strong>在这里，<<socket\">socket</a>"), "{page}");
}

fn the_longest_term_wins() {
    // Over the end of a line as well; and after it each of its words is still to come.
    let page = with_terms("- The accept\n  queue and the queue.\n\nIt accepts.\n");
    assert!(page.contains("The <<queue\">accept queue</a> and the queue."), "{page}");
    assert!(page.contains("It <<accept\">accepts</a>."), "{page}");
    let page = with_terms("In a server's queue.\n");
    assert!(page.contains("In a <<queue\">server’s queue</a>."), "{page}");
}

fn a_prediction_opens_without_a_script() {
    let page = built(PREDICTION);
    let expected = "\
<div class=\"predict\" id=\"predict-opens_a_socket\">
<p><strong>Predict.</strong> What comes?</p>
<details class=\"option\"><summary><span class=\"letter\">A</span> <span class=\"words\"><code>a &lt; b</code>, a run over two lines</span></summary>
<p><span class=\"sign\" role=\"img\" aria-label=\"Wrong:\">✗</span> It looks so.</p>
<p>But it is <em>not</em>.</p>
</details>
<details class=\"option answer\"><summary><span class=\"letter\">B</span> <span class=\"words\">Rain</span></summary>
<p><span class=\"sign\" role=\"img\" aria-label=\"Right:\">✓</span></p>
<pre><code class=\"language-text\">set in
  by two
</code></pre>
<details class=\"proof\"><summary>proof</summary>
<p>A check that you can run: <code>cargo test -p lesson01 opens_a_socket</code></p>
<p>The recording <a href=\"transcripts/rain.txt\">rain</a>.</p>
</details>
</details>
<details class=\"option\"><summary><span class=\"letter\">C</span> <span class=\"words\">Snow</span></summary>
<p><span class=\"sign\" role=\"img\" aria-label=\"Wrong:\">✗</span> In July?</p>
</details>
<p>Behind the options.</p>
</div>
";
    assert!(page.contains(expected), "{page}");
}

/// Where lessons share a suite; and what is said of a proof goes with it.
fn a_proof_names_the_lesson_of_its_page() {
    let shown = "Shown by `is_shared`, which\n  it fails, and by `opens_a_socket`, with two.";
    let text =
        PREDICTION.replace("Shown by `opens_a_socket` and `rain`.", &format!("It rains. {shown}"));
    let bar =
        "<p class=\"lesson-bar\"><strong>Lesson 2</strong> <code>cargo run -p lesson02</code></p>";
    let book = SmallBook::new();
    with_a_suite(&book);
    book.write(
        "tests/servers/src/two.rs",
        "const CHECKS: &[Check] = &[check(\"is_shared\", is)];\n",
    );
    book.append(SECOND, &format!("{bar}\n\n{text}"));
    book.build().success().stderr("");
    let page = main_of(&book.site().join("second.html"));
    let expected = "\
<p>A check that you can run, which
it fails: <code>cargo test -p lesson02 is_shared</code></p>
<p>A check that you can run, with two: <code>cargo test -p lesson01 opens_a_socket</code></p>
</details>";
    assert!(page.contains(expected), "{page}");
    assert!(page.contains("</span> It rains.</p>"), "{page}");
}

/// A term in an explanation would be linked where no reader sees it.
fn a_prediction_is_no_first_use() {
    let page = with_terms(&format!("{PREDICTION}\nA socket.\n").replace("It looks so", "A socket"));
    assert!(page.contains("✗</span> A socket.</p>"), "{page}");
    assert!(page.contains("<p>A <<socket\">socket</a>.</p>"), "{page}");
}

fn the_minutes_of_a_chapter_are_computed() {
    let listing = "```text\nnot counted\n```";
    // Three words are in the chapter already, and the prediction has about thirty.
    for (words, prediction, minutes) in
        [(190, "", "1 min"), (200, "", "2 min"), (300, "", "2 min"), (300, PREDICTION, "4 min")]
    {
        let text = "word ".repeat(words);
        let page = built(&format!(
            "<p class=\"lesson-bar\"><strong>Lesson 9</strong> <code>run it</code></p>\n\n{text}\n\n{listing}\n\n{prediction}"
        ));
        let bar = ["<strong>Lesson 9</strong>", minutes, "<code>run it</code>"]
            .map(|chip| format!("<span class=\"chip\">{chip}</span>"))
            .join(" ");
        let expected = format!("<p class=\"lesson-bar\">{bar}</p>");
        assert!(page.contains(&expected), "{words} words: {page}");
    }
}

fn a_page_tells_the_minutes_of_others() {
    let book = SmallBook::new();
    for (page, words) in [("third", 390), ("fourth", 590)] {
        let text = format!("# One more\n\n{}", "word ".repeat(words));
        book.write(&format!("book/chapters/{page}.md"), &text);
        book.append("book/chapters/SUMMARY.md", &format!("- [One more]({page}.md)"));
    }
    book.append(SECOND, "<span class=\"minutes\" data-pages=\"third.md fourth.md\"></span>");
    book.build().success();
    let page = main_of(&book.path("site/second.html"));
    assert!(page.contains("<span class=\"minutes\">5 min</span>"), "{page}");
}

/// The second chapter of a small book, with this text in it, as a page. The book has a check and a
/// recording.
#[track_caller]
fn built(text: &str) -> String {
    let book = SmallBook::new();
    with_a_suite(&book);
    book.append(SECOND, text);
    book.build().success().stderr("");
    main_of(&book.site().join("second.html"))
}

/// What a page says, without what mdBook puts around it.
pub fn main_of(page: &Path) -> String {
    let page = fs::read_to_string(page).unwrap();
    page.split("<main>").nth(1).unwrap().split("</main>").next().unwrap().to_owned()
}

/// As the table of programs has it, or the program instead of which a wrong one is judged.
fn a_listing_says_who_runs_it() {
    let book = SmallBook::new();
    let instead = |program: &str| format!("//! Wrong.\n//!\n//! Instead of: {program}\n");
    for (file, text, side) in [
        ("lessons/lesson01/original.py", "", Some("client")),
        ("lessons/lesson01/frame_server.rs", "", Some("server")),
        ("lessons/lesson02/src/serve.rs", "", Some("server")),
        ("lessons/lesson03/client.py", "", Some("client")),
        ("lessons/lesson03/src/matrix.rs", "", None),
        ("lessons/lesson02/examples/wrong.rs", &instead("lesson02"), Some("server")),
        ("lessons/lesson00/examples/wrong.rs", &instead("exercise01"), Some("client")),
        ("lessons/lesson05/src/main.rs", "", None),
        ("lessons/common/src/error.rs", "", None),
        ("tests/lesson02/client.rs", "", None),
    ] {
        book.write(file, &format!("{text}code\n"));
        book.write(
            SECOND,
            &format!("# Second\n\n```rust,ignore\n{{{{#include ../../{file}}}}}\n```\n"),
        );
        book.build().success();
        let page = main_of(&book.path("site/second.html"));
        let (class, word) = match side {
            Some(side) => (format!(" {side}"), format!(" <span class=\"side\">{side}</span>")),
            None => Default::default(),
        };
        let expected = format!(
            "<figure class=\"listing{class}\"><figcaption><code>{file}</code>{word}</figcaption>"
        );
        assert!(page.contains(&expected), "{file}: {page}");
    }
}

fn a_page_with_a_number_says_it_above_its_title() {
    let book = SmallBook::new();
    let listed = "# Summary\n\n[First](README.md)\n- [2.1 Second](second.md)\n- [4G](third.md)\n";
    book.write("book/chapters/SUMMARY.md", listed);
    book.write("book/chapters/third.md", "# Third\n");
    book.build().success();
    let page = |name: &str| main_of(&book.path("site").join(name));
    let second = page("second.html");
    let start = second.trim_start();
    assert!(start.starts_with("<p class=\"kicker\">Chapter 2.1</p>\n\n<h1"), "{second}");
    for other in ["index.html", "third.html"] {
        assert!(!page(other).contains("kicker"), "{}", page(other));
    }
}

fn the_preprocessor_adds_captions() {
    let book = SmallBook::new();
    let text = "\
# Second

1. In a list:

   ```rust,ignore
   {{#include ../../lessons/one/main.rs:socket}}
   ```

```console
{{#include transcripts/one.txt}}
```

```console,server
{{#include transcripts/one.txt}}
```

> ```rust
> {{#include ../../lessons/one/main.rs}}
> ```

```rust
fn typed() {}
```

```rust
{{#rustdoc_include ../../lessons/one/main.rs}}
```
";
    book.write("book/chapters/transcripts/one.txt", "$ cargo run\n");
    book.write(SECOND, text);
    let expected = "\
# Second

1. In a list:


   <figure class=\"listing\"><figcaption><code>lessons/one/main.rs</code></figcaption>

   ```rust,ignore
       bind();
   ```

   </figure>



<figure class=\"terminal\">

```console
{{#include transcripts/one.txt}}
```

</figure>



<figure class=\"terminal server\">

```console,server
{{#include transcripts/one.txt}}
```

</figure>


> ```rust
> {{#include ../../lessons/one/main.rs}}
> ```

```rust
fn typed() {}
```


<figure class=\"listing\"><figcaption><code>lessons/one/main.rs</code></figcaption>

```rust
{{#rustdoc_include ../../lessons/one/main.rs}}
```

</figure>

";
    let output =
        program().arg("preprocess").write_stdin(book.json(text)).assert().success().stderr("");
    let answer: serde_json::Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    let chapter = &answer["items"][0]["Chapter"];
    assert_eq!(chapter["content"].as_str().unwrap(), expected);
    assert_eq!(chapter["name"], "Second");
}

fn the_preprocessor_refuses_defects() {
    let book = SmallBook::new();
    book.append(SECOND, "[a](nope.md)");
    let json = book.json("");
    program()
        .arg("preprocess")
        .write_stdin(json)
        .assert()
        .code(1)
        .stdout("")
        .stderr(contains("book/chapters/second.md:5: link to nope.md: no such chapter"));
    program()
        .arg("preprocess")
        .write_stdin("{")
        .assert()
        .code(1)
        .stderr(contains("error: cannot read mdBook's input: "));
}

fn the_preprocessor_is_for_html_only() {
    program().args(["preprocess", "supports", "html"]).assert().code(0);
    program().args(["preprocess", "supports", "markdown"]).assert().code(1);
}

/// An mdbook program of version 0.5, if there is one.
fn mdbook() -> Option<PathBuf> {
    let program = PathBuf::from(env::var_os("MDBOOK").unwrap_or_else(|| "mdbook".into()));
    let output = Command::new(&program).arg("--version").output().ok()?;
    String::from_utf8_lossy(&output.stdout).starts_with("mdbook v0.5").then_some(program)
}

/// In each language, by the command that `book/README.md` documents.
fn stock_mdbook_builds_the_same_pages(mdbook: &Path) {
    let dest = TempDir::new().unwrap();
    let ours = dest.path().join("ours");
    program().args(["build", "--dest"]).arg(&ours).current_dir(root()).assert().success();
    let languages = translate::languages(root());
    assert_eq!(languages, Language::ALL);
    for language in languages {
        let stock = dest.path().join(language.tag());
        let mut build = assert_cmd::Command::new(mdbook);
        build.args(["build", "--dest-dir"]).arg(&stock).current_dir(root());
        // The same command as in book.toml without a build of its own.
        let command = format!("'{}' preprocess", executable().display());
        build.env("MDBOOK_PREPROCESSOR__REPAIR__COMMAND", command);
        if language == Language::Chinese {
            build.env("MDBOOK_BOOK__LANGUAGE", "zh-CN");
            build.env("MDBOOK_BOOK__TITLE", "边修边学 TCP");
            build.env("MDBOOK_OUTPUT__HTML__SITE_URL", "/zh/");
            build.env("MDBOOK_BOOK__DESCRIPTION", "用 Rust 修好一份教程，学会 TCP 套接字");
        }
        build.timeout(DEADLINE).assert().success();
        // What joins the editions is ours alone.
        editions::join_one(&stock, language, &Language::ALL).unwrap();
        let (mut ours, stock) = (pages_of(&ours.join(language.folder())), pages_of(&stock));
        if language == Language::English {
            ours.retain(|file, _| !file.starts_with("zh/"));
        }
        assert_eq!(ours.keys().collect::<Vec<_>>(), stock.keys().collect::<Vec<_>>());
        for (file, content) in &ours {
            assert!(stock[file] == *content, "{file} differs in {language:?}");
        }
    }
}

/// The files of a built book. Of the search index only that it is there: its encoding belongs to the
/// version of the search library that mdBook was built with, and its file is named after its content.
fn pages_of(site: &Path) -> BTreeMap<String, Vec<u8>> {
    let index = regex::bytes::Regex::new("search(er|index)-[0-9a-f]{8}[.]js").unwrap();
    let mask = |text: &[u8]| index.replace_all(text, &b"search$1.js"[..]).into_owned();
    let page = |file: PathBuf| {
        let name = String::from_utf8(mask(file.to_str().unwrap().as_bytes())).unwrap();
        let content = match name.starts_with("searchindex") {
            true => Vec::new(),
            false => mask(&fs::read(site.join(&file)).unwrap()),
        };
        (name, content)
    };
    files_of(site).into_iter().map(page).collect()
}
