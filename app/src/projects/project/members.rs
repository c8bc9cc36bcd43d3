//! The people in a project.

use super::search::{address, members_form};
use crate::form::{CONFIRMED, ConfirmForm, WITHOUT_ADMIN, without_admin};
use crate::paths;
use crate::projects::actions::RemoveMember;
use crate::projects::data::ProjectView;
use crate::projects::member_role::{Membership, role_form};
use crate::ui::{
    Avatar, Cell, Day, DialogIconButton, EmptyKind, EmptyState, ExternalBadge, Header, Icon, LinkButton, NameCell,
    Pager, Section, Stacked, SvgIcon, Table, TableBody, TableFit, TableHead, TableRow, Views, Width, counted, keyed,
    shown_address,
};
use domain::page::{Page, PageSize};
use domain::project::{MemberQuery, ProjectFacts, ProjectKind};
use domain::user::UserStatus;
use domain::view::Member;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// What the rows may offer.
#[derive(Clone, Copy)]
struct Offer {
    /// Roles can be changed and people removed.
    may_manage: bool,
    /// Names lead to people's pages.
    may_open: bool,
}

pub(super) fn section(view: &ProjectView, query: &MemberQuery) -> impl IntoView + use<> {
    let facts = &view.project.facts;
    let offer = Offer { may_manage: view.may_manage_members, may_open: view.may_view_people };
    let is_shared = facts.kind == ProjectKind::Shared;
    let search = is_shared.then(|| members_form(facts.name.as_str(), query));
    let rows = &view.project.members;
    let body =
        if rows.rows.is_empty() { nobody(facts, query).into_any() } else { table(rows, facts, offer).into_any() };
    let pager = has_more(rows).then(|| pager(rows, facts, query));
    let counts = counts(facts);
    view! {
        <Section id="members" title="Members" side=move || counts>
            {search}
            {body}
            {pager}
        </Section>
    }
}

/// Whether there is anything to page through.
fn has_more(page: &Page<Member>) -> bool {
    let least = PageSize::OFFERED.iter().map(|size| usize::from(size.rows())).min().unwrap_or_default();
    page.previous.is_some() || page.next.is_some() || page.rows.len() > least
}

fn counts(facts: &ProjectFacts) -> String {
    let members = counted(facts.member_count, "member");
    match facts.kind {
        ProjectKind::Personal => members,
        ProjectKind::Shared => format!("{members}, {}", counted(facts.admin_count, "project admin")),
    }
}

fn pager(page: &Page<Member>, facts: &ProjectFacts, query: &MemberQuery) -> impl IntoView + use<> {
    let name = facts.name.as_str();
    let at = |cursor| address(name, &MemberQuery { cursor: Some(cursor), ..query.clone() });
    let (previous, next) = (page.previous.clone().map(at), page.next.clone().map(at));
    let (size, keep, action) = (query.size, query.to_params(), paths::project(name));
    view! {
        <div class="-mx-gutter">
            <Pager previous next size action keep />
        </div>
    }
}

fn table(page: &Page<Member>, facts: &ProjectFacts, offer: Offer) -> impl IntoView + use<> {
    let (members, facts) = (page.rows.clone(), facts.clone());
    let rows = keyed(members.into_iter().map(|member| (member.user_id.to_string(), row(member, &facts, offer))));
    let role_width = if offer.may_manage { Width::Longer } else { Width::Medium };
    view! {
        <Table label="Members" fit=TableFit::Section>
            <TableHead>
                <Header label="Name" />
                <Header label="Role" width=role_width />
                <Header label="Since" width=Width::Short />
                <Header label="Granted by" width=Width::Medium />
                {offer.may_manage.then(|| view! { <Header label="Remove" is_hidden=true width=Width::Icon /> }).views()}
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
    }
}

