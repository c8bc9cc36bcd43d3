//! The page of the import: how far it is, and the report.

use super::buttons::buttons;
use super::data::{ImportPageData, ReadKeycloakImport};
use super::notices::notices;
use super::report::{Shown, report};
use super::section::{first_words, state_line};
use super::summary::summary;
use crate::page::crumbs::administration;
use crate::page::list_page::Requested;
use crate::page::listing::ignored_notice;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{ButtonSize, Crumb, EmptyKind, EmptyState, Icon, PageHead};
use domain::import::{ImportSource, ReportQuery};
use leptos::prelude::*;
use leptos_meta::Title;

/// The import from Keycloak.
pub struct KeycloakImportPage {
    page: PageData<ImportPageData>,
    requested: Requested<ReportQuery>,
}

impl LazyPage for KeycloakImportPage {
    fn load() -> Self {
        let requested = use_params(ReportQuery::from_params);
        Self { page: use_page(move || ReadKeycloakImport { query: requested.get().0 }), requested }
    }

    fn view(self) -> AnyView {
        let Self { page, requested } = self;
        view! {
            <Title text="Import from Keycloak" />
            {loaded(page, move |dated, _| import_page(dated, requested.get_untracked()))}
        }
        .into_any()
    }
}

fn import_page(dated: WithServerTime<ImportPageData>, (query, ignored): (ReportQuery, Vec<String>)) -> impl IntoView {
    let crumbs = administration([
        Crumb::link("Identity provider", paths::IDENTITY_PROVIDER),
        Crumb::here("Import from Keycloak"),
    ]);
    let buttons = buttons(&dated.data.view, ButtonSize::Default);
    let shown = RwSignal::new(dated);
    #[cfg(feature = "hydrate")]
    super::follow::follow(
        shown,
        {
            let query = query.clone();
            move || ReadKeycloakImport { query: query.clone() }
        },
        |data| data.view.overview.under_way().is_some(),
    );
    let body = move || shown.with(|shown| body(shown, &query));
    view! {
        <PageHead crumbs title="Import from Keycloak" actions=move || buttons />
        {ignored_notice(&ignored)}
        {body}
    }
}

fn body(WithServerTime { now, data }: &WithServerTime<ImportPageData>, query: &ReportQuery) -> AnyView {
    let (now, overview) = (*now, &data.view.overview);
    if overview.source == ImportSource::NoKeycloak {
        return view! {
            <EmptyState
                kind=EmptyKind::Nothing(Icon::Plug)
                title="No Keycloak"
                text="Users can be imported where Keycloak signs them in: IDP_PROVIDER=keycloak."
            />
        }
        .into_any();
    }
    let current = match overview.current() {
        Some(run) => summary(run, now),
        None => first_words(&overview.source),
    };
    let report = data.report.as_ref().map(|(run, page)| {
        report(&Shown { overview, run, query, may_view_users: data.view.may_view_users, now }, page)
    });
    view! {
        <div class="grid grid-cols-[minmax(0,1fr)] gap-4 px-gutter pt-2 pb-9">
            <p class="text-sm text-ink-2">{state_line(overview, now)}</p>
            {notices(overview)} {current}
        </div>
        {report}
    }
    .into_any()
}
