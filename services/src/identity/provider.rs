//! What is known of the provider: its addresses and signing keys, read again now and then, and whether it answers.

use super::Identity;
use super::fault::Fault;
use super::http::{HttpFault, exchange};
use crate::Services;
use crate::clock::Clock;
use domain::provider::Outage;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AsyncHttpClient, HttpRequest, HttpResponse, IssuerUrl, ProviderMetadata,
};
use serde::{Deserialize, Serialize};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

/// A key that the provider withdrew is believed no longer than this.
const KEYS_HOLD_FOR: Duration = Duration::minutes(5);
/// An answer this young shows that the provider answers, and that an unknown key is not one of its new ones.
const JUST_NOW: Duration = Duration::seconds(10);
/// After a failure the provider is left alone for this long, so that not everybody waits for the same time-out.
const REST: Duration = Duration::seconds(5);

/// What discovery says beyond what the library reads.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Extras {
    pub(super) end_session_endpoint: Option<openidconnect::EndSessionUrl>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extras {}

pub(super) type Metadata = ProviderMetadata<
    Extras,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What the provider said about itself.
pub(super) struct Known {
    pub(super) metadata: Metadata,
    pub(super) read_at: OffsetDateTime,
}

impl Known {
    pub(super) fn keys(&self) -> &CoreJsonWebKeySet {
        self.metadata.jwks()
    }

    pub(super) fn extras(&self) -> &Extras {
        self.metadata.additional_metadata()
    }
}

/// How the last exchanges went.
#[derive(Default)]
pub(super) struct Contact {
    down_since: Option<OffsetDateTime>,
    failed_at: Option<OffsetDateTime>,
    what: String,
    clock_ahead_seconds: Option<i64>,
    /// Its answers say the time.
    tells_time: bool,
}

impl Contact {
    pub(super) fn outage(&self) -> Option<Outage> {
        self.down_since.map(|since| Outage { since, what: self.what.clone() })
    }

    /// How far its clock is ahead of ours.
    pub(super) const fn clock_ahead_seconds(&self) -> Option<i64> {
        self.clock_ahead_seconds
    }

    /// A token that was just asked for says when it was issued. Of those whose answers say nothing, as Keycloak's, that is
    /// all that is known of their clock; Entra ID's answers do, and its tokens are dated back.
    pub(super) fn issued_a_token(&mut self, now: OffsetDateTime, issued_at: OffsetDateTime) {
        if !self.tells_time {
            self.clock_ahead_seconds = Some((issued_at - now).whole_seconds());
        }
    }

    pub(super) const fn is_down(&self) -> bool {
        self.down_since.is_some()
    }

    fn is_resting(&self, now: OffsetDateTime) -> bool {
        self.failed_at.is_some_and(|failed_at| now - failed_at < REST)
    }

    fn went_well(&mut self, now: OffsetDateTime, response: &HttpResponse) {
        if self.down_since.take().is_some() {
            tracing::info!("the identity provider answers again");
        }
        self.failed_at = None;
        let date = response.headers().get(::http::header::DATE).and_then(|date| date.to_str().ok());
        // RFC 9110 writes GMT where RFC 2822 also allows an offset.
        let told = date.and_then(|date| OffsetDateTime::parse(&date.replace("GMT", "+0000"), &Rfc2822).ok());
        if let Some(told) = told {
            self.clock_ahead_seconds = Some((told - now).whole_seconds());
            self.tells_time = true;
        }
    }

    fn went_wrong(&mut self, now: OffsetDateTime, what: String) {
        if self.down_since.is_none() {
            tracing::warn!(what, "the identity provider does not answer");
        }
        self.down_since.get_or_insert(now);
        self.failed_at = Some(now);
        self.what = what;
    }
}

