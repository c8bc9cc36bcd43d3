//! The projects of a user, and adding another.

use crate::form::{CONFIRMED, ConfirmForm, Forms, Hidden, PostForm, WITHOUT_ADMIN, without_admin};
use crate::paths;
use crate::projects::actions::RemoveMember;
use crate::projects::add_member::{AddedTo, FORM, add_member_form};
use crate::projects::badges::allowance_words;
use crate::projects::member_role::{Membership, role_form};
use crate::projects::project::members::REMOVAL;
use crate::ui::{
    Avatar, AvatarShape, Badge, BadgeKind, Banner, BannerKind, Button, ButtonKind, ButtonSize, Cell, Day,
    DialogIconButton, Header, Icon, NameCell, Section, Stacked, SvgIcon, Table, TableBody, TableFit, TableHead,
    TableRow, Views, Width, keyed,
};
use crate::users::actions::SetDefaultProject;
use crate::users::data::UserView;
use domain::id::UserId;
use domain::project::ProjectKind;
use domain::user::{Assignment, ProjectAllowance, UserStatus};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub(super) fn section(view: &UserView, forms: &Forms) -> impl IntoView + use<> {
    let (person, may) = (&view.person, view.may_manage_members);
    let sets_default = view.may_manage;
    let used = allowance_words(person.allowance);
    let id = person.id;
    let table = if person.projects.is_empty() {
        view! { <p class="text-sm text-ink-2">"In no project yet."</p> }.into_any()
    } else {
        let row = |project: &Assignment| {
            (project.project_id.to_string(), row(project.clone(), id, &person.name, may, sets_default))
        };
        let rows = keyed(person.projects.iter().map(row));
        view! {
            <Table label="Projects" fit=TableFit::Section>
                <TableHead>
                    <Header label="Project" />
                    <Header label="Role" width=if may { Width::Longer } else { Width::Medium } />
                    <Header label="Since" width=Width::Short />
                    <Header label="Granted by" width=Width::Medium />
                    <Header label="Actions" is_hidden=true width=if sets_default { Width::Medium } else { Width::Short } />
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    let over = person.allowance.is_over().then(|| over_limit(person.allowance, &person.name));
    let add =
        (may && person.status != UserStatus::Deactivated).then(|| add_member_form(AddedTo::User(id), &forms.of(FORM)));
    view! {
        <Section id="projects" title="Projects" side=move || used>
            {over}
            {table}
            {add.map(|form| view! { <div class="mt-4">{form}</div> })}
        </Section>
    }
}

/// A user who came with more than allowed, or whose limit was lowered.
fn over_limit(allowance: ProjectAllowance, name: &str) -> impl IntoView + use<> {
    let over = allowance.used - allowance.limit.unwrap_or_default();
    let text = format!("{name} keeps what there is and gets no more. Remove {over}, or raise the limit under Account.");
    view! {
        <div class="mb-3">
            <Banner kind=BannerKind::Warn fact="Over the limit.">{text}</Banner>
        </div>
    }
}

fn row(project: Assignment, person: UserId, name: &str, may: bool, sets_default: bool) -> impl IntoView + use<> {
    let technical = project.name.to_string();
    let (href, detail, seed) = (paths::project(&technical), technical.clone(), project.project_id.to_string());
    let is_fixed = project.kind == ProjectKind::Personal;
    let title = if is_fixed { project.kind.title().to_owned() } else { project.title.clone() };
    let tile = if is_fixed { name.to_owned() } else { project.title.clone() };
    let granted_by = project.granted_by.clone().unwrap_or_else(|| project.kind.automatic_grantor().to_owned());
    let since = project.since;
    let role = if may && !is_fixed {
        role_form(&Membership {
            project: &technical,
            title: &project.title,
            user: person,
            name,
            role: project.role,
            is_only_admin: project.is_only_admin,
            row: project.project_id.to_string(),
        })
    } else {
        view! { <span class="text-sm text-ink-2">{project.role.title()}</span> }.into_any()
    };
    let default = match (project.is_default, sets_default) {
        (true, _) => Some(view! { <Badge kind=BadgeKind::Outline>"Default"</Badge> }.into_any()),
        (false, true) => Some(default_form(&technical, person).into_any()),
        (false, false) => None,
    };
    let closed = (!project.is_open).then(|| {
        view! {
            <Badge kind=BadgeKind::Warn icon=Icon::Lock>
                "Not open to external users"
            </Badge>
        }
    });
    let end = may.then(|| if is_fixed { fixed().into_any() } else { remove_form(&project, person, name).into_any() });
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href name=title detail code=true>
                    <Avatar name=tile seed shape=AvatarShape::Project />
                </NameCell>
                {closed}
            </Cell>
            <Cell controls=true>{role}</Cell>
            <Cell stacked=Stacked::Hidden class="num text-sm">
                {since.map(|at| view! { <Day at=at /> }).views()}
            </Cell>
            <Cell stacked=Stacked::Hidden>
                <span class="block truncate text-sm text-ink-2">{granted_by}</span>
            </Cell>
            <Cell controls=true stacked=Stacked::End>
                <div class="flex items-center justify-end gap-1">{default} {end}</div>
            </Cell>
        </TableRow>
    }
}

fn default_form(project: &str, person: UserId) -> impl IntoView + use<> {
    let label = format!("Make default: {project}");
    let fields = vec![("person", person.to_string()), ("project", project.to_owned())];
    view! {
        <PostForm action=SetDefaultProject::url()>
            <Hidden fields />
            <Button kind=ButtonKind::Quiet size=ButtonSize::Small submit=true attr:aria-label=label>
                "Make default"
            </Button>
        </PostForm>
    }
}

/// What stands in place of a button where membership cannot change.
fn fixed() -> impl IntoView {
    view! {
        <span class="grid size-control-sm place-content-center text-ink-2" title="A personal project keeps its owner.">
            <SvgIcon icon=Icon::Lock />
            <span class="sr-only">"A personal project keeps its owner."</span>
        </span>
    }
}

fn remove_form(project: &Assignment, person: UserId, name: &str) -> impl IntoView + use<> {
    let technical = project.name.to_string();
    let id = format!("remove-{}", project.project_id);
    let mut fields = vec![("project", technical), ("person", person.to_string())];
    let mut consequence = REMOVAL.to_owned();
    if let Some(without_admin) = project.is_only_admin.then(|| without_admin(&[&project.title])).flatten() {
        fields.push((WITHOUT_ADMIN, CONFIRMED.to_owned()));
        consequence = format!("{consequence} {without_admin}");
    }
    let (target, label) = (id.clone(), format!("Remove {name} from {}", project.title));
    let opener = move || view! { <DialogIconButton target icon=Icon::X label /> };
    view! {
        <ConfirmForm
            action=RemoveMember::url()
            fields
            id
            question=format!("Remove {name} from {}?", project.title)
            consequence
            verb="Remove from project"
            opener
        />
    }
}
