//! Every page and who may open it.

use super::asked::Ask::{self, *};
use super::asked::Body;
use domain::permission::Permission::*;

/// Every page and who may open it.
pub(super) const PAGES: &[(&str, Ask, Body)] = &[
    ("/", SignedIn, |_| "/".into()),
    ("/sign-in", Anybody, |_| "/sign-in".into()),
    ("/break-glass", Anybody, |_| "/break-glass".into()),
    ("/turned-away", Anybody, |_| "/turned-away".into()),
    ("/change-password", SignedIn, |_| "/change-password".into()),
    ("/confirm-identity", SignedIn, |_| "/confirm-identity".into()),
    ("/overview", Platform(ViewUsers), |_| app::paths::OVERVIEW.into()),
    ("/settings/profile", Own(ManageOwnAccount), |_| "/settings/profile".into()),
    ("/settings/my-access", SignedIn, |_| "/settings/my-access".into()),
    ("/settings/administration/users", Platform(ViewUsers), |_| app::paths::USERS.into()),
    ("/settings/administration/users/new", Platform(ManageUsers), |_| app::paths::NEW_USER.into()),
    ("/settings/administration/users/{id}", Platform(ViewUsers), |t| app::paths::user(t.person)),
    ("/settings/administration/keycloak-users", Platform(ManageKeycloakUsers), |_| app::paths::KEYCLOAK_USERS.into()),
    ("/settings/administration/keycloak-users/new", Platform(ManageKeycloakUsers), |_| {
        app::paths::NEW_KEYCLOAK_USER.into()
    }),
    ("/settings/administration/keycloak-users/{id}", Platform(ManageKeycloakUsers), |t| {
        app::paths::keycloak_user(t.person)
    }),
    ("/settings/administration/projects", SignedIn, |_| app::paths::PROJECTS.into()),
    ("/settings/administration/new-project", Own(CreateProject), |_| app::paths::NEW_PROJECT.into()),
    ("/settings/administration/projects/{name}", Project(ViewProject), |t| app::paths::project(&t.project)),
    ("/settings/administration/projects/{name}/split", Project(ViewMemberShares), |t| {
        app::paths::project_split(&t.project)
    }),
    ("/settings/administration/projects/{name}/edit", Project(EditProject), |t| app::paths::edit_project(&t.project)),
    ("/settings/administration/budgets", Platform(ViewBudgets), |_| app::paths::BUDGETS.into()),
    ("/settings/administration/budgets/new", Platform(ManageBudgets), |_| app::paths::NEW_BUDGET.into()),
    ("/settings/administration/budgets/{id}", Platform(ViewBudgets), |t| app::paths::budget(t.budget)),
    ("/settings/administration/budgets/{id}/edit", Platform(ManageBudgets), |t| app::paths::edit_budget(t.budget)),
    ("/settings/administration/budgets/{id}/delete", Platform(ManageBudgets), |t| app::paths::delete_budget(t.budget)),
    ("/requests", Platform(ViewBudgets), |_| app::paths::REQUESTS.into()),
    ("/requests/new", Own(RequestBudgets), |_| "/requests/new?category=cli".into()),
    ("/requests/new", Project(RequestProjectBudgets), |t| format!("/requests/new?project={}", t.project)),
    ("/requests/{id}", Platform(ViewBudgets), |t| format!("/requests/{}", t.stranger)),
    ("/settings/administration/identity-provider", Platform(ViewIdentityProvider), |_| {
        app::paths::IDENTITY_PROVIDER.into()
    }),
    ("/settings/administration/identity-provider/import", Platform(ViewIdentityProvider), |_| {
        app::paths::KEYCLOAK_IMPORT.into()
    }),
    ("/settings/administration/identity-provider/import/again", Platform(ImportUsers), |_| {
        app::paths::KEYCLOAK_IMPORT_AGAIN.into()
    }),
    ("/settings/administration/gateways", Platform(ViewGateways), |_| app::paths::GATEWAYS.into()),
    ("/settings/administration/gateways/new", Platform(ManageGateways), |_| app::paths::NEW_GATEWAY.into()),
    ("/settings/administration/spending", PlatformOrSomewhere(ViewSpend, ViewSpend), |_| app::paths::SPENDING.into()),
    ("/settings/administration/audit-log", Platform(ViewAuditLog), |_| app::paths::AUDIT_LOG.into()),
    ("/settings/administration/effective-access", Platform(ViewAccessMatrix), |_| app::paths::EFFECTIVE_ACCESS.into()),
    ("/settings/administration/access-matrix", Platform(ViewAccessMatrix), |_| app::paths::ACCESS_MATRIX.into()),
    ("/settings/administration/access-matrix/snapshots", Platform(ViewAccessMatrix), |_| {
        app::paths::ACCESS_SNAPSHOTS.into()
    }),
    ("/settings/administration/access-matrix/anomalies", Platform(ViewAccessMatrix), |_| {
        app::paths::ACCESS_ANOMALIES.into()
    }),
    ("/settings/administration/access-matrix/anomalies/{id}", Platform(ViewAccessMatrix), |t| {
        app::paths::access_anomaly(t.anomaly)
    }),
    ("/settings/administration/jobs", Platform(ViewJobs), |_| app::paths::JOBS.into()),
    ("/settings/administration/litellm", Platform(ViewBudgets), |_| app::paths::LITELLM.into()),
    ("/settings/administration/identity-provider/move-identities", Platform(MoveIdentities), |_| {
        app::paths::MOVE_IDENTITIES.into()
    }),
];
