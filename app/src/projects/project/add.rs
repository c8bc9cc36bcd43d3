//! Finding somebody and adding them to a project.

use super::search::{Searches, find_form};
use crate::form::{Forms, Hidden, PostForm};
use crate::projects::actions::AddMember;
use crate::projects::data::{ProjectPageQuery, ProjectView};
use crate::projects::member_role::roles;
use crate::ui::{
    Avatar, Badge, BadgeKind, Banner, BannerKind, BareSelect, Button, ExternalBadge, Icon, Section, Views,
    shown_address,
};
use domain::project::ProjectFacts;
use domain::role::ProjectRole;
use domain::user::FoundPerson;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub(super) fn section(
    view: &ProjectView,
    query: &ProjectPageQuery,
    searches: Searches,
    forms: &Forms,
) -> impl IntoView + use<> {
    let facts = &view.project.facts;
    let problem = forms.of("add-member").problem("person");
    let found = view.found.clone().map(|people| found(people, facts, query));
    let search = find_form(searches, facts.name.as_str(), query);
    view! {
        <Section id="add-member" title="Add member" side=|| "Name or e-mail, at least three characters">
            {problem.map(|fact| view! { <div class="mb-2"><Banner kind=BannerKind::Danger fact alert=true /></div> }).views()}
            {search}
            {found}
        </Section>
    }
}

fn found(people: Vec<FoundPerson>, facts: &ProjectFacts, query: &ProjectPageQuery) -> AnyView {
    if people.is_empty() {
        let term = query.find.as_ref().map(ToString::to_string).unwrap_or_default();
        let words = if term.chars().count() < 3 {
            "Enter at least three characters.".to_owned()
        } else {
            format!("Nobody who can sign in has “{term}” in their name or e-mail. An admin can create the account.")
        };
        return view! { <p role="status" class="mt-3 text-sm text-ink-2">{words}</p> }.into_any();
    }
    let facts = facts.clone();
    // Made anew each time, so that a role chosen and not sent does not pass to the next person in this place.
    let rows = move || people.iter().cloned().map(|person| row(person, &facts)).views();
    view! { <ul class="mt-2 border-t border-line">{rows}</ul> }.into_any()
}

fn row(person: FoundPerson, facts: &ProjectFacts) -> impl IntoView + use<> {
    let FoundPerson { id, name, email, email_verified, kind, is_member } = person;
    let email = shown_address(&email, email_verified);
    let (initials, seed) = (name.clone(), id.to_string());
    let control = if is_member {
        view! { <Badge kind=BadgeKind::Outline>"Already a member"</Badge> }.into_any()
    } else {
        add_form(id.to_string(), &name, facts).into_any()
    };
    view! {
        <li class="flex min-h-row flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line py-1.5">
            <div class="flex min-w-0 flex-[1_1_14rem] items-center gap-2.5">
                <Avatar name=initials seed />
                <div class="min-w-0">
                    <p class="truncate text-base/4.5 font-strong">{name}</p>
                    <p class="truncate text-xs text-ink-2">{email}</p>
                </div>
            </div>
            <ExternalBadge kind />
            {control}
        </li>
    }
}

fn add_form(person: String, name: &str, facts: &ProjectFacts) -> impl IntoView + use<> {
    let (label, whom) = (format!("Role of {name} in {}", facts.title()), format!(" {name}"));
    let fields = vec![("project", facts.name.to_string()), ("person", person)];
    view! {
        <PostForm action=AddMember::url() class="flex items-center gap-1.5">
            <Hidden fields />
            <BareSelect name="role" label options=roles() selected=ProjectRole::Member.key() edged=true />
            <Button icon=Icon::UserPlus submit=true>
                "Add"
                <span class="sr-only">{whom}</span>
            </Button>
        </PostForm>
    }
}
