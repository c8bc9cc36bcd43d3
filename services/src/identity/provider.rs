//! What is known of the provider: its addresses and signing keys, read again now and then.

use super::Identity;
use super::contact::{Contact, Purpose};
use super::fault::Fault;
use super::http::HttpFault;
use super::line::host;
use crate::Services;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, DiscoveryError, IssuerUrl, ProviderMetadata};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

/// A key that the provider withdrew is believed no longer than this, while the provider answers.
const KEYS_HOLD_FOR: Duration = Duration::minutes(5);
/// And no longer than this while it does not: an attacker who cuts us off from the provider keeps no withdrawn key alive.
const KEYS_OUTLIVE_AN_OUTAGE_BY: Duration = Duration::days(1);
/// An answer this young shows that the provider answers, and that an unknown key is not one of its new ones.
const JUST_NOW: Duration = Duration::seconds(10);

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

impl Identity {
    pub(super) fn contact(&self) -> MutexGuard<'_, Contact> {
        self.contact.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn known(&self) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Addresses and keys that may be believed; while the provider does not answer, those of the last day.
    pub(super) async fn current(&self, services: &Services) -> Result<Arc<Known>, Fault> {
        match self.read(services, KEYS_HOLD_FOR).await {
            Ok(known) => Ok(known),
            Err(fault) => {
                let is_believed = |known: &Arc<Known>| services.clock.now() - known.read_at < KEYS_OUTLIVE_AN_OUTAGE_BY;
                self.known().filter(is_believed).ok_or(fault)
            }
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

    /// Reads the provider's description and keys, and refuses what cannot be used.
    async fn discover(&self, services: &Services) -> Result<Metadata, Fault> {
        let issuer =
            IssuerUrl::new(self.config.issuer.clone()).map_err(|fault| Fault::Unreachable(fault.to_string()))?;
        let found = Metadata::discover_async(issuer, &self.line(services, Purpose::Discovery)).await;
        let usable = match found {
            // The line has recorded it.
            Err(DiscoveryError::Request(fault)) => return Err(Fault::Unreachable(self.told(fault))),
            Err(fault) => Err(unreadable(fault)),
            Ok(metadata) => self.usable(metadata),
        };
        let mut contact = self.contact();
        match usable {
            Ok(metadata) => {
                contact.record_usable();
                Ok(metadata)
            }
            Err(what) => {
                contact.record_outage(services.clock.now(), what.clone(), true);
                Err(Fault::Unreachable(what))
            }
        }
    }

    /// Why there was no answer. The last failure says more than that the provider is left alone now.
    fn told(&self, fault: HttpFault) -> String {
        let last = self.contact().outage().filter(|_| matches!(fault, HttpFault::Resting));
        last.map_or_else(|| fault.to_string(), |outage| outage.what)
    }

    /// What may be used of a description: it has a key, and no address without TLS.
    fn usable(&self, metadata: Metadata) -> Result<Metadata, String> {
        if metadata.jwks().keys().is_empty() {
            return Err("its key set is empty: expected one signing key or more, received none".to_owned());
        }
        let end = metadata.additional_metadata().end_session_endpoint.as_ref().map(|end| end.url());
        let mut for_browsers = std::iter::once(metadata.authorization_endpoint().url()).chain(end);
        if let Some(url) = for_browsers.find(|url| !self.route.is_safe(url)) {
            return Err(HttpFault::NotHttps(host(url)).to_string());
        }
        let token = metadata.token_endpoint().map(|endpoint| endpoint.as_str());
        let userinfo = metadata.userinfo_endpoint().map(|endpoint| endpoint.as_str());
        for address in token.into_iter().chain(userinfo) {
            self.route.to(address).map_err(|fault| fault.to_string())?;
        }
        Ok(metadata)
    }
}

/// Why the description or the keys cannot be read.
fn unreadable(fault: DiscoveryError<HttpFault>) -> String {
    use openidconnect::DiscoveryError::{Parse, Response, Validation};
    match fault {
        Response(status, ..) => format!("it answered {status}"),
        Parse(fault) => format!("what it says about itself makes no sense at {}", fault.path()),
        // The library compares the issuers and names both.
        Validation(both) => format!("{both}, and OIDC_ISSUER_URL must be its issuer exactly, also in the final slash"),
        _ => "what it says about itself cannot be used".to_owned(),
    }
}
