//! What a user can do.

use super::path::{because, because_cells, because_heads, day, obstacle, reach, since, steps};
use crate::paths;
use crate::ui::{
    Avatar, AvatarShape, Badge, BadgeKind, Banner, BannerKind, Cell, Header, LimitFigures, NameCell, RoleBadge,
    Section, Stacked, StatusMark, Table, TableBody, TableFit, TableHead, TableRow, Views, Width,
};
use domain::explain::{BudgetAccess, Explanation, ProjectAccess, UserAccess};
use domain::role::PlatformRole;
use leptos::prelude::*;

pub(super) fn answer(access: &UserAccess) -> AnyView {
    let banner = access.obstacle.as_ref().map(|obstacle| {
        let text = obstacle.to_string();
        view! { <Banner kind=BannerKind::Warn fact="Can do nothing now.">{text}</Banner> }
    });
    let (explanations, place) = (explanations(access), access.project.as_ref().map(|project| project.title.clone()));
    let title = place.map_or_else(|| "On the platform".to_owned(), |title| format!("In {title}"));
    let projects = access.project.is_none().then(|| projects(access));
    let budgets = (!access.budgets.is_empty()).then(|| budgets(access));
    view! {
        <div class="grid grid-cols-[minmax(0,1fr)] gap-9 px-gutter pt-2 pb-12">
            <div class="grid gap-4">{head(access)} {banner}</div>
            <Section id="permissions" title>
                {explanations}
            </Section>
            {projects}
            {budgets}
        </div>
    }
    .into_any()
}

fn head(access: &UserAccess) -> impl IntoView + use<> {
    let user = &access.user;
    let (href, name, seed) = (paths::user(user.id), user.name.clone(), user.id.to_string());
    let (title, email, status, kind, role) = (name.clone(), user.email.clone(), user.status, user.kind, user.role);
    view! {
        <div class="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-sm text-ink-2">
            <Avatar name seed />
            <a href=href class="rounded-sm text-md font-semibold text-ink wrap-anywhere hover:underline hover:underline-offset-[0.2em]">
                {title}
            </a>
            <span class="wrap-anywhere">{email}</span>
            <StatusMark status />
            <Badge kind=BadgeKind::Outline>{kind.title()}</Badge>
            {(role != PlatformRole::User).then(|| view! { <RoleBadge role /> })}
        </div>
    }
}

fn explanations(access: &UserAccess) -> AnyView {
    let row = |explained: &Explanation| {
        let (title, may) = (explained.permission.title(), reach(explained));
        let (because, since) = (because(explained), since(&explained.paths));
        view! {
            <TableRow>
                <Cell stacked=Stacked::Line class="whitespace-normal font-medium">
                    {title}
                </Cell>
                <Cell>{may}</Cell>
                {because_cells(because, since)}
            </TableRow>
        }
    };
    let rows = access.explanations.iter().map(row).views();
    view! {
        <Table label="Permissions" fit=TableFit::Section>
            <TableHead>
                <Header label="Permission" width=Width::Longer />
                <Header label="May" width=Width::Medium />
                {because_heads()}
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
    }
    .into_any()
}

fn projects(access: &UserAccess) -> impl IntoView + use<> {
    let rows = access.projects.iter().map(project).views();
    let table = if access.projects.is_empty() {
        view! { <p class="text-sm text-ink-2">"No membership in a project grants it."</p> }.into_any()
    } else {
        view! {
            <Table label="Projects" fit=TableFit::Section>
                <TableHead>
                    <Header label="Project" width=Width::Longer />
                    <Header label="May" />
                    {because_heads()}
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    view! {
        <Section id="projects" title="By membership in projects">
            {table}
        </Section>
    }
}

fn project(access: &ProjectAccess) -> AnyView {
    let assignment = &access.assignment;
    let name = assignment.name.to_string();
    let (href, title, seed) = (paths::project(&name), assignment.title.clone(), assignment.project_id.to_string());
    let tile = title.clone();
    let may: Vec<&str> = access.permissions.iter().map(|permission| permission.title()).collect();
    let may = match &access.obstacle {
        Some(reason) => obstacle(reason),
        None => view! { <p class="text-sm">{may.join(", ")}</p> }.into_any(),
    };
    let (because, since) = (steps(&access.steps), day(assignment.since));
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href name=title detail=name code=true>
                    <Avatar name=tile seed shape=AvatarShape::Project />
                </NameCell>
            </Cell>
            <Cell stacked=Stacked::Line class="whitespace-normal">
                {may}
            </Cell>
            {because_cells(because, since)}
        </TableRow>
    }
    .into_any()
}

fn budgets(access: &UserAccess) -> impl IntoView + use<> {
    let rows = access.budgets.iter().map(budget).views();
    let side = if access.project.is_some() {
        "In order: a budget of the project, one of the user, the default of the category"
    } else {
        "Where the project has no budget in the category"
    };
    view! {
        <Section id="budgets" title="Budgets that pay" side=move || side>
            <Table label="Budgets" fit=TableFit::Section>
                <TableHead>
                    <Header label="Category" width=Width::Medium />
                    <Header label="May spend" width=Width::Longer />
                    {because_heads()}
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        </Section>
    }
}

fn budget(access: &BudgetAccess) -> AnyView {
    let limits = access.share.or(access.budget.as_ref().map(|(.., limits)| *limits));
    let share =
        access.share.map(|_| view! { <p class="text-xs text-ink-2">"The member’s share of the project’s budget"</p> });
    let may = match (&access.denial, limits) {
        (Some(denial), _) => view! { <p class="text-sm text-ink-2">{denial.clone()}</p> }.into_any(),
        (None, Some(limits)) => view! { <LimitFigures limits /> {share} }.into_any(),
        (None, None) => view! { <p class="text-sm">"No limit: no budget pays, spend is only recorded"</p> }.into_any(),
    };
    let (category, because, since) = (access.category.title(), steps(&access.steps), day(access.since));
    view! {
        <TableRow>
            <Cell class="text-sm font-medium">{category}</Cell>
            <Cell stacked=Stacked::Line class="whitespace-normal">
                {may}
            </Cell>
            {because_cells(because, since)}
        </TableRow>
    }
    .into_any()
}
