//! The page of the identity provider.

use super::data::{IdentityProvider, ReadIdentityProvider};
use super::{break_glass, doctor, health, import, move_identities};
use crate::page::crumbs::administration;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{Crumb, EmptyKind, EmptyState, Fact, Facts, Icon, LinkButton, PageBody, PageHead, Section};
use domain::mode::Mode;
use domain::provider::ProviderStatus;
use leptos::prelude::*;
use leptos_meta::Title;

/// Whether the provider answers, what it last said, and where rights are kept.
pub struct IdentityProviderPage {
    page: PageData<IdentityProvider>,
}

impl LazyPage for IdentityProviderPage {
    fn load() -> Self {
        Self { page: use_page(|| ReadIdentityProvider {}) }
    }

    fn view(self) -> AnyView {
        view! {
            <Title text="Identity provider" />
            {loaded(self.page, |dated, _| identity_provider(dated))}
        }
        .into_any()
    }
}

fn identity_provider(dated: WithServerTime<IdentityProvider>) -> impl IntoView {
    let IdentityProvider { mode, status, doctor, import: view, other_issuers, may_move, break_glass } = dated.data;
    let now = dated.now;
    let subtitle = status.as_ref().map_or("Passwords are kept by Bursar", |status| status.kind.subject());
    let has_provider = status.is_some();
    let check = move || {
        has_provider.then(|| {
            view! {
                <LinkButton href=paths::IDENTITY_PROVIDER icon=Icon::RefreshCw external=true>
                    "Check again"
                </LinkButton>
            }
        })
    };
    let facts = facts(mode, status.as_ref());
    let import = import::section(&view, now);
    let health = match status {
        Some(status) => health::section(status, mode, now).into_any(),
        None => local_accounts().into_any(),
    };
    view! {
        <PageHead
            crumbs=administration([Crumb::here("Identity provider")])
            title="Identity provider"
            subtitle
            actions=check
        />
        <PageBody>
            {move_identities::other_issuers(&other_issuers, may_move)} {health} {import} {doctor.map(doctor::section)}
            {facts} {break_glass::section(break_glass, now)}
        </PageBody>
    }
}

fn local_accounts() -> impl IntoView {
    view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::Plug)
            title="No identity provider"
            text="Users sign in with an e-mail address and a password that Bursar keeps, so nothing else has to answer. IDP_PROVIDER has them sign in through Keycloak, Microsoft Entra ID or another OpenID Connect provider."
        />
    }
}

fn facts(mode: Mode, status: Option<&ProviderStatus>) -> impl IntoView + use<> {
    let (name, what) = match mode {
        Mode::Platform => (
            "Platform-managed",
            "Roles and projects are kept in Bursar. What the provider says is copied once, at the first sign-in.",
        ),
        Mode::Keycloak => (
            "Keycloak-managed",
            "Roles and projects are kept by the provider, and read from its claims on every request.",
        ),
    };
    let what = if status.is_none() { "Roles and projects are kept in Bursar." } else { what };
    let issuer = status.map(|status| status.issuer.clone()).map(|issuer| {
        view! {
            <Fact label="Issuer">
                <code class="font-mono text-xs tracking-none">{issuer}</code>
            </Fact>
        }
    });
    view! {
        <Section id="set-up" title="Set-up">
            <Facts>
                <Fact label="Mode">
                    <p class="font-strong normal-nums">{name}</p>
                    <p class="text-ink-2 normal-nums">{what}</p>
                </Fact>
                {issuer}
            </Facts>
        </Section>
    }
}
