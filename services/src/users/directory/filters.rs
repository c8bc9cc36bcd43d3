//! What narrows the list of people.

use super::seen::Seen;
use domain::budget::BudgetSlug;
use domain::project::ProjectName;
use domain::text::SearchTerm;
use domain::user::UserKind;
use sqlx::{Postgres, QueryBuilder};

/// What narrows the list; everything given has to hold.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// Substring of name, e-mail or user name, without regard to case and accents.
    pub search: Option<SearchTerm>,
    /// Members of any of these projects.
    pub projects: Option<Vec<ProjectName>>,
    /// Holders of any of these budgets, by the id or the slug programs know them by.
    pub budgets: Option<Vec<BudgetSlug>>,
    /// Regular or external.
    pub kind: Option<UserKind>,
    /// Whether the account is open.
    pub is_active: Option<bool>,
    /// Whether they are auditors.
    pub is_auditor: Option<bool>,
    /// How far their roles reach.
    pub reach: Option<Reach>,
}

/// How far somebody's roles reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Neither an admin nor a project admin.
    User,
    /// No admin, but a project admin somewhere; of one of the projects filtered by, if there are any.
    ProjectAdmin,
    /// An admin or a maintainer.
    Admin,
}

impl Filters {
    /// Whether anything narrows the list.
    pub(super) const fn narrow(&self) -> bool {
        self.search.is_some()
            || self.projects.is_some()
            || self.budgets.is_some()
            || self.kind.is_some()
            || self.is_active.is_some()
            || self.is_auditor.is_some()
            || self.reach.is_some()
    }

    /// Appends ` and ...`; where there is a partial index, in its words. Nobody is found by what is not seen of them.
    pub(super) fn push(&self, sql: &mut QueryBuilder<Postgres>, seen: &Seen) {
        if let Some(kind) = self.kind {
            sql.push(match kind {
                UserKind::Regular => " and u.user_type = 'regular'",
                UserKind::External => " and u.user_type = 'external'",
            });
        }
        match self.is_active {
            None => {}
            Some(true) => drop(sql.push(" and u.is_active")),
            Some(false) => drop(sql.push(" and not u.is_active")),
        }
        match self.is_auditor {
            None => {}
            Some(true) => drop(sql.push(" and (u.is_admin or u.is_auditor) and u.is_auditor")),
            Some(false) => drop(sql.push(" and not u.is_auditor")),
        }
        if let Some(budgets) = &self.budgets {
            sql.push(" and u.id in (select a.user_id from user_budgets a join budgets b on b.id = a.budget_id where coalesce(b.slug, b.id::text) = any(");
            sql.push_bind(budgets.iter().map(ToString::to_string).collect::<Vec<_>>()).push(")");
            seen.push_budgets(sql);
            sql.push(")");
        }
        if let Some(reach) = self.reach {
            sql.push(match reach {
                Reach::Admin => " and (u.is_admin or u.is_auditor) and u.is_admin",
                Reach::User | Reach::ProjectAdmin => " and not u.is_admin",
            });
        }
        self.push_memberships(sql, seen);
    }

    fn push_memberships(&self, sql: &mut QueryBuilder<Postgres>, seen: &Seen) {
        let role = match self.reach {
            Some(Reach::ProjectAdmin) => " and m.is_project_admin",
            Some(Reach::User) if self.projects.is_some() => " and not m.is_project_admin",
            None | Some(Reach::User | Reach::Admin) => "",
        };
        if let Some(projects) = &self.projects {
            let names: Vec<String> = projects.iter().map(ToString::to_string).collect();
            sql.push(" and u.id in (select m.user_id from user_projects m where m.project_id in (select p.id from projects p");
            sql.push(" where p.deleted_at is null and lower(p.name) in (select lower(n) from unnest(").push_bind(names);
            sql.push(") n))").push(role);
            seen.push_projects(sql);
            sql.push(")");
        } else if let Some(Reach::User | Reach::ProjectAdmin) = self.reach {
            let exists = if self.reach == Some(Reach::User) { "not exists" } else { "exists" };
            sql.push(format_args!(
                " and {exists} (select from user_projects m join projects p on p.id = m.project_id and p.deleted_at is null
                   where m.user_id = u.id and m.is_project_admin"
            ));
            seen.push_projects(sql);
            sql.push(")");
        }
    }
}
