//! The fields of a form page, as they stand at first and as they come back.

use super::FormFields;
use crate::ui::{ErrorSummary, FormColumn, Views};
use leptos::context::Provider;
use leptos::prelude::*;

/// One column of fields under the summary of their problems. Each field finds what was typed and its problem by itself.
#[component]
pub fn FieldColumn(
    /// Name of the form, as its action gives it.
    form: &'static str,
    /// How it came back, if it did.
    state: FormFields,
    /// What did not happen: "Not created."
    fact: &'static str,
    /// Field names and what they are called on the screen.
    labels: Vec<(&'static str, &'static str)>,
    /// The fields, then [`crate::ui::FormFoot`].
    children: Children,
) -> impl IntoView {
    let errors = state.errors().cloned();
    view! {
        <Provider value=state.scope(form)>
            <FormColumn>
                {errors.map(|errors| view! { <ErrorSummary form fact errors labels /> }).views()}
                {children()}
            </FormColumn>
        </Provider>
    }
}
