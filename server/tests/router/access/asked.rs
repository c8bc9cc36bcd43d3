//! Who may ask, and what a request is about.

use crate::server::TestServer;
use domain::id::{AnomalyId, BudgetId, GatewayId, ProjectId, UserId};
use domain::permission::Permission;
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
    /// Found by the rules and not accepted.
    pub(crate) anomaly: AnomalyId,
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
         values ($1, $3, 'cli', 1, 2, 60), ($2, $3 || '-unassigned', 'cli', 1, 20, 60)",
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
    let anomaly = anomaly(server, id).await;
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
        anomaly,
        group,
        own,
    }
}

/// An anomaly of a snapshot, under this id.
async fn anomaly(server: &TestServer, id: Uuid) -> AnomalyId {
    sqlx::query(
        "with snapshot as (
           insert into access_snapshots (id, realm, state, requested_at, finished_at)
           values ($1, 'asked', 'complete', now(), now()) returning number)
         insert into access_anomalies (id, realm, rule, about, severity, title, explanation, paths, users, since_snapshot)
         select $1, 'asked', 'disabled-with-role', $1::text, 'high', 'Found', 'Why.', '[]', '[]', number from snapshot",
    )
    .bind(id)
    .execute(server.world.services.pool())
    .await
    .expect("an anomaly");
    AnomalyId(id)
}

/// When things were assigned and granted.
const SINCE: &str = "2025-05-22T10:11:12Z";

/// Has requests wait: one of `user` with the id of the former user, one for the project with its id, and one of the stranger
/// with theirs.
async fn requests(server: &TestServer, things: &Things, user: UserId) {
    let pool = server.world.services.pool();
    sqlx::query("delete from budget_requests where user_id = $1").bind(user.0).execute(pool).await.expect("none");
    sqlx::query(
        "insert into budget_requests (id, user_id, project_id, category, hard_limit, reason, requested_by, requested_at)
         select r.id, r.user_id, r.project_id, r.category, 10, 'More', r.by, now()
         from (values ($2::uuid, $1::uuid, null::uuid, 'premium_models', $1::uuid),
                      ($3::uuid, null, $3::uuid, 'premium_models', $4::uuid),
                      ($4::uuid, $4::uuid, null, 'cli', $4::uuid))
           r (id, user_id, project_id, category, by)
         join users u on u.id = r.by",
    )
    .bind(user.0)
    .bind(things.former.0)
    .bind(things.project_id.0)
    .bind(things.stranger.0)
    .execute(pool)
    .await
    .expect("requests");
}

/// Keeps what undoing changes of these things takes, as if `user` had made them. Each event has the id of what it is about.
pub(super) async fn changed(server: &TestServer, things: &Things, user: UserId) {
    requests(server, things, user).await;
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
