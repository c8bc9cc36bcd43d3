//! Whether somebody may sign in, with what, and how many projects they may join.

use super::address;
use crate::form::{CONFIRMED, ConfirmForm, FormFields, Forms, Hidden, PostForm, WITHOUT_ADMIN, without_admin};
use crate::ui::{Button, ButtonKind, DialogButton, Icon, Section, TextField, Views, count_words, relative};
use crate::users::actions::{
    ADDRESS_FORM, DeactivatePerson, EndSessionsOfPerson, IssueOneTimePassword, ReactivatePerson, SetProjectLimit,
    UnlockPerson,
};
use crate::users::data::UserView;
use domain::user::UserStatus;
use domain::view::UserDetail;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use time::OffsetDateTime;

/// Nothing for those who may only read.
pub(super) fn section(view: &UserView, forms: &Forms, now: OffsetDateTime) -> Option<AnyView> {
    if !view.may_manage {
        return None;
    }
    let person = &view.person;
    let body = if person.role.is_maintainer() && !view.may_grant_roles {
        let text = format!("{} is a maintainer. Only maintainers can change this account; ask one.", person.name);
        view! { <p class="text-sm text-ink-2">{text}</p> }.into_any()
    } else {
        let lines = [
            Some(address::change(view, forms.of(ADDRESS_FORM), now)),
            limit_form(view, forms.of("project-limit")),
            unlock(person),
            one_time_password(view, now),
            sessions(person),
            address::release(person),
            activity(view),
        ];
        view! { <ul class="border-t border-line">{lines.into_iter().flatten().views()}</ul> }.into_any()
    };
    Some(
        view! {
            <Section id="account" title="Account">
                {body}
            </Section>
        }
        .into_any(),
    )
}

/// One thing about the account: what, what follows from changing it, the button.
pub(super) fn line(title: &'static str, text: String, control: impl IntoView + 'static) -> AnyView {
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-3">
            <div class="min-w-0 flex-[1_1_16rem]">
                <h3 class="text-sm font-strong">{title}</h3>
                <p class="max-w-136 text-sm text-ink-2">{text}</p>
            </div>
            {control}
        </li>
    }
    .into_any()
}

/// A form whose button has no edge: below the text its words begin where the text does.
pub(super) fn quiet(form: impl IntoView + 'static) -> impl IntoView {
    view! { <div class="@max-p1:-ms-3">{form}</div> }
}

/// Admins and maintainers have no limit, so there is nothing to set.
fn limit_form(view: &UserView, state: FormFields) -> Option<AnyView> {
    let limit = view.person.allowance.limit?;
    let default = view.default_project_limit;
    let value = if limit == i64::from(default) { String::new() } else { limit.to_string() };
    let text = format!("How many shared projects {} may be in. Empty means the default, {default}.", view.person.name);
    let fields = vec![("person", view.person.id.to_string())];
    let form = view! {
        <PostForm action=SetProjectLimit::url() class="flex items-start gap-2">
            <Hidden fields />
            <Provider value=state.scope("project-limit")>
                <div class="w-36">
                    <TextField name="limit" label="Shared projects" value maxlength=7 autocomplete="off" />
                </div>
            </Provider>
            // As far down as the label beside it.
            <div class="mt-6.5 flex min-h-9 items-center">
                <Button submit=true>"Save limit"</Button>
            </div>
        </PostForm>
    };
    Some(line("Project limit", text, form))
}

fn unlock(person: &UserDetail) -> Option<AnyView> {
    let fields = vec![("person", person.id.to_string())];
    (person.status == UserStatus::Locked).then(|| {
        let form = view! {
            <PostForm action=UnlockPerson::url()>
                <Hidden fields />
                <Button icon=Icon::KeyRound submit=true attr:data-palette="Unlock account">
                    "Unlock account"
                </Button>
            </PostForm>
        };
        line(
            "Locked",
            "Too many wrong passwords. The lock ends by itself after a while. You can unlock the account now."
                .to_owned(),
            form,
        )
    })
}

fn one_time_password(view: &UserView, now: OffsetDateTime) -> Option<AnyView> {
    let person = &view.person;
    if view.has_provider || view.is_self || person.status == UserStatus::Deactivated {
        return None;
    }
    let fields = vec![("person", person.id.to_string())];
    let opener = || view! { <DialogButton target="issue-password" icon=Icon::KeyRound attr:data-palette="Issue one-time password">"Issue one-time password"</DialogButton> };
    let form = view! {
        <ConfirmForm
            action=IssueOneTimePassword::url()
            fields
            id="issue-password"
            question=format!("Issue a one-time password for {}?", person.name)
            consequence="The password used so far stops working and all sessions end. This page shows the new one until you have handed it over."
            verb="Issue password"
            kind=ButtonKind::Primary
            opener
        />
    };
    let text = match person.one_time_password_until {
        Some(end) if end <= now => "The one-time password has expired. Issue another.".to_owned(),
        Some(end) => format!("One was issued and not changed yet. It expires {}.", relative(end, now)),
        None => "For a forgotten password. It has to be changed at the next sign-in.".to_owned(),
    };
    Some(line("One-time password", text, form))
}

fn sessions(person: &UserDetail) -> Option<AnyView> {
    let count = match person.session_count {
        0 => return None,
        1 => "1 session".to_owned(),
        count => format!("{} sessions", count_words(count)),
    };
    let fields = vec![("person", person.id.to_string())];
    let opener = || view! { <DialogButton target="end-sessions" kind=ButtonKind::DangerQuiet icon=Icon::LogOut attr:data-palette="End sessions">"End sessions"</DialogButton> };
    let form = view! {
        <ConfirmForm
            action=EndSessionsOfPerson::url()
            fields
            id="end-sessions"
            question=format!("End {count} of {}?", person.name)
            consequence="Signs the user out on every device. They can sign in again."
            verb="End sessions"
            opener
        />
    };
    Some(line("Sessions", format!("{count} open now."), quiet(form)))
}

fn activity(view: &UserView) -> Option<AnyView> {
    let person = &view.person;
    let mut fields = vec![("person", person.id.to_string())];
    if person.status == UserStatus::Deactivated {
        let form = view! {
            <PostForm action=ReactivatePerson::url()>
                <Hidden fields />
                <Button submit=true attr:data-palette="Reactivate account">"Reactivate account"</Button>
            </PostForm>
        };
        let text = "Cannot sign in. Projects, roles and budgets are kept for when the account is reactivated.";
        return Some(line("Deactivated", text.to_owned(), form));
    }
    if view.is_self {
        let text = "You cannot deactivate your own account. Ask another admin to do it.";
        return Some(line("Deactivate", text.to_owned(), ()));
    }
    let mut consequence =
        "All sessions are revoked and the user can no longer sign in. Projects, roles and budgets are kept; \
                           you can reactivate the account."
            .to_owned();
    if let Some(without_admin) = without_admin(&person.only_admin_of()) {
        fields.push((WITHOUT_ADMIN, CONFIRMED.to_owned()));
        consequence = format!("{consequence} {without_admin}");
    }
    let opener = || view! { <DialogButton target="deactivate" kind=ButtonKind::DangerQuiet icon=Icon::UserX attr:data-palette="Deactivate account">"Deactivate account"</DialogButton> };
    let form = view! {
        <ConfirmForm
            action=DeactivatePerson::url()
            fields
            id="deactivate"
            question=format!("Deactivate {}?", person.name)
            consequence
            verb="Deactivate account"
            opener
        />
    };
    Some(line("Deactivate", "Closes the account without losing anything.".to_owned(), quiet(form)))
}
