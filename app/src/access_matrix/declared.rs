//! The declared matrix: the grid, its footnotes, and what is outside of it.

use super::grid::{Glyph, GridCell, GridColumn, GridRow, grid, legend};
use super::own::{clear, no_match};
use crate::paths;
use crate::ui::{
    Cell, Choice, FilterBar, FilterChip, Header, SearchField, Section, Stacked, Table, TableBody, TableFit, TableHead,
    TableRow, Views as _, Width,
};
use domain::access_matrix::{DefaultUser, Level, Matrix, MatrixCell, MatrixQuery, MatrixRole, Mechanism, Resource};
use leptos::prelude::*;

const SUBMIT: &str = "Show roles";

pub(super) fn matrix(matrix: &Matrix, query: &MatrixQuery) -> AnyView {
    let grid = if matrix.roles.is_empty() { no_match(query) } else { roles(matrix) };
    view! {
        {bar(matrix, query)}
        {grid}
        <div class="grid grid-cols-[minmax(0,1fr)] gap-9 px-gutter pb-12">
            {endpoints(matrix)} {matrix.resources.iter().filter_map(mechanisms).views()} {default_users(matrix)}
        </div>
    }
    .into_any()
}

fn bar(matrix: &Matrix, query: &MatrixQuery) -> impl IntoView + use<> {
    let value = query.search.as_ref().map(ToString::to_string).unwrap_or_default();
    let search =
        move || view! { <SearchField label="Search roles" placeholder="Role, client, group or owner" value /> };
    let resources = matrix.column_resources().map(|column| Choice::new(&column.id, &column.label)).collect();
    let levels = Level::ALL.map(|level| Choice::new(level.key(), level.title())).into();
    let without_resource = paths::access_matrix(&MatrixQuery { resource: None, ..query.clone() });
    let without_level = paths::access_matrix(&MatrixQuery { level: None, ..query.clone() });
    let (resource, level) = (query.resource.clone(), query.level.map(|level| level.key().to_owned()));
    let clear = query.is_filtered().then(|| clear(query));
    view! {
        <FilterBar action=paths::ACCESS_MATRIX search>
            <FilterChip id="filter-resource" name="resource" label="Resource" options=resources selected=resource clear_href=without_resource submit=SUBMIT />
            <FilterChip id="filter-level" name="level" label="Level" options=levels selected=level clear_href=without_level submit=SUBMIT />
            {clear}
        </FilterBar>
    }
}

fn roles(matrix: &Matrix) -> AnyView {
    let column = |resource: &Resource| GridColumn { label: resource.label.clone(), detail: resource.address.clone() };
    let columns: Vec<GridColumn> = matrix.column_resources().map(column).collect();
    let rows = matrix.roles.iter().map(|role| row(role, matrix.realms.len() > 1)).collect();
    let footnotes = matrix.footnotes.iter().zip(1..).map(|(text, number)| footnote(text, number)).views();
    view! {
        <div class="px-gutter pb-9">
            {legend(Level::ALL.map(|level| (glyph(level), level.title())))}
            {grid("Roles by resource", "Role", columns, rows)}
            <ol aria-label="Footnotes" class="mt-4 grid max-w-184 list-decimal gap-1 ps-4.5 text-sm text-ink-2 empty:hidden">
                {footnotes}
            </ol>
        </div>
    }
    .into_any()
}

fn row(role: &MatrixRole, has_realms: bool) -> GridRow {
    let realm = has_realms.then(|| format!("Realm {}", role.realm));
    let client = role.client.iter().map(|client| format!("client {client}"));
    let facts = realm.into_iter().chain(client).chain(role.is_privileged.then(|| "privileged".to_owned()));
    GridRow {
        group: role.group.clone(),
        title: role.name.clone(),
        detail: facts.collect::<Vec<_>>().join(", "),
        is_code: true,
        href: None,
        cells: role.cells.iter().map(cell).collect(),
    }
}

fn cell(entry: &MatrixCell) -> GridCell {
    let MatrixCell { level, label, footnote } = entry;
    let word = match level {
        Level::Full => "Full",
        Level::Editor => "Editor",
        Level::Read => "Read",
        Level::Restrict => "Restrict",
        Level::None => "",
        Level::NotApplicable => "n/a",
    };
    let word = label.clone().unwrap_or_else(|| word.to_owned());
    GridCell { glyph: glyph(*level), meaning: level.title().to_owned(), word, footnote: *footnote }
}

