//! A plot as the book's figures are. plotters draws it in colours that no reader sees: each stands for a
//! class of the theme, which takes its place in the SVG.

use std::io;

use plotters::chart::ChartBuilder;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::element::{Circle, EmptyElement, Text};
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use plotters::series::LineSeries;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, TRANSPARENT, TextStyle};

/// A line plot.
pub struct Plot {
    /// The figure's name: its ids begin with it.
    pub name: &'static str,
    pub title: &'static str,
    pub description: String,
    /// What the axes measure, and how a number is written at their marks.
    pub x: (&'static str, fn(f64) -> String),
    pub y: (&'static str, fn(f64) -> String),
    /// At most two.
    pub lines: Vec<Line>,
}

pub struct Line {
    pub name: &'static str,
    pub points: Vec<(f64, f64)>,
    /// Where the name stands: beside this point, so far to the right and below.
    pub name_at: (usize, i32, i32),
}

/// A unit is a pixel on a page of 360 px, nearly.
const SIZE: (u32, u32) = (340, 250);

/// The smallest text that a figure may have.
const FONT: f64 = 12.0;

/// plotters divides the sizes of fonts by this when it writes SVG.
const FONT_SCALE: f64 = 1.24;

const TEXT: RGBColor = RGBColor(0, 0, 1);
const SOFT: RGBColor = RGBColor(0, 0, 2);
const RULE: RGBColor = RGBColor(0, 0, 3);

/// For each line: itself, its points, its name.
const LINES: [[RGBColor; 3]; 2] = [
    [RGBColor(0, 1, 1), RGBColor(0, 1, 2), RGBColor(0, 1, 3)],
    [RGBColor(0, 2, 1), RGBColor(0, 2, 2), RGBColor(0, 2, 3)],
];

/// What takes the place of what plotters has written.
const REPLACED: [(&str, &str); 15] = [
    (" fill=\"#000001\"", ""),
    ("fill=\"#000002\"", "class=\"soft\""),
    ("stroke=\"#000003\"", "class=\"rule\""),
    ("stroke=\"#000101\"", "class=\"server line\""),
    ("fill=\"#000102\"", "class=\"server byte\""),
    ("fill=\"#000103\"", "class=\"server name\""),
    // Nothing is said by colour alone.
    ("stroke=\"#000201\"", "class=\"client line\" stroke-dasharray=\"5 3\""),
    ("fill=\"#000202\"", "class=\"client byte\""),
    ("fill=\"#000203\"", "class=\"client name\""),
    // The theme has its own.
    (" font-family=\"sans-serif\"", ""),
    (" opacity=\"1\"", ""),
    (" stroke-width=\"1\"", ""),
    (" stroke=\"none\"", ""),
    // A text in one line.
    ("\">\n", "\">"),
    ("\n</text>", "</text>"),
];

impl Plot {
    /// The figure, on axes from here to there.
    ///
    /// # Errors
    ///
    /// plotters cannot draw it.
    pub fn svg<X, Y>(&self, x: X, y: Y) -> io::Result<String>
    where
        X: AsRangedCoord<Value = f64, CoordDescType: ValueFormatter<f64>>,
        Y: AsRangedCoord<Value = f64, CoordDescType: ValueFormatter<f64>>,
    {
        let mut drawn = String::new();
        self.draw(&mut drawn, x, y).map_err(io::Error::other)?;
        let mut svg = REPLACED.iter().fold(drawn, |svg, (from, to)| svg.replace(from, to));
        let start = svg.find('>').map_or(0, |end| end + 1);
        let Plot { name, title, description, .. } = self;
        let (width, height) = SIZE;
        svg.replace_range(
            ..start,
            &format!(
                "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{name}-title {name}-desc\">\n\
                 <title id=\"{name}-title\">{title}</title>\n\
                 <desc id=\"{name}-desc\">{description}</desc>\n"
            ),
        );
        Ok(svg)
    }

    fn draw<X, Y>(
        &self,
        svg: &mut String,
        x: X,
        y: Y,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
    where
        X: AsRangedCoord<Value = f64, CoordDescType: ValueFormatter<f64>>,
        Y: AsRangedCoord<Value = f64, CoordDescType: ValueFormatter<f64>>,
    {
        let style = |colour: &RGBColor| -> TextStyle<'static> {
            ("sans-serif", FONT * FONT_SCALE).into_font().color(colour)
        };
        let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_top(28)
            .margin_right(18)
            .margin_bottom(3)
            .x_label_area_size(43)
            .y_label_area_size(52)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(RULE)
            .light_line_style(TRANSPARENT)
            .axis_style(TRANSPARENT)
            .set_all_tick_mark_size(4)
            .label_style(style(&TEXT))
            .axis_desc_style(style(&SOFT))
            .x_labels(5)
            .y_labels(5)
            .x_desc(self.x.0)
            .x_label_formatter(&|value| self.x.1(*value))
            .y_label_formatter(&|value| self.y.1(*value))
            .draw()?;
        area.draw(&Text::new(self.y.0, (2, 3), style(&SOFT)))?;
        for (line, [itself, point, name]) in self.lines.iter().zip(LINES) {
            let points = line.points.iter().copied();
            chart.draw_series(LineSeries::new(points.clone(), itself))?;
            chart.draw_series(points.map(|at| Circle::new(at, 3, point.filled())))?;
            let (beside, right, below) = line.name_at;
            let anchor = if right < 0 { HPos::Right } else { HPos::Left };
            let style = style(&name).pos(Pos::new(anchor, VPos::Center));
            let named =
                EmptyElement::at(line.points[beside]) + Text::new(line.name, (right, below), style);
            chart.draw_series([named])?;
        }
        area.present()?;
        Ok(())
    }
}
