//! Figures that are refused.

use std::fs;

use harness::Trial;
use predicates::str::contains;

use crate::support::{SECOND, SmallBook, test, trials};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![a_good_figure_is_built, a_figure_is_drawn_from_a_scene,];
    trials.extend(FIGURE_DEFECTS.iter().map(|&(name, good, bad, expected)| {
        test(&format!("refused::{name}"), move || a_figure_is_refused(good, bad, expected))
    }));
    trials.extend(DRAWN_DEFECTS.iter().map(|&(name, good, bad, expected)| {
        test(&format!("refused::{name}"), move || a_drawn_figure_is_refused(good, bad, expected))
    }));
    trials
}

/// A figure without defects, `cable.svg`.
const FIGURE: &str = "\
<svg viewBox=\"0 0 340 100\" role=\"img\" aria-labelledby=\"cable-title cable-desc\">
<title id=\"cable-title\">A cable</title>
<desc id=\"cable-desc\">It is torn.</desc>
<marker id=\"cable-head\"><path d=\"M0 0 8 4 0 8z\"/></marker>
<path d=\"M4 50H170\" fill=\"none\" stroke=\"var(--client)\" marker-end=\"url(#cable-head)\"/>
<text x=\"170\" y=\"50\" font-size=\"12\">torn</text>
</svg>
";

/// A name, a piece of the figure, what replaces it, and what the server must say about it.
const FIGURE_DEFECTS: &[(&str, &str, &str, &str)] = &[
    ("figure_that_is_none", "<svg", "<img", "cable.svg:1: does not begin with <svg>"),
    ("figure_without_role", " role=\"img\"", "", "cable.svg:1: has no role=\"img\""),
    ("figure_without_view_box", "viewBox", "box", "cable.svg:1: has no viewBox"),
    (
        "figure_without_title",
        "A cable",
        "",
        "cable.svg:1: aria-labelledby names no <title> with words",
    ),
    (
        "figure_with_an_unnamed_description",
        " cable-desc\"",
        "\"",
        "cable.svg:1: aria-labelledby names no <desc> with words",
    ),
    ("figure_with_a_blank_line", "<text", " \n<text", "cable.svg:6: a blank line ends the HTML"),
    (
        "figure_with_a_fixed_colour",
        "var(--client)",
        "#0b62a4",
        "cable.svg:5: stroke=\"#0b62a4\": a colour that follows no theme",
    ),
    (
        "figure_with_a_style",
        "fill=\"none\"",
        "style=\"fill: red\"",
        "cable.svg:5: style=\"fill: red\": the looks are the theme's",
    ),
    (
        "figure_with_a_style_sheet",
        "<text",
        "<style></style><text",
        "cable.svg:6: <style>: the looks are the theme's",
    ),
    (
        "figure_with_small_text",
        "font-size=\"12\"",
        "font-size=\"11\"",
        "cable.svg:6: font-size=\"11\": too small to read on a page of 360 px",
    ),
    (
        "figure_with_an_id_of_another",
        "id=\"cable-head\"",
        "id=\"head\"",
        "cable.svg:4: id=\"head\": must begin with the figure's name",
    ),
    (
        "figure_with_a_missing_marker",
        "url(#cable-head)",
        "url(#cable-tail)",
        "cable.svg:5: marker-end=\"url(#cable-tail)\": nothing here has that id",
    ),
    (
        "figure_that_loads_another",
        "<text",
        "<image href=\"plug.svg\"/><text",
        "cable.svg:6: href=\"plug.svg\": loads something",
    ),
];

fn with_a_figure(figure: &str) -> SmallBook {
    let book = SmallBook::new();
    book.append(SECOND, "<figure>\n{{#include figures/cable.svg}}\n</figure>");
    book.write("book/chapters/figures/cable.svg", figure);
    book
}

fn a_good_figure_is_built() {
    with_a_figure(FIGURE).build().success().stderr("");
}

fn a_figure_is_refused(good: &str, bad: &str, expected: &str) {
    assert!(FIGURE.contains(good));
    let book = with_a_figure(&FIGURE.replacen(good, bad, 1));
    let defect = format!("book/chapters/figures/{expected}");
    book.build().code(1).stderr(contains(defect));
    assert!(!book.site().exists(), "a broken book was written");
}

/// A figure that is drawn from a recorded scene.
const DRAWN: &str = "<figure class=\"drawing\">\n\
    <div class=\"drawn\" data-scene=\"call\" data-title=\"A call\" data-from=\"connect\"></div>\n\
    <figcaption>It is answered.</figcaption>\n</figure>";

/// A client says this, and its kernel sends a SYN; what it has said before is not shown.
const SCENE: &str = r#"{"programs": [{"name":"server","role":"server"},{"name":"client","role":"client"}],
"events": [
{"at":1,"kind":"line","program":1,"stream":"stdout","text":"begins"},
{"at":2,"kind":"line","program":0,"stream":"stdout","text":"listen"},
{"at":3,"kind":"line","program":1,"stream":"stdout","text":"connect"},
{"acknowledged":0,"at":4,"flags":"SYN","from":"127.0.0.1:40001","kind":"packet","length":0,"sequence":0,"to":"127.0.0.1:9090","window":65495}
]}"#;

const DRAWN_DEFECTS: &[(&str, &str, &str, &str)] = &[
    ("drawn_figure_without_a_scene", " data-scene=\"call\"", "", "figure: it has no data-scene"),
    ("drawn_figure_without_a_title", "A call", "", "figure: it has no data-title"),
    ("drawn_figure_of_a_missing_scene", "\"call\"", "\"none\"", "scene none: "),
    (
        "drawn_figure_that_begins_nowhere",
        "\"connect\"",
        "\"bind\"",
        "scene call: no program says \"bind\"",
    ),
];

fn with_drawn(figure: &str) -> SmallBook {
    let book = SmallBook::new();
    book.write("book/chapters/scenes/call.json", SCENE);
    book.append(SECOND, figure);
    book
}

fn a_figure_is_drawn_from_a_scene() {
    let book = with_drawn(DRAWN);
    book.build().success();
    let page = fs::read_to_string(book.site().join("second.html")).unwrap();
    let kinds = page.split("data-kind=\"").skip(1).filter_map(|part| part.split('"').next());
    assert_eq!(kinds.collect::<Vec<_>>(), ["line", "packet"], "from its first row on");
    assert!(page.contains("<ol class=\"scene-rows\" aria-label=\"A call\">"), "{page}");
    assert!(page.contains("client to server: "), "it is said in words as well");
    let drawn = page.split("scene still").nth(1).expect("it is drawn");
    assert!(!drawn.split("</figure>").next().unwrap().contains("<details>"), "nothing in it opens");
}

fn a_drawn_figure_is_refused(good: &str, bad: &str, expected: &str) {
    assert_eq!(DRAWN.matches(good).count(), 1, "{good}");
    with_drawn(&DRAWN.replace(good, bad)).build().failure().stderr(contains(expected));
}
