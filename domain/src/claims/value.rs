//! How single values are read: identity providers write the same thing in several ways.

use crate::project::ProjectName;
use serde_json::Value;

/// The most characters of a value that a refusal shows.
const SHOWN_LENGTH: usize = 100;

/// A boolean, also as text or number: mappers and directories often write `"true"` or `1`. Anything else is unclear.
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(is) => Some(*is),
        Value::Number(number) if number.as_f64() == Some(1.0) => Some(true),
        Value::Number(number) if number.as_f64() == Some(0.0) => Some(false),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The names in a claim: one text, a list of texts, or the keys of an object. A key whose value is false or null does
/// not count.
pub fn names(value: &Value) -> Vec<String> {
    let names: Vec<&str> = match value {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        Value::Object(names) => {
            let granted = names.iter().filter(|(_, value)| !value.is_null() && boolean(value) != Some(false));
            granted.map(|(name, _)| name.as_str()).collect()
        }
        _ => Vec::new(),
    };
    names.into_iter().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Project names in an attribute that is a list, or was typed into one cell with commas, or both.
///
/// A group path of Keycloak names the project by its whole path without the first slash: `/atlas` is `atlas`, and
/// `/research/atlas` is `research/atlas`, because `/sales/atlas` is another group. Names with invisible characters are
/// left out: they would look like another project.
pub fn projects(value: Option<&Value>) -> Vec<ProjectName> {
    let cells: Vec<&str> = match value {
        Some(Value::String(cell)) => vec![cell],
        Some(Value::Array(cells)) => cells.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let names = cells.into_iter().flat_map(|cell| cell.split(',')).map(str::trim);
    names.filter_map(|name| ProjectName::parse_foreign(name.strip_prefix('/').unwrap_or(name)).ok()).collect()
}

/// A value as JSON, cut to what fits a sentence.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_LENGTH) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
