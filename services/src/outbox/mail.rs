//! Mails, by SMTP.

use https_client::handshake_failure;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, header};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::time::SystemTime;
use time::OffsetDateTime;
use uuid::Uuid;

/// Why no mail can be sent with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The address of the server.
    #[error("SMTP_URL: {0}")]
    Server(#[from] lettre::transport::smtp::Error),
    /// The address that mails come from.
    #[error("MAIL_FROM: {0}")]
    From(#[from] lettre::address::AddressError),
}

/// Sends mails through an SMTP server, each over a connection of its own.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// `url` is `smtps://user:password@host`, `smtp://user:password@host?tls=required`, or `smtp://host` without TLS.
    /// Sends nothing yet.
    ///
    /// # Errors
    /// One of both is no such address, or the system has no certificate authorities.
    pub fn new(url: &str, from: &str) -> Result<Self, MailError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.build();
        Ok(Self { transport, from: Mailbox::new(Some("Bursar".to_owned()), from.parse()?) })
    }

    /// The same id makes the same `Message-ID`, by which mail programs know a mail that was sent twice.
    pub(super) async fn send(
        &self,
        id: Uuid,
        to: &str,
        (subject, text): (&str, &str),
        now: OffsetDateTime,
    ) -> Result<(), String> {
        let to: Address = to.parse().map_err(|_| format!("{to} is no address that mail can be sent to."))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .date(SystemTime::from(now))
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .header(AutoSubmitted)
            .header(header::ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|fault| format!("The mail cannot be written: {fault}."))?;
        self.transport.send(message).await.map(drop).map_err(|fault| problem(&fault))
    }
}

impl std::fmt::Debug for Mailer {
    /// Without the password of the server.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Where the fault is, then what the server or the library says.
fn problem(fault: &lettre::transport::smtp::Error) -> String {
    if let Some(failure) = handshake_failure(fault) {
        return format!("{failure}.");
    }
    let said = std::error::Error::source(fault).map(ToString::to_string).unwrap_or_default();
    match fault.status() {
        Some(code) => format!("The mail server answered {code}: {said}"),
        None => format!("The mail server cannot be reached: {said}"),
    }
}

/// `Auto-Submitted: auto-generated` (RFC 3834): absence notes are not sent back.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