fn row(member: Member, facts: &ProjectFacts, offer: Offer) -> impl IntoView + use<> {
    let name = person(&member, offer.may_open);
    let role = if offer.may_manage {
        role_form(&Membership {
            project: facts.name.as_str(),
            title: facts.title(),
            user: member.user_id,
            name: &member.name,
            role: member.role,
            is_only_admin: member.is_only_admin,
            row: member.user_id.to_string(),
        })
    } else {
        view! { <span class="text-sm text-ink-2">{member.role.title()}</span> }.into_any()
    };
    let end = offer
        .may_manage
        .then(|| if member.is_creator { creator().into_any() } else { remove_form(&member, facts).into_any() });
    let since = member.since;
    let granted_by = member.granted_by.unwrap_or_else(|| facts.kind.automatic_grantor().to_owned());
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>{name}</Cell>
            <Cell controls=true>{role}</Cell>
            <Cell stacked=Stacked::Hidden class="num text-sm">
                <Day at=since />
            </Cell>
            <Cell stacked=Stacked::Hidden>
                <span class="block truncate text-sm text-ink-2" title=granted_by.clone()>{granted_by.clone()}</span>
            </Cell>
            {end.map(|end| view! { <Cell controls=true stacked=Stacked::End><div class="flex justify-end">{end}</div></Cell> }).views()}
        </TableRow>
    }
}

/// Name and address; a link where the viewer may open people's pages.
fn person(member: &Member, may_open: bool) -> impl IntoView + use<> {
    let Member { user_id, name, email, email_verified, kind, status, .. } = member.clone();
    let email = shown_address(&email, email_verified);
    let (initials, seed) = (name.clone(), user_id.to_string());
    let detail = if status == UserStatus::Deactivated { format!("{email}, deactivated") } else { email };
    let href = may_open.then(|| paths::user(user_id));
    view! {
        <NameCell href name detail>
            <Avatar name=initials seed />
        </NameCell>
        <ExternalBadge kind />
    }
}

/// What stands in place of a button for the person who made the project.
fn creator() -> impl IntoView {
    let reason = "Made the project and stays in it.";
    view! {
        <span class="grid size-control-sm place-content-center text-ink-2" title=reason>
            <SvgIcon icon=Icon::Lock />
            <span class="sr-only">{reason}</span>
        </span>
    }
}

/// What follows from a removal.
pub(crate) const REMOVAL: &str = "The user loses access immediately. Their work in the project is kept.";

fn remove_form(member: &Member, facts: &ProjectFacts) -> impl IntoView + use<> {
    let (name, title) = (member.name.as_str(), facts.title());
    let id = format!("remove-{}", member.user_id);
    let mut fields = vec![("project", facts.name.to_string()), ("person", member.user_id.to_string())];
    let mut consequence = REMOVAL.to_owned();
    if let Some(without_admin) = member.is_only_admin.then(|| without_admin(&[title])).flatten() {
        fields.push((WITHOUT_ADMIN, CONFIRMED.to_owned()));
        consequence = format!("{consequence} {without_admin}");
    }
    let (target, label) = (id.clone(), format!("Remove {name} from {title}"));
    let opener = move || view! { <DialogIconButton target icon=Icon::X label /> };
    view! {
        <ConfirmForm
            action=RemoveMember::url()
            fields
            id
            question=format!("Remove {name} from {title}?")
            consequence
            verb="Remove from project"
            opener
        />
    }
}

fn nobody(facts: &ProjectFacts, query: &MemberQuery) -> impl IntoView + use<> {
    let all = address(facts.name.as_str(), &MemberQuery { search: None, cursor: None, ..query.clone() });
    let (title, text) = match &query.search {
        Some(term) => ("No members found", format!("No member has “{term}” in the name or e-mail.")),
        None => ("No members on this page", "The project has fewer members than before, or none.".to_owned()),
    };
    let actions = move || view! { <LinkButton href=all>"Show all members"</LinkButton> };
    view! { <EmptyState kind=EmptyKind::NoMatch title text actions /> }
}
