//! The tables of the book's page "What breaks it": which program passes which check
//! when something goes wrong. The page is the data, and each suite compares it with its programs.

use std::fs;

use crate::machine::workspace;

/// The page, as messages name it.
pub(crate) const NAME: &str = "book/chapters/breaking.md";

/// The checks that the tables name, each with a program that passes it. A row without a program is about
/// no program of ours, and gives an empty name.
///
/// # Errors
///
/// The page can't be read, or isn't what it was.
pub(crate) fn rows() -> Result<Vec<(String, String)>, String> {
    let text =
        fs::read_to_string(workspace().join(NAME)).map_err(|why| format!("{NAME}: {why}"))?;
    rows_of(&text)
}

fn rows_of(text: &str) -> Result<Vec<(String, String)>, String> {
    let (_, lasting) = text
        .split_once("The **lasting servers** are")
        .ok_or(format!("{NAME} doesn't say which the lasting servers are"))?;
    let lasting = lasting.split_once(", and `solution.py`").map_or("", |(lasting, _)| lasting);
    let lasting: Vec<&str> = words(lasting).chain(["solution.py"]).collect();
    let (_, tables) = text
        .split_once("<!-- troubles -->")
        .ok_or(format!("{NAME} has no mark before its tables"))?;
    let (tables, _) = tables
        .split_once("<!-- troubles: end -->")
        .ok_or(format!("{NAME} has no mark behind its tables"))?;
    let mut rows = Vec::new();
    for line in tables.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, happens, checks] = cells[..] else {
            return Err(format!("{NAME}: a row without three cells: {line}"));
        };
        let checks = checks.split('`').skip(1).step_by(2);
        let programs = happens.strip_prefix("**").and_then(|rest| rest.split_once("**: "));
        let programs: Vec<&str> = match programs {
            Some(("lasting servers", _)) => lasting.clone(),
            Some((names, _)) => names.split(", ").collect(),
            None => vec![""],
        };
        for program in programs.iter().filter(|program| !program.is_empty()) {
            if words(program).next().is_none() && *program != "solution.py" {
                return Err(format!("{NAME}: there's no program {program}: {line}"));
            }
        }
        rows.extend(checks.flat_map(|check| {
            programs.iter().map(move |program| (check.to_owned(), (*program).to_owned()))
        }));
    }
    Ok(rows)
}

/// The names of programs in a text: `lesson04`, `solution02`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let all = text.split(|c: char| !c.is_ascii_alphanumeric());
    all.filter(|word| {
        let number = word.strip_prefix("lesson").or_else(|| word.strip_prefix("solution"));
        number
            .is_some_and(|number| number.len() == 2 && number.parse::<u8>().is_ok_and(|it| it < 6))
    })
}

#[cfg(test)]
mod tests {
    use super::{rows, rows_of};

    const PAGE: &str = "\
The **lasting servers** are those that stay: solution02, lesson04, and `solution.py`, in Python.
<!-- troubles -->
| what comes | what happens | shown by |
|---|---|---|
| a reset | **lesson02, lesson03**: an error | `reports_a_reset`, `reports_it` |
|  | **lasting servers**: the next one is served | `survives` |
| a lost packet | it is sent again | `is_sent_again` |
<!-- troubles: end -->
";

    #[test]
    fn a_row_names_programs_and_checks() {
        let rows = rows_of(PAGE).unwrap();
        let rows: Vec<_> = rows.iter().map(|(check, program)| (&**check, &**program)).collect();
        let expected = [
            ("reports_a_reset", "lesson02"),
            ("reports_a_reset", "lesson03"),
            ("reports_it", "lesson02"),
            ("reports_it", "lesson03"),
            ("survives", "solution02"),
            ("survives", "lesson04"),
            ("survives", "solution.py"),
            ("is_sent_again", ""),
        ];
        assert_eq!(rows, expected);
        let unknown = PAGE.replace("lesson03", "lesson93");
        assert!(rows_of(&unknown).unwrap_err().contains("no program lesson93"));
        let short = PAGE.replace(" | `survives`", "");
        assert!(rows_of(&short).unwrap_err().contains("without three cells"));
    }

    #[test]
    fn the_page_has_such_tables() {
        assert!(rows().unwrap().len() > 150);
    }
}
