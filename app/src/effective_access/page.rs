//! The page.

use super::data::{AccessAnswer, ExplainAccess};
use super::{filters, user, who};
use crate::page::crumbs::administration;
use crate::page::list_page::Requested;
use crate::page::listing::ignored_notice;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{Banner, BannerKind, Crumb, EmptyKind, EmptyState, Icon, LinkButton, PageHead, Tab, Tabs};
use domain::explain::{AccessQuery, AccessView, UserAnswer};
use leptos::prelude::*;
use leptos_meta::Title;

/// What a user can do, and who can do something.
pub struct EffectiveAccessPage {
    page: PageData<AccessAnswer>,
    requested: Requested<AccessQuery>,
}

impl LazyPage for EffectiveAccessPage {
    fn load() -> Self {
        let requested = use_params(AccessQuery::from_params);
        Self { page: use_page(move || ExplainAccess { query: requested.get().0 }), requested }
    }

    fn view(self) -> AnyView {
        let Self { page, requested } = self;
        view! {
            <Title text="Effective access" />
            {loaded(page, move |WithServerTime { data, .. }, _| effective_access(data, requested.get_untracked()))}
        }
        .into_any()
    }
}

fn effective_access(answer: AccessAnswer, (query, ignored): (AccessQuery, Vec<String>)) -> impl IntoView {
    let crumbs = administration([Crumb::link("Access matrix", paths::ACCESS_MATRIX), Crumb::here("Effective access")]);
    let bar = (answer != AccessAnswer::KeptByProvider).then(|| filters::bar(&query, &answer));
    let content = match answer {
        AccessAnswer::KeptByProvider => kept_by_provider().into_any(),
        AccessAnswer::NothingAsked => nothing_asked(query.view),
        AccessAnswer::User(UserAnswer::Access(access)) => user::answer(&access),
        AccessAnswer::User(UserAnswer::UnknownUser) => unknown(
            &query,
            "No such user",
            "No user has this id, e-mail address or username. Choose one of the suggestions, or copy the address from the user’s page.",
        ),
        AccessAnswer::User(UserAnswer::UnknownProject) => unknown(
            &query,
            "No such project",
            "No project in use has this technical name. A deleted one grants nothing.",
        ),
        AccessAnswer::Who(holders) => who::answer(&holders, &query),
    };
    view! {
        <PageHead crumbs title="Effective access" subtitle="Who can do what, and why" />
        {tabs(&query)}
        {ignored_notice(&ignored)}
        {bar}
        {content}
    }
}

fn tabs(query: &AccessQuery) -> impl IntoView + use<> {
    let tab = |label: &str, view| Tab {
        label: label.to_owned(),
        // The project and the permission stay: they mean the same in both questions.
        href: paths::effective_access(&AccessQuery { view, user: None, cursor: None, ..query.clone() }),
        count: None,
        is_current: query.view == view,
    };
    let tabs = vec![tab("What can this user do", AccessView::User), tab("Who can do this", AccessView::Who)];
    view! { <Tabs label="Questions" tabs /> }
}

fn kept_by_provider() -> impl IntoView {
    view! {
        <div class="px-gutter pt-4">
            <Banner kind=BannerKind::Info fact="The identity provider keeps roles and projects.">
                "Bursar stores no users in Keycloak-managed mode, so it cannot say who holds what. Read it in Keycloak: run bursar access-matrix --live."
            </Banner>
        </div>
    }
}

fn nothing_asked(view: AccessView) -> AnyView {
    let (title, text) = match view {
        AccessView::User => (
            "Choose a user",
            "You see what the user can do on the platform, in each project and from which budget, with the path that grants it.",
        ),
        AccessView::Who => (
            "Choose a permission",
            "You see every user who holds it, with the path that grants it. Choose a project too for what project roles grant.",
        ),
    };
    view! { <EmptyState kind=EmptyKind::Nothing(Icon::KeyRound) title text /> }.into_any()
}

fn unknown(query: &AccessQuery, title: &'static str, text: &'static str) -> AnyView {
    let href = paths::effective_access(&AccessQuery { view: query.view, ..AccessQuery::default() });
    let actions = move || view! { <LinkButton href=href.clone()>"Ask again"</LinkButton> };
    view! { <EmptyState kind=EmptyKind::NoMatch title text actions /> }.into_any()
}
