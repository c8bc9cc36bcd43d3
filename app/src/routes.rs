//! Every page and its address.

use crate::access_matrix::anomalies::AccessAnomaliesPage;
use crate::access_matrix::anomaly::AccessAnomalyPage;
use crate::access_matrix::page::AccessMatrixPage;
use crate::access_matrix::snapshots::AccessSnapshotsPage;
use crate::account::DETOURS;
use crate::account::break_glass::BreakGlassPage;
use crate::account::change_password::ChangePasswordPage;
use crate::account::confirm::ConfirmPage;
use crate::account::my_access::MyAccessPage;
use crate::account::profile::ProfilePage;
use crate::account::sign_in::SignInPage;
use crate::account::turned_away::TurnedAwayPage;
use crate::audit::list::AuditLogPage;
use crate::budget_requests::list::BudgetRequestsPage;
use crate::budget_requests::new::NewBudgetRequestPage;
use crate::budget_requests::request::BudgetRequestPage;
use crate::budgets::budget::BudgetPage;
use crate::budgets::create::NewBudgetPage;
use crate::budgets::delete::DeleteBudgetPage;
use crate::budgets::edit::EditBudgetPage;
use crate::budgets::list::BudgetsPage;
use crate::detour::Detours;
use crate::effective_access::page::EffectiveAccessPage;
use crate::form::provide_flash;
use crate::gateways::create::NewGatewayPage;
use crate::gateways::page::GatewaysPage;
use crate::identity_provider::import::again::ImportAgainPage;
use crate::identity_provider::import::page::KeycloakImportPage;
use crate::identity_provider::move_identities::page::MoveIdentitiesPage;
use crate::identity_provider::page::IdentityProviderPage;
use crate::index::IndexPage;
use crate::jobs::page::JobsPage;
use crate::layout::Layout;
use crate::litellm::page::LiteLlmPage;
use crate::me::provide_me;
use crate::overview::page::OverviewPage;
use crate::projects::create::NewProjectPage;
use crate::projects::edit::EditProjectPage;
use crate::projects::list::ProjectsPage;
use crate::projects::project::ProjectPage;
use crate::projects::split::ProjectSplitPage;
use crate::spending::page::SpendingPage;
use crate::ui::{LinkButton, LonelySheet, Waiting};
use crate::users::create::NewUserPage;
use crate::users::keycloak::create::NewKeycloakUserPage;
use crate::users::keycloak::list::KeycloakUsersPage;
use crate::users::keycloak::user::KeycloakUserPage;
use crate::users::list::UsersPage;
use crate::users::user_page::UserPage;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::{Lazy, SsrMode, path};

/// Makes the detours known to forms and pages: here to those of a document, by the server to server functions.
pub fn provide_detours() {
    provide_context(Detours(&DETOURS));
}

/// The whole application, below `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    #[cfg_attr(not(feature = "hydrate"), expect(unused_variables, reason = "for the browser"))]
    let waiting = Waiting::provide();
    #[cfg(feature = "hydrate")]
    crate::ui::Place::provide(waiting);
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Bursar".to_owned() } else { format!("{title} · Bursar") } />
        <Router>
            <Frame />
        </Router>
    }
}

/// Derives the parts of the address before parts of a page ask for them on several threads of the server at once: of two
/// that derive a memo of `reactive_graph` 0.2.16 at the same time, one may find it empty, which would end the request.
fn settle_location() {
    let location = use_location();
    drop(location.pathname.read_untracked());
    drop(location.search.read_untracked());
}

#[component]
fn Frame() -> impl IntoView {
    settle_location();
    provide_detours();
    provide_flash();
    provide_me();
    #[cfg(feature = "hydrate")]
    {
        crate::form::end_all_on_return();
        crate::page::search_in_place();
    }
    view! {
        <Routes fallback=NoSuchPage>
            <Route path=path!("/") view=IndexPage ssr=SsrMode::Async />
            <Route path=path!("/sign-in") view={Lazy::<SignInPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/break-glass") view={Lazy::<BreakGlassPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/turned-away") view={Lazy::<TurnedAwayPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/change-password") view={Lazy::<ChangePasswordPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/confirm-identity") view={Lazy::<ConfirmPage>::new()} ssr=SsrMode::Async />
            <ParentRoute path=path!("") view=Layout ssr=SsrMode::Async>
                <Route path=path!("overview") view={Lazy::<OverviewPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("requests") view={Lazy::<BudgetRequestsPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("requests/new") view={Lazy::<NewBudgetRequestPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("requests/:id") view={Lazy::<BudgetRequestPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/profile") view={Lazy::<ProfilePage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/my-access") view={Lazy::<MyAccessPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/users") view={Lazy::<UsersPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/users/new") view={Lazy::<NewUserPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/users/:id") view={Lazy::<UserPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/keycloak-users") view={Lazy::<KeycloakUsersPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/keycloak-users/new") view={Lazy::<NewKeycloakUserPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/keycloak-users/:id") view={Lazy::<KeycloakUserPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/budgets") view={Lazy::<BudgetsPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/budgets/new") view={Lazy::<NewBudgetPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/budgets/:id") view={Lazy::<BudgetPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/budgets/:id/delete") view={Lazy::<DeleteBudgetPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/budgets/:id/edit") view={Lazy::<EditBudgetPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/projects") view={Lazy::<ProjectsPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/new-project") view={Lazy::<NewProjectPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/projects/:name") view={Lazy::<ProjectPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/projects/:name/split") view={Lazy::<ProjectSplitPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/projects/:name/edit") view={Lazy::<EditProjectPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/identity-provider") view={Lazy::<IdentityProviderPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/identity-provider/import") view={Lazy::<KeycloakImportPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/identity-provider/import/again") view={Lazy::<ImportAgainPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/gateways") view={Lazy::<GatewaysPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/gateways/new") view={Lazy::<NewGatewayPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/spending") view={Lazy::<SpendingPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/access-matrix") view={Lazy::<AccessMatrixPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/access-matrix/snapshots") view={Lazy::<AccessSnapshotsPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/access-matrix/anomalies") view={Lazy::<AccessAnomaliesPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/access-matrix/anomalies/:id") view={Lazy::<AccessAnomalyPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/jobs") view={Lazy::<JobsPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/litellm") view={Lazy::<LiteLlmPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/effective-access") view={Lazy::<EffectiveAccessPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/audit-log") view={Lazy::<AuditLogPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("settings/administration/identity-provider/move-identities") view={Lazy::<MoveIdentitiesPage>::new()} ssr=SsrMode::Async />
            </ParentRoute>
            <DevelopmentRoutes />
        </Routes>
    }
}

/// The gallery of the component kit; not there in release builds.
#[component(transparent)]
fn DevelopmentRoutes() -> AnyNestedRoute {
    #[cfg(debug_assertions)]
    let routes = view! {
        <ParentRoute path=path!("") view=Layout ssr=SsrMode::Async>
            <Route path=path!("_gallery") view=crate::gallery::GalleryPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner();
    #[cfg(not(debug_assertions))]
    let routes = ();
    routes.into_any_nested_route()
}

/// For links that lead nowhere; a direct load is answered by the server.
#[component]
fn NoSuchPage() -> impl IntoView {
    view! {
        <Title text="Nothing here" />
        <LonelySheet>
            <h1 class="text-2xl">"There is nothing here"</h1>
            <p>"The address is not one of Bursar's pages. It may have been cut off or mistyped."</p>
            <p><LinkButton href="/">"Go to the first page"</LinkButton></p>
        </LonelySheet>
    }
}
