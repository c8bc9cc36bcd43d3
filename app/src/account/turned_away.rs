//! The page that turns somebody away whom the identity provider vouches for: who it is, why, and what to do.

use crate::form::PageFlash;
use crate::page::LazyPage;
use crate::paths;
use crate::ui::{
    Avatar, ButtonKind, ButtonSize, CopyButton, Icon, IconSize, LinkButton, LonelySheet, SvgIcon, Views, absolute,
    awaited,
};
use domain::claims::DEVELOPER_ROLE;
use domain::denial::{Denial, Denied};
use domain::flash::Flash;
use leptos::prelude::*;
use leptos_meta::Title;

/// Says what the provider's answer left. Loaded again it knows nothing any more and leads back to the sign-in page.
pub struct TurnedAwayPage;

impl LazyPage for TurnedAwayPage {
    fn load() -> Self {
        Self
    }

    fn view(self) -> AnyView {
        let flash = expect_context::<PageFlash>();
        let page = awaited(move || async move {
            match flash.get().await {
                Some(Flash::Denied(denied)) => turned_away(*denied).into_any(),
                _ => nobody().into_any(),
            }
        });
        view! {
            <Title text="Not signed in" />
            <LonelySheet>{page}</LonelySheet>
        }
        .into_any()
    }
}

fn nobody() -> impl IntoView {
    view! {
        <h1 class="text-2xl font-semibold">"You are not signed in"</h1>
        <p class="text-base text-ink-2">"Why is shown once, right after the try. Sign in again to see it."</p>
        {again()}
    }
}

fn turned_away(denied: Denied) -> impl IntoView {
    let Words { title, why, ask, who, mends } = words(&denied.reason);
    let is_about_roles = matches!(denied.reason, Denial::NoRole { .. } | Denial::RolesLeftOut { .. });
    let send = "Send the reference below to an administrator of the platform.".to_owned();
    let steps = [(ask, send), (who, mends), ("Sign in again.", "It works at once.".to_owned())];
    let steps = steps.into_iter().zip(1..).map(|((what, how), place)| step(place, what, how)).views();
    let Denied { name, address, told, reference, at, .. } = denied;
    let (initials, seed, copied) = (name.clone(), address.clone(), reference.clone());
    view! {
        <div class="grid gap-2">
            <h1 class="text-2xl font-semibold">{title}</h1>
            <p class="text-md text-ink-2">{why}</p>
        </div>
        <div class="flex min-w-0 items-center gap-3 border-y border-line py-3">
            <Avatar name=initials seed />
            <div class="min-w-0">
                <p class="text-sm font-strong wrap-anywhere">{name}</p>
                <p class="text-sm text-ink-2 wrap-anywhere">{address}</p>
            </div>
        </div>
        <ol class="grid gap-4">{steps}</ol>
        {told_us(told, is_about_roles)}
        {again()}
        <div class="grid gap-0.5 text-xs text-ink-2">
            <p class="flex items-center gap-1.5">
                <span>"Reference"</span>
                <code class="min-w-0 font-mono tracking-none wrap-anywhere">{reference}</code>
                <CopyButton text=copied label="Copy reference" />
            </p>
            <p>{absolute(at)}</p>
        </div>
    }
}

fn step(place: usize, what: &'static str, how: String) -> impl IntoView {
    view! {
        <li class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-sm">
            <span aria-hidden="true" class="grid size-6 place-content-center rounded-full bg-tag text-xs font-semibold">
                {place.to_string()}
            </span>
            <div class="pt-0.5">
                <p class="font-strong">{what}</p>
                <p class="text-ink-2">{how}</p>
            </div>
        </li>
    }
}

