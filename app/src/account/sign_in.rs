//! The sign-in page.

use super::actions::SignIn;
use crate::flash::{FormFields, Forms, PageFlash};
use crate::next::NextPath;
use crate::ui::form::PostForm;
use crate::ui::{Banner, BannerKind, Button, ButtonKind, ButtonSize, LonelySheet, TextField, TextKind};
use domain::error::Refusal;
use domain::form::Flash;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// E-mail and password; afterwards on to where the person wanted to go.
#[component]
pub fn SignInPage() -> impl IntoView {
    let flash = expect_context::<PageFlash>();
    let next = use_query_map().with_untracked(|query| query.get("next"));
    let next = next.and_then(|next| NextPath::parse(&next)).unwrap_or_default();
    let page = move || {
        let next = next.clone();
        Suspend::new(async move {
            let flash = flash.get().await;
            let banner = flash.clone().and_then(refusal_banner);
            let form = sign_in_form(&next, &Forms::from(flash).of("sign-in"));
            view! {
                {banner}
                {form}
            }
        })
    };
    view! {
        <Title text="Sign in" />
        <LonelySheet>
            <div class="grid gap-1">
                <h1 class="text-2xl font-semibold">"Sign in"</h1>
                <p class="text-base text-ink-2">"Use your e-mail address and your password."</p>
            </div>
            <Transition>{page}</Transition>
            <p class="text-sm text-ink-2">
                "No account yet, or no password any more? Ask an admin: they create accounts and hand out new passwords."
            </p>
        </LonelySheet>
    }
}

/// What belongs to no field, such as too many tries.
fn refusal_banner(flash: Flash) -> Option<impl IntoView> {
    let Flash::Form(state) = flash else { return None };
    match state.refusal {
        Refusal::Invalid(_) => None,
        refusal => Some(view! { <Banner kind=BannerKind::Warn fact=refusal.to_string() alert=true /> }),
    }
}

fn sign_in_form(next: &NextPath, state: &FormFields) -> impl IntoView + use<> {
    let (next, scope) = (next.as_str().to_owned(), state.scope("sign-in"));
    view! {
        <PostForm action=SignIn::url() whole_page=true class="grid gap-4">
            <input type="hidden" name="next" value=next />
            <Provider value=scope>
                <TextField
                    name="email"
                    label="E-mail"
                    kind=TextKind::Email
                    autocomplete="username"
                    required=true
                    large=true
                />
                <TextField
                    name="password"
                    label="Password"
                    kind=TextKind::Password
                    autocomplete="current-password"
                    required=true
                    large=true
                />
            </Provider>
            <Button kind=ButtonKind::Primary size=ButtonSize::Large submit=true>
                "Sign in"
            </Button>
        </PostForm>
    }
}
