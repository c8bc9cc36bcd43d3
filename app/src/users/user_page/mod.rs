//! A person's page.

mod account;
mod address;
mod budgets;
mod facts;
mod identity;
mod projects;
mod roles;

use super::data::{ReadPerson, UserView};
use super::handover;
use crate::form::Forms;
use crate::page::crumbs::below;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::ui::{
    Avatar, AvatarSize, Badge, BadgeKind, CopyButton, Crumb, Icon, LinkButton, ObjectHead, RoleBadge, SplitBody,
    StatusMark, UnverifiedBadge,
};
use domain::email::Email;
use domain::role::PlatformRole;
use domain::suggestion::SuggestionKind;
use domain::user::UserQuery;
use domain::view::UserDetail;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// A person's page.
pub struct UserPage {
    page: PageData<UserView>,
}

impl LazyPage for UserPage {
    fn load() -> Self {
        let params = use_params_map();
        Self { page: use_page(move || ReadPerson { id: params.read().get("id").unwrap_or_default() }) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |dated, forms| person(dated, &forms)).into_any()
    }
}

fn person(dated: WithServerTime<UserView>, forms: &Forms) -> impl IntoView + use<> {
    let WithServerTime { now, data: view } = dated;
    let title = view.person.name.clone();
    let head = head(&view.person);
    let sections = (
        identity::conflicts(&view, now),
        projects::section(&view, forms),
        view.has_budgets.then(|| budgets::section(&view, forms, now)),
        roles::section(&view, forms),
        identity::drift(&view, now),
        account::section(&view, forms, now),
    );
    let handover = handover::of_account(&view).map(|handed_over| handed_over.banner(now));
    let rail = facts::rail(&view, now);
    view! {
        <Title text=title />
        {head}
        {handover}
        <SplitBody rail=move || rail>{sections}</SplitBody>
    }
}

fn head(person: &UserDetail) -> impl IntoView + use<> {
    let crumbs = below::<UserQuery>([Crumb::here(person.name.clone())]);
    let (title, name, seed) = (person.name.clone(), person.name.clone(), person.id.to_string());
    let address = address(&person.email);
    let (verified, status, kind, role) = (person.email_verified, person.status, person.kind, person.role);
    let href = crate::paths::access_of(person.id);
    let explain = move || {
        view! {
            <LinkButton href icon=Icon::KeyRound>
                "Explain access"
            </LinkButton>
        }
    };
    let picture = move || view! { <Avatar name seed size=AvatarSize::Large /> };
    view! {
        <ObjectHead crumbs kind=SuggestionKind::User title picture actions=explain>
            <span class="inline-flex min-w-0 items-center gap-1">{address}</span>
            <UnverifiedBadge verified />
            <StatusMark status />
            <Badge kind=BadgeKind::Outline>{kind.title()}</Badge>
            {(role != PlatformRole::User).then(|| view! { <RoleBadge role /> })}
        </ObjectHead>
    }
}

fn address(email: &str) -> AnyView {
    if Email::is_released(email) {
        return view! { <span class="text-ink-2">"E-mail address released"</span> }.into_any();
    }
    let (email, copied) = (email.to_owned(), email.to_owned());
    view! {
        <span class="wrap-anywhere">{email}</span>
        <CopyButton text=copied label="Copy e-mail" />
    }
    .into_any()
}
