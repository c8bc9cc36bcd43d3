//! What the messages of an alert say, and who gets them.

use crate::outbox::{Channels, Message, timestamp};
use domain::budget::{AlertThreshold, Category, Limits};
use domain::delivery::Channel;
use domain::money::Money;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;
use uuid::Uuid;

/// Whose spend has reached a threshold.
pub(super) enum AlertHolder {
    User { id: Uuid, name: String, email: String },
    Project { id: Uuid, name: String, title: String },
}

/// An alert that was raised.
pub(super) struct Alert {
    pub(super) threshold: AlertThreshold,
    /// The id of the budget in `/v1`.
    pub(super) budget_id: String,
    pub(super) budget: String,
    pub(super) category: Category,
    pub(super) holder: AlertHolder,
    pub(super) spent: Money,
    pub(super) limits: Limits,
    pub(super) starts_at: OffsetDateTime,
    pub(super) ends_at: OffsetDateTime,
    pub(super) raised_at: OffsetDateTime,
}

/// The messages of an alert on the channels that are configured.
pub(super) fn messages(channels: &Channels, alert: &Alert, recipients: Vec<String>) -> Vec<Message> {
    let (subject, text) = (alert.subject(), alert.text());
    let platform = channels.alert_mail_to.as_ref().filter(|_| matches!(alert.holder, AlertHolder::Project { .. }));
    let platform = platform.map(ToString::to_string).filter(|address| !recipients.contains(address));
    let mails = recipients.into_iter().chain(platform).filter(|_| channels.mail.is_some()).map(|recipient| Message {
        channel: Channel::Mail,
        recipient,
        subject: subject.clone(),
        payload: json!({ "text": text }),
    });
    let webhook = channels.webhook.as_ref().map(|webhook| Message {
        channel: Channel::Webhook,
        recipient: webhook.recipient(),
        subject: subject.clone(),
        payload: alert.event(),
    });
    mails.chain(webhook).collect()
}

impl Alert {
    /// "Budget CLI standard of Ada: 80 % of the hard limit reached"
    fn subject(&self) -> String {
        let holder = match &self.holder {
            AlertHolder::User { name, .. } => name,
            AlertHolder::Project { title, .. } => title,
        };
        format!("Budget {} of {holder}: {} reached", self.budget, lower(&self.threshold.to_string()))
    }

    fn text(&self) -> String {
        let holder = match &self.holder {
            AlertHolder::User { name, email, .. } => format!("User: {name} ({email})"),
            AlertHolder::Project { name, title, .. } => format!("Project: {title} ({name})"),
        };
        let next = match self.threshold {
            _ if self.ends_at <= self.raised_at => {
                "The window is over. The spend was reported after its end.".to_owned()
            }
            _ if self.spent >= self.limits.hard() => {
                format!("Calls are refused until the next window begins on {}.", day(self.ends_at))
            }
            _ => "Calls are refused at the hard limit.".to_owned(),
        };
        format!(
            "{} of the budget {} was reached.\n\n{holder}\nCategory: {}\nSpent: {}\nSoft limit: {}\nHard limit: {}\n\
             Window: {} to {} (UTC)\n\n{next}\n",
            self.threshold,
            self.budget,
            self.category.title(),
            self.spent.exact(),
            self.limits.soft().exact(),
            self.limits.hard().exact(),
            day(self.starts_at),
            day(self.ends_at)
        )
    }

    /// The body of the webhook, as Standard Webhooks structures it.
    fn event(&self) -> Value {
        let holder = match &self.holder {
            AlertHolder::User { id, name, email } => json!({ "type": "user", "id": id, "name": name, "email": email }),
            AlertHolder::Project { id, name, title } => {
                json!({ "type": "project", "id": id, "name": name, "display_name": title })
            }
        };
        json!({
            "type": "budget.threshold_reached",
            "timestamp": timestamp(self.raised_at),
            "data": {
                "threshold": self.threshold.key(),
                "budget_id": self.budget_id,
                "budget_name": self.budget,
                "budget_category": self.category.key(),
                "holder": holder,
                "spent": self.spent,
                "soft_limit": self.limits.soft(),
                "hard_limit": self.limits.hard(),
                "window": { "starts_at": timestamp(self.starts_at), "ends_at": timestamp(self.ends_at) },
            }
        })
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn day(at: OffsetDateTime) -> String {
    let format = format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]");
    at.to_offset(time::UtcOffset::UTC).format(format).unwrap_or_default()
}
