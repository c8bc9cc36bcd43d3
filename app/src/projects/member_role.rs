//! Giving somebody the other role in a project: from the project's page, and from the person's.

use crate::confirm::Hidden;
use crate::projects::actions::ChangeMemberRole;
use crate::ui::form::PostForm;
use crate::ui::{BareSelect, Button, ButtonKind, ButtonSize, Choice};
use domain::id::UserId;
use domain::role::ProjectRole;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The roles that can be given in a project.
pub(crate) fn roles() -> Vec<Choice> {
    [ProjectRole::Member, ProjectRole::Admin].map(|role| Choice::new(role.key(), role.title())).into()
}

/// The role somebody has, to be changed; `project` is its technical name, `title` what it is called.
pub(crate) fn role_form(
    project: &str,
    title: &str,
    person: UserId,
    name: &str,
    role: ProjectRole,
) -> impl IntoView + use<> {
    let (label, whose) = (format!("Role of {name} in {title}"), format!(" role of {name} in {title}"));
    let fields = vec![("project", project.to_owned()), ("person", person.to_string())];
    view! {
        <PostForm action=ChangeMemberRole::url() class="flex items-center gap-1">
            <Hidden fields />
            <BareSelect name="role" label options=roles() selected=role.key() />
            <Button kind=ButtonKind::Quiet size=ButtonSize::Small submit=true>
                "Change"
                <span class="sr-only">{whose}</span>
            </Button>
        </PostForm>
    }
}