/// The claims, for the administrator who helps: open at first where they say why there is no role.
fn told_us(told: Vec<(String, String)>, is_open: bool) -> impl IntoView {
    let lines = told.into_iter().map(|(claim, value)| {
        view! {
            <dt class="text-ink-2">{claim}</dt>
            <dd class="mb-2 font-mono tracking-none wrap-anywhere">{value}</dd>
        }
    });
    let lines = lines.views();
    view! {
        <details class="group/told text-sm" open=is_open>
            <summary class="flex min-h-6 cursor-pointer items-center gap-1.5 rounded-sm font-medium">
                "What the identity provider told us"
                <span class="-rotate-90 text-ink-3 transition-transform group-open/told:rotate-0">
                    <SvgIcon icon=Icon::ChevronDown size=IconSize::Small />
                </span>
            </summary>
            <dl class="mt-2 text-xs">{lines}</dl>
        </details>
    }
}

fn again() -> impl IntoView {
    view! {
        <div>
            <LinkButton href=paths::SIGN_IN kind=ButtonKind::Primary size=ButtonSize::Large icon=Icon::Undo>
                "Back to sign-in"
            </LinkButton>
        </div>
    }
}

/// What happened, and the three steps out of it: what to ask for, what an administrator does, and the next try.
struct Words {
    title: &'static str,
    why: String,
    ask: &'static str,
    who: &'static str,
    mends: String,
}

fn words(reason: &Denial) -> Words {
    match reason {
        Denial::NoRole { admin_role } => Words {
            title: "Your account has no role yet",
            why: format!(
                "The identity provider knows you, so the password is right. Access to Bursar needs the role {DEVELOPER_ROLE} or {admin_role}, and you have neither."
            ),
            ask: "Ask for a role.",
            who: "An administrator grants it",
            mends: "at the identity provider; in Keycloak that is under Users, Role mapping.".to_owned(),
        },
        Denial::UnknownType { value, external } => Words {
            title: "Your account has an unknown type",
            why: format!(
                "The claim user_type is {value}. Bursar knows regular and {external}, and guesses nothing."
            ),
            ask: "Report it.",
            who: "An administrator corrects it",
            mends: format!("at the identity provider: user_type is regular or {external}, or is left out."),
        },
        Denial::UnclearGuest { value } => Words {
            title: "Your account has an unclear type",
            why: format!(
                "The claim guest is {value}. Bursar reads true and false, also as text or as 1 and 0. Anything else could mean an external user, so the sign-in is refused."
            ),
            ask: "Report it.",
            who: "An administrator corrects it",
            mends: "at the identity provider: guest is true or false, or is left out.".to_owned(),
        },
        Denial::RolesLeftOut { claim } => Words {
            title: "Your account is in too many groups",
            why: format!(
                "The identity provider left the claim {claim} out of your token, because it would be too large. Microsoft Entra ID does so above 200 groups. Bursar cannot tell which role you have."
            ),
            ask: "Report it.",
            who: "An administrator changes the application's token",
            mends: "at the identity provider. In Microsoft Entra ID: assign app roles and read the claim roles, or choose “Groups assigned to the application” under Token configuration.".to_owned(),
        },
        Denial::NoAddress => Words {
            title: "Your account has no address",
            why: "The identity provider told us neither an e-mail address nor a username, so other users could not find you here."
                .to_owned(),
            ask: "Report it.",
            who: "An administrator adds it",
            mends: "at the identity provider, and lets Bursar's client read the scopes profile and email.".to_owned(),
        },
        Denial::Deactivated => Words {
            title: "Your account is deactivated",
            why: "An admin has closed it. Your projects, roles and budgets are kept.".to_owned(),
            ask: "Ask for it back.",
            who: "An admin reactivates it",
            mends: "in Users management, on your page.".to_owned(),
        },
        Denial::AddressOfAnother => Words {
            title: "Your address belongs to another account",
            why: "Your identity is new here, and another account has your e-mail address already. It may be an older account of yours, so the two were not linked automatically.".to_owned(),
            ask: "Ask for the account to be linked.",
            who: "An admin decides",
            mends: "in Users management: your attempt is listed on the page of the user who has the address.".to_owned(),
        },
    }
}
