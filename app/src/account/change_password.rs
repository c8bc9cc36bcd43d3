//! Choosing a password of one's own after a one-time password.

use super::actions::SignOut;
use super::data::{OpenPasswordChange, PasswordChange};
use super::password_form::{FORM, PasswordForm, password_form};
use crate::form::PostForm;
use crate::next::NextPath;
use crate::page::{LazyPage, PageData, loaded, use_page};
use crate::ui::{Button, ButtonKind, Icon, LonelySheet};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_location;

/// Open to every user who is signed in, also while nothing else is.
pub struct ChangePasswordPage {
    page: PageData<PasswordChange>,
}

impl LazyPage for ChangePasswordPage {
    fn load() -> Self {
        Self { page: use_page(|| OpenPasswordChange {}) }
    }

    fn view(self) -> AnyView {
        let next = use_location().search.with_untracked(|query| NextPath::in_query(query)).unwrap_or_default();
        view! {
            <Title text="Choose a new password" />
            <LonelySheet>
                <div class="grid gap-1.5">
                    <h1 class="text-2xl font-semibold">"Choose a new password"</h1>
                    <p class="text-base text-ink-2">
                        "Your administrator knows this one-time password. Choose a password only you know."
                    </p>
                </div>
                <div class="-mx-gutter">
                    {loaded(self.page, move |dated, forms| {
                        let PasswordChange { is_due, email, asks_for_current, policy } = dated.data;
                        if !is_due {
                            return view! { <Redirect path=next.as_str().to_owned() /> }.into_any();
                        }
                        let current = asks_for_current.then_some("One-time password");
                        let form = PasswordForm { email, current, policy, next: Some(next.clone()) };
                        view! { <div class="px-gutter">{password_form(form, &forms.of(FORM))}</div> }.into_any()
                    })}
                </div>
                <PostForm action=SignOut::url() whole_page=true class="-ms-3">
                    <Button kind=ButtonKind::Quiet icon=Icon::LogOut submit=true>
                        "Sign out instead"
                    </Button>
                </PostForm>
            </LonelySheet>
        }
        .into_any()
    }
}
