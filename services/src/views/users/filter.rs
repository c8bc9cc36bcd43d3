//! What narrows the list of users.

use crate::views::ReadScope;
use domain::budget::{BudgetSlug, UsageFilter};
use domain::permission::ViewUsers;
use domain::project::ProjectName;
use domain::role::PlatformRole;
use domain::text::SearchTerm;
use domain::user::{UserKind, UserQuery, UserStatus};
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;

/// What narrows the list; a user is listed when all of it holds.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Substring of name, e-mail or user name, without regard to case and accents.
    pub search: Option<SearchTerm>,
    /// Members of any of these projects.
    pub projects: Option<Vec<ProjectName>>,
    /// Holders of any of these budgets, by their ids in `/v1`.
    pub budgets: Option<Vec<BudgetSlug>>,
    /// Regular or external.
    pub kind: Option<UserKind>,
    /// Whether the account is active.
    pub is_active: Option<bool>,
    /// Whether the user is an auditor, beside other roles too.
    pub is_auditor: Option<bool>,
    /// How far the user's roles reach.
    pub reach: Option<Reach>,
    /// Exactly this platform role.
    pub role: Option<PlatformRole>,
    /// Only users in this state.
    pub status: Option<UserStatus>,
    /// Only users whose last token and the database disagree.
    pub has_drift: bool,
    /// Only users who have spent this much of a budget of their own or a default one; looked up before the list is read.
    pub usage: Option<UsageFilter>,
}

/// How far a user's roles reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Neither an admin nor a project admin.
    User,
    /// No admin, but a project admin somewhere; of one of the projects filtered by, if there are any.
    ProjectAdmin,
    /// An admin or a maintainer.
    Admin,
}

impl From<&UserQuery> for UserFilter {
    fn from(query: &UserQuery) -> Self {
        Self {
            search: query.search.clone(),
            projects: query.project.clone().map(|project| vec![project]),
            role: query.role,
            status: query.status,
            kind: query.kind,
            has_drift: query.token.is_some(),
            usage: query.usage,
            ..Self::default()
        }
    }
}

/// Whether the last token says something else than what is stored, in the sense of [`domain::drift::differences`].
const HAS_DRIFT: &str = "exists (
    select from user_identities i cross join lateral (
      select coalesce(array_agg(lower(p.name) order by lower(p.name)), '{}') as names,
             coalesce(array_agg(lower(p.name) order by lower(p.name)) filter (where m.is_project_admin), '{}') as admins
      from user_projects m join projects p on p.id = m.project_id
      where m.user_id = i.user_id and p.deleted_at is null and p.project_type = 'shared') s
    where i.user_id = u.id
      and (i.claimed_role, i.claimed_type, i.claimed_projects, i.claimed_admin_of) is distinct from
          (case when u.is_admin then 'admin' else 'user' end, u.user_type, s.names, s.admins))";

impl UserFilter {
    /// Whether anything narrows the list.
    pub(super) const fn is_narrowed(&self) -> bool {
        self.search.is_some()
            || self.projects.is_some()
            || self.budgets.is_some()
            || self.kind.is_some()
            || self.is_active.is_some()
            || self.is_auditor.is_some()
            || self.reach.is_some()
            || self.role.is_some()
            || self.status.is_some()
            || self.has_drift
            || self.usage.is_some()
    }

    /// The project whose members are looked up before the list is read, as with a search term.
    pub(super) fn single_project(&self, scope: &ReadScope<ViewUsers>) -> Option<&ProjectName> {
        match (self.projects.as_deref(), self.reach) {
            (Some([project]), None | Some(Reach::Admin)) if scope.is_all() => Some(project),
            _ => None,
        }
    }

