//! Signing in with a break-glass code, while users cannot sign in.

use super::actions::BreakGlassSignIn;
use super::data::{BreakGlassOffer, ReadBreakGlassOffer};
use crate::error::PageError;
use crate::form::{FormFields, Forms, PageFlash, PostForm, banner};
use crate::page::LazyPage;
use crate::paths;
use crate::read::Data;
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, ButtonSize, LinkButton, LonelySheet, TextField, TextKind, awaited,
};
use domain::flash::Flash;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// Name of the form.
pub(super) const FORM: &str = "break-glass";

/// Takes the code that an operator was given at the command line. The code never stands in an address.
pub struct BreakGlassPage {
    offer: Data<BreakGlassOffer>,
}

impl LazyPage for BreakGlassPage {
    fn load() -> Self {
        Self { offer: Data::read(|| 0, || ReadBreakGlassOffer {}) }
    }

    fn view(self) -> AnyView {
        let flash = expect_context::<PageFlash>();
        let page = awaited(move || async move { page(self.offer.get().await, flash.get().await) });
        view! {
            <Title text="Break-glass sign-in" />
            <LonelySheet>
                <h1 class="text-2xl font-semibold">"Break-glass sign-in"</h1>
                {page}
            </LonelySheet>
        }
        .into_any()
    }
}

fn page(offer: Result<BreakGlassOffer, PageError>, flash: Option<Flash>) -> AnyView {
    match offer {
        Ok(BreakGlassOffer { is_plain_http }) => {
            view! {
                <p class="-mt-5 text-base text-ink-2">
                    "For operators, while users cannot sign in. Run " <code class="font-mono text-sm tracking-none">"bursar break-glass"</code>
                    " on the server for a code."
                </p>
                {is_plain_http.then(needs_https)}
                {flash.clone().and_then(banner)}
                {form(&Forms::from(flash).of(FORM))}
                <p class="text-sm text-ink-2">
                    "The code works once. It opens a short session that belongs to no user and has a maintainer’s rights. The audit log records its use and every change."
                </p>
            }
            .into_any()
        }
        Err(_) => view! {
            <p class="-mt-5 text-base text-ink-2">"Break-glass is turned off here, or Bursar could not answer."</p>
            <div>
                <LinkButton href=paths::SIGN_IN size=ButtonSize::Large>
                    "Go to sign-in"
                </LinkButton>
            </div>
        }
        .into_any(),
    }
}

fn needs_https() -> impl IntoView {
    view! {
        <Banner kind=BannerKind::Danger fact="Signing in needs HTTPS.">
            "This page came over plain HTTP, and your browser does not keep a session from there. The code would be used up: open the HTTPS address first."
        </Banner>
    }
}

fn form(state: &FormFields) -> impl IntoView + use<> {
    let scope = state.scope(FORM);
    view! {
        <PostForm action=BreakGlassSignIn::url() whole_page=true class="grid gap-4">
            <Provider value=scope>
                <TextField
                    name="code"
                    label="Code"
                    kind=TextKind::Code
                    autocomplete="off"
                    autofocus=true
                    required=true
                    maxlength=100
                    large=true
                />
            </Provider>
            <Button kind=ButtonKind::Primary size=ButtonSize::Large submit=true>
                "Open session"
            </Button>
        </PostForm>
    }
}
