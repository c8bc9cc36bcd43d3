//! A form that is under way: no second post, and after a moment its button says what happens.

/// What a button says while its form is under way, from what it says otherwise: "Create user" becomes "Creating…".
#[cfg(any(test, feature = "hydrate"))]
fn progress_label(label: &str) -> String {
    let verb = label.split_whitespace().next().unwrap_or_default();
    let is_known = verb.len() > 2 && verb.chars().all(|letter| letter.is_ascii_alphabetic());
    match verb {
        // Not the beginning of what the button does.
        "Done," | "Go" | "Yes," => "Sending…".to_owned(),
        "End" | "Add" | "Unlock" | "Confirm" | "Assign" | "Undo" | "Reset" => format!("{verb}ing…"),
        "Sign" => label.to_owned().replacen("Sign", "Signing", 1) + "…",
        _ if !is_known => "Sending…".to_owned(),
        _ => format!("{}ing…", verb.strip_suffix('e').unwrap_or(verb)),
    }
}

#[cfg(feature = "hydrate")]
pub(crate) use hydrate::end_all_on_return;
#[cfg(feature = "hydrate")]
pub(super) use hydrate::{begin, begin_as_document, end, is_under_way};

#[cfg(feature = "hydrate")]
mod hydrate {
    use super::progress_label;
    use crate::ui::NOTICEABLE;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::{Element, HtmlElement, HtmlFormElement};
    use std::time::Duration;

    /// How long a document may take to be left before its form can be sent again: the user may have stopped it.
    const LEAVING: Duration = Duration::from_secs(10);

    const BUSY: &str = "aria-busy";
    const DISABLED: &str = "aria-disabled";

    pub(crate) fn is_under_way(form: &HtmlFormElement) -> bool {
        form.has_attribute(BUSY)
    }

    /// The buttons keep the focus and the form its fields: nothing is disabled, further posts are ignored.
    pub(crate) fn begin(form: &HtmlFormElement, button: Option<&HtmlElement>) {
        let _ = form.set_attribute(BUSY, "true");
        for button in buttons(form) {
            let _ = button.set_attribute(DISABLED, "true");
        }
        let Some(button) = button.cloned() else { return };
        let form = form.clone();
        set_timeout(
            move || {
                if is_under_way(&form) {
                    show_progress(&button);
                }
            },
            NOTICEABLE,
        );
    }

    /// The browser sends it, and leaves the document when the answer comes.
    pub(crate) fn begin_as_document(form: &HtmlFormElement, button: Option<&HtmlElement>) {
        begin(form, button);
        let form = form.clone();
        set_timeout(move || end(&form), LEAVING);
    }

    pub(crate) fn end(form: &HtmlFormElement) {
        let _ = form.remove_attribute(BUSY);
        for button in buttons(form) {
            let _ = button.remove_attribute(DISABLED);
            let _ = button.remove_attribute(BUSY);
        }
    }

    /// A document that comes back from the browser's cache has the forms it was left with.
    pub(crate) fn end_all_on_return() {
        let _ = window_event_listener_untyped("pageshow", |_| {
            let Ok(forms) = document().query_selector_all("form[aria-busy]") else { return };
            (0..forms.length())
                .filter_map(|at| forms.get(at)?.dyn_into::<HtmlFormElement>().ok())
                .for_each(|form| end(&form));
        });
    }

    /// Where the button has room for it, its words give way to what happens.
    fn show_progress(button: &HtmlElement) {
        if let Ok(Some(slot)) = button.query_selector("[data-progress]") {
            slot.set_text_content(None);
            slot.set_text_content(Some(&progress_label(&button.text_content().unwrap_or_default())));
        }
        let _ = button.set_attribute(BUSY, "true");
    }

    fn buttons(form: &HtmlFormElement) -> impl Iterator<Item = Element> + use<> {
        let count = u32::try_from(form.length()).unwrap_or_default();
        let form = form.clone();
        (0..count)
            .filter_map(move |at| form.get_with_index(at))
            .filter(|control| control.matches("button[type=submit]").unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::progress_label;

    #[test]
    fn button_under_way_says_what_happens() {
        for (label, progress) in [
            ("Create user", "Creating…"),
            ("Save budget", "Saving…"),
            ("Add", "Adding…"),
            ("Assign", "Assigning…"),
            ("Remove from project", "Removing…"),
            ("Delete project", "Deleting…"),
            ("Issue password", "Issuing…"),
            ("Sign in", "Signing in…"),
            ("Sign out everywhere", "Signing out everywhere…"),
            ("Unlock account", "Unlocking…"),
            ("Undo", "Undoing…"),
            ("Change password", "Changing…"),
            ("Done, I have handed it over", "Sending…"),
            ("Go on", "Sending…"),
            ("", "Sending…"),
        ] {
            assert_eq!(progress_label(label), progress, "{label}");
        }
    }
}
