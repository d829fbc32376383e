//! Tables of Markdown.

use crate::figures::short;
use crate::run::Measured;

/// A table; a row has as many cells as the head.
#[derive(Debug, Default)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<'a>(head: impl IntoIterator<Item = &'a str>) -> Table {
        Table {
            head: head.into_iter().map(str::to_owned).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        assert_eq!(cells.len(), self.head.len(), "a cell for each column: {cells:?}");
        assert!(cells.iter().all(|cell| !cell.is_empty()), "no empty cell: {cells:?}");
        self.rows.push(cells);
    }

    pub(crate) fn text(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = format!("|{}\n", "---|".repeat(self.head.len()));
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("{}{rule}{rows}", line(&self.head))
    }
}

/// Time, processor time and memory of each row, and its time in times of those that are named.
pub(crate) fn of_runs(measured: &Measured, to: &[(&str, &str)]) -> String {
    let mut head = vec!["", "s", "cpu s", "peak MiB"];
    head.extend(to.iter().map(|(_, title)| *title));
    head.push("runs");
    let mut table = Table::new(head);
    for (name, samples) in &measured.rows {
        let mut cells = vec![
            name.clone(),
            short(measured.wall(name)),
            short(measured.cpu(name)),
            short(measured.peak(name)),
        ];
        cells.extend(to.iter().map(|(base, _)| short(measured.ratio(name, base))));
        cells.push(samples.len().to_string());
        table.row(cells);
    }
    table.text()
}
