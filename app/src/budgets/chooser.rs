//! The field of the forms that assign a budget: it names one of a category.

use super::actions::assign_form_name;
use crate::form::{Forms, Hidden};
use crate::suggestions::budget_source;
use crate::ui::Chooser;
use domain::budget::Category;
use domain::suggestion::SuggestionKind;
use leptos::context::Provider;
use leptos::prelude::*;

/// The layout of the form: the field and its button.
pub(crate) const ASSIGN_FORM: &str = "grid grid-cols-[minmax(0,1fr)_auto] items-start gap-1.5";

pub(crate) fn budget_chooser(category: Category, label: String, forms: &Forms) -> impl IntoView + use<> {
    let form = assign_form_name(category);
    view! {
        <Hidden fields=vec![("category", category.key().to_owned())] />
        <Provider value=forms.of(form).scope(form)>
            <Chooser name="budget" label kind=SuggestionKind::Budget source=budget_source(category) is_bare=true />
        </Provider>
    }
}
