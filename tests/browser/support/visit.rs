//! A visit: a browser, the book in it, and what can be done with both.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use book::render::translate;
use book::source::{Sources, paths};
use catalog::Language;
use fantoccini::key::Key;
use serde_json::{Value as Json, json};

use super::chromium::{self, Chromium};
use super::root;
use super::site::Site;

pub const WIDE: u32 = 1280;

pub const NARROW: u32 = 360;

/// What a reader's first page may load, in bytes.
const HEAVY: f64 = 200_000.0;

/// Every page gets axe-core. And the page for printing must not open a dialogue.
pub const EVERYWHERE: &str =
    concat!(include_str!("../axe/axe.min.js"), "\n;window.print = () => {};");

pub const LOOK: &str = include_str!("../js/look.js");

const WALK: &str = include_str!("../js/walk.js");

const CONTENT: &str = include_str!("../js/content.js");

pub struct Visit {
    pub browser: Chromium,
    pub site: Site,
    /// All pages of the book, mdBook's own among them.
    pub pages: Vec<String>,
    survey: Vec<View>,
    contents: BTreeMap<String, Content>,
}

/// A page in one width and one theme, and what is wrong with it.
pub struct View {
    pub name: String,
    wrong: Json,
}

impl View {
    /// What is wrong of this kind.
    pub fn of(&self, kind: &str) -> Vec<String> {
        strings(&self.wrong[kind])
    }
}

/// What a page consists of; nothing of it may depend on scripts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    pub headings: Vec<String>,
    pub words: Vec<String>,
    pub figures: u64,
    pub listings: u64,
    pub answers: u64,
}

impl AddAssign for Content {
    fn add_assign(&mut self, other: Content) {
        self.headings.extend(other.headings);
        self.words.extend(other.words);
        self.figures += other.figures;
        self.listings += other.listings;
        self.answers += other.answers;
    }
}

