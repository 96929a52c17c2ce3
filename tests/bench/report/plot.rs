//! A plot as the book's figures are: colours are classes of the theme, and the text can be read on a
//! page of 360 px. A plotting library writes colours and fonts into its SVG; removing them again would be
//! longer than this.

use std::fmt::Write;

/// A line plot. Each axis of it has either a logarithmic or a linear scale.
pub struct Plot {
    /// The figure's name: its ids begin with it.
    pub name: &'static str,
    pub title: String,
    pub description: String,
    pub x: Axis,
    pub y: Axis,
    pub lines: Vec<Line>,
}

pub struct Axis {
    pub label: String,
    pub logarithmic: bool,
    /// Where there is a mark, and what stands at it. The first and the last are the axis's ends.
    pub marks: Vec<(f64, String)>,
}

pub struct Line {
    pub name: &'static str,
    /// Who it is: a class of the theme.
    pub class: &'static str,
    /// Nothing is said by colour alone.
    pub dashed: bool,
    pub points: Vec<(f64, f64)>,
    /// Where the name stands: beside this point, so far to the right and below.
    pub name_at: (usize, f64, f64),
}

// The figure, and within it the rectangle of the plot.
const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 322.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 204.0;

impl Axis {
    /// Where a value lies between the axis's ends: from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.logarithmic { value.ln() } else { value };
        let ends = [self.marks.first(), self.marks.last()];
        let [first, last] = ends.map(|end| scale(end.map_or(1.0, |(value, _)| *value)));
        (scale(value) - first) / (last - first)
    }
}

impl Plot {
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let x = LEFT + self.x.place(x) * (RIGHT - LEFT);
        let y = BOTTOM - self.y.place(y) * (BOTTOM - TOP);
        (x, y)
    }

    #[must_use]
    pub fn svg(&self) -> String {
        let mut svg = String::new();
        self.draw(&mut svg).expect("a String takes all that is written");
        svg
    }

    fn draw(&self, svg: &mut String) -> std::fmt::Result {
        let Plot { name, title, description, .. } = self;
        writeln!(
            svg,
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-size=\"12\" role=\"img\" aria-labelledby=\"{name}-title {name}-desc\">"
        )?;
        writeln!(svg, "<title id=\"{name}-title\">{title}</title>")?;
        writeln!(svg, "<desc id=\"{name}-desc\">{description}</desc>")?;

        writeln!(svg, "<text class=\"soft\" x=\"2\" y=\"13\">{}</text>", self.y.label)?;
        let (label, middle, bottom) = (&self.x.label, (LEFT + RIGHT) / 2.0, HEIGHT - 6.0);
        writeln!(
            svg,
            "<text class=\"soft\" x=\"{middle}\" y=\"{bottom}\" text-anchor=\"middle\">{label}</text>"
        )?;
        for (value, label) in &self.y.marks {
            let y = BOTTOM - self.y.place(*value) * (BOTTOM - TOP);
            writeln!(svg, "<path class=\"rule\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>")?;
            let (x, y) = (LEFT - 6.0, y + 4.0);
            writeln!(svg, "<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{label}</text>")?;
        }
        for (value, label) in self.x.marks.iter().filter(|(_, label)| !label.is_empty()) {
            let x = LEFT + self.x.place(*value) * (RIGHT - LEFT);
            let y = BOTTOM + 18.0;
            writeln!(svg, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{label}</text>")?;
        }
        for line in &self.lines {
            self.draw_line(svg, line)?;
        }
        writeln!(svg, "</svg>")
    }

    fn draw_line(&self, svg: &mut String, line: &Line) -> std::fmt::Result {
        let points: Vec<_> = line.points.iter().map(|point| self.at(*point)).collect();
        let path = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect::<Vec<_>>();
        let dashes = if line.dashed { " stroke-dasharray=\"5 3\"" } else { "" };
        writeln!(svg, "<g class=\"{}\">", line.class)?;
        writeln!(svg, "<path class=\"line\" d=\"M{}\"{dashes}/>", path.join("L"))?;
        for (x, y) in &points {
            writeln!(svg, "<circle class=\"byte\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>")?;
        }
        let (point, right, below) = line.name_at;
        let (x, y) = points[point];
        let (x, y) = (x + right, y + below);
        let anchor = if right < 0.0 { " text-anchor=\"end\"" } else { "" };
        writeln!(
            svg,
            "<text class=\"name\" x=\"{x:.1}\" y=\"{y:.1}\"{anchor}>{}</text>",
            line.name
        )?;
        writeln!(svg, "</g>")
    }
}
