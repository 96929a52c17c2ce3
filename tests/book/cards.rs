//! What a page makes of cards, bars and diffs: signs, chips, and lines that are computed.

use harness::Trial;

use crate::preprocess::main_of;
use crate::support::{
    CLAIM, NEXT, PREDICTION, SECOND, SmallBook, trials, with_a_suite, with_verdicts,
};

pub fn trials() -> Vec<Trial> {
    trials![
        a_claim_has_the_sign_of_its_verdict,
        a_task_has_a_label,
        a_bar_is_a_row_of_chips,
        a_diff_is_computed,
        a_long_diff_leaves_out_what_stays,
        a_diff_follows_its_files,
        a_recording_in_a_list_stays_in_it,
        the_front_page_has_a_place_for_the_tally,
    ]
}

/// The second chapter of a small book with verdicts, with this text in it, as a page.
#[track_caller]
fn built(book: &SmallBook, text: &str) -> String {
    book.write(SECOND, &format!("# Second words\n\n{text}"));
    book.build().success().stderr("");
    main_of(&book.site().join("second.html"))
}

fn a_claim_has_the_sign_of_its_verdict() {
    let book = SmallBook::new();
    with_verdicts(&book);
    let page = built(&book, CLAIM);
    let expected = "\
<div class=\"claim wrong\">
<p>The tutorial says: <em>rain is dry.</em> <span class=\"verdict wrong\">wrong</span> <a href=\"verdicts.html#S1\">proof</a></p>
</div>
";
    assert!(page.contains(expected), "{page}");
    let page = built(&book, &CLAIM.replace("claim wrong", "claim right-but").replace("S1", "S2"));
    assert!(page.contains("<span class=\"verdict right-but\">right, but</span> <a"), "{page}");
}

fn a_task_has_a_label() {
    let page = built(&SmallBook::new(), "<div class=\"do\">\n\n1. Press it.\n\n</div>\n");
    let expected = "<div class=\"do\">\n<p class=\"do-label\">Do this now</p>\n\n<ol>";
    assert!(page.contains(expected), "{page}");
}

const BAR: &str =
    "<p class=\"lesson-bar\"><strong>Lesson 1</strong> <code>cargo run -p lesson01</code></p>\n";

fn a_bar_is_a_row_of_chips() {
    let book = SmallBook::new();
    let page = built(&book, &format!("{BAR}\n{NEXT}"));
    let chips = "\
<p class=\"lesson-bar\"><span class=\"chip\"><strong>Lesson 1</strong></span> \
<span class=\"chip\">1 min</span> <span class=\"chip\"><code>cargo run -p lesson01</code></span>";
    assert!(page.contains(&format!("{chips}</p>")), "{page}");
    // The card at the end has a place for the exercise of this lesson, wherever it is set.
    let place = "<p class=\"next-exercise\" data-exercise=\"lesson01\" hidden></p>";
    let place = page.contains(place) || page.contains(&place.replace("hidden", "hidden=\"\""));
    assert!(place, "{page}");

    book.write("book/chapters/checks/lesson01.html", "<p>Two checks</p>\n");
    let exercise = "## Exercise\n\n{{#include checks/lesson01.html}}\n";
    let page = built(&book, &format!("{BAR}\n{exercise}\n{NEXT}"));
    let link = "<a class=\"chip\" href=\"#exercise\" data-exercise=\"lesson01\">Your exercise</a>";
    assert!(page.contains(&format!("{chips} {link}</p>")), "{page}");
}

const DIFF: &str = "\
```diff
{{#diff ../../lessons/one/main.rs:socket ../../lessons/one/more.rs:socket}}
```
";

fn a_diff_is_computed() {
    let book = SmallBook::new();
    book.write(
        "lessons/one/more.rs",
        "// ANCHOR: socket\n    if a < b {\n        bind();\n\n    }\n// ANCHOR_END: socket\n",
    );
    let page = built(&book, DIFF);
    let expected = "\
<figure class=\"listing diff\"><figcaption>From <code>lessons/one/main.rs</code> to <code>more.rs</code></figcaption>
<pre><code class=\"language-plaintext nohighlight\"><span class=\"lines\">\
<del class=\"row\">- bind();
</del><ins class=\"row\">+ if a &lt; b {
</ins><ins class=\"row\">+     bind();
</ins><ins class=\"row\">+ 
</ins><ins class=\"row\">+ }
</ins></span></code></pre>
";
    assert!(page.contains(expected), "{page}");
}

fn a_long_diff_leaves_out_what_stays() {
    let book = SmallBook::new();
    let lines = |changed: usize| -> String {
        (0..20)
            .map(|n| format!("{n}{}\n", if n == changed { " {{#title x}}" } else { "" }))
            .collect()
    };
    book.write("lessons/two/old.rs", &lines(99));
    book.write("lessons/one/new.rs", &lines(10));
    let page =
        built(&book, "```diff\n{{#diff ../../lessons/two/old.rs ../../lessons/one/new.rs}}\n```\n");
    let (_, listing) = page.split_once("<span class=\"lines\">").unwrap();
    let (listing, _) = listing.split_once("</code>").unwrap();
    let words = regex::Regex::new("<[^>]*>").unwrap().replace_all(listing, "").into_owned();
    let expected = "  ⋯\n  7\n  8\n  9\n- 10\n+ 10 {{#title x}}\n  11\n  12\n  13\n  ⋯\n";
    assert_eq!(words.replace("&#123;", "{"), expected);
    let caption = "<code>lessons/two/old.rs</code> to <code>lessons/one/new.rs</code>";
    assert!(page.contains(caption), "{page}");
}

/// The server builds again when one of the two changes.
fn a_diff_follows_its_files() {
    let book = SmallBook::new();
    book.write("lessons/one/more.rs", "// ANCHOR: socket\n// ANCHOR_END: socket\n");
    book.append(SECOND, DIFF);
    let sources = book::source::Sources::read(book.dir.path()).unwrap();
    let files: Vec<String> =
        sources.included().iter().map(|file| file.to_str().unwrap().to_owned()).collect();
    assert_eq!(files, ["lessons/one/main.rs", "lessons/one/more.rs"]);
}

fn a_recording_in_a_list_stays_in_it() {
    let book = SmallBook::new();
    with_a_suite(&book);
    book.write("book/chapters/transcripts/rain.txt", "$ rain\nwet\n");
    let list = "1. One\n\n   ```console\n   {{#include transcripts/rain.txt}}\n   ```\n\n2. Two\n";
    let page = built(&book, list);
    assert!(page.contains("$ rain\nwet\n</code></pre>"), "{page}");
    assert_eq!(page.matches("<ol>").count(), 1, "{page}");
    assert!(page.contains("Two"), "{page}");
}

fn the_front_page_has_a_place_for_the_tally() {
    let book = SmallBook::new();
    with_a_suite(&book);
    built(&book, PREDICTION);
    let front = main_of(&book.site().join("index.html"));
    let tally = "<p class=\"tally\" data-predictions=\"predict-opens_a_socket\" hidden";
    assert!(front.contains(tally), "{front}");
    book.write(
        "book/chapters/README.md",
        "# First\n\n<div class=\"tally\"></div>\n\nLast words.\n",
    );
    built(&book, PREDICTION);
    let front = main_of(&book.site().join("index.html"));
    assert!(front.find(tally) < front.find("Last words"), "{front}");
}
