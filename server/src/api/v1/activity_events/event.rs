//! An audit event as clients of the wire know it.

use crate::api::wire::Stamp;
use domain::audit::{Action, AuditEvent, EventAction, FieldChange, Kind, TargetType};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// An activity event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActivityEvent {
    /// The id of the event.
    id: String,
    /// What it is about.
    #[schema(example = "user_management")]
    domain: &'static str,
    /// What was done.
    #[schema(example = "user.created")]
    event_type: String,
    /// The type of the object.
    entity_type: Option<String>,
    /// The id of the object; the technical name of a project.
    entity_id: Option<String>,
    /// The user who did it; null for Bursar and for operators.
    actor_id: Option<String>,
    /// The e-mail address of that user at the time.
    actor_email: Option<String>,
    /// The name of that user now, or what stands for it.
    actor_name: Option<String>,
    /// Each changed field with its value, and `previous_<field>` with the value before.
    attributes: Option<Map<String, Value>>,
    /// When.
    created_at: Stamp,
}

impl From<AuditEvent> for ActivityEvent {
    fn from(event: AuditEvent) -> Self {
        let (domain, event_type, is_member) = match &event.action {
            EventAction::Known(action) => {
                (action.kind().domain(), action.event_type().to_owned(), action.kind() == Kind::Member)
            }
            EventAction::Other(key) => ("other", key.clone(), false),
        };
        let (entity_type, entity_id) = match event.target.kind {
            Some(TargetType::Project) if is_member => {
                (Some(TargetType::User), event.member.map(|user| user.to_string()))
            }
            Some(TargetType::Project) => (event.target.kind, Some(event.target.name.clone())),
            kind => (kind, Some(event.target.id.to_string())),
        };
        let attributes = match &event.action {
            _ if is_member => membership(&event.target.name, &event.changes),
            EventAction::Known(Action::ProjectOwnershipChanged) => ownership(&event.changes),
            _ => changed(&event.changes),
        };
        let actor_email = event.actor_id.map(|_| event.actor.recorded);
        Self {
            id: event.id.to_string(),
            domain,
            event_type,
            entity_type: entity_type.map(|kind| kind.key().to_owned()),
            entity_id,
            actor_id: event.actor_id.map(|id| id.to_string()),
            actor_email,
            actor_name: Some(event.actor.name),
            attributes: Some(attributes).filter(|attributes| !attributes.is_empty()),
            created_at: Stamp(event.at),
        }
    }
}

fn changed(changes: &[FieldChange]) -> Map<String, Value> {
    let mut attributes = Map::new();
    for change in changes {
        attributes.insert(change.field.clone(), change.after.clone().into());
        if let Some(before) = &change.before {
            attributes.insert(format!("previous_{}", change.field), before.clone().into());
        }
    }
    attributes
}

fn membership(project: &str, changes: &[FieldChange]) -> Map<String, Value> {
    let role = changes.iter().find(|change| change.field == "role").and_then(|change| change.after.as_deref());
    let mut attributes = Map::from_iter([("project_name".to_owned(), project.into())]);
    attributes.extend(role.map(|role| ("is_project_admin".to_owned(), (role == "admin").into())));
    attributes
}

fn ownership(changes: &[FieldChange]) -> Map<String, Value> {
    let owner = changes.iter().find(|change| change.field == "owner");
    let value = |value: Option<&String>| value.cloned().map_or(Value::Null, Value::from);
    Map::from_iter([
        ("previous_owner_username".to_owned(), value(owner.and_then(|owner| owner.before.as_ref()))),
        ("new_owner_username".to_owned(), value(owner.and_then(|owner| owner.after.as_ref()))),
    ])
}