const fn glyph(level: Level) -> Glyph {
    match level {
        Level::Full => Glyph::Disc,
        Level::Editor => Glyph::HalfDisc,
        Level::Read => Glyph::Ring,
        Level::Restrict => Glyph::Triangle,
        Level::None => Glyph::Dash,
        Level::NotApplicable => Glyph::Slash,
    }
}

fn footnote(text: &str, number: usize) -> impl IntoView + use<> {
    view! {
        <li id=format!("footnote-{number}") class="scroll-mt-16 marker:text-xs marker:font-semibold marker:text-ink target:text-ink">
            {with_code(text)}
        </li>
    }
}

/// A text of the declaration: what stands between backticks is code.
fn with_code(text: &str) -> AnyView {
    let parts = text.split('`').map(str::to_owned).enumerate().map(|(index, part)| {
        if index % 2 == 1 {
            view! { <code class="font-mono wrap-anywhere">{part}</code> }.into_any()
        } else {
            part.into_any()
        }
    });
    parts.views()
}

fn endpoints(matrix: &Matrix) -> AnyView {
    let row = |resource: &Resource| {
        let Resource { address, service, clients, .. } = resource.clone();
        let realm = resource.authentication_realm();
        let clients = (!clients.is_empty())
            .then(|| view! { <span class="font-mono text-xs tracking-none">{clients.join(" / ")}</span> });
        view! {
            <TableRow>
                <Cell class="font-mono text-xs tracking-none">{address}</Cell>
                <Cell stacked=Stacked::Line>{service}</Cell>
                <Cell label="Signs in at" stacked=Stacked::Line class="text-sm">{realm}</Cell>
                <Cell label="OIDC client" stacked=Stacked::Line>{clients}</Cell>
            </TableRow>
        }
    };
    let rows = matrix.resources.iter().map(row).views();
    let title = matrix.platform.as_ref().map_or("Endpoints".to_owned(), |platform| format!("{platform} endpoints"));
    view! {
        <Section id="endpoints" title>
            <Table label="Endpoints" fit=TableFit::Section>
                <TableHead>
                    <Header label="Path or port" />
                    <Header label="Service" />
                    <Header label="Signs in at" />
                    <Header label="OIDC client" />
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        </Section>
    }
    .into_any()
}

/// The ways in to a resource that roles do not open.
fn mechanisms(resource: &Resource) -> Option<AnyView> {
    if resource.mechanisms.is_empty() {
        return None;
    }
    let row = |way: &Mechanism| {
        let [mechanism, who, purpose] = [&way.mechanism, &way.who, &way.purpose].map(|text| with_code(text));
        view! {
            <TableRow>
                <Cell stacked=Stacked::Line class="whitespace-normal">{mechanism}</Cell>
                <Cell label="Who" stacked=Stacked::Line class="text-sm whitespace-normal">{who}</Cell>
                <Cell label="Purpose" stacked=Stacked::Line class="text-sm whitespace-normal">{purpose}</Cell>
            </TableRow>
        }
    };
    let rows = resource.mechanisms.iter().map(row).views();
    let note = resource.note.as_ref().map(|note| view! { <p class="mb-3 text-sm text-ink-2">{with_code(note)}</p> });
    let (id, title) = (format!("access-{}", resource.id), format!("{} access", resource.label));
    let section = view! {
        <Section id title=title.clone()>
            {note}
            <Table label=title fit=TableFit::Section>
                <TableHead>
                    <Header label="Mechanism" />
                    <Header label="Who" width=Width::Longer />
                    <Header label="Purpose" width=Width::Longer />
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        </Section>
    };
    Some(section.into_any())
}

fn default_users(matrix: &Matrix) -> Option<AnyView> {
    if matrix.default_users.is_empty() {
        return None;
    }
    let row = |user: &DefaultUser| {
        let (email, roles) = (user.email_or_origin().to_owned(), user.roles.join(", "));
        let DefaultUser { username, realm, .. } = user.clone();
        view! {
            <TableRow>
                <Cell stacked=Stacked::Line class="font-mono text-xs tracking-none">{username}</Cell>
                <Cell class="text-sm">{realm}</Cell>
                <Cell class="text-sm">{email}</Cell>
                <Cell stacked=Stacked::Line class="font-mono text-xs tracking-none">{roles}</Cell>
            </TableRow>
        }
    };
    let rows = matrix.default_users.iter().map(row).views();
    let section = view! {
        <Section id="default-users" title="Default users">
            <Table label="Default users" fit=TableFit::Section>
                <TableHead>
                    <Header label="User name" />
                    <Header label="Realm" width=Width::Medium />
                    <Header label="E-mail" />
                    <Header label="Roles" />
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        </Section>
    };
    Some(section.into_any())
}
