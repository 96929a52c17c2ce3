use grader::{Graded, Status, text};
use unicode_width::UnicodeWidthStr;

/// A row for each lesson.
pub fn of_lessons(lessons: &[&str], results: &[Graded]) -> String {
    let row = |lesson: &&str| {
        let results: Vec<&Graded> =
            results.iter().filter(|graded| graded.lesson == *lesson).collect();
        let cell = cell(results.iter().copied());
        let before = " ".repeat(8usize.saturating_sub(cell.width()));
        let mut row = format!("{lesson}  {before}{cell}");
        let failed = results.iter().find(|graded| graded.status == Status::Failed);
        if results.iter().any(|graded| begun(graded)) {
            let passed = count(&results);
            let bar = (0..results.len()).map(|check| if check < passed { '█' } else { '░' });
            row.push(' ');
            row.extend(bar);
        }
        if let Some(next) = failed {
            row += &text!("  next: {check}", check = next.check);
        }
        row + "\n"
    };
    lessons.iter().map(row).collect()
}

/// A row for each learner, a column for each lesson.
pub fn of_learners(lessons: &[&str], results: &[(&str, Vec<Graded>)]) -> String {
    let mut rows = vec![vec![text!("learner")]];
    rows[0].extend(lessons.iter().map(|lesson| (*lesson).to_owned()));
    // One learner's results stand together, in the order of the lessons.
    for of_one in results.chunks(lessons.len()) {
        let mut row = vec![of_one[0].0.to_owned()];
        row.extend(of_one.iter().map(|(_, graded)| cell(graded)));
        rows.push(row);
    }
    aligned(&rows)
}

/// How one exercise was done, in a few words.
pub fn cell<'a>(results: impl IntoIterator<Item = &'a Graded>) -> String {
    let results: Vec<&Graded> = results.into_iter().collect();
    let all = |status| results.iter().all(|graded| graded.status == status);
    if all(Status::NotStarted) {
        text!("not started")
    } else if all(Status::DoesNotCompile) {
        text!("does not compile")
    } else if all(Status::NoAnswer) {
        let why = results.first().map_or("", |graded| &graded.message);
        // The name of the file comes first.
        let end = [" is ", " 不"].iter().filter_map(|behind| why.find(behind)).min();
        let name = &why[..end.unwrap_or(why.len())];
        text!("no answer: {name}", name)
    } else {
        text!(
            "{passed} of {checks}",
            passed = format!("{:>2}", count(&results)),
            checks = format!("{:<2}", results.len()),
        )
    }
}

fn count(results: &[&Graded]) -> usize {
    results.iter().filter(|graded| graded.status == Status::Passed).count()
}

fn begun(graded: &Graded) -> bool {
    !matches!(graded.status, Status::NotStarted | Status::DoesNotCompile | Status::NoAnswer)
}

/// Columns as wide as their widest cell, two spaces apart.
fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max();
    let widths: Vec<usize> = (0..rows[0].len()).filter_map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            let after = " ".repeat(width - cell.width());
            format!("{cell}{after}")
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}