    /// Appends ` and ...`; where there is a partial index, in its words. What is outside the scope finds no user.
    pub(super) fn push(&self, sql: &mut QueryBuilder<Postgres>, scope: &ReadScope<ViewUsers>, now: OffsetDateTime) {
        sql.push(match self.kind {
            None => "",
            Some(UserKind::Regular) => " and u.user_type = 'regular'",
            Some(UserKind::External) => " and u.user_type = 'external'",
        });
        sql.push(match self.is_active {
            None => "",
            Some(true) => " and u.is_active",
            Some(false) => " and not u.is_active",
        });
        sql.push(match self.is_auditor {
            None => "",
            Some(true) => " and (u.is_admin or u.is_auditor) and u.is_auditor",
            Some(false) => " and not u.is_auditor",
        });
        sql.push(match self.role {
            None => "",
            Some(PlatformRole::Maintainer) => " and (u.is_admin or u.is_auditor) and u.is_maintainer",
            Some(PlatformRole::Admin) => " and (u.is_admin or u.is_auditor) and u.is_admin and not u.is_maintainer",
            Some(PlatformRole::Auditor) => " and (u.is_admin or u.is_auditor) and not u.is_admin",
            Some(PlatformRole::User) => " and not u.is_admin and not u.is_auditor",
        });
        if self.has_drift {
            sql.push(" and ").push(HAS_DRIFT);
        }
        if let Some(budgets) = &self.budgets {
            sql.push(
                " and u.id in (select a.user_id from user_budgets a join budgets b on b.id = a.budget_id
                   where coalesce(b.slug, b.id::text) = any(",
            );
            sql.push_bind(budgets.iter().map(ToString::to_string).collect::<Vec<_>>()).push(")");
            scope.push_budgets(sql);
            sql.push(")");
        }
        self.push_status(sql, now);
        self.push_reach(sql, scope);
    }

    fn push_status(&self, sql: &mut QueryBuilder<Postgres>, now: OffsetDateTime) {
        let Some(status) = self.status else { return };
        if status == UserStatus::Deactivated {
            sql.push(" and not u.is_active");
            return;
        }
        sql.push(" and u.is_active");
        if status == UserStatus::Locked {
            // As a list of ids: without a look at the time, half of all users seem to be locked, and the order is walked.
            sql.push(" and u.id = any(array(select l.id from users l where l.locked_until > ")
                .push_bind(now)
                .push("))");
            return;
        }
        sql.push(" and (u.locked_until is null or u.locked_until <= ").push_bind(now).push(")");
        // Said a second time in the words of the index by last sign-in, where those who never did stand in one place.
        sql.push(if status == UserStatus::NeverSignedIn {
            " and u.last_sign_in_at is null and coalesce(u.last_sign_in_at, timestamptz '-infinity') = timestamptz '-infinity'"
        } else {
            " and u.last_sign_in_at is not null and coalesce(u.last_sign_in_at, timestamptz '-infinity') > timestamptz '-infinity'"
        });
    }

    fn push_reach(&self, sql: &mut QueryBuilder<Postgres>, scope: &ReadScope<ViewUsers>) {
        sql.push(match self.reach {
            None => "",
            Some(Reach::Admin) => " and (u.is_admin or u.is_auditor) and u.is_admin",
            Some(Reach::User | Reach::ProjectAdmin) => " and not u.is_admin",
        });
        if let (Some(projects), None) = (&self.projects, self.single_project(scope)) {
            let names: Vec<String> = projects.iter().map(ToString::to_string).collect();
            sql.push(
                " and u.id in (select m.user_id from user_projects m where m.project_id in (select p.id from projects p
                   where p.deleted_at is null and lower(p.name) in (select lower(n) from unnest(",
            );
            sql.push_bind(names).push(") n))").push(match self.reach {
                Some(Reach::ProjectAdmin) => " and m.is_project_admin",
                Some(Reach::User) => " and not m.is_project_admin",
                None | Some(Reach::Admin) => "",
            });
            scope.push(sql, "m.project_id");
            sql.push(")");
        } else if let Some(reach @ (Reach::User | Reach::ProjectAdmin)) = self.reach {
            let exists = if reach == Reach::User { "not exists" } else { "exists" };
            sql.push(format_args!(
                " and {exists} (select from user_projects m join projects p on p.id = m.project_id and p.deleted_at is null
                   where m.user_id = u.id and m.is_project_admin"
            ));
            scope.push(sql, "m.project_id");
            sql.push(")");
        }
    }
}
