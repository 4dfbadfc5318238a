//! The tables of the document.

use std::fs;
use std::panic::catch_unwind;

use set_testkit::files::package_folder;

use crate::Stimulus;

/// A row of a table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The heading above it.
    pub(crate) section: String,
    name: String,
    outcome: String,
}

/// All rows of the document.
pub(crate) fn rows() -> Vec<Row> {
    let file = package_folder().join("../docs/OUTCOMES.md");
    let rows = parse(&fs::read_to_string(file).unwrap());
    assert!(rows.len() >= 80, "{} rows", rows.len());
    rows
}

/// The rows of the tables under headings, of three columns, the first and last of which are
/// code.
pub(crate) fn parse(text: &str) -> Vec<Row> {
    let mut section = String::new();
    let mut rows = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = heading.to_owned();
        }
        let Some(cells) = line.strip_prefix('|').filter(|_| !section.is_empty()) else {
            continue;
        };
        let cells: Vec<&str> = cells.split('|').map(str::trim).collect();
        let [name, _, outcome, ""] = cells[..] else {
            panic!("not three columns: {line}");
        };
        let code = |cell: &str| Some(cell.strip_prefix('`')?.strip_suffix('`')?.to_owned());
        match (code(name), code(outcome)) {
            (Some(name), Some(outcome)) => rows.push(Row {
                section: section.clone(),
                name,
                outcome,
            }),
            _ => assert!(name == "name" || name.starts_with("---"), "{line}"),
        }
    }
    rows
}

/// Does what the rows of a section say; tells what is otherwise.
pub(crate) fn compare(rows: &[Row], section: &str, stimuli: &[Stimulus]) -> String {
    let mut wrong = String::new();
    let rows: Vec<&Row> = rows.iter().filter(|row| row.section == section).collect();
    for row in &rows {
        let name = &row.name;
        let Some((_, run)) = stimuli.iter().find(|(known, _)| known == name) else {
            wrong += &format!("{section}: {name}: nothing does this\n");
            continue;
        };
        let found = catch_unwind(run).unwrap_or_else(|_| "a panic".to_owned());
        if found != row.outcome {
            wrong += &format!(
                "{section}: {name}: the table says {}, but {found}\n",
                row.outcome
            );
        }
    }
    for (name, _) in stimuli {
        match rows.iter().filter(|row| row.name == *name).count() {
            1 => {}
            0 => wrong += &format!("{section}: {name}: the table has no such row\n"),
            many => wrong += &format!("{section}: {name}: the table has it {many} times\n"),
        }
    }
    wrong
}
