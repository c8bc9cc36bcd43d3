//! The sign-in page.

use super::actions::SignIn;
use super::data::{ReadSignInWay, SignInOffer, SignInWay, SignedOut};
use crate::form::{FormFields, Forms, PageFlash, PostForm};
use crate::next::NextPath;
use crate::page::{LazyPage, WithServerTime};
use crate::plain_http::PlainHttp;
use crate::read::Data;
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, ButtonSize, Icon, LinkButton, LonelySheet, RelativeTime, TextField,
    TextKind, awaited, forget_recent_pages,
};
use domain::error::Refusal;
use domain::flash::Flash;
use domain::provider::{Outage, ProviderKind};
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use time::OffsetDateTime;

/// One way to sign in, the one that is configured; afterwards on to where the person wanted to go.
pub struct SignInPage {
    offer: Data<WithServerTime<SignInOffer>>,
}

impl LazyPage for SignInPage {
    fn load() -> Self {
        Self { offer: Data::read(|| 0, || ReadSignInWay {}) }
    }

    fn view(self) -> AnyView {
        let flash = expect_context::<PageFlash>();
        let search = use_location().search;
        let next = search.with_untracked(|query| NextPath::in_query(query)).unwrap_or_default();
        let is_new = search.with_untracked(|query| NextPath::is_new_sign_in(query));
        let page = awaited(move || sign_in(flash, self.offer, next.clone(), is_new));
        // Names of objects are for the user who opened them.
        Effect::new(|_| forget_recent_pages());
        view! {
            <Title text="Sign in" />
            <LonelySheet>
                <h1 class="text-2xl font-semibold">"Sign in"</h1>
                {page}
            </LonelySheet>
        }
        .into_any()
    }
}

async fn sign_in(
    flash: PageFlash,
    offer: Data<WithServerTime<SignInOffer>>,
    next: NextPath,
    is_new: bool,
) -> impl IntoView {
    let flash = flash.get().await;
    let banner = flash.clone().and_then(refusal_banner);
    let (offer, now) = match offer.get().await {
        Ok(WithServerTime { now, data }) => (data, now),
        Err(_) => {
            (SignInOffer { way: SignInWay::Password, plain_http: None, signed_out: None }, OffsetDateTime::UNIX_EPOCH)
        }
    };
    let needs_https = offer.plain_http.map(|plain| needs_https(plain, &next));
    let (about, way) = match offer.way {
        SignInWay::Provider { kind, outage } => {
            ("Use your platform account.", through_provider(kind, outage, now, &next).into_any())
        }
        SignInWay::Password => {
            let email = offer.signed_out.as_ref().map(|signed_out| signed_out.email.clone()).unwrap_or_default();
            let form = with_password(&next, email, &Forms::from(flash).of("sign-in"));
            ("Use your e-mail address and your password.", form.into_any())
        }
    };
    view! {
        <p class="-mt-5 text-base text-ink-2">{about}</p>
        {is_new.then(unfinished)}
        {offer.signed_out.as_ref().map(signed_out)}
        {needs_https}
        {banner}
        {way}
    }
}

/// After a callback that belongs to no open sign-in.
fn unfinished() -> impl IntoView {
    view! {
        <Banner kind=BannerKind::Info fact="This sign-in was not completed.">
            "It took longer than ten minutes, was completed already, or began in another browser. Sign in again to continue where you were going."
        </Banner>
    }
}

/// After a form that was sent when its session had ended.
fn signed_out(signed_out: &SignedOut) -> impl IntoView + use<> {
    let next = if signed_out.has_input {
        "Sign in to continue; your input is kept."
    } else {
        "Sign in to continue. Nothing was changed."
    };
    view! {
        <Banner kind=BannerKind::Info fact="You were signed out." alert=true>
            {next}
        </Banner>
    }
}

/// The form stays: an old browser may use TLS although no header says so.
fn needs_https(plain: PlainHttp, next: &NextPath) -> impl IntoView + use<> {
    let way = match plain.https_origin {
        Some(origin) => {
            let address = format!("{origin}{}", next.through_sign_in());
            view! {
                "Open "
                <a href=address rel="external" class="link">
                    {origin}
                </a>
                " instead."
            }
            .into_any()
        }
        None => {
            "Ask your administrator for an HTTPS address. On the server itself, http://localhost works too.".into_any()
        }
    };
    view! {
        <Banner kind=BannerKind::Danger fact="Signing in needs HTTPS.">
            "This page came over plain HTTP, and your browser does not keep a session from there. " {way}
        </Banner>
    }
}

fn through_provider(
    kind: ProviderKind,
    outage: Option<Outage>,
    now: OffsetDateTime,
    next: &NextPath,
) -> impl IntoView + use<> {
    let way = match outage {
        Some(outage) => view! {
            {does_not_answer(kind, outage, now)}
            <LinkButton href=next.through_sign_in() size=ButtonSize::Large icon=Icon::RefreshCw external=true>
                "Try again"
            </LinkButton>
        }
        .into_any(),
        None => view! {
            <LinkButton href=next.through_provider() size=ButtonSize::Large icon=Icon::KeyRound external=true>
                {format!("Continue with {}", kind.title())}
            </LinkButton>
        }
        .into_any(),
    };
    view! {
        {way}
        <p class="text-sm text-ink-2">"No account yet? Ask an admin of the platform: Bursar itself keeps no passwords here."</p>
    }
}

fn does_not_answer(kind: ProviderKind, outage: Outage, now: OffsetDateTime) -> impl IntoView {
    let heading = outage.heading(kind);
    let Outage { since, what, .. } = outage;
    view! {
        <Banner kind=BannerKind::Warn fact=heading alert=true>
            "First noticed " <RelativeTime at=since now /> ": " {what}
            ". Users cannot sign in until it does. Open sessions keep working."
        </Banner>
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

fn with_password(next: &NextPath, email: String, state: &FormFields) -> impl IntoView + use<> {
    let is_known = !email.is_empty();
    let (next, scope) = (next.as_str().to_owned(), state.scope("sign-in"));
    view! {
        <PostForm action=SignIn::url() whole_page=true class="grid gap-4">
            <input type="hidden" name="next" value=next />
            <Provider value=scope>
                <TextField
                    name="email"
                    label="E-mail"
                    value=email
                    kind=TextKind::Email
                    autocomplete="username"
                    autofocus=!is_known
                    required=true
                    large=true
                />
                <TextField
                    name="password"
                    label="Password"
                    kind=TextKind::Password
                    autocomplete="current-password"
                    autofocus=is_known
                    required=true
                    large=true
                />
            </Provider>
            <Button kind=ButtonKind::Primary size=ButtonSize::Large submit=true>
                "Sign in"
            </Button>
        </PostForm>
        <p class="text-sm text-ink-2">
            "No account, or forgot your password? Ask an administrator."
        </p>
    }
}
