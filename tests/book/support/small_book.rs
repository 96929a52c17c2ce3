//! A small book of two chapters, which a test can break.

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;

use super::{program, root};

pub const SECOND: &str = "book/chapters/second.md";

pub const SETTINGS: &str = r#"
[book]
title = "A small book"
src = "book/chapters"

[build]
build-dir = "target/book"
create-missing = false
extra-watch-dirs = ["lessons"]

[preprocessor.repair]
command = "not run in this process"
before = ["links"]

[output.html]
theme = "book/theme"
"#;

pub const PROGRAM: &str = "\
fn main() {
    // ANCHOR: socket
    bind();
    // ANCHOR_END: socket
}
// ANCHOR: endless
";

/// The end of the second chapter.
pub const LISTING: &str = "\n\n```rust\n{{#include ../../lessons/one/main.rs:socket}}\n```\n";

/// A small book of two chapters in a directory of its own.
pub struct SmallBook {
    pub dir: TempDir,
}

impl SmallBook {
    pub fn new() -> SmallBook {
        let book = SmallBook { dir: TempDir::new().unwrap() };
        book.write("book.toml", SETTINGS);
        book.write("lessons/one/main.rs", PROGRAM);
        book.write(
            "book/theme/reload.js",
            &fs::read_to_string(root().join("book/theme/reload.js")).unwrap(),
        );
        book.write(
            "book/chapters/SUMMARY.md",
            "# Summary\n\n[First](README.md)\n- [Second](second.md)\n",
        );
        book.write("book/chapters/README.md", "# First words\n");
        // Four lines, so that what a test puts behind them starts on line 5.
        book.write(SECOND, &format!("# Second words\n\n[First](index.md)\n\n{LISTING}"));
        fs::create_dir(book.path("tmp")).unwrap();
        book
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    /// Where [`SmallBook::build`] writes.
    pub fn site(&self) -> PathBuf {
        self.path("site")
    }

    /// Puts a file in place in one step, so that the server never sees half of it.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let draft = self.path("draft");
        fs::write(&draft, text).unwrap();
        fs::rename(draft, path).unwrap();
    }

    /// Puts text at a file's end, or before the second chapter's listing; makes the file if there
    /// is none.
    pub fn append(&self, file: &str, text: &str) {
        let before = fs::read_to_string(self.path(file)).unwrap_or_default();
        let text = match before.strip_suffix(LISTING) {
            Some(before) => format!("{before}{text}{LISTING}"),
            None => format!("{before}{text}\n"),
        };
        self.write(file, &text);
    }

    #[track_caller]
    pub fn build(&self) -> assert_cmd::assert::Assert {
        program()
            .args(["build", "--root"])
            .arg(self.dir.path())
            .arg("--dest")
            .arg(self.site())
            .assert()
    }

    /// What mdBook 0.5 sends for a book with one chapter, the second.
    pub fn json(&self, content: &str) -> String {
        json!([
            {
                "root": self.dir.path(),
                "config": {
                    "book": { "authors": [], "language": "en", "src": "book/chapters", "title": "A small book" },
                    "build": { "build-dir": "target/book", "create-missing": false, "use-default-preprocessors": true },
                    "preprocessor": { "repair": { "before": ["links"], "command": "book preprocess" } },
                    "output": { "html": { "theme": "book/theme" } },
                },
                "renderer": "html",
                "mdbook_version": "0.5.99",
            },
            {
                "items": [{
                    "Chapter": {
                        "name": "Second",
                        "content": content,
                        "number": [1],
                        "sub_items": [],
                        "path": "second.md",
                        "source_path": "second.md",
                        "parent_names": [],
                    },
                }],
            },
        ])
        .to_string()
    }
}

/// A check, and a recording, which a chapter shows.
pub fn with_a_suite(book: &SmallBook) {
    book.write(
        "tests/lesson01/one.rs",
        "const CHECKS: &[Check] = &[check(\"opens_a_socket\", opens)];\n",
    );
    book.write("book/chapters/transcripts/rain.txt", "$ rain\n");
}

/// A prediction without defects.
pub const PREDICTION: &str = "\
<div class=\"predict\">

**Predict.** What comes?

- [ ] `a < b`, a run
  over two lines

  It looks so.

  But it is *not*.
- [x] Rain

  Shown by `opens_a_socket` and `rain`.

  ```text
  set in
    by two
  ```
- [ ] Snow

  In July?

Behind the options.

</div>
";

/// Two rows with their verdicts, which a chapter can claim.
pub fn with_verdicts(book: &SmallBook) {
    let row = |id: &str, class: &str, words: &str| {
        format!("<p><span id=\"{id}\" class=\"verdict {class}\">{words}</span></p>\n")
    };
    let rows = row("S1", "wrong", "wrong") + &row("S2", "right-but", "right, but");
    book.write("book/chapters/verdicts.md", &format!("# The verdicts\n\n{rows}"));
    book.append("book/chapters/SUMMARY.md", "- [The verdicts](verdicts.md)");
}

/// A claim without defects.
pub const CLAIM: &str = "\
<div class=\"claim wrong\">

The tutorial says: *rain is dry.* [proof](verdicts.md#S1)

</div>
";

/// A card that leads on.
pub const NEXT: &str = "\
<div class=\"next\">

**Next: [First](index.md).** Why?

</div>
";
