//! Whom somebody may read of.

use crate::guard::{Caller, Can};
use domain::actor::Target;
use domain::error::Refusal;
use domain::permission::{Permission, ViewUsers};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Proof that somebody may read of people: of everybody, or of the members of the projects they manage, and then no more
/// than those projects (`api-v1.md` 6.1).
#[derive(Clone, Debug)]
pub struct Seen {
    /// `None` stands for everybody.
    managed: Option<Vec<Uuid>>,
}

impl From<Can<ViewUsers>> for Seen {
    fn from(_: Can<ViewUsers>) -> Self {
        Self::ALL
    }
}

impl Seen {
    /// For what somebody reads of themselves.
    pub(super) const ALL: Self = Self { managed: None };

    /// Asks the permission table.
    ///
    /// # Errors
    /// That of [`Caller::can`] for [`ViewUsers`], when they manage no project either.
    pub fn by(caller: &Caller) -> Result<Self, Refusal> {
        let refusal = match caller.can::<ViewUsers>(Target::Platform) {
            Ok(can) => return Ok(Self::from(can)),
            Err(refusal) => refusal,
        };
        let managed: Vec<Uuid> = caller.actor.projects_to(Permission::ManageMembers).map(|project| project.0).collect();
        if managed.is_empty() { Err(refusal) } else { Ok(Self { managed: Some(managed) }) }
    }

    pub(super) const fn is_everybody(&self) -> bool {
        self.managed.is_none()
    }

    /// Appends ` and ...`: only people one may read of.
    pub(super) fn push_people(&self, sql: &mut QueryBuilder<Postgres>) {
        if self.managed.is_some() {
            sql.push(" and u.id in (select m.user_id from user_projects m where true");
            self.push_projects(sql);
            sql.push(")");
        }
    }

    /// Appends ` and ...`: only memberships `m` one may read of.
    pub(super) fn push_projects(&self, sql: &mut QueryBuilder<Postgres>) {
        if let Some(managed) = &self.managed {
            sql.push(" and m.project_id = any(").push_bind(managed.clone()).push(")");
        }
    }

    /// Appends ` and ...`: only budgets one may read of.
    pub(super) fn push_budgets(&self, sql: &mut QueryBuilder<Postgres>) {
        if self.managed.is_some() {
            sql.push(" and false");
        }
    }
}
