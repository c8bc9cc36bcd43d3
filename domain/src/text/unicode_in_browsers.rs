//! The same questions without tables.

pub(super) fn normal(text: &str) -> String {
    text.to_owned()
}

pub(super) const fn is_invisible(_character: char) -> bool {
    false
}

pub(super) const fn has_base(_text: &str) -> bool {
    true
}

pub(super) const fn shapes_neighbours(_before: &str, _character: char, _after: &str) -> bool {
    false
}
