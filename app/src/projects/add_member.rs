//! Adding members: the user is chosen on a project's page, the project on a user's.

use crate::form::{FormFields, Hidden, PostForm};
use crate::projects::actions::{ADDED_ROLE, AddMember};
use crate::projects::member_role::roles;
use crate::suggestions::{member_source, project_source};
use crate::ui::{Button, Chooser, Icon, SelectField};
use domain::id::UserId;
use domain::role::ProjectRole;
use domain::suggestion::SuggestionKind;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

/// Name of the form.
pub(crate) const FORM: &str = "add-member";

/// What is the same for every member that the form adds.
#[derive(Clone)]
pub(crate) enum AddedTo {
    /// Users are chosen for the project with this name.
    Project(String),
    /// Projects are chosen for this user.
    User(UserId),
}

/// A field to choose, the role, and the button. After each addition the field is empty and the role stays.
pub(crate) fn add_member_form(to: AddedTo, state: &FormFields) -> impl IntoView + use<> {
    let added = use_query_map().read_untracked().get(ADDED_ROLE);
    let autofocus = added.is_some() && !state.came_back();
    let role = added.unwrap_or_else(|| ProjectRole::Member.key().to_owned());
    let scope = state.scope(FORM);
    let (fixed, verb) = match &to {
        AddedTo::Project(name) => (("project", name.clone()), "Add member"),
        AddedTo::User(id) => (("person", id.to_string()), "Add to project"),
    };
    let chooser = move || match to.clone() {
        AddedTo::Project(name) => view! {
            <Chooser
                name="person"
                label="Add member"
                kind=SuggestionKind::User
                source=member_source(name)
                chosen_already="Member already"
                at_least=3
                hint="Name or e-mail, at least three characters."
                autofocus
            />
        }
        .into_any(),
        AddedTo::User(id) => view! {
            <Chooser
                name="project"
                label="Add to project"
                kind=SuggestionKind::Project
                source=project_source(Some(id))
                chosen_already="Member already"
                hint="Name of a shared project, or a part of it."
                autofocus
            />
        }
        .into_any(),
    };
    view! {
        <PostForm
            action=AddMember::url()
            class="grid grid-cols-[minmax(0,1fr)_10rem_auto] items-start gap-2 @max-p1:grid-cols-[minmax(0,1fr)]"
        >
            <Hidden fields=vec![fixed] />
            <Provider value=scope>
                {chooser()} <SelectField name="role" label="Role" options=roles() selected=role />
            </Provider>
            // As far down as the labels beside it.
            <div class="mt-6.5 flex min-h-9 items-center @max-p1:mt-0">
                <Button icon=Icon::UserPlus submit=true>
                    {verb}
                </Button>
            </div>
        </PostForm>
    }
}