impl Visit {
    /// Serves the book with some more files beside its pages, and starts a browser.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Visit {
        let driver = chromium::driver().expect("CI needs chromium and chromedriver on PATH");
        let site = Site::serve(files);
        let browser = Chromium::start(&driver, EVERYWHERE);
        Visit { browser, site, pages: pages(), survey: Vec::new(), contents: BTreeMap::new() }
    }

    pub fn open(&self, page: &str) {
        self.browser.open(&self.site.url(page));
    }

    /// Every page, wide and narrow, light and dark: an edition's in two of these views, and the other edition's in the
    /// other two. Widths depend on the words and not on the theme, and colours the other way round.
    pub fn survey(&mut self) -> &[View] {
        if self.survey.is_empty() {
            let pages_of_each = self.pages.len() / 2;
            for (place, page) in self.pages.clone().into_iter().enumerate() {
                let is_other_edition = place >= pages_of_each;
                let dark = (place % pages_of_each).is_multiple_of(2) != is_other_edition;
                // The page for printing repeats all others, for light paper.
                let is_print = page.ends_with("print.html");
                let views: &[(u32, bool)] = match is_print {
                    true => &[(WIDE, false)],
                    false => &[(WIDE, dark), (NARROW, !dark)],
                };
                for &(width, dark) in views {
                    // axe sees all that is printed on the other pages, and takes half a minute for all at once. The
                    // other edition has the same elements in the same colours: of that, it sees one view.
                    let with_axe = !is_print && (!is_other_edition || width == WIDE);
                    let part = if with_axe { Json::Null } else { json!(false) };
                    self.survey.extend(self.look_at(part, &page, width, &[dark]));
                }
                let content = self.read();
                self.contents.insert(page, content);
            }
        }
        &self.survey
    }

    /// Opens a page as the first of a visit, and looks at it in these themes: dark or not.
    pub fn look(&self, page: &str, width: u32, themes: &[bool]) -> Vec<View> {
        self.look_at(Json::Null, page, width, themes)
    }

    fn look_at(&self, part: Json, page: &str, width: u32, themes: &[bool]) -> Vec<View> {
        self.browser.emulate(width, themes[0]);
        if width == WIDE {
            self.browser.devtools("Network.clearBrowserCache", json!({}));
        }
        for log in ["browser", "performance"] {
            self.browser.log(log);
        }
        self.open(page);
        let mut views = Vec::new();
        for &dark in themes {
            self.browser.emulate(width, dark);
            let theme = if dark { "dark" } else { "light" };
            views.push(View {
                name: format!("{page}, {width} px, {theme}"),
                wrong: self.browser.run(LOOK, std::slice::from_ref(&part)),
            });
        }
        // These belong to the page in all its themes.
        let first = &mut views[0].wrong;
        let console = self.browser.log("browser");
        first["console"] = console.iter().map(|entry| entry["message"].clone()).collect();
        let (foreign, loaded) = self.requests();
        first["foreign"] = json!(foreign);
        let heavy = loaded > HEAVY && !page.ends_with("print.html");
        first["heavy"] = match heavy {
            true => json!([format!("loads {:.0} kB", loaded / 1000.0)]),
            false => json!([]),
        };
        views
    }

    /// What was asked of other hosts, refused or not, and how many bytes were loaded for the page.
    fn requests(&self) -> (Vec<String>, f64) {
        let mut foreign = Vec::new();
        let mut ahead = Vec::new();
        let mut loaded = 0.0;
        for entry in self.browser.log("performance") {
            let text = entry["message"].as_str().expect("a text");
            let event: Json = serde_json::from_str(text).expect("an event");
            let event = &event["message"];
            let parameters = &event["params"];
            let url = match event["method"].as_str().expect("a method") {
                "Network.requestWillBeSent" => {
                    // The next page, which the browser may fetch when it has nothing else to do.
                    if parameters["type"] == "Prefetch" {
                        ahead.push(parameters["requestId"].clone());
                    }
                    &parameters["request"]["url"]
                }
                "Network.webSocketCreated" => &parameters["url"],
                "Network.loadingFinished" => {
                    if !ahead.contains(&parameters["requestId"]) {
                        loaded += parameters["encodedDataLength"].as_f64().expect("a number");
                    }
                    continue;
                }
                _ => continue,
            };
            let url = url.as_str().expect("an address");
            if !self.site.has(url) {
                foreign.push(url.to_owned());
            }
        }
        (foreign, loaded)
    }

    /// Presses Tab through a page. Returns what it does not reach, and where the focus is not seen.
    pub fn walk(&self, page: &str) -> Vec<String> {
        self.browser.emulate(WIDE, false);
        self.open(page);
        let count = self.browser.run(WALK, &[]).as_u64().expect("a number");
        // What opens under the focus adds to its way. One that never comes around is a fault as well.
        for _ in 0..3 {
            self.press(&vec![Key::Tab; count as usize]);
            if self.browser.run("return around()", &[]) == json!(true) {
                break;
            }
        }
        strings(&self.browser.run("return walked()", &[]))
    }

    pub fn press(&self, keys: &[Key]) {
        self.browser.press(&keys.iter().map(|&key| key.into()).collect::<Vec<char>>());
    }

    /// Gives the focus to something on a narrow page and presses the right arrow. Returns what happens
    /// that is not to happen.
    pub fn press_arrow_on(&self, page: &str, selector: &str, scrolls: bool) -> Option<String> {
        self.browser.emulate(NARROW, false);
        self.open(page);
        self.browser.run(
            "sessionStorage.removeItem('turned');
             navigation.addEventListener('navigate', ({ destination }) => {
                 sessionStorage.setItem('turned', new URL(destination.url).pathname);
             });",
            &[],
        );
        // What scrolls takes the focus when the page has been laid out.
        let takes_focus = format!(
            "const all = [...document.querySelectorAll({})];
             const seen = all.find((element) => element.checkVisibility());
             seen?.focus();
             return seen !== undefined && document.activeElement === seen;",
            json!(selector)
        );
        self.browser.until(&format!("give the focus to a {selector} of {page}"), &takes_focus);
        self.press(&[Key::Right]);
        if let Json::String(path) = self.browser.run("return sessionStorage.getItem('turned')", &[])
        {
            return Some(format!("{page}: with the focus on {selector}, turned to {path}"));
        }
        if scrolls {
            let moved = "return document.activeElement.scrollLeft > 0";
            self.browser.until("scroll with an arrow key", moved);
        }
        None
    }

    /// Searches the open page's book by key, and returns the pages that are found, best first.
    pub fn search(&self, term: &str) -> Vec<String> {
        self.browser.press(&['/']);
        // The index is loaded now, and the field gets the focus after that.
        self.browser.until(
            "load the search",
            "const field = document.getElementById('mdbook-searchbar');
             return document.activeElement === field && !field.closest('.searching');",
        );
        self.browser.press(&term.chars().collect::<Vec<char>>());
        self.browser.until(
            "search",
            &format!(
                "return document.getElementById('mdbook-searchresults-header').innerText.includes({})",
                json!(term)
            ),
        );
        strings(&self.browser.run(
            "return [...document.querySelectorAll('#mdbook-searchresults a')].map((link) => link.pathname)",
            &[],
        ))
    }

    pub fn click(&self, id: &str) {
        self.browser.run("document.getElementById(arguments[0]).click()", &[json!(id)]);
    }

    pub fn choose_theme(&self, theme: &str) {
        self.click(&format!("mdbook-theme-{theme}"));
    }

    /// The violations that axe-core finds on the page as it is.
    pub fn axe(&self) -> Vec<String> {
        strings(&self.browser.run(LOOK, &[])["axe"])
    }

    pub fn allow_scripts(&self, allowed: bool) {
        self.browser.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !allowed }));
    }

    /// What a page consists of with scripts.
    pub fn content(&mut self, page: &str) -> Content {
        if !self.contents.contains_key(page) {
            self.browser.emulate(WIDE, false);
            self.open(page);
            self.contents.insert(page.to_owned(), self.read());
        }
        self.contents[page].clone()
    }

    /// What the open page consists of. Its figures count if they are seen, its answers if they open.
    pub fn read(&self) -> Content {
        let content = self.browser.run(CONTENT, &[]);
        Content {
            headings: strings(&content["headings"]),
            words: strings(&content["words"]),
            figures: content["figures"].as_u64().expect("a number"),
            listings: content["listings"].as_u64().expect("a number"),
            answers: content["answers"].as_u64().expect("a number"),
        }
    }

    /// In what a page differs without scripts.
    pub fn without_scripts(&mut self, page: &str) -> Option<String> {
        let with = self.content(page);
        self.allow_scripts(false);
        self.open(page);
        let without = self.read();
        self.allow_scripts(true);
        let differs = with.words.iter().zip(&without.words).position(|(one, other)| one != other);
        let at = differs.unwrap_or(with.words.len().min(without.words.len()));
        let quote = |content: &Content| {
            content.words.iter().skip(at).take(8).cloned().collect::<Vec<_>>().join(" ")
        };
        (with != without).then(|| {
            format!("{page}: with scripts {:?}, without {:?}", quote(&with), quote(&without))
        })
    }
}

/// The pages that SUMMARY.md lists, and those that mdBook adds, in each edition.
fn pages() -> Vec<String> {
    let sources = Sources::read(root()).unwrap_or_else(|why| panic!("{why}"));
    let chapters = sources.listed.iter().map(|(chapter, _)| paths::slashed(&paths::page(chapter)));
    let pages: Vec<String> = chapters.chain(["404.html".into(), "print.html".into()]).collect();
    assert!(pages.len() > 10, "only {pages:?}");
    let editions = translate::languages(&sources.root).into_iter().map(Language::folder);
    let editions: Vec<&str> = editions.collect();
    assert_eq!(editions, ["", "zh"]);
    let of =
        |edition: &&str| pages.iter().map(|page| format!("{edition}/{page}")).collect::<Vec<_>>();
    editions.iter().flat_map(of).map(|page| page.trim_start_matches('/').to_owned()).collect()
}

pub fn strings(list: &Json) -> Vec<String> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}
