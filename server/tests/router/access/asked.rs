//! What can be asked: every page and every server function, who may, and a body that would do something.

use crate::server::TestServer;
use domain::id::{BudgetId, GatewayId, ProjectId, UserId};
use domain::permission::Permission::{self, *};
use domain::project::ProjectName;
use domain::role::{PlatformRole, ProjectRole};
use serde_json::json;
use services::guard::Caller;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// Who may ask.
pub(crate) enum Ask {
    /// Everybody, signed in or not.
    Anybody,
    /// Everybody who is signed in.
    SignedIn,
    /// Gateways, and no user.
    Gateway,
    /// Whom the table allows it on the platform.
    Platform(Permission),
    /// Whom the table allows it on the platform or for themselves.
    Own(Permission),
    /// Whom the table allows it in the project asked about.
    Project(Permission),
    /// Whom the table allows the first on the platform, or the second in the project asked about.
    PlatformOrProject(Permission, Permission),
    /// Whom the table allows the first on the platform, or the second in any project.
    PlatformOrSomewhere(Permission, Permission),
}
use Ask::*;

impl Ask {
    /// Whether it is asked for that the identity was confirmed lately.
    pub(crate) const fn hurts(&self) -> bool {
        match self {
            Self::Anybody | Self::SignedIn | Self::Gateway => false,
            Self::Platform(permission)
            | Self::Own(permission)
            | Self::Project(permission)
            | Self::PlatformOrProject(permission, _)
            | Self::PlatformOrSomewhere(permission, _) => permission.needs_confirmed_identity(),
        }
    }
}

/// What a request is about, made anew for each.
pub(crate) struct Things {
    pub(crate) project_id: ProjectId,
    pub(crate) project: String,
    pub(crate) deleted_id: ProjectId,
    pub(crate) deleted: String,
    /// Without budgets, and with one member.
    pub(crate) empty_id: ProjectId,
    pub(crate) empty: String,
    /// A member of the project.
    pub(crate) person: UserId,
    /// Somebody else, who is not a member.
    pub(crate) stranger: UserId,
    /// Somebody whose account is deactivated.
    pub(crate) former: UserId,
    /// Assigned to the person and to the project.
    pub(crate) budget: BudgetId,
    /// Not assigned.
    pub(crate) unassigned: BudgetId,
    /// Not revoked.
    pub(crate) gateway: GatewayId,
    /// A budget group of the project, whose one budget is called after the project.
    pub(crate) group: Uuid,
    /// The budget of the group.
    pub(crate) own: Uuid,
}

impl Things {
    /// The id by which API clients know the budget of the group.
    pub(crate) fn own_budget(&self) -> String {
        format!("own-{}", self.project)
    }
}

/// What the projects are called of which there are so many before.
fn names(made: i64) -> (String, String) {
    (format!("asked-{made:05}"), format!("deleted-{made:05}"))
}

/// The names of all projects that [`things`] makes on a server, to open them to external users.
pub(super) fn project_names() -> Vec<ProjectName> {
    let names = (0..2_000).map(names).flat_map(|(project, deleted)| [empty(&project), project, deleted]);
    names.map(|name| ProjectName::parse_existing(&name).expect("a name")).collect()
}

/// The name of the project that [`things`] makes beside a project.
fn empty(project: &str) -> String {
    format!("{project}-empty")
}

