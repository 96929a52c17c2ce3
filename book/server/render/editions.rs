//! The editions of the book, one for each language: each page leads to the same one in the others, and says in its
//! own language what mdBook's template says in English.

use std::path::Path;
use std::{fs, io};

use catalog::Language;

/// Joins what was built in a folder for each language.
///
/// # Errors
///
/// A page cannot be read or written.
pub fn join(site: &Path, languages: &[Language]) -> io::Result<()> {
    languages.iter().try_for_each(|&one| join_one(&site.join(one.folder()), one, languages))
}

/// Joins the pages in one language, which are in this folder, to those in the others.
///
/// # Errors
///
/// A page cannot be read or written.
pub fn join_one(folder: &Path, own: Language, languages: &[Language]) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut page = fs::read_to_string(&path)?;
        for (english, words) in template(own) {
            page = page.replace(english, words);
        }
        // mdBook's page for unknown addresses is not in one place, so it has no other beside it.
        if name != MISSING {
            page = with_links(&page, &name, own, languages);
        }
        fs::write(path, page)?;
    }
    Ok(())
}

const MISSING: &str = "404.html";

/// Where mdBook's template has the buttons of a page.
const BUTTONS: &str = "<div class=\"right-buttons\">";

fn with_links(page: &str, name: &str, own: Language, languages: &[Language]) -> String {
    let up = if own.folder().is_empty() { "" } else { "../" };
    let (mut buttons, mut heads) = (String::new(), String::new());
    for other in languages.iter().filter(|one| **one != own) {
        let (tag, words) = (other.tag(), own_name(*other));
        let folder = match other.folder() {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let link = format!("href=\"{up}{folder}{name}\" hreflang=\"{tag}\"");
        buttons += &format!("<a class=\"edition\" lang=\"{tag}\" {link}>{words}</a>");
        heads += &format!("<link rel=\"alternate\" {link}>\n        ");
    }
    let page = page.replacen(BUTTONS, &format!("{BUTTONS}\n{buttons}"), 1);
    page.replacen("</head>", &format!("{heads}</head>"), 1)
}

/// A language's name for itself.
fn own_name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::Chinese => "中文",
    }
}

/// What mdBook's template says, and its translation.
fn template(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::English => &[],
        Language::Chinese => &[
            (">Keyboard shortcuts<", ">键盘快捷键<"),
            (
                "Press <kbd>←</kbd> or <kbd>→</kbd> to navigate between chapters",
                "按 <kbd>←</kbd> 或 <kbd>→</kbd> 翻到上一页或下一页",
            ),
            (
                "Press <kbd>S</kbd> or <kbd>/</kbd> to search in the book",
                "按 <kbd>S</kbd> 或 <kbd>/</kbd> 搜索",
            ),
            ("Press <kbd>?</kbd> to show this help", "按 <kbd>?</kbd> 显示这份帮助"),
            ("Press <kbd>Esc</kbd> to hide this help", "按 <kbd>Esc</kbd> 关掉这份帮助"),
            ("\"Table of contents\"", "\"目录\""),
            ("\"Toggle Table of Contents\"", "\"打开或收起目录\""),
            ("\"Change theme\"", "\"换配色\""),
            ("\"Themes\"", "\"配色\""),
            (">Auto</button>", ">跟随系统</button>"),
            (">Light</button>", ">浅色</button>"),
            (">Rust</button>", ">铁锈</button>"),
            (">Coal</button>", ">煤黑</button>"),
            (">Navy</button>", ">藏青</button>"),
            (">Ayu</button>", ">Ayu 暗色</button>"),
            ("\"Search (`/`)\"", "\"搜索（`/`）\""),
            ("\"Toggle Searchbar\"", "\"打开或收起搜索框\""),
            ("\"Print this book\"", "\"打印这本书\""),
            ("\"Search this book ...\"", "\"在书里搜索……\""),
            ("\"Page navigation\"", "\"翻页\""),
            ("\"Previous chapter\"", "\"上一页\""),
            ("\"Next chapter\"", "\"下一页\""),
            (">Skip to the text<", ">跳到正文<"),
            ("Document not found (404)", "没有这一页（404）"),
            (
                "This URL is invalid, sorry. Please use the navigation bar or search to continue.",
                "这个网址下什么也没有。请从目录或搜索接着找。",
            ),
        ],
    }
}
