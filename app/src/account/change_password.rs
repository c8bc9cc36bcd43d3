//! Choosing a password of one's own after a one-time password.

use super::actions::SignOut;
use super::data::OpenPasswordChange;
use super::password_form::{FORM, password_form};
use crate::page::{PageData, loaded, use_page};
use crate::screen::Screen;
use crate::ui::form::PostForm;
use crate::ui::{Button, ButtonKind, Icon, LonelySheet};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// Open to whoever is signed in, also while nothing else is.
pub struct ChangePasswordPage {
    page: PageData<()>,
}

impl Screen for ChangePasswordPage {
    fn read() -> Self {
        Self { page: use_page(|| OpenPasswordChange {}) }
    }

    fn show(self) -> AnyView {
        view! {
            <Title text="Choose a new password" />
            <LonelySheet>
                <div class="grid gap-1.5">
                    <h1 class="text-2xl font-semibold">"Choose a new password"</h1>
                    <p class="text-base text-ink-2">
                        "A one-time password has been seen by whoever handed it over. Replace it with one that only you know; then the console opens."
                    </p>
                </div>
                <div class="-mx-gutter">
                    {loaded(self.page, |_, forms| {
                        view! { <div class="px-gutter">{password_form(&forms.of(FORM), true)}</div> }
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
