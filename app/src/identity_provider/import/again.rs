//! The page that asks before another import: what it would do, and what stays.

use super::actions::{PlanImport, StartImportAgain};
use super::buttons::post;
use super::data::ReadImportAgain;
use super::summary::summary;
use super::words::figure;
use crate::form::PostForm;
use crate::page::crumbs::administration;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{
    Banner, BannerKind, ButtonKind, ButtonSize, Crumb, EmptyKind, EmptyState, FormFoot, Icon, LinkButton, PageBody,
    PageHead,
};
use domain::count::counted;
use domain::import::{ImportOverview, ImportRun, NextImport};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use time::OffsetDateTime;

/// The page that starts another import.
pub struct ImportAgainPage {
    page: PageData<ImportOverview>,
}

impl LazyPage for ImportAgainPage {
    fn load() -> Self {
        Self { page: use_page(|| ReadImportAgain {}) }
    }

    fn view(self) -> AnyView {
        view! {
            <Title text="Import again" />
            {loaded(self.page, |dated, _| again_page(dated))}
        }
        .into_any()
    }
}

fn again_page(dated: WithServerTime<ImportOverview>) -> impl IntoView {
    let WithServerTime { now, data: overview } = dated;
    let crumbs = administration([
        Crumb::link("Identity provider", paths::IDENTITY_PROVIDER),
        Crumb::link("Import from Keycloak", paths::KEYCLOAK_IMPORT),
        Crumb::here("Import again"),
    ]);
    let body = match (overview.next(), overview.fresh_plan()) {
        (Some(NextImport::Again), Some(plan)) => confirmation(plan, now).into_any(),
        (Some(NextImport::Again), None) => plan_first().into_any(),
        _ => nothing().into_any(),
    };
    view! {
        <PageHead crumbs title="Import again" />
        <PageBody>{body}</PageBody>
    }
}

/// What stays, whatever the plan says.
const STAYS: &str = "What was edited in Bursar stays: a name, an e-mail address, a role or a project that differs from the last import is not \
     overwritten. No user is deleted.";

fn confirmation(plan: &ImportRun, now: OffsetDateTime) -> impl IntoView + use<> {
    let counts = plan.progress.counts;
    let fact = format!("As planned: create {}, update {}.", counted(counts.created, "user"), figure(counts.updated));
    view! {
        <div class="grid max-w-176 gap-5 text-sm">
            <Banner kind=BannerKind::Info fact>
                {STAYS}
            </Banner>
            {summary(plan, now)}
            <PostForm action=StartImportAgain::url()>
                <FormFoot cancel=paths::KEYCLOAK_IMPORT submit="Import again" />
            </PostForm>
        </div>
    }
}

fn plan_first() -> impl IntoView {
    let actions = || post(PlanImport::url(), "Plan import", ButtonKind::Primary, ButtonSize::Default);
    view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::GitCompare)
            title="Make a plan first"
            text="The users of the realm were imported already. A plan reads the realm again, writes no users, and shows what another import would do."
            actions
        />
    }
}

fn nothing() -> impl IntoView {
    let actions = || view! { <LinkButton href=paths::KEYCLOAK_IMPORT>"Go to the import"</LinkButton> };
    view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::Info)
            title="Nothing to import again"
            text="Another import follows one that is complete. A plan or an import may be under way now."
            actions
        />
    }
}
