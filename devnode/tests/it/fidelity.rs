//! FIDELITY.md names tests. They exist.

use std::{fs, path::Path};

/// The text between backquotes that names a test: a path and a function's name.
fn named(page: &str) -> impl Iterator<Item = (String, &str)> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted.filter_map(|text| text.rsplit_once("::")).map(|(module, test)| {
        let is_source = module.starts_with("src/");
        let file = if is_source {
            module.into()
        } else {
            format!("tests/{}.rs", module.replace("::", "/"))
        };
        (file, test)
    })
}

#[test]
fn every_test_that_the_page_names_exists() {
    const LEAST: usize = 50;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("FIDELITY.md")).expect("the page");
    let tests: Vec<_> = named(&page).filter(|(_, test)| !test.is_empty()).collect();
    assert!(tests.len() >= LEAST, "{}", tests.len());
    for (file, test) in tests {
        let source = fs::read_to_string(root.join(&file)).unwrap_or_default();
        assert!(source.contains(&format!("fn {test}(")), "{file} has no test {test}");
    }
}
