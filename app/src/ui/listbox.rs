//! What fields with suggestions share: their role for screen readers, the row that the keys select, the search while the
//! user types, and the marks of what matches. The focus stays in the field
//! (<https://www.w3.org/WAI/ARIA/apg/patterns/combobox/>).

use super::hydrated::hydrated;
use leptos::attr::{Attribute, aria_activedescendant, aria_autocomplete, aria_controls, aria_expanded, role};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::pin::Pin;
use std::time::Duration;

/// How long after the last key the search begins.
const PAUSE: Duration = Duration::from_millis(150);

/// Suggestions that are being loaded; `None` when the server did not answer.
pub type Later<T> = Pin<Box<dyn Future<Output = Option<T>> + Send>>;

/// Where suggestions for a text come from.
pub type Source<T> = Callback<String, Later<T>>;

/// What the field is to screen readers; without scripts it is a text field.
pub(super) fn combobox(
    list: String,
    has_rows: impl Fn() -> bool + Send + 'static,
    selected_row: impl Fn() -> Option<String> + Send + 'static,
) -> impl Attribute {
    let ready = hydrated();
    (
        role(move || ready.get().then_some("combobox")),
        aria_autocomplete(move || ready.get().then_some("list")),
        aria_controls(move || ready.get().then(|| list.clone())),
        aria_expanded(move || ready.get().then(|| if has_rows() { "true" } else { "false" })),
        aria_activedescendant(move || selected_row().filter(|_| ready.get())),
    )
}

/// Searches while the user types. Only the answer to the last text counts, whatever the order of the answers.
pub(super) struct Search<T: 'static> {
    turn: StoredValue<u32>,
    /// Enter was pressed before the answer.
    is_confirmed: StoredValue<bool>,
    /// The answer to the last text that was answered.
    pub(super) found: RwSignal<Option<T>>,
    /// The last text has no answer yet.
    pub(super) is_waiting: RwSignal<bool>,
}

impl<T> Clone for Search<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Search<T> {}

impl<T: Send + Sync + 'static> Search<T> {
    pub(super) fn new() -> Self {
        Self {
            turn: StoredValue::new(0),
            is_confirmed: StoredValue::new(false),
            found: RwSignal::new(None),
            is_waiting: RwSignal::new(false),
        }
    }

    /// Searches for `text` once no more keys follow; then calls `answered` with whether Enter was pressed meanwhile.
    pub(super) fn start(self, source: Source<T>, text: String, answered: impl FnOnce(bool) + 'static) {
        let turn = self.next_turn();
        self.is_waiting.set(true);
        let search = move || {
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            leptos::task::spawn_local(async move {
                let found = source.run(text).await;
                if self.turn.try_get_value() == Some(turn) {
                    self.found.set(found);
                    self.is_waiting.set(false);
                    answered(self.is_confirmed.get_value());
                }
            });
        };
        set_timeout(search, PAUSE);
    }

    /// Enter chooses the first row of the answer that is awaited.
    pub(super) fn confirm(self) {
        self.is_confirmed.set_value(true);
    }

    /// Drops the answers that are still to come, and the last one.
    pub(super) fn clear(self) {
        self.next_turn();
        self.is_waiting.set(false);
        self.found.set(None);
    }

    fn next_turn(self) -> u32 {
        self.is_confirmed.set_value(false);
        self.turn
            .try_update_value(|turn| {
                *turn = turn.wrapping_add(1);
                *turn
            })
            .unwrap_or_default()
    }
}

/// Whether a key edits the text, or belongs to an input method, as Enter does when it ends a composition. Safari tells the
/// latter by the code alone.
pub(super) fn edits_text(event: &KeyboardEvent) -> bool {
    const OF_INPUT_METHOD: u32 = 229;
    let is_composing = event.is_composing() || event.key_code() == OF_INPUT_METHOD;
    is_composing || event.alt_key() || event.ctrl_key() || event.meta_key() || event.shift_key()
}

/// The row that a key leads to among `rows`, which can be chosen; `None` for keys that stay with the field.
pub(super) fn row_after(key: &str, selected: Option<usize>, rows: &[usize]) -> Option<usize> {
    let (first, last) = (rows.first()?, rows.last()?);
    let next = match key {
        "ArrowDown" => rows.iter().find(|row| selected.is_none_or(|selected| **row > selected)).unwrap_or(first),
        "ArrowUp" => rows.iter().rfind(|row| selected.is_some_and(|selected| **row < selected)).unwrap_or(last),
        "Home" => first,
        "End" => last,
        _ => return None,
    };
    Some(*next)
}

/// Where `query` stands in `label` without regard to case; everything matches nothing typed.
pub(super) fn find(label: &str, query: &str) -> Option<std::ops::Range<usize>> {
    let query = query.trim().to_lowercase();
    let starts = label.char_indices().map(|(at, _)| at).chain([label.len()]);
    starts.into_iter().find_map(|start| {
        let mut rest = query.chars();
        let mut wanted = rest.next();
        let mut end = start;
        for letter in label[start..].chars() {
            if wanted.is_none() {
                break;
            }
            for lower in letter.to_lowercase() {
                if wanted != Some(lower) {
                    return None;
                }
                wanted = rest.next();
            }
            end += letter.len_utf8();
        }
        wanted.is_none().then_some(start..end)
    })
}

/// The label with the part that matches underlined.
pub(super) fn marked(label: &str, query: &str) -> AnyView {
    let found = find(label, query).unwrap_or(0..0);
    let (before, middle, after) = (&label[..found.start], &label[found.clone()], &label[found.end..]);
    (
        before.to_owned(),
        view! {
            <mark class="bg-transparent font-semibold text-inherit underline decoration-accent decoration-2 underline-offset-[0.18em]">
                {middle.to_owned()}
            </mark>
        },
        after.to_owned(),
    )
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_finds_without_regard_to_case() {
        assert_eq!(find("Users management", "MAN"), Some(6..9));
        assert_eq!(find("Users management", ""), Some(0..0));
        assert_eq!(find("Users management", "managers"), None);
        assert_eq!(find("Équipe", "éq"), Some(0..3));
        assert_eq!(find("", "x"), None);
    }

    #[test]
    fn arrows_go_round_past_rows_that_cannot_be_chosen() {
        let rows = [1, 2, 4];
        for (key, from, to) in [
            ("ArrowDown", None, 1),
            ("ArrowDown", Some(2), 4),
            ("ArrowDown", Some(4), 1),
            ("ArrowUp", Some(4), 2),
            ("ArrowUp", Some(1), 4),
            ("ArrowUp", None, 4),
            ("Home", Some(4), 1),
            ("End", Some(1), 4),
        ] {
            assert_eq!(row_after(key, from, &rows), Some(to), "{key} from {from:?}");
        }
        assert_eq!(row_after("a", Some(1), &rows), None);
        assert_eq!(row_after("ArrowDown", None, &[]), None);
    }
}