pub(super) type Body = fn(&Things) -> String;

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
        format!("project={}&group={}", t.project, t.group)
    }),
    ("/act/projects/enforce-member-limits", Project(ManageBudgets), |t| {
        format!("project={}&is_enforced=true", t.project)
    }),
    ("/act/projects/set-member-share", Project(SetMemberShares), |t| {
        let limits = "hard_limit=3&soft_limit=1&reason=Trains";
        format!("project={}&budget={}&person={}&{limits}", t.project, t.own, t.person)
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
    ("/data/jobs", Platform(ViewJobs), |_| String::new()),
    ("/act/jobs/run", Platform(RunJobs), |_| "job=seal+audit".into()),
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
];

/// Every page and who may open it.
pub(super) const PAGES: &[(&str, Ask, Body)] = &[
    ("/", SignedIn, |_| "/".into()),
    ("/sign-in", Anybody, |_| "/sign-in".into()),
    ("/break-glass", Anybody, |_| "/break-glass".into()),
    ("/turned-away", Anybody, |_| "/turned-away".into()),
    ("/change-password", SignedIn, |_| "/change-password".into()),
    ("/confirm-identity", SignedIn, |_| "/confirm-identity".into()),
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
    ("/settings/administration/jobs", Platform(ViewJobs), |_| app::paths::JOBS.into()),
    ("/settings/administration/identity-provider/move-identities", Platform(MoveIdentities), |_| {
        app::paths::MOVE_IDENTITIES.into()
    }),
];

/// Makes new things to ask about.
pub(crate) async fn things(server: &TestServer, owner: &Caller) -> Things {
    let id = server.world.services.random().id(server.world.clock.now());
    let made: i64 = sqlx::query_scalar("select count(*) from projects")
        .fetch_one(server.world.services.pool())
        .await
        .expect("a count");
    let (project, deleted) = names(made);
    let project_id = server.world.project(&project, owner).await;
    let deleted_id = server.world.project(&deleted, owner).await;
    let empty = empty(&project);
    let empty_id = server.world.project(&empty, owner).await;
    sqlx::query("update projects set deleted_at = $2 where id = $1")
        .bind(deleted_id.0)
        .bind(server.world.clock.now())
        .execute(server.world.services.pool())
        .await
        .expect("deleted");
    let person = server.world.row(&format!("Target {}", id.simple()), PlatformRole::User).await;
    server.world.member(project_id, person, ProjectRole::Member).await;
    let stranger = server.world.row(&format!("Stranger {}", id.simple()), PlatformRole::User).await;
    let former = server.world.row(&format!("Former {}", id.simple()), PlatformRole::User).await;
    sqlx::query("update users set is_active = false where id = $1")
        .bind(former.0)
        .execute(server.world.services.pool())
        .await
        .expect("deactivated");
    sqlx::query(
        "insert into identity_conflicts (issuer, subject, user_id, provider, name, address, first_at, last_at)
         values ('https://id', $1, $2, 'keycloak', 'Somebody', 'a@example.com', now(), now())",
    )
    .bind(&project)
    .bind(person.0)
    .execute(server.world.services.pool())
    .await
    .expect("somebody who was turned away");
    let unassigned = server.world.services.random().id(server.world.clock.now());
    sqlx::query(
        "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
         values ($1, $3, 'cli', 1, 2, 60), ($2, $3 || '-unassigned', 'cli', 1, 2, 60)",
    )
    .bind(id)
    .bind(unassigned)
    .bind(&project)
    .execute(server.world.services.pool())
    .await
    .expect("a budget");
    for (table, holder, id_of_holder) in
        [("user_budgets", "user_id", person.0), ("project_budgets", "project_id", project_id.0)]
    {
        sqlx::query(AssertSqlSafe(format!(
            "insert into {table} ({holder}, category, budget_id, created_at) values ($1, 'cli', $2, '{SINCE}')"
        )))
        .bind(id_of_holder)
        .bind(id)
        .execute(server.world.services.pool())
        .await
        .expect("an assignment");
    }
    sqlx::query(
        "insert into gateways (id, name, token_hash, token_hint, created_at)
         values ($1, $2 || ' gateway', decode(md5($2), 'hex'), 'abcd', now())",
    )
    .bind(id)
    .bind(&project)
    .execute(server.world.services.pool())
    .await
    .expect("a gateway");
    let (group, own) = own_budget(server, project_id, person).await;
    let (budget, unassigned, gateway) = (BudgetId(id), BudgetId(unassigned), GatewayId(id));
    Things {
        project_id,
        project,
        deleted_id,
        deleted,
        empty_id,
        empty,
        person,
        stranger,
        former,
        budget,
        unassigned,
        gateway,
        group,
        own,
    }
}

/// When things were assigned and granted.
const SINCE: &str = "2025-05-22T10:11:12Z";

/// Keeps what undoing changes of these things takes, as if `user` had made them. Each event has the id of what it is about.
pub(super) async fn changed(server: &TestServer, things: &Things, user: UserId) {
    let since = SINCE;
    let role = |is_auditor| json!({"is_admin": false, "is_maintainer": false, "is_auditor": is_auditor});
    let held = json!({"Membership": {"role": "Member", "granted_by": null, "since": since}});
    let (holder, budget) = (json!({"User": things.stranger}), things.budget);
    let deleted_budget = json!({"id": things.project_id, "name": format!("Deleted {}", things.project), "category": "cli",
        "soft_limit": 1, "hard_limit": 2, "reset_minutes": 60, "created_at": since, "updated_at": since, "version": 1});
    for (event, action, former) in [
        (
            things.person.0,
            "user.role_changed",
            json!({"user": things.person, "before": role(true), "after": role(false)}),
        ),
        (things.former.0, "user.deactivated", json!({"user": things.former})),
        (things.deleted_id.0, "project.deleted", json!({"count": 0})),
        (
            things.stranger.0,
            "project.member_removed",
            json!({"project": things.project_id, "user": things.stranger, "held": held}),
        ),
        (
            budget.0,
            "user.budget_unassigned",
            json!({"holder": holder, "budget": budget, "assigned_by": null, "since": since}),
        ),
        (
            things.project_id.0,
            "user.budget_assigned",
            json!({"holder": {"User": things.person}, "budget": budget, "since": since, "former": null}),
        ),
        (things.unassigned.0, "budget.deleted", json!(deleted_budget.to_string())),
    ] {
        sqlx::query(
            "insert into undo_records (event, action, user_id, former, expires_at) values ($1, $2, $3, $4, 'infinity')",
        )
        .bind(event)
        .bind(action)
        .bind(user.0)
        .bind(former)
        .execute(server.world.services.pool())
        .await
        .expect("something to undo");
    }
}

/// Gives a project a budget group with one budget, of which the member has a fixed share.
async fn own_budget(server: &TestServer, project: ProjectId, member: UserId) -> (Uuid, Uuid) {
    let (random, now) = (server.world.services.random(), server.world.clock.now());
    let (group, budget) = (random.id(now), random.id(now));
    sqlx::query(
        "with g as (
           insert into budget_groups (id, project_id, name, total, reset_minutes, created_at, updated_at)
           values ($1, $3, 'Total', 10, 60, $5, $5)),
         b as (
           insert into budgets (id, slug, name, category, soft_limit, hard_limit, reset_minutes, project_id, group_id)
           select $2, 'own-' || p.name, 'own-' || p.name, 'platform', 1, 10, 60, p.id, $1 from projects p where p.id = $3),
         a as (insert into project_budgets (project_id, category, budget_id) values ($3, 'platform', $2))
         insert into member_allocations (project_id, category, user_id, soft_limit, hard_limit, set_at)
         values ($3, 'platform', $4, 1, 2, $5)",
    )
    .bind(group)
    .bind(budget)
    .bind(project.0)
    .bind(member.0)
    .bind(now)
    .execute(server.world.services.pool())
    .await
    .expect("a group");
    (group, budget)
}
