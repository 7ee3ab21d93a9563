//! What all tables look like.

use comfy_table::{CellAlignment, Table, presets};

/// An empty table whose columns from `figures` on are figures.
pub(super) fn table<'a>(headings: impl IntoIterator<Item = &'a str>, figures: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(headings);
    for column in table.column_iter_mut().skip(figures) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
