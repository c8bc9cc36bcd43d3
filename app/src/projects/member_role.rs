//! Giving a member the other role in a project: from the project's page, and from the user's.

use crate::form::{CONFIRMED, ConfirmForm, Hidden, PostForm, WITHOUT_ADMIN, without_admin};
use crate::projects::actions::ChangeMemberRole;
use crate::ui::{BareSelect, Button, ButtonKind, ButtonSize, Choice, DialogButton};
use domain::id::UserId;
use domain::role::ProjectRole;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The roles that can be given in a project.
pub(crate) fn roles() -> Vec<Choice> {
    [ProjectRole::Member, ProjectRole::Admin].map(|role| Choice::new(role.key(), role.title())).into()
}

/// A membership whose role can be changed.
pub(crate) struct Membership<'a> {
    /// Technical name of the project.
    pub(crate) project: &'a str,
    /// What the project is called.
    pub(crate) title: &'a str,
    /// The member.
    pub(crate) user: UserId,
    /// What the member is called.
    pub(crate) name: &'a str,
    /// The role now.
    pub(crate) role: ProjectRole,
    /// No other active user is project admin.
    pub(crate) is_only_admin: bool,
    /// Tells the row from the others of its page.
    pub(crate) row: String,
}

/// The role of a member, to be changed.
pub(crate) fn role_form(membership: &Membership<'_>) -> AnyView {
    if membership.is_only_admin { only_admin(membership).into_any() } else { choice(membership).into_any() }
}

fn choice(membership: &Membership<'_>) -> impl IntoView + use<> {
    let Membership { project, title, user, name, role, .. } = membership;
    let (label, whose) = (format!("Role of {name} in {title}"), format!(" role of {name} in {title}"));
    let fields = vec![("project", (*project).to_owned()), ("person", user.to_string())];
    let selected = role.key();
    view! {
        <PostForm action=ChangeMemberRole::url() class="flex items-center gap-1">
            <Hidden fields />
            <BareSelect name="role" label options=roles() selected />
            <Button kind=ButtonKind::Quiet size=ButtonSize::Small submit=true>
                "Change"
                <span class="sr-only">{whose}</span>
            </Button>
        </PostForm>
    }
}

/// The only project admin can become a member, and nothing else: a question instead of a choice.
fn only_admin(membership: &Membership<'_>) -> impl IntoView + use<> {
    let Membership { project, title, user, name, row, .. } = membership;
    let fields = vec![
        ("project", (*project).to_owned()),
        ("person", user.to_string()),
        ("role", ProjectRole::Member.key().to_owned()),
        (WITHOUT_ADMIN, CONFIRMED.to_owned()),
    ];
    let id = format!("demote-{row}");
    let (target, whose) = (id.clone(), format!(" of {title}: {name}"));
    let question = format!("Make {name} a member of {title}?");
    let consequence = without_admin(&[title]).unwrap_or_default();
    let opener = move || {
        view! {
            <DialogButton target kind=ButtonKind::Quiet size=ButtonSize::Small>
                "Make member"
                <span class="sr-only">{whose}</span>
            </DialogButton>
        }
    };
    view! {
        <div class="flex items-center gap-1">
            <span class="text-sm font-medium">{ProjectRole::Admin.title()}</span>
            <ConfirmForm
                action=ChangeMemberRole::url()
                fields
                id
                question
                consequence
                verb="Make member"
                opener
            />
        </div>
    }
}
