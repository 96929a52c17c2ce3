//! Figures: SVG that a chapter includes, so that it is a part of the page and follows its theme.

use crate::source::html;

/// The width that a figure has on a page of 360 px, in px.
const NARROW: f64 = 320.0;

/// The smallest text there, in px.
const SMALLEST: f64 = 11.0;

/// What is wrong with a figure, each with its place. Its ids must begin with its name, since the
/// printed book has all figures on one page.
pub fn defects(name: &str, svg: &str) -> Vec<(usize, String)> {
    let tags = html::tags(svg);
    let mut wrong = Vec::new();
    let Some(root) = tags.first().filter(|tag| tag.name == "svg") else {
        return vec![(0, "does not begin with <svg>".to_owned())];
    };
    let mut offset = 0;
    for line in svg.trim_end().split_inclusive('\n') {
        if line.trim().is_empty() {
            // To Markdown, what follows would be a paragraph.
            wrong.push((offset, "a blank line ends the HTML".to_owned()));
        }
        offset += line.len();
    }
    if root.value("role") != Some("img") {
        wrong.push((root.span.start, "has no role=\"img\"".to_owned()));
    }
    let labels: Vec<&str> = root.value("aria-labelledby").unwrap_or_default().split(' ').collect();
    for element in ["title", "desc"] {
        let said = tags.iter().any(|tag| {
            tag.name == element
                && !tag.is_end
                && tag.value("id").is_some_and(|id| labels.contains(&id))
                && !html::text_behind(svg, tag).trim().is_empty()
        });
        if !said {
            wrong.push((
                root.span.start,
                format!("aria-labelledby names no <{element}> with words"),
            ));
        }
    }

    let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.value("id")).collect();
    let scale = root
        .value("viewbox")
        .and_then(|view| view.split(' ').nth(2)?.parse::<f64>().ok())
        .map(|width| NARROW / width);
    if scale.is_none() {
        wrong.push((root.span.start, "has no viewBox".to_owned()));
    }
    for tag in &tags {
        if matches!(&*tag.name, "style" | "script") && !tag.is_end {
            wrong.push((tag.span.start, format!("<{}>: the looks are the theme's", tag.name)));
        }
        for (attribute, value) in &tag.attributes {
            let what = match &**attribute {
                "fill" | "stroke" | "color" | "stop-color" if !follows_theme(value) => {
                    "a colour that follows no theme"
                }
                "style" => "the looks are the theme's",
                "id" if !value.starts_with(&format!("{name}-")) => {
                    "must begin with the figure's name"
                }
                "font-size" => match (value.parse::<f64>(), scale) {
                    (Ok(size), Some(scale)) if size * scale >= SMALLEST => continue,
                    (_, None) => continue,
                    _ => "too small to read on a page of 360 px",
                },
                "href" | "xlink:href" | "src" if !value.starts_with('#') => "loads something",
                _ => match value.strip_prefix("url(#").and_then(|id| id.strip_suffix(')')) {
                    Some(id) if !ids.contains(&id) => "nothing here has that id",
                    _ => continue,
                },
            };
            wrong.push((tag.span.start, format!("{attribute}=\"{value}\": {what}")));
        }
    }
    wrong
}

fn follows_theme(colour: &str) -> bool {
    matches!(colour, "none" | "currentColor" | "context-stroke") || colour.starts_with("var(--")
}