impl Identity {
    pub(super) fn contact(&self) -> MutexGuard<'_, Contact> {
        locked(&self.contact)
    }

    pub(super) fn known(&self) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Addresses and keys that may be believed; older ones while the provider does not answer.
    pub(super) async fn current(&self, services: &Services) -> Result<Arc<Known>, Fault> {
        match self.read(services, KEYS_HOLD_FOR).await {
            Ok(known) => Ok(known),
            Err(fault) => self.known().ok_or(fault),
        }
    }

    /// Addresses and keys, from a provider that answers now.
    pub(super) async fn reach(&self, services: &Services) -> Result<Arc<Known>, Fault> {
        self.read(services, JUST_NOW).await
    }

    /// For a key that is not among those of `known`: the keys of now, unless `known` is as young as can be.
    pub(super) async fn newer_than(&self, services: &Services, known: &Known) -> Option<Arc<Known>> {
        let newer = self.read(services, JUST_NOW).await.ok()?;
        (newer.read_at > known.read_at).then_some(newer)
    }

    /// One reads at a time; whoever waited takes what the other got.
    async fn read(&self, services: &Services, oldest: Duration) -> Result<Arc<Known>, Fault> {
        let is_young = |known: &Arc<Known>| services.clock.now() - known.read_at < oldest && !self.contact().is_down();
        if let Some(known) = self.known().filter(is_young) {
            return Ok(known);
        }
        let _reading = self.reading.lock().await;
        if let Some(known) = self.known().filter(is_young) {
            return Ok(known);
        }
        let metadata = self.discover(services).await?;
        let known = Arc::new(Known { metadata, read_at: services.clock.now() });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }

    async fn discover(&self, services: &Services) -> Result<Metadata, Fault> {
        let issuer =
            IssuerUrl::new(self.config.issuer.clone()).map_err(|fault| Fault::Unreachable(fault.to_string()))?;
        Metadata::discover_async(issuer, &self.line(services)).await.map_err(|fault| {
            use openidconnect::DiscoveryError::{Parse, Request, Response, Validation};
            let what = match fault {
                Request(fault) => return Fault::Unreachable(fault.to_string()),
                Response(status, ..) => format!("it answered {status}"),
                Parse(_) => "what it says about itself makes no sense".to_owned(),
                Validation(_) => "it calls itself by another issuer than OIDC_ISSUER_URL".to_owned(),
                _ => "what it says about itself cannot be used".to_owned(),
            };
            self.contact().went_wrong(services.clock.now(), what.clone());
            Fault::Unreachable(what)
        })
    }

    /// For the library, which sends its requests by it.
    pub(super) fn line(&self, services: &Services) -> Line {
        Line { http: self.http.clone(), contact: self.contact.clone(), clock: services.clock.clone() }
    }
}

/// The line to the provider; remembers how each exchange went.
pub(super) struct Line {
    http: reqwest::Client,
    contact: Arc<Mutex<Contact>>,
    clock: Clock,
}

impl<'c> AsyncHttpClient<'c> for Line {
    type Error = HttpFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

impl Line {
    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        if locked(&self.contact).is_resting(self.clock.now()) {
            return Err(HttpFault::Resting);
        }
        let answer = exchange(&self.http, request).await;
        let now = self.clock.now();
        match &answer {
            Ok(response) => locked(&self.contact).went_well(now, response),
            Err(fault) => locked(&self.contact).went_wrong(now, fault.to_string()),
        }
        answer
    }
}

fn locked(contact: &Mutex<Contact>) -> MutexGuard<'_, Contact> {
    contact.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn answer(date: Option<&str>) -> HttpResponse {
        let answer = ::http::Response::builder();
        let answer = if let Some(date) = date { answer.header("date", date) } else { answer };
        answer.body(Vec::new()).expect("an answer")
    }

    #[test]
    fn the_clock_is_known_by_answers_and_else_by_tokens() {
        let now = datetime!(2026-03-02 09:00 UTC);
        let mut contact = Contact::default();
        contact.went_well(now, &answer(None));
        assert_eq!(contact.clock_ahead_seconds(), None);
        contact.issued_a_token(now, now - Duration::seconds(7));
        assert_eq!(contact.clock_ahead_seconds(), Some(-7));
        contact.went_well(now, &answer(Some("Mon, 02 Mar 2026 09:00:40 GMT")));
        assert_eq!(contact.clock_ahead_seconds(), Some(40));
        contact.issued_a_token(now, now - Duration::minutes(5));
        assert_eq!(contact.clock_ahead_seconds(), Some(40), "a token that was dated back says nothing");
    }
}
