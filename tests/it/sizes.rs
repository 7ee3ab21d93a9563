//! What the contracts weigh.

use std::collections::BTreeMap;

use eyre::{Result, ensure};
use tributary_tests::{Case, Lab, Snapshot};

use crate::check;

/// Memory that costs nothing, in pages.
const FREE_PAGES: u64 = 2;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        check!(no_contract_needs_memory_that_is_paid_for),
        check!(the_sizes_are_those_of_the_snapshot),
    ]
}

fn no_contract_needs_memory_that_is_paid_for(lab: &Lab) -> Result<()> {
    for artifact in lab.artifacts()? {
        let (name, report) = (&artifact.name, &artifact.report);
        ensure!(report.pages <= FREE_PAGES, "{name}: {report}");
    }
    Ok(())
}

fn the_sizes_are_those_of_the_snapshot(lab: &Lab) -> Result<()> {
    let mut sizes = BTreeMap::new();
    for artifact in lab.artifacts()? {
        let (name, report) = (&artifact.name, &artifact.report);
        sizes.insert(format!("{name}, bytes of code"), report.compressed as u64);
        sizes.insert(format!("{name}, bytes of WASM"), report.raw as u64);
        sizes.insert(format!("{name}, fragments"), report.fragments as u64);
        sizes.insert(format!("{name}, pages of memory"), report.pages);
    }
    Snapshot::named("size").compare(&sizes)
}
