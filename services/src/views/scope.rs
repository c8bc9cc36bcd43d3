//! Which rows a caller may read.

use crate::guard::{Caller, Can};
use crate::projects::check_password_changed;
use domain::actor::Target;
use domain::error::Refusal;
use domain::id::ProjectId;
use domain::permission::{Asks, Permission, ViewMemberShares, ViewProject, ViewSpend, ViewUsers};
use sqlx::{Postgres, QueryBuilder};
use std::marker::PhantomData;
use uuid::Uuid;

/// Proof that a caller may read rows under the permission `P`: all of them, or those of some projects. Lists and details
/// take the same scope.
#[derive(Clone, Debug)]
pub struct ReadScope<P> {
    /// `None` stands for all rows.
    projects: Option<Vec<Uuid>>,
    permission: PhantomData<P>,
}

impl<P: Asks> ReadScope<P> {
    /// For what users read of themselves.
    pub(super) const ALL: Self = Self { projects: None, permission: PhantomData };

    /// For what no caller may read.
    pub(super) const NONE: Self = Self { projects: Some(Vec::new()), permission: PhantomData };

    fn of_projects(projects: impl Iterator<Item = ProjectId>) -> Self {
        Self { projects: Some(projects.map(|project| project.0).collect()), permission: PhantomData }
    }

    /// All rows for callers with the permission `P` everywhere, otherwise those of the projects with `in_project`.
    fn all_or_projects(caller: &Caller, in_project: Permission) -> Result<Self, Refusal> {
        let Err(refusal) = caller.can::<P>(Target::Platform) else { return Ok(Self::ALL) };
        let mut projects = caller.actor.projects_to(in_project).peekable();
        if projects.peek().is_none() { Err(refusal) } else { Ok(Self::of_projects(projects)) }
    }

    pub(super) const fn is_all(&self) -> bool {
        self.projects.is_none()
    }

    /// Appends ` and ...`: only rows whose `project` is in the scope.
    pub(super) fn push(&self, sql: &mut QueryBuilder<Postgres>, project: &'static str) {
        if let Some(projects) = &self.projects {
            sql.push(format_args!(" and {project} = any(")).push_bind(projects.clone()).push(")");
        }
    }
}

impl From<Can<ViewUsers>> for ReadScope<ViewUsers> {
    fn from(_: Can<ViewUsers>) -> Self {
        Self::ALL
    }
}

impl ReadScope<ViewUsers> {
    /// All users, or the members of the projects that the caller manages, and then no more than those projects.
    ///
    /// # Errors
    /// That of [`Caller::can`] for [`ViewUsers`], when the caller manages no project either.
    pub fn of(caller: &Caller) -> Result<Self, Refusal> {
        Self::all_or_projects(caller, Permission::ManageMembers)
    }

    /// Appends ` and ...`: only users in the scope.
    pub(super) fn push_users(&self, sql: &mut QueryBuilder<Postgres>) {
        if !self.is_all() {
            sql.push(" and u.id in (select m.user_id from user_projects m where true");
            self.push(sql, "m.project_id");
            sql.push(")");
        }
    }

    /// Appends ` and ...`: budgets are for those who read all users.
    pub(super) fn push_budgets(&self, sql: &mut QueryBuilder<Postgres>) {
        if !self.is_all() {
            sql.push(" and false");
        }
    }
}

impl From<Can<ViewMemberShares>> for ReadScope<ViewMemberShares> {
    fn from(can: Can<ViewMemberShares>) -> Self {
        match can.target() {
            Target::Project(project) => Self::of_projects(std::iter::once(project)),
            Target::Platform | Target::Own => Self::ALL,
        }
    }
}

impl ReadScope<ViewMemberShares> {
    /// All projects, or those whose shares the caller may see.
    ///
    /// # Errors
    /// That of [`Caller::can`] for [`ViewMemberShares`], when there is no such project.
    pub fn of(caller: &Caller) -> Result<Self, Refusal> {
        Self::all_or_projects(caller, Permission::ViewMemberShares)
    }
}

impl ReadScope<ViewProject> {
    /// All projects, or those that the caller's roles show.
    ///
    /// # Errors
    /// [`Refusal::PasswordChangeDue`] until a one-time password was changed.
    pub(super) fn of(caller: &Caller) -> Result<Self, Refusal> {
        check_password_changed(caller)?;
        let actor = &caller.actor;
        if actor.may(Permission::ViewProject, Target::Platform) {
            return Ok(Self::ALL);
        }
        Ok(Self::of_projects(actor.projects_to(Permission::ViewProject)))
    }
}

impl ReadScope<ViewSpend> {
    /// All spend, or that in the projects that the caller administers.
    ///
    /// # Errors
    /// That of [`Caller::can`] for [`ViewSpend`], when the caller administers no project either.
    pub fn of(caller: &Caller) -> Result<Self, Refusal> {
        Self::all_or_projects(caller, Permission::ViewSpend)
    }

    /// The same where users who administer no project read an empty table instead of a refusal.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where Bursar knows no spend; [`Refusal::PasswordChangeDue`].
    pub fn of_any(caller: &Caller) -> Result<Self, Refusal> {
        match Self::of(caller) {
            Err(Refusal::Forbidden(_)) => Ok(Self::NONE),
            scope => scope,
        }
    }
}
