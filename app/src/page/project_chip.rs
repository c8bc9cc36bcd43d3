//! The filter of a list by project: a field with suggestions. A choice takes effect at once.

use crate::suggestions::project_source;
use crate::ui::{Chooser, FieldFilterChip};
use domain::project::ProjectName;
use domain::suggestion::SuggestionKind;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The chip. `address` is that of the list for a project, or without one.
pub(crate) fn project_chip(
    name: Option<&ProjectName>,
    title: Option<String>,
    submit: &'static str,
    address: impl Fn(Option<ProjectName>) -> String + Send + Sync + 'static,
) -> AnyView {
    let (value, clear_href, navigate) =
        (name.map(ToString::to_string).unwrap_or_default(), address(None), use_navigate());
    let title = title.or_else(|| name.map(ToString::to_string));
    let filter = Callback::new(move |name: String| {
        let address = address(ProjectName::parse_existing(&name).ok());
        navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    view! {
        <FieldFilterChip id="filter-project" label="Project" value=title clear_href submit>
            <Chooser
                name="project"
                label="Project"
                kind=SuggestionKind::Project
                source=project_source(None)
                value
                filter
            />
        </FieldFilterChip>
    }
    .into_any()
}
