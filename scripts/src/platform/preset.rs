//! The presets that ship with the command, and files of one's own.

use std::{fs, path::Path};

use super::{Platform, PlatformError};

/// Name and text of every preset, in the order in which the demo plays them.
pub const PRESETS: [(&str, &str); 2] = [
    ("bithash", include_str!("../../../platforms/bithash.toml")),
    ("opur", include_str!("../../../platforms/opur.toml")),
];

/// The preset called `name`, or the platform in the file at that path if it ends in `.toml`.
///
/// # Errors
/// There is no such preset or file, or it breaks a rule.
pub fn load(name: &str) -> Result<Platform, PlatformError> {
    if let Some((name, text)) = PRESETS.iter().find(|preset| preset.0 == name) {
        return Platform::parse(name, text);
    }
    let fail = |problem| Err(PlatformError { name: name.to_owned(), problem });
    let path = Path::new(name);
    if path.extension().is_none_or(|extension| extension != "toml") {
        let known = PRESETS.map(|preset| preset.0).join(", ");
        return fail(format!("there is no such preset; choose one of {known}, or a .toml file"));
    }
    match fs::read_to_string(path) {
        Ok(text) => {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            Platform::parse(&stem, &text)
        }
        Err(error) => fail(format!("the file cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_that_ships_is_valid() {
        for (name, _) in PRESETS {
            assert_eq!(load(name).unwrap().name, name);
        }
    }

    #[test]
    fn an_unknown_preset_is_refused_with_the_names_of_those_there_are() {
        let error = load("bithas").unwrap_err().to_string();
        assert!(error.contains("choose one of bithash, opur"), "{error}");
    }
}
