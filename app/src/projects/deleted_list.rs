//! Deleted projects in the list, and the button that restores them.

use super::list::{Column, name};
use crate::form::PostForm;
use crate::projects::actions::RestoreProject;
use crate::ui::{Button, ButtonSize, Day, Icon, Stacked, Width};
use domain::project::{KEPT_AFTER_DELETION, ProjectRow, ProjectSort};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use time::OffsetDateTime;

/// The columns of the list while it shows deleted projects: nothing leads to their pages.
pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::new("Name", |project, _| name(project, None)).sorted_by(ProjectSort::Name).stacked(|_| Stacked::Line),
        Column::new("Deleted", |project, _| day(project.deleted_at)).width(Width::Medium).stacked(|_| Stacked::Hidden),
        Column::new("Kept until", |project, _| day(project.deleted_at.map(|at| at + KEPT_AFTER_DELETION)))
            .width(Width::Medium)
            .labelled(),
        Column::new("Restore", restore).width(Width::Medium).stacked(|_| Stacked::End).action(),
    ]
}

fn day(at: Option<OffsetDateTime>) -> AnyView {
    at.map(|at| view! { <span class="num text-sm text-ink-2"><Day at /></span> }).into_any()
}

fn restore(project: &ProjectRow, _: OffsetDateTime) -> AnyView {
    let (name, whose) = (project.name.to_string(), format!(" {}", project.title));
    view! {
        <PostForm action=RestoreProject::url() class="flex justify-end">
            <input type="hidden" name="project" value=name />
            <Button size=ButtonSize::Small icon=Icon::Undo submit=true>
                "Restore"
                <span class="sr-only">{whose}</span>
            </Button>
        </PostForm>
    }
    .into_any()
}
