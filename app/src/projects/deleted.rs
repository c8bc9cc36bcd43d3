//! Deleted projects in the list, and the way back.

use crate::form::PostForm;
use crate::page::listing::ListQuery as _;
use crate::projects::actions::RestoreProject;
use crate::ui::{
    Avatar, AvatarShape, Button, ButtonSize, Cell, Day, Header, Icon, NameCell, SortHeader, Stacked, Table, TableBody,
    TableHead, TableRow, Views, Width,
};
use domain::project::{KEPT_AFTER_DELETION, ProjectQuery, ProjectRow, ProjectSort};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The list while it shows deleted projects: nothing leads to their pages.
pub(super) fn deleted_projects(rows: Vec<ProjectRow>, query: &ProjectQuery) -> impl IntoView + use<> {
    let by_name = query.head(ProjectSort::Name);
    let rows = rows.into_iter().map(row).views();
    view! {
        <Table label="Deleted projects">
            <TableHead>
                <SortHeader label="Name" by=by_name />
                <Header label="Deleted" width=Width::Medium />
                <Header label="Kept until" width=Width::Medium />
                <Header label="Restore" is_hidden=true width=Width::Medium />
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
    }
}

fn row(project: ProjectRow) -> impl IntoView {
    let ProjectRow { id, name, title, deleted_at, .. } = project;
    let (initials, name) = (title.clone(), name.to_string());
    let detail = (title != name).then(|| name.clone());
    let whose = format!(" {title}");
    let until = deleted_at.map(|at| at + KEPT_AFTER_DELETION);
    let day = |at| view! { <span class="num text-sm text-ink-2"><Day at /></span> };
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell name=title detail code=true>
                    <Avatar name=initials seed=id.to_string() shape=AvatarShape::Project />
                </NameCell>
            </Cell>
            <Cell stacked=Stacked::Hidden>{deleted_at.map(day)}</Cell>
            <Cell label="Kept until">{until.map(day)}</Cell>
            <Cell controls=true stacked=Stacked::End>
                <PostForm action=RestoreProject::url() class="flex justify-end">
                    <input type="hidden" name="project" value=name />
                    <Button size=ButtonSize::Small icon=Icon::Undo submit=true>
                        "Restore"
                        <span class="sr-only">{whose}</span>
                    </Button>
                </PostForm>
            </Cell>
        </TableRow>
    }
}
