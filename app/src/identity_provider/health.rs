//! The health of the identity provider: connection, signing keys, clock skew, last back-channel logout.

use crate::ui::{Banner, BannerKind, Icon, RelativeTime, Section, Stat, Stats, absolute};
use domain::mode::Mode;
use domain::provider::{LEEWAY, Outage, ProviderKind, ProviderStatus};
use leptos::prelude::*;
use time::OffsetDateTime;

pub(super) fn section(status: ProviderStatus, mode: Mode, now: OffsetDateTime) -> impl IntoView {
    let is_wrong = status.outage.is_some() || status.has_wrong_clock();
    let summary = if is_wrong { "Checked just now, problems found" } else { "Checked just now, no problems" };
    let banner = status.outage.clone().map(|outage| does_not_answer(outage, status.kind, mode, now));
    view! {
        <Section id="health" title="Health" side=move || summary>
            <div class="grid gap-5">
                {banner}
                <Stats>
                    {connection(status.outage.as_ref(), now)}
                    {keys(status.keys_read_at, now)}
                    {clock(&status)}
                    {last_logout(status.last_back_channel_logout_at, now)}
                </Stats>
            </div>
        </Section>
    }
}

fn does_not_answer(outage: Outage, kind: ProviderKind, mode: Mode, now: OffsetDateTime) -> impl IntoView {
    let what_follows = match mode {
        Mode::Platform => "Users cannot sign in until it does. Open sessions keep working.",
        Mode::Keycloak => {
            "Users cannot sign in until it does. Open sessions keep working until their access token expires, in a few minutes."
        }
    };
    view! {
        <Banner kind=BannerKind::Danger fact=outage.heading(kind)>
            "First noticed " <RelativeTime at=outage.since now /> ": " {outage.what} ". " {what_follows}
        </Banner>
    }
}

fn connection(outage: Option<&Outage>, now: OffsetDateTime) -> impl IntoView + use<> {
    match outage.map(|outage| (outage.since, outage.is_unusable)) {
        None => view! {
            <Stat icon=Icon::CircleCheck label="Connection" context=|| "It answered when this page was opened">
                "Reachable"
            </Stat>
        }
        .into_any(),
        Some((since, is_unusable)) => view! {
            <Stat
                icon=Icon::OctagonAlert
                label="Connection"
                is_wrong=true
                context=move || view! { "Since " {absolute(since)} ", " <RelativeTime at=since now /> }
            >
                {if is_unusable { "Not usable" } else { "No answer" }}
            </Stat>
        }
        .into_any(),
    }
}

fn keys(read_at: Option<OffsetDateTime>, now: OffsetDateTime) -> impl IntoView {
    let context = match read_at {
        Some(_) => "Used to verify tokens; refreshed every 5 minutes",
        None => "Users cannot sign in until they are read",
    };
    view! {
        <Stat icon=Icon::KeyRound label="Signing keys" is_wrong=read_at.is_none() context=move || context>
            {match read_at {
                Some(read_at) => view! { "Read " <RelativeTime at=read_at now /> }.into_any(),
                None => "Never read".into_any(),
            }}
        </Stat>
    }
}

fn clock(status: &ProviderStatus) -> impl IntoView + use<> {
    let words = match status.clock_ahead_seconds {
        None => "Not known".to_owned(),
        Some(0) => "None".to_owned(),
        Some(ahead) if ahead > 0 => format!("{ahead} s ahead"),
        Some(behind) => format!("{} s behind", behind.unsigned_abs()),
    };
    let context = match status.clock_ahead_seconds {
        None => "No sign-in since this instance started".to_owned(),
        Some(_) => format!("Of its clock against ours; tokens are refused beyond {} s", LEEWAY.whole_seconds()),
    };
    view! {
        <Stat icon=Icon::Clock label="Clock skew" is_wrong=status.has_wrong_clock() context=move || context>
            {words}
        </Stat>
    }
}

fn last_logout(at: Option<OffsetDateTime>, now: OffsetDateTime) -> impl IntoView {
    let context = match at {
        Some(at) => format!("At {}", absolute(at)),
        None => "The identity provider sends one when a session ends there".to_owned(),
    };
    view! {
        <Stat icon=Icon::LogOut label="Last back-channel logout" context=move || context>
            {match at {
                Some(at) => view! { <RelativeTime at now /> }.into_any(),
                None => "None yet".into_any(),
            }}
        </Stat>
    }
}
