//! Forms that edit a stored object. Each carries the values it was rendered with, so that what others save meanwhile
//! is merged, or shown for a choice, and never overwritten unseen.

use super::{FormFields, Hidden, PostForm};
use crate::ui::{Banner, BannerKind, ConflictFields, Icon, Views, textarea_text};
use domain::draft::{EditBasis, Field};
use leptos::prelude::*;
use time::OffsetDateTime;

/// What a form edits.
pub(crate) struct Edited {
    /// The address of the server function.
    pub(crate) action: &'static str,
    /// Name of the form, as its action gives it.
    pub(crate) form: &'static str,
    /// What is edited, in a word: "budget".
    pub(crate) what: &'static str,
    /// The hidden field that names the object, and its id.
    pub(crate) target: (&'static str, String),
    /// The stored version.
    pub(crate) version: i64,
    /// The stored values.
    pub(crate) stored: Vec<Field>,
    /// When the page was read.
    pub(crate) now: OffsetDateTime,
    /// The page that shows what is stored, for users who discard their changes.
    pub(crate) discard_href: String,
    /// For the layout of the fields.
    pub(crate) class: Option<&'static str>,
}

impl Edited {
    /// The form with its fields, or the choices between two versions when others changed the same fields.
    pub(crate) fn form(self, state: FormFields, fields: impl FnOnce(FormFields) -> AnyView) -> AnyView {
        let Self { action, form, what, target, version, stored, now, discard_href, class } = self;
        let target = vec![target];
        let changes = match state.conflict() {
            Some(conflict) if conflict.needs_choice() => {
                let (conflict, version) = (conflict.clone(), state.value("version", &version.to_string()));
                return view! {
                    <PostForm action>
                        <Hidden fields=target />
                        <ConflictFields form conflict version what now discard_href />
                    </PostForm>
                }
                .into_any();
            }
            Some(conflict) => conflict.kept_changes(),
            None => Vec::new(),
        };
        let state = state.resumed();
        let mut basis = vec![("version".to_owned(), state.value("version", &version.to_string()))];
        basis.extend(stored.into_iter().map(|field| {
            let name = EditBasis::base_name(field.name);
            let value = state.value(&name, &field.value.typed);
            (name, value)
        }));
        let notes =
            changes.into_iter().map(|fact| view! { <Banner kind=BannerKind::Info icon=Icon::GitCompare fact /> });
        let fields = fields(state);
        let is_merged = notes.len() > 0;
        let notes = notes.views();
        let form = view! {
            <PostForm action class=class.unwrap_or_default()>
                <Hidden fields=target />
                {basis.into_iter().map(|(name, value)| kept(name, &value)).views()}
                {fields}
            </PostForm>
        };
        // An element of its own, so that the fields are new ones: a browser keeps in a field what was typed there.
        if is_merged { view! { <div class="grid gap-4">{notes} {form}</div> }.into_any() } else { form.into_any() }
    }
}

/// A hidden value that the browser keeps with what is typed, when the page is read again: a text area, because a hidden
/// input always shows what the page says.
fn kept(name: String, value: &str) -> impl IntoView + use<> {
    view! { <textarea hidden name=name autocomplete="off" inner_html=textarea_text(value)></textarea> }
}
