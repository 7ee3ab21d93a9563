//! The figures, side by side.

use comfy_table::{CellAlignment, Table, presets};

/// One line of the table. What is better is higher, except for durations.
#[derive(Debug)]
pub(crate) struct Row {
    /// What was measured, with its unit.
    pub(crate) what: String,
    /// Our figure.
    pub(crate) ours: f64,
    /// Anvil's, where it can do the same.
    pub(crate) anvil: Option<f64>,
    /// Whether less is better.
    pub(crate) less_is_better: bool,
}

/// The whole table, in Markdown.
pub(crate) fn of(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "",
        "devnode",
        "anvil 1.7.1",
        "times as fast",
    ]);
    for row in rows {
        let anvil = row.anvil.map_or_else(|| "–".to_owned(), figure);
        let ratio = row.ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
        table.add_row([row.what.clone(), figure(row.ours), anvil, ratio]);
    }
    table.column_iter_mut().skip(1).for_each(|c| c.set_cell_alignment(CellAlignment::Right));
    table
}

impl Row {
    /// How many times as fast as Anvil we are.
    fn ratio(&self) -> Option<f64> {
        let anvil = self.anvil?;
        Some(if self.less_is_better { anvil / self.ours } else { self.ours / anvil })
    }
}

fn figure(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_above_one_where_we_are_faster() {
        let row =
            |ours, anvil, less_is_better| Row { what: String::new(), ours, anvil, less_is_better };
        assert_eq!(row(300.0, Some(100.0), false).ratio(), Some(3.0));
        assert_eq!(row(10.0, Some(50.0), true).ratio(), Some(5.0));
        assert_eq!(row(10.0, None, true).ratio(), None);
    }
}
