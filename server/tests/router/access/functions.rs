//! Every server function, who may call it, and a body that would do something.

use super::asked::Ask::{self, *};
use super::asked::Body;
use domain::permission::Permission::*;

/// Every server function, who may call it, and a body that would do something.
pub(super) const FUNCTIONS: &[(&str, Ask, Body)] = &[
    ("/act/sign-in", Anybody, |_| "email=x%40example.com&password=wrong&next=%2F".into()),
    ("/act/sign-out", Anybody, |_| String::new()),
    ("/act/appearance", Anybody, |_| "theme=dark".into()),
    ("/act/break-glass", Anybody, |_| "code=wrong".into()),
    ("/data/break-glass", Anybody, |_| String::new()),
    ("/data/flash", Anybody, |_| String::new()),
    ("/data/sign-in-way", Anybody, |_| String::new()),
    ("/act/account/confirm", SignedIn, |_| "confirm_password=wrong&confirm_action=".into()),
    ("/act/account/confirm-later", SignedIn, |_| "confirm_form=none".into()),
    ("/data/confirmation", SignedIn, |_| String::new()),
    ("/act/account/change-password", SignedIn, |_| "current_password=a&new_password=b".into()),
    ("/act/account/end-session", SignedIn, |_| "session=unknown".into()),
    ("/act/account/sign-out-everywhere", Own(ManageOwnAccount), |_| String::new()),
    ("/data/who-am-i", SignedIn, |_| String::new()),
    ("/data/my-access", SignedIn, |_| String::new()),
    ("/data/password-change", SignedIn, |_| String::new()),
    ("/data/profile", Own(ManageOwnAccount), |_| String::new()),
    ("/data/users", Platform(ViewUsers), |_| "query[sort]=Name&query[descending]=false&query[size]=25".into()),
    ("/data/user", Platform(ViewUsers), |t| format!("id={}", t.person)),
    ("/data/new-user", Platform(ManageUsers), |_| String::new()),
    ("/act/users/create", Platform(ManageUsers), |t| {
        format!("name=New+Person&email=new.{}%40example.com&kind=regular", t.project)
    }),
    ("/act/users/set-role", Platform(GrantRoles), |t| format!("person={}&role=admin&confirmed=admin", t.person)),
    ("/act/users/set-role", Platform(GrantAuditor), |t| format!("person={}&role=auditor", t.person)),
    ("/act/users/undo-role-change", Platform(GrantAuditor), |t| format!("event={}", t.person)),
    ("/act/users/deactivate", Platform(ManageUsers), |t| format!("person={}", t.person)),
    ("/act/users/undo-deactivation", Platform(ManageUsers), |t| format!("event={}", t.former)),
    ("/act/users/reactivate", Platform(ManageUsers), |t| format!("person={}", t.person)),
    ("/act/users/change-address", Platform(ManageUsers), |t| {
        format!("person={}&version=1&email=other.{}%40example.com", t.person, t.project)
    }),
    ("/act/users/release-address", Platform(ManageUsers), |t| format!("person={}", t.former)),
    ("/act/users/unlock", Platform(ManageUsers), |t| format!("person={}", t.person)),
    ("/act/users/end-sessions", Platform(ManageUsers), |t| format!("person={}", t.person)),
    ("/act/users/issue-password", Platform(ManageUsers), |t| format!("person={}", t.person)),
    ("/act/users/password-handed-over", SignedIn, |t| format!("person={}", t.person)),
    ("/act/users/set-project-limit", Platform(ManageUsers), |t| format!("person={}&limit=5", t.person)),
    ("/act/users/set-default-project", Platform(ManageUsers), |t| format!("person={}&project={}", t.person, t.project)),
    ("/act/users/link-identity", Platform(ManageUsers), |t| {
        format!("person={}&issuer=https%3A%2F%2Fid&subject={}", t.person, t.project)
    }),
    ("/act/users/dismiss-identity", Platform(ManageUsers), |t| {
        format!("person={}&issuer=https%3A%2F%2Fid&subject={}", t.person, t.project)
    }),
    ("/data/keycloak-users", Platform(ManageKeycloakUsers), |_| "text=zelda&skipped=0".into()),
    ("/data/keycloak-user", Platform(ManageKeycloakUsers), |t| format!("id={}", t.person)),
    ("/data/new-keycloak-user", Platform(ManageKeycloakUsers), |_| String::new()),
    ("/act/keycloak-users/create", Platform(ManageKeycloakUsers), |_| {
        "username=zelda&email=zelda%40example.com&first_name=&last_name=&role=developer&applications=&applications_admin=\
         &first_sign_in=password"
            .into()
    }),
    ("/act/keycloak-users/change-rights", Platform(ManageKeycloakUsers), |t| {
        format!("user={}&version=1&role=developer&applications=atlas&applications_admin=", t.person)
    }),
    ("/data/projects", SignedIn, |_| "query[sort]=Name&query[descending]=false&query[size]=25".into()),
    ("/data/suggest-projects", SignedIn, |t| format!("term=asked&user={}", t.stranger)),
    ("/data/suggest-users", Platform(ViewUsers), |_| "term=asked".into()),
    ("/data/suggest-members", Project(FindUsers), |t| format!("term=stranger&project={}", t.project)),
    ("/data/suggest-budgets", Platform(ViewBudgets), |_| "term=asked&category=Cli".into()),
    ("/data/projects-of-other-type", SignedIn, |_| "query[sort]=Name&query[descending]=false&query[size]=25".into()),
    ("/data/named-project", SignedIn, |t| format!("name={}", t.project)),
    ("/data/find", SignedIn, |_| "term=asked".into()),
    ("/data/new-project", Own(CreateProject), |_| String::new()),
    ("/data/project", Project(ViewProject), |t| format!("name={}&query[size]=25", t.project)),
    ("/data/project-facts", Project(EditProject), |t| format!("name={}", t.project)),
    ("/act/projects/create", Own(CreateProject), |t| {
        format!("name=new-{}&display_name=&description=Made+by+a+test", t.project)
    }),
    ("/data/project-split", Project(ViewMemberShares), |t| format!("name={}&query[size]=25", t.project)),
    ("/act/projects/create-budget-group", Project(ManageBudgets), |t| {
        format!("project={}&name=Total&total=10&period=30d&platform=100", t.empty)
    }),
    ("/act/projects/edit-budget-group", Project(ManageBudgets), |t| {
        format!("project={}&group={}&version=1&name=Total&total=20&period=30d&platform=100", t.project, t.group)
    }),
    ("/act/projects/delete-budget-group", Project(ManageBudgets), |t| {
        format!("project={}&group={}&version=1", t.project, t.group)
    }),
    ("/act/projects/enforce-member-limits", Project(ManageBudgets), |t| {
        format!("project={}&is_enforced=true", t.project)
    }),
    ("/act/projects/set-member-share", Project(SetMemberShares), |t| {
        let (limits, shown) = ("hard_limit=3&soft_limit=1&reason=Trains", format!("{}/{}/1/2", t.own, t.person));
        format!("project={}&budget={}&person={}&shown={shown}&{limits}", t.project, t.own, t.person)
    }),
    ("/act/projects/clear-member-share", Project(SetMemberShares), |t| {
        format!("project={}&budget={}&person={}", t.project, t.own, t.person)
    }),
    ("/act/projects/edit", Project(EditProject), |t| {
        format!("project={}&version=1&display_name=Other&description=Other", t.project)
    }),
    ("/act/projects/delete", Project(DeleteProject), |t| format!("project={}&version=1", t.empty)),
    ("/act/projects/undo-deletion", Project(DeleteProject), |t| {
        format!("project={}&event={}", t.deleted, t.deleted_id)
    }),
    ("/act/projects/restore", Project(DeleteProject), |t| format!("project={}", t.deleted)),
    ("/act/members/add", Project(ManageMembers), |t| {
        format!("project={}&person={}&role=member", t.project, t.stranger)
    }),
    ("/act/members/set-role", Project(ManageMembers), |t| {
        format!("project={}&person={}&role=admin", t.project, t.person)
    }),
    ("/act/members/remove", Project(ManageMembers), |t| format!("project={}&person={}", t.project, t.person)),
    ("/act/members/undo", Project(ManageMembers), |t| format!("project={}&event={}", t.project, t.stranger)),
    ("/data/identity-provider", Platform(ViewIdentityProvider), |_| String::new()),
    ("/data/move-identities", Platform(MoveIdentities), |_| "from=".into()),
    ("/act/identity-provider/move-identities", Platform(MoveIdentities), |_| {
        "from=https%3A%2F%2Fold&to=https%3A%2F%2Fid&identities=0&conflicts=0".into()
    }),
    ("/data/keycloak-import", Platform(ViewIdentityProvider), |_| "query[size]=25".into()),
    ("/data/keycloak-import-progress", Platform(ViewIdentityProvider), |_| String::new()),
    ("/data/keycloak-import-again", Platform(ImportUsers), |_| String::new()),
    ("/act/keycloak-import/plan", Platform(ImportUsers), |_| String::new()),
    ("/act/keycloak-import/start", Platform(ImportUsers), |_| String::new()),
    ("/act/keycloak-import/start-again", Platform(ImportUsers), |_| String::new()),
    ("/act/keycloak-import/stop", Platform(ImportUsers), |t| format!("import={}", t.person)),
    ("/data/gateways", Platform(ViewGateways), |_| String::new()),
    ("/data/new-gateway", Platform(ManageGateways), |_| String::new()),
    ("/act/gateways/create", Platform(ManageGateways), |t| format!("name={}&lifetime=30d", t.project)),
    ("/act/gateways/token-handed-over", SignedIn, |t| format!("gateway={}", t.gateway)),
    ("/act/gateways/revoke", Platform(ManageGateways), |t| format!("gateway={}", t.gateway)),
    ("/data/audit-log", Platform(ViewAuditLog), |_| "query[size]=25".into()),
    ("/data/audit-proof", Platform(ViewAuditLog), |_| String::new()),
    ("/data/new-audit-events", Platform(ViewAuditLog), |t| format!("query[size]=25&newest={}", t.person)),
    ("/data/audit-filter-names", Platform(ViewAuditLog), |t| format!("filter[target]={}", t.person)),
    ("/data/effective-access", Platform(ViewAccessMatrix), |t| {
        format!("query[view]=User&query[user]={}&query[size]=25", t.person)
    }),
    ("/data/access-matrix", Platform(ViewAccessMatrix), |_| "query[view]=Declared".into()),
    ("/data/access-snapshots", Platform(ViewAccessMatrix), |_| String::new()),
    ("/act/access-snapshots/take", Platform(TakeAccessSnapshots), |_| String::new()),
    ("/data/access-anomalies", Platform(ViewAccessMatrix), |_| "query[state]=Open".into()),
    ("/data/access-anomaly", Platform(ViewAccessMatrix), |t| format!("id={}", t.anomaly)),
    ("/act/access-anomalies/accept", Platform(AcceptAnomalies), |t| {
        format!("anomaly={}&version=1&reason=Known.&until=2026-03-31", t.anomaly)
    }),
    ("/act/access-anomalies/end-acceptance", Platform(AcceptAnomalies), |t| format!("anomaly={}", t.anomaly)),
    ("/data/overview", Platform(ViewUsers), |_| String::new()),
    ("/data/jobs", Platform(ViewJobs), |_| String::new()),
    ("/act/jobs/run", Platform(RunJobs), |_| "job=seal+audit".into()),
    ("/data/litellm", Platform(ViewBudgets), |_| String::new()),
    ("/act/litellm/start", Platform(ManageBudgets), |_| String::new()),
    ("/act/litellm/stop", Platform(ManageBudgets), |_| String::new()),
    ("/act/litellm/push-again", Platform(ManageBudgets), |_| String::new()),
    ("/act/jobs/retry-delivery", Platform(RunJobs), |t| format!("delivery={}", t.person)),
    ("/data/spending", PlatformOrSomewhere(ViewSpend, ViewSpend), |_| {
        "query[period]=30d&query[by]=Project&query[size]=25".into()
    }),
    ("/data/budgets", Platform(ViewBudgets), |_| "query[sort]=Name&query[descending]=false&query[size]=25".into()),
    ("/data/budget", Platform(ViewBudgets), |t| format!("id={}", t.budget)),
    ("/data/new-budget", Platform(ManageBudgets), |_| String::new()),
    ("/data/budget-to-edit", Platform(ManageBudgets), |t| format!("id={}", t.budget)),
    ("/data/budget-to-delete", Platform(ManageBudgets), |t| format!("id={}", t.budget)),
    ("/data/suggest-holders", Platform(ManageBudgets), |t| format!("term=asked&budget={}&is_project=true", t.budget)),
    ("/act/budgets/assign", Platform(ManageBudgets), |t| {
        format!("budget={}&is_project=false&person={}", t.unassigned, t.stranger)
    }),
    ("/act/budgets/delete", Platform(ManageBudgets), |t| {
        format!("budget={}&users=0&projects=0&deleted_projects=0&fingerprint=0", t.unassigned)
    }),
    ("/act/budgets/undo-deletion", Platform(ManageBudgets), |t| format!("event={}", t.unassigned)),
    ("/act/budgets/create", Platform(ManageBudgets), |t| {
        format!("name=New+{}&category=cli&soft_limit=1&hard_limit=2&period=30d", t.project)
    }),
    ("/act/budgets/edit", Platform(ManageBudgets), |t| {
        format!("budget={}&version=1&name=B+{}&category=cli&soft_limit=1&hard_limit=2&period=30d", t.budget, t.project)
    }),
    ("/act/budgets/assign-to-user", Platform(ManageBudgets), |t| format!("budget={}&person={}", t.budget, t.person)),
    ("/act/budgets/assign-to-project", Platform(ManageBudgets), |t| {
        format!("budget={}&project={}", t.budget, t.project)
    }),
    ("/act/budgets/unassign-from-user", Platform(ManageBudgets), |t| format!("person={}&category=cli", t.person)),
    ("/act/budgets/unassign-from-project", Platform(ManageBudgets), |t| format!("project={}&category=cli", t.project)),
    ("/act/budgets/reset-of-user", Platform(ManageBudgets), |t| format!("user={}&category=cli", t.person)),
    ("/act/budgets/reset-of-project", Platform(ManageBudgets), |t| format!("project={}&category=cli", t.project_id)),
    ("/act/budgets/set-default", Platform(ManageBudgets), |t| format!("budget={}&is_default=true", t.budget)),
    ("/act/budgets/undo-unassignment", Platform(ManageBudgets), |t| format!("event={}", t.budget)),
    ("/act/budgets/undo-assignment", Platform(ManageBudgets), |t| format!("event={}", t.project_id)),
    ("/data/budget-requests", Platform(ViewBudgets), |_| "query[size]=25".into()),
    ("/data/budget-request", Platform(ViewBudgets), |t| format!("id={}", t.stranger)),
    ("/data/new-budget-request", Own(RequestBudgets), |_| "category=Cli".into()),
    ("/data/new-budget-request", Project(RequestProjectBudgets), |t| format!("category=Cli&project={}", t.project)),
    ("/act/budget-requests/create", Own(RequestBudgets), |_| "category=cli&hard_limit=100&reason=More".into()),
    ("/act/budget-requests/create", Project(RequestProjectBudgets), |t| {
        format!("category=cli&hard_limit=100&reason=More&project={}", t.project)
    }),
    ("/act/budget-requests/withdraw", Own(RequestBudgets), |t| format!("request={}", t.former)),
    ("/act/budget-requests/withdraw", Project(RequestProjectBudgets), |t| {
        format!("request={}&project={}", t.project_id, t.project)
    }),
    ("/act/budget-requests/approve", Platform(ManageBudgets), |t| {
        format!("request={}&budget={}&category=cli", t.stranger, t.unassigned)
    }),
    ("/act/budget-requests/decline", Platform(ManageBudgets), |t| format!("request={}&reason=No", t.stranger)),
];
