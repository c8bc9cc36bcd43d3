//! A project's page.

mod budgets;
mod delete;
mod elsewhere;
mod facts;
pub(crate) mod members;
mod search;

use super::add_member::{AddedTo, FORM, add_member_form};
use super::badges::KindBadge;
use super::data::{ProjectView, ReadProject};
use crate::form::Forms;
use crate::page::crumbs::below;
use crate::page::listing::ignored_notice;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{Avatar, AvatarShape, AvatarSize, CopyButton, Crumb, Icon, LinkButton, ObjectHead, Section, SplitBody};
use domain::mode::Mode;
use domain::project::{MemberQuery, ProjectFacts, ProjectQuery};
use domain::suggestion::SuggestionKind;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// What the address asks for, and what of it was not understood.
type Asked = Memo<(MemberQuery, Vec<String>)>;

/// A project's page.
pub struct ProjectPage {
    page: PageData<ProjectView>,
    asked: Asked,
}

impl LazyPage for ProjectPage {
    fn load() -> Self {
        let params = use_params_map();
        let asked = use_params(MemberQuery::from_params);
        let name = Memo::new(move |_| paths::project_name(params.read().get_str("name").unwrap_or_default()));
        let page = use_page(move || ReadProject { name: name.get(), query: asked.get().0 });
        Self { page, asked }
    }

    fn view(self) -> AnyView {
        let ProjectPage { page, asked } = self;
        loaded(page, move |dated, forms| project(&dated, &asked.get_untracked(), &forms)).into_any()
    }
}

fn project(
    dated: &WithServerTime<ProjectView>,
    (query, ignored): &(MemberQuery, Vec<String>),
    forms: &Forms,
) -> impl IntoView + use<> {
    let WithServerTime { now, data: view } = dated;
    let facts = &view.project.facts;
    let head = head(facts, view.may_edit);
    let sections = (
        view.may_view_budgets.then(|| budgets::section(view, forms, *now)),
        view.may_manage_members.then(|| add_members(facts, forms)),
        (view.mode == Mode::Platform).then(|| members::section(view, query)),
        (view.mode == Mode::Keycloak).then(|| elsewhere::section(facts)),
        view.may_delete.then(|| delete::section(facts, &forms.of("delete-project"))),
    );
    let rail = facts::rail(view, *now);
    let imported = facts::imported(facts);
    view! {
        <Title text=facts.title().to_owned() />
        {head}
        {ignored_notice(ignored)}
        {imported}
        <SplitBody rail=move || rail>{sections}</SplitBody>
    }
}

fn add_members(facts: &ProjectFacts, forms: &Forms) -> impl IntoView + use<> {
    let form = add_member_form(AddedTo::Project(facts.name.to_string()), &forms.of(FORM));
    view! {
        <Section id="add-member" title="Add members">
            {form}
        </Section>
    }
}

fn head(facts: &ProjectFacts, may_edit: bool) -> impl IntoView + use<> {
    let title = facts.title().to_owned();
    let crumbs = below::<ProjectQuery>([Crumb::here(title.clone())]);
    let (name, copied) = (facts.name.to_string(), facts.name.to_string());
    let (initials, seed, kind) = (title.clone(), facts.id.to_string(), facts.kind);
    let edit = paths::edit_project(&name);
    let picture = move || view! { <Avatar name=initials seed shape=AvatarShape::Project size=AvatarSize::Large /> };
    let actions = move || {
        may_edit.then(|| {
            view! {
                <LinkButton href=edit icon=Icon::Pencil attr:data-palette="Edit project">
                    "Edit project"
                </LinkButton>
            }
        })
    };
    view! {
        <ObjectHead crumbs kind=SuggestionKind::Project title picture actions>
            <span class="inline-flex min-w-0 items-center gap-1">
                <code class="font-mono text-xs tracking-none wrap-anywhere">{name}</code>
                <CopyButton text=copied label="Copy technical name" />
            </span>
            <KindBadge kind />
        </ObjectHead>
    }
}
