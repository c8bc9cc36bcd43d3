//! Forms that ask before they are sent.

use super::PostForm;
use crate::ui::{Button, ButtonKind, ConfirmDialog, Views};
use leptos::children::ViewFnOnce;
use leptos::prelude::*;
use std::borrow::Cow;

/// A form without visible fields, sent from the dialog that asks.
#[component]
pub fn ConfirmForm(
    /// The address of the server function.
    #[prop(into)]
    action: String,
    /// What it is sent.
    fields: Vec<(&'static str, String)>,
    /// Unique in the page: the dialog that `opener` opens.
    #[prop(into)]
    id: String,
    /// The question, with its object: "Remove Ada from atlas?"
    #[prop(into)]
    question: String,
    /// What follows, in a sentence or two.
    #[prop(into)]
    consequence: String,
    /// The verb with its object: "Remove from project".
    #[prop(into)]
    verb: String,
    /// [`ButtonKind::Primary`] where nothing is lost.
    #[prop(default = ButtonKind::Danger)]
    kind: ButtonKind,
    /// [`crate::ui::DialogButton`] or [`crate::ui::DialogIconButton`] with `id` as its target.
    #[prop(into)]
    opener: ViewFnOnce,
) -> impl IntoView {
    let verb = move || {
        view! {
            <Button kind submit=true>
                {verb}
            </Button>
        }
    };
    view! {
        <PostForm action>
            <Hidden fields />
            {opener.run()}
            <ConfirmDialog id title=question action=verb>
                <p>{consequence}</p>
            </ConfirmDialog>
        </PostForm>
    }
}

/// The field by which a dialog confirms that shared projects may be left without a project admin.
pub(crate) const WITHOUT_ADMIN: &str = "without_admin";
/// Its value.
pub(crate) const CONFIRMED: &str = "confirmed";

/// What follows when these projects lose their only project admin, for the dialog that asks.
pub(crate) fn without_admin(projects: &[&str]) -> Option<String> {
    let (last, others) = projects.split_last()?;
    let projects = if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) };
    Some(format!("{projects} will have no project admin. Only platform admins can then add members."))
}

/// Fields that go along unseen.
#[component]
pub fn Hidden(
    /// Names and values.
    #[prop(into)]
    fields: HiddenFields,
) -> impl IntoView {
    fields.0.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).views()
}

/// Names and values, whoever owns the names.
pub struct HiddenFields(Vec<(Cow<'static, str>, String)>);

impl<N: Into<Cow<'static, str>>> From<Vec<(N, String)>> for HiddenFields {
    fn from(fields: Vec<(N, String)>) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}
