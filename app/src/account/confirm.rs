//! Re-authentication before a sensitive change: rights, budgets and deletions need a proof of identity that is at most
//! ten minutes old. The form that was held up waits inside the form of this page and is sent with the same click, or with
//! one more after a sign-in at the identity provider.

use super::actions::{ConfirmIdentity, ConfirmLater};
use super::data::{Confirmation, OpenConfirmation};
use crate::form::{FormFields, Hidden, PostForm};
use crate::next::NextPath;
use crate::page::{LazyPage, PageData, loaded, use_page};
use crate::paths::CONFIRM_THROUGH_PROVIDER;
use crate::ui::{Button, ButtonKind, ButtonSize, Icon, LinkButton, LonelySheet, TextField, TextKind};
use crate::url::encode;
use domain::provider::ProviderKind;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// Name of the form.
pub(crate) const FORM: &str = "confirm-identity";
/// The field with the action that waits.
pub(crate) const ACTION: &str = "confirm_action";
/// The field with the name of the form that waits.
#[cfg(feature = "ssr")]
pub(crate) const WAITING: &str = "confirm_form";

/// Asks who one is and sends on what was held up.
pub struct ConfirmPage {
    page: PageData<Confirmation>,
}

impl LazyPage for ConfirmPage {
    fn load() -> Self {
        Self { page: use_page(|| OpenConfirmation {}) }
    }

    fn view(self) -> AnyView {
        let next = use_location().search.with_untracked(|query| NextPath::in_query(query)).unwrap_or_default();
        view! {
            <Title text="Confirm it is you" />
            <LonelySheet>
                <div class="-mx-gutter">
                    {loaded(self.page, move |dated, forms| {
                        let (state, next) = (forms.of(FORM), next.clone());
                        let asked = match dated.data {
                            Confirmation::Password { email } => with_password(email, next, &state).into_any(),
                            Confirmation::Provider { kind } => through_provider(kind, next, &state).into_any(),
                            Confirmation::Done => done(next, &state).into_any(),
                        };
                        view! { <div class="grid gap-6 px-gutter">{asked}</div> }
                    })}
                </div>
            </LonelySheet>
        }
        .into_any()
    }
}

fn head(title: &'static str, text: impl Into<String>) -> impl IntoView {
    view! {
        <div class="grid gap-1.5">
            <h1 class="text-2xl font-semibold">{title}</h1>
            <p class="text-base text-ink-2">{text.into()}</p>
        </div>
    }
}

fn with_password(email: String, next: NextPath, state: &FormFields) -> impl IntoView + use<> {
    let (waiting, scope) = (state.values(), state.scope(FORM));
    let verb = if waiting.is_empty() { "Confirm" } else { "Confirm and go on" };
    let cancel = cancel(&waiting, &next);
    let waiting = if waiting.is_empty() { vec![(ACTION.to_owned(), String::new())] } else { waiting };
    view! {
        {head(
            "Confirm it is you",
            "Changing rights and budgets, and deleting, asks for your password once more when you gave it over ten minutes ago, and granting Maintainer asks every time. What you entered is kept.",
        )}
        <PostForm action=ConfirmIdentity::url() whole_page=true class="grid gap-4">
            <Hidden fields=waiting />
            // For password managers: whose password it is.
            <input type="email" value=email autocomplete="username" readonly=true hidden=true aria-label="E-mail" />
            <Provider value=scope>
                <TextField
                    name="confirm_password"
                    label="Password"
                    kind=TextKind::Password
                    autocomplete="current-password"
                    required=true
                    large=true
                />
            </Provider>
            <Button kind=ButtonKind::Primary size=ButtonSize::Large submit=true>
                {verb}
            </Button>
            {cancel}
        </PostForm>
    }
}

fn through_provider(kind: ProviderKind, next: NextPath, state: &FormFields) -> impl IntoView + use<> {
    let waiting = state.values();
    // Back to this page, which then knows.
    let start = format!("{CONFIRM_THROUGH_PROVIDER}?next={}", encode(&next.through_confirmation()));
    let cancel = cancel(&waiting, &next);
    view! {
        {head(
            "Confirm it is you",
            "Changing rights and budgets, and deleting, asks you to sign in once more when you did so over ten minutes ago, and granting Maintainer asks every time. What you entered is kept.",
        )}
        <PostForm action=ConfirmLater::url() whole_page=true class="grid gap-4">
            <Hidden fields=waiting />
            <LinkButton href=start kind=ButtonKind::Primary size=ButtonSize::Large icon=Icon::KeyRound external=true>
                {format!("Continue with {}", kind.title())}
            </LinkButton>
            {cancel}
        </PostForm>
    }
}

fn done(next: NextPath, state: &FormFields) -> impl IntoView + use<> {
    let (waiting, action) = (state.values(), state.value(ACTION, ""));
    if waiting.is_empty() {
        let text = "Nothing waits to be sent any more. For ten minutes nothing more is asked.";
        return view! {
            {head("It is you", text)}
            <LinkButton href=next.as_str() size=ButtonSize::Large external=true>
                "Go back"
            </LinkButton>
        }
        .into_any();
    }
    let cancel = cancel(&waiting, &next);
    view! {
        {head("It is you", "What you entered was kept; nothing has been changed yet.")}
        <PostForm action whole_page=true class="grid gap-4">
            <Hidden fields=waiting />
            <Button kind=ButtonKind::Primary size=ButtonSize::Large submit=true>
                "Go on"
            </Button>
            {cancel}
        </PostForm>
    }
    .into_any()
}

/// The way back, with what was entered if something was.
fn cancel(waiting: &[(String, String)], next: &NextPath) -> AnyView {
    if waiting.is_empty() {
        return view! {
            <LinkButton href=next.as_str() kind=ButtonKind::Quiet external=true>
                "Cancel"
            </LinkButton>
        }
        .into_any();
    }
    view! {
        <Button kind=ButtonKind::Quiet submit=true attr:formaction=ConfirmLater::url() attr:formnovalidate=true>
            "Cancel"
        </Button>
    }
    .into_any()
}
