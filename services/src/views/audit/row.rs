//! An event as it is selected: who did it by the name of today, and whether its target still has a page.

use crate::error::Error;
use crate::projects::stored_name;
use domain::audit::{AuditEvent, EventAction, EventActor, EventTarget, FieldChange, TargetPage, TargetType};
use domain::id::{AnomalyId, BudgetId, EventId, UserId};
use serde::Deserialize;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) const COLUMNS: &str =
    "l.id, l.at, l.actor_id, l.actor, l.session_id, l.request_id, l.action, l.target_type, l.target_id, l.target,
     l.changes, l.reason, actor.name as actor_name, u.id is not null as is_user, b.id is not null as is_budget,
     coalesce(p.name, owner.name) as project, member.id as member";

pub(super) const JOINS: &str = "
     left join users actor on actor.id = l.actor_id
     left join users u on l.target_type = 'user' and u.id = l.target_id
     left join projects p on l.target_type = 'project' and p.id = l.target_id and p.deleted_at is null
     left join users member on l.action like 'project.member%' and lower(member.email) = audit_member(l.changes)
     left join budgets b on l.target_type = 'budget' and b.id = l.target_id
     left join budget_groups g on l.target_type = 'project_budget_group' and g.id = l.target_id
     left join projects owner on owner.id = coalesce(b.project_id, g.project_id) and owner.deleted_at is null";

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) at: OffsetDateTime,
    actor_id: Option<Uuid>,
    actor: String,
    session_id: Option<Uuid>,
    request_id: Option<String>,
    action: String,
    target_type: String,
    target_id: Uuid,
    target: String,
    changes: Json<Vec<Change>>,
    reason: Option<String>,
    actor_name: Option<String>,
    is_user: bool,
    is_budget: bool,
    project: Option<String>,
    member: Option<Uuid>,
}

#[derive(Deserialize)]
struct Change {
    field: String,
    before: Option<String>,
    after: Option<String>,
}

impl Row {
    /// Budgets have pages where budgets are switched on.
    pub(super) fn read(self, has_budgets: bool) -> Result<AuditEvent, Error> {
        let kind = TargetType::from_key(&self.target_type);
        let page = self.page(kind, has_budgets)?;
        let user = self.actor_name.is_some().then_some(self.actor_id).flatten().map(UserId);
        let name = self.actor_name.unwrap_or_else(|| self.actor.clone());
        let change = |Change { field, before, after }| FieldChange { field, before, after };
        Ok(AuditEvent {
            id: EventId(self.id),
            at: self.at,
            actor: EventActor { name, recorded: self.actor, user },
            action: EventAction::from_key(self.action),
            actor_id: self.actor_id,
            member: self.member.map(UserId),
            target: EventTarget { kind, id: self.target_id, name: self.target, page },
            changes: self.changes.0.into_iter().map(change).collect(),
            reason: self.reason,
            request_id: self.request_id,
            session_id: self.session_id,
        })
    }

    fn page(&self, kind: Option<TargetType>, has_budgets: bool) -> Result<Option<TargetPage>, Error> {
        let project = || self.project.as_deref().map(stored_name).transpose();
        Ok(match kind {
            Some(TargetType::User) => self.is_user.then_some(TargetPage::User(UserId(self.target_id))),
            Some(TargetType::Project) => project()?.map(TargetPage::Project),
            Some(TargetType::Budget | TargetType::BudgetGroup) if !has_budgets => None,
            Some(TargetType::Budget) => match project()? {
                Some(owner) => Some(TargetPage::Project(owner)),
                None => self.is_budget.then_some(TargetPage::Budget(BudgetId(self.target_id))),
            },
            Some(TargetType::BudgetGroup) => project()?.map(TargetPage::Project),
            Some(TargetType::Gateway) => has_budgets.then_some(TargetPage::Gateways),
            Some(TargetType::LiteLlm) => has_budgets.then_some(TargetPage::LiteLlm),
            Some(TargetType::IdentityProvider) => Some(TargetPage::IdentityProvider),
            Some(TargetType::Job | TargetType::Delivery) => Some(TargetPage::Jobs),
            Some(TargetType::AccessAnomaly) => Some(TargetPage::Anomaly(AnomalyId(self.target_id))),
            Some(TargetType::BreakGlass | TargetType::Export) | None => None,
        })
    }
}
