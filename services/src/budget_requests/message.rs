//! What the messages about a request say, and who gets them.

use super::request::{Decision, Holder, Request};
use crate::guard::Caller;
use crate::outbox::{Channels, Message, timestamp};
use domain::budget::RequestState;
use domain::delivery::Channel;
use serde_json::{Value, json};
use time::OffsetDateTime;

/// The mail to the operator's address and the webhook about a new request.
pub(super) fn of_request(channels: &Channels, request: &Request, now: OffsetDateTime) -> Vec<Message> {
    let subject = subject_of(request, "requested");
    let operator = channels.alert_mail_to.as_ref().filter(|_| channels.mail.is_some());
    let mail = operator.map(|address| Message {
        channel: Channel::Mail,
        recipient: address.to_string(),
        subject: subject.clone(),
        payload: json!({ "text": request.text() }),
    });
    mail.into_iter().chain(webhook(channels, subject, "budget_request.created", request.data(), now)).collect()
}

/// The webhook about a decision or a withdrawal, and the mail that tells it to the requester.
pub(super) fn of_decision(
    channels: &Channels,
    request: &Request,
    decision: &Decision<'_>,
    by: &Caller,
    now: OffsetDateTime,
) -> Vec<Message> {
    let subject = subject_of(request, decision.state.key());
    let mut data = request.data();
    data["decision"] = json!({
        "by": { "name": by.actor.name, "email": by.actor.email },
        "reason": decision.reason,
        "budget_name": decision.budget,
    });
    let event = match decision.state {
        RequestState::Approved => "budget_request.approved",
        RequestState::Withdrawn => "budget_request.withdrawn",
        _ => "budget_request.declined",
    };
    let mail = (channels.mail.is_some() && request.requester.is_reachable).then(|| Message {
        channel: Channel::Mail,
        recipient: request.requester.email.clone(),
        subject: subject.clone(),
        payload: json!({ "text": text(request, decision, by) }),
    });
    mail.into_iter().chain(webhook(channels, subject, event, data, now)).collect()
}

/// "CLI budget of Ada with a hard limit of $100.00: approved"
fn subject_of(request: &Request, what: &str) -> String {
    let holder = match &request.holder {
        Holder::User { name, .. } => name,
        Holder::Project { title, .. } => title,
    };
    let (category, hard_limit) = (request.category.title(), request.hard_limit.exact());
    format!("{category} budget of {holder} with a hard limit of {hard_limit}: {what}")
}

/// The body of the webhook, as Standard Webhooks structures it.
fn webhook(channels: &Channels, subject: String, event: &str, data: Value, now: OffsetDateTime) -> Option<Message> {
    let webhook = channels.webhook.as_ref()?;
    let payload = json!({ "type": event, "timestamp": timestamp(now), "data": data });
    Some(Message { channel: Channel::Webhook, recipient: webhook.recipient(), subject, payload })
}

fn text(request: &Request, decision: &Decision<'_>, by: &Caller) -> String {
    let said = match (decision.budget, decision.reason) {
        (Some(budget), _) => format!("The budget {budget} was assigned. Its limits hold at once."),
        (None, Some(reason)) => format!("Reason: {reason}"),
        (None, None) => String::new(),
    };
    let verb = if decision.state == RequestState::Withdrawn { "withdrew" } else { decision.state.key() };
    format!(
        "{} {verb} the request for a {} budget with a hard limit of {}.\n\n{said}\n\n{}\nReason of the request: {}\n",
        by.actor.name,
        request.category.title(),
        request.hard_limit.exact(),
        request.holder_line(),
        request.reason
    )
}

impl Request {
    /// The mail about a new request.
    fn text(&self) -> String {
        format!(
            "{} requests a {} budget with a hard limit of {}. A maintainer decides on the page Requests.\n\n{}\nReason: {}\n",
            self.requester.name,
            self.category.title(),
            self.hard_limit.exact(),
            self.holder_line(),
            self.reason
        )
    }

    /// Who would have the budget.
    fn holder_line(&self) -> String {
        match &self.holder {
            Holder::User { name, email, .. } => format!("User: {name} ({email})"),
            Holder::Project { name, title, .. } => format!("Project: {title} ({name})"),
        }
    }

    /// The facts of the request in a webhook.
    fn data(&self) -> Value {
        let holder = match &self.holder {
            Holder::User { id, name, email } => json!({ "type": "user", "id": id, "name": name, "email": email }),
            Holder::Project { id, name, title } => {
                json!({ "type": "project", "id": id, "name": name, "display_name": title })
            }
        };
        let requester = &self.requester;
        json!({
            "request_id": self.id,
            "budget_category": self.category.key(),
            "hard_limit": self.hard_limit.typed(),
            "reason": self.reason,
            "holder": holder,
            "requested_by": { "id": requester.id, "name": requester.name, "email": requester.email },
        })
    }
}
