//! Where messages go, as the operator configured it.

use super::deliver::Taken;
use super::litellm;
use super::mail::Mailer;
use super::webhook::Webhook;
use domain::delivery::Channel;
use domain::email::Email;
use litellm_admin::LiteLlm;
use time::OffsetDateTime;

/// The channels that the operator configured.
#[derive(Debug, Default)]
pub struct Channels {
    /// `SMTP_URL`: the server that sends mails.
    pub mail: Option<Mailer>,
    /// `ALERT_WEBHOOK_URL`: where webhooks are sent.
    pub webhook: Option<Webhook>,
    /// `LITELLM_URL`: the proxy that budgets are pushed to.
    pub litellm: Option<LiteLlm>,
    /// `LITELLM_COLLECT_SPEND`: whether the spend of its customers is added to the ledger.
    pub collects_litellm: bool,
    /// `ALERT_MAIL_TO`: who gets new requests for budgets, and beside project admins the alerts of the budgets of projects.
    pub alert_mail_to: Option<Email>,
}

impl Channels {
    /// Sends a message.
    ///
    /// # Errors
    /// Says in a sentence why the recipient did not take it.
    pub(super) async fn send(&self, message: &Taken, now: OffsetDateTime) -> Result<(), String> {
        match message.channel {
            Channel::Mail => {
                let mailer = self.mail.as_ref().ok_or("No mail server is configured: SMTP_URL is not set.")?;
                let text = message.payload["text"].as_str().unwrap_or_default();
                mailer.send(message.id, &message.recipient, (&message.subject, text), now).await
            }
            Channel::Webhook => {
                let webhook = self.webhook.as_ref().ok_or("No webhook is configured: ALERT_WEBHOOK_URL is not set.")?;
                webhook.send(message.id, &message.payload, now).await
            }
            Channel::LiteLlm => {
                let proxy = self.litellm.as_ref().ok_or("No LiteLLM proxy is configured: LITELLM_URL is not set.")?;
                litellm::send(proxy, &message.payload).await
            }
        }
    }
}
