//! Which pages load their code together.
//!
//! With a part of its own for every page the splitter cuts what several of them share into a file for each set of pages
//! that share it: dozens of requests a page. With three parts there are seven files, of which a page needs four at most:
//! what is about oneself, the lists with which administrators begin, and what they open from there.

use crate::access_matrix::anomalies::AccessAnomaliesPage;
use crate::access_matrix::anomaly::AccessAnomalyPage;
use crate::access_matrix::page::AccessMatrixPage;
use crate::access_matrix::snapshots::AccessSnapshotsPage;
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
use crate::effective_access::page::EffectiveAccessPage;
use crate::gateways::create::NewGatewayPage;
use crate::gateways::page::GatewaysPage;
use crate::identity_provider::import::again::ImportAgainPage;
use crate::identity_provider::import::page::KeycloakImportPage;
use crate::identity_provider::move_identities::page::MoveIdentitiesPage;
use crate::identity_provider::page::IdentityProviderPage;
use crate::jobs::page::JobsPage;
use crate::litellm::page::LiteLlmPage;
use crate::overview::page::OverviewPage;
use crate::page::lazy_chunk;
use crate::projects::create::NewProjectPage;
use crate::projects::edit::EditProjectPage;
use crate::projects::list::ProjectsPage;
use crate::projects::project::ProjectPage;
use crate::projects::split::ProjectSplitPage;
use crate::spending::page::SpendingPage;
use crate::users::create::NewUserPage;
use crate::users::keycloak::create::NewKeycloakUserPage;
use crate::users::keycloak::list::KeycloakUsersPage;
use crate::users::keycloak::user::KeycloakUserPage;
use crate::users::list::UsersPage;
use crate::users::user_page::UserPage;

lazy_chunk!(
    Own, own, load_own:
    BreakGlassPage, ChangePasswordPage, ConfirmPage, MyAccessPage, ProfilePage, SignInPage, TurnedAwayPage,
);
lazy_chunk!(Lists, lists, load_lists: BudgetsPage, OverviewPage, ProjectsPage, UsersPage);
lazy_chunk!(
    Objects, objects, load_objects:
    AccessAnomaliesPage, AccessAnomalyPage, AccessMatrixPage, AccessSnapshotsPage, AuditLogPage, BudgetPage, BudgetRequestPage, BudgetRequestsPage, NewBudgetRequestPage, DeleteBudgetPage, EditBudgetPage, EditProjectPage, EffectiveAccessPage, GatewaysPage, IdentityProviderPage, ImportAgainPage, JobsPage,
    KeycloakImportPage, KeycloakUserPage, KeycloakUsersPage, LiteLlmPage, MoveIdentitiesPage, NewBudgetPage, NewGatewayPage, NewKeycloakUserPage,
    NewUserPage, NewProjectPage, ProjectPage, ProjectSplitPage, SpendingPage, UserPage,
);
