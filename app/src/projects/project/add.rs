//! Finding somebody and adding them to a project.

use super::members::roles;
use super::{Asked, address};
use crate::confirm::Hidden;
use crate::flash::Forms;
use crate::listing::LiveSearch;
use crate::paths;
use crate::projects::actions::AddMember;
use crate::projects::data::{ProjectPageQuery, ProjectView};
use crate::ui::form::PostForm;
use crate::ui::{Avatar, Badge, BadgeKind, Banner, BannerKind, BareSelect, Button, ButtonKind, Icon, Section};
use domain::project::ProjectFacts;
use domain::role::ProjectRole;
use domain::user::FoundPerson;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub(super) fn section(view: &ProjectView, asked: Asked, forms: &Forms) -> impl IntoView + use<> {
    let facts = &view.project.facts;
    let problem = forms.of("add-member").problem("person");
    let query = asked.get_untracked().0;
    let found = view.found.as_ref().map(|people| found(people, facts, &query));
    let search = search(facts.name.to_string(), asked);
    view! {
        <Section id="add-member" title="Add member" side=|| "Name or e-mail, at least three characters">
            {problem.map(|fact| view! { <div class="mb-2"><Banner kind=BannerKind::Danger fact alert=true /></div> })}
            {search}
            {found}
        </Section>
    }
}

fn search(name: String, asked: Asked) -> impl IntoView {
    let term = Memo::new(move |_| asked.read().0.find.as_ref().map(ToString::to_string).unwrap_or_default());
    let action = paths::project(&name);
    let href = move |find| address(&name, &ProjectPageQuery { find, ..asked.get_untracked().0 });
    view! {
        <form method="get" action=action role="search" class="flex items-center gap-2">
            <LiveSearch
                label="Find people to add"
                placeholder="Find people to add"
                name="find"
                is_second=true
                term
                href
            />
            <Button kind=ButtonKind::Default icon=Icon::Search submit=true>
                "Find"
            </Button>
        </form>
    }
}

fn found(people: &[FoundPerson], facts: &ProjectFacts, query: &ProjectPageQuery) -> AnyView {
    if people.is_empty() {
        let term = query.find.as_ref().map(ToString::to_string).unwrap_or_default();
        let words = if term.chars().count() < 3 {
            "Enter at least three characters.".to_owned()
        } else {
            format!("Nobody who can sign in has “{term}” in their name or e-mail. An admin can create the account.")
        };
        return view! { <p role="status" class="mt-3 text-sm text-ink-2">{words}</p> }.into_any();
    }
    let rows: Vec<_> = people.iter().cloned().map(|person| row(person, facts)).collect();
    view! { <ul class="mt-2 border-t border-line">{rows}</ul> }.into_any()
}

fn row(person: FoundPerson, facts: &ProjectFacts) -> impl IntoView + use<> {
    let FoundPerson { id, name, email, is_member } = person;
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
