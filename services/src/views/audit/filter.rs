//! Which events are read. The most selective filter chooses the index to read along, the others narrow what it yields.
//!
//! A filter may stand for several values: a project for its budgets too, a kind for its actions. Each value has events in
//! the order of time in its index, so the page is the first rows of each, merged; never all rows of one.

use crate::keyset::Keyset;
use domain::audit::{Action, AuditFilter};
use domain::project::ProjectName;
use domain::text::SearchTerm;
use sqlx::{Postgres, QueryBuilder};
use time::{Date, OffsetDateTime, Time};
use uuid::Uuid;

/// Who did it.
#[derive(Clone, Debug)]
pub enum ActorFilter {
    /// A user.
    User(Uuid),
    /// A user by e-mail address, or an actor that is no user, such as "Bursar", by name.
    Named(String),
}

/// What narrows the events. What is given applies at once.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// The whole name of the target at the time, without regard to case.
    pub search: Option<SearchTerm>,
    /// The id of the target; of a user, with the events of memberships.
    pub target: Option<Uuid>,
    /// Who did it.
    pub actor: Option<ActorFilter>,
    /// One of these actions.
    pub actions: Option<Vec<Action>>,
    /// One of these types of objects; an event of a membership is about the user.
    pub entity_types: Option<Vec<String>>,
    /// A project, its budgets and its budget group.
    pub project: Option<ProjectName>,
    /// Not before.
    pub from: Option<OffsetDateTime>,
    /// Before.
    pub before: Option<OffsetDateTime>,
}

impl From<&AuditFilter> for EventFilter {
    fn from(filter: &AuditFilter) -> Self {
        let AuditFilter { search, target, actor, kind, project, from, to } = filter.clone();
        let start = |day: Date| day.with_time(Time::MIDNIGHT).assume_utc();
        let actor = actor.map(|actor| match actor.as_str().parse() {
            Ok(user) => ActorFilter::User(user),
            Err(_) => ActorFilter::Named(actor.into()),
        });
        Self {
            search,
            target,
            actor,
            actions: kind.map(|kind| kind.actions().collect()),
            entity_types: None,
            project,
            from: from.map(|day| start(day.0)),
            before: to.and_then(|day| day.0.next_day()).map(start),
        }
    }
}

/// A place of the page in one index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Along {
    Target,
    Member,
    Name,
    Project,
    User,
    UserNamed,
    ActorNamed,
    Action,
    Time,
}

/// Some rows of the filtered log.
pub(super) struct Rows<'a> {
    pub(super) filter: &'a EventFilter,
    pub(super) keyset: &'a Keyset<'a>,
    pub(super) limit: u32,
    pub(super) offset: u32,
}

impl Rows<'_> {
    /// Appends `select ...`: the events in order.
    pub(super) fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push("select l.* from (");
        for (place, along) in self.filter.along().iter().enumerate() {
            sql.push(if place > 0 { " union all " } else { "" });
            self.push_branch(sql, *along);
        }
        sql.push(") l");
        self.keyset.push_order(sql);
        sql.push(format_args!(" limit {} offset {}", self.limit, self.offset));
    }

    /// Appends the first rows along one index, for each value that the filter stands for.
    fn push_branch(&self, sql: &mut QueryBuilder<Postgres>, along: Along) {
        sql.push("select l.* from ");
        self.filter.push_values(sql, along);
        let (key, condition) = along.index();
        sql.push(format_args!(" cross join lateral (select l.* from audit_log l where {condition}"));
        if let Some(key) = key {
            sql.push(format_args!(" and {key} = any(array[v.v])"));
        }
        self.filter.push_others(sql, along);
        self.keyset.push_condition(sql);
        match key {
            Some(key) => self.keyset.push_order_within(sql, key),
            None => self.keyset.push_order(sql),
        }
        sql.push(format_args!(" limit {}) l", self.limit + self.offset));
    }
}

impl Along {
    /// What its index begins with, and the condition of the index.
    ///
    /// The key is compared by `= any(array[...])` and stands first in the order. By a plain `=` Postgres would leave it out
    /// of the order, take a value that is rare for an average one, and walk the whole log along its time.
    const fn index(self) -> (Option<&'static str>, &'static str) {
        match self {
            Self::Target | Self::Project => (Some("l.target_id"), "true"),
            Self::Member => (Some("audit_member(l.changes)"), "l.action like 'project.member%'"),
            Self::Name => (Some("lower(l.target)"), "true"),
            Self::User | Self::UserNamed => (Some("l.actor_id"), "l.actor_id is not null"),
            Self::ActorNamed => (Some("lower(l.actor)"), "l.actor_id is null"),
            Self::Action => (Some("l.action"), "true"),
            Self::Time => (None, "true"),
        }
    }
}

impl EventFilter {
    fn along(&self) -> &'static [Along] {
        match self {
            Self { target: Some(_), .. } => &[Along::Target, Along::Member],
            Self { search: Some(_), .. } => &[Along::Name],
            Self { project: Some(_), .. } => &[Along::Project],
            Self { actor: Some(ActorFilter::User(_)), .. } => &[Along::User],
            Self { actor: Some(ActorFilter::Named(_)), .. } => &[Along::UserNamed, Along::ActorNamed],
            Self { actions: Some(_), .. } => &[Along::Action],
            _ => &[Along::Time],
        }
    }

    /// Appends the values that the filter stands for.
    fn push_values(&self, sql: &mut QueryBuilder<Postgres>, along: Along) {
        match along {
            Along::Target => sql.push("(select ").push_bind(self.target).push("::uuid v) v"),
            Along::Member => {
                sql.push("(select lower(email) v from users where id = ").push_bind(self.target).push(") v")
            }
            Along::Name => sql.push("(select lower(").push_bind(self.search()).push(") v) v"),
            Along::Project => {
                sql.push("(");
                self.push_of_project(sql);
                sql.push(") v")
            }
            Along::User => sql.push("(select ").push_bind(self.actor_id()).push("::uuid v) v"),
            Along::UserNamed => sql
                .push("(select id v from users where lower(email) = lower(")
                .push_bind(self.actor_name())
                .push(")) v"),
            Along::ActorNamed => sql.push("(select lower(").push_bind(self.actor_name()).push(") v) v"),
            Along::Action => sql.push("unnest(").push_bind(self.action_keys()).push("::text[]) v (v)"),
            Along::Time => sql.push("(select) v"),
        };
    }

    /// Appends ` and ...` for every filter that does not choose the index.
    fn push_others(&self, sql: &mut QueryBuilder<Postgres>, along: Along) {
        if self.search.is_some() && along != Along::Name {
            sql.push(" and lower(l.target) = lower(").push_bind(self.search()).push(")");
        }
        if self.project.is_some() && along != Along::Project {
            sql.push(" and l.target_id in (");
            self.push_of_project(sql);
            sql.push(")");
        }
        match &self.actor {
            Some(ActorFilter::User(user)) if along != Along::User => {
                sql.push(" and l.actor_id = ").push_bind(*user);
            }
            Some(ActorFilter::Named(name)) if !matches!(along, Along::UserNamed | Along::ActorNamed) => {
                sql.push(" and (l.actor_id in (select id from users where lower(email) = lower(")
                    .push_bind(name.clone());
                sql.push(")) or l.actor_id is null and lower(l.actor) = lower(").push_bind(name.clone()).push("))");
            }
            _ => {}
        }
        if self.actions.is_some() && along != Along::Action {
            sql.push(" and l.action = any(").push_bind(self.action_keys()).push(")");
        }
        if let Some(types) = &self.entity_types {
            sql.push(" and case when l.action like 'project.member%' then 'user' else l.target_type end = any(");
            sql.push_bind(types.clone()).push(")");
        }
        if let Some(from) = self.from {
            sql.push(" and l.at >= ").push_bind(from);
        }
        if let Some(before) = self.before {
            sql.push(" and l.at < ").push_bind(before);
        }
    }

    /// Appends a query of the ids: the project, its budgets and budget groups, and a purged project by its former name.
    fn push_of_project(&self, sql: &mut QueryBuilder<Postgres>) {
        let name = self.project.as_ref().map(ToString::to_string);
        sql.push(
            "with p as (select id from projects where lower(name) = lower(",
        )
        .push_bind(name.clone())
        .push(
            "))
             select id v from p
             union select b.id from budgets b join p on b.project_id = p.id
             union select g.id from budget_groups g join p on g.project_id = p.id
             union (select l.target_id from audit_log l where l.target_type = 'project' and lower(l.target) = any(array[lower(",
        )
        .push_bind(name)
        .push(")]) order by lower(l.target), l.at desc, l.id desc limit 1)");
    }

    fn search(&self) -> Option<String> {
        self.search.as_ref().map(ToString::to_string)
    }

    fn actor_id(&self) -> Option<Uuid> {
        match self.actor {
            Some(ActorFilter::User(user)) => Some(user),
            _ => None,
        }
    }

    fn actor_name(&self) -> Option<String> {
        match &self.actor {
            Some(ActorFilter::Named(name)) => Some(name.clone()),
            _ => None,
        }
    }

    fn action_keys(&self) -> Option<Vec<&'static str>> {
        Some(self.actions.as_ref()?.iter().map(|action| action.key()).collect())
    }
}
