//! Discovery: the provider's addresses and signing keys, kept in memory and read again when they are no longer fresh.

use crate::OidcClient;
use crate::contact::Purpose;
use crate::error::Error;
use crate::exchange::HttpFault;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, DiscoveryError, IssuerUrl, ProviderMetadata};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError};
use time::{Duration, OffsetDateTime};

/// How long keys are trusted while the provider answers: a key that it withdrew is trusted no longer.
const KEY_FRESHNESS: Duration = Duration::minutes(5);
/// How long keys are trusted while it does not: an attacker who cuts us off keeps no withdrawn key alive for longer.
const MAX_KEY_AGE_IN_OUTAGE: Duration = Duration::days(1);
/// An answer this young shows that the provider answers, and that an unknown key is not one of its new ones.
const MIN_READ_INTERVAL: Duration = Duration::seconds(10);

/// What discovery says beyond what the library reads.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Extras {
    pub(crate) end_session_endpoint: Option<openidconnect::EndSessionUrl>,
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extras {}

pub(crate) type Metadata = ProviderMetadata<
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
pub(crate) struct Discovered {
    pub(crate) metadata: Metadata,
    pub(crate) read_at: OffsetDateTime,
}

impl Discovered {
    pub(crate) fn keys(&self) -> &CoreJsonWebKeySet {
        self.metadata.jwks()
    }

    pub(crate) fn extras(&self) -> &Extras {
        self.metadata.additional_metadata()
    }
}

impl OidcClient {
    /// Addresses and keys that may be believed; while the provider does not answer, those of the last day.
    pub(crate) async fn current(&self) -> Result<Arc<Discovered>, Error> {
        match self.read(KEY_FRESHNESS).await {
            Ok(known) => Ok(known),
            Err(fault) => {
                let is_believed = |known: &Arc<Discovered>| self.now() - known.read_at < MAX_KEY_AGE_IN_OUTAGE;
                self.known().filter(is_believed).ok_or(fault)
            }
        }
    }

    /// Addresses and keys, from a provider that answers now.
    pub(crate) async fn reach(&self) -> Result<Arc<Discovered>, Error> {
        self.read(MIN_READ_INTERVAL).await
    }

    /// For a key that is not among those of `known`: the keys of now, unless `known` is as young as can be.
    pub(crate) async fn newer_than(&self, known: &Discovered) -> Option<Arc<Discovered>> {
        let newer = self.read(MIN_READ_INTERVAL).await.ok()?;
        (newer.read_at > known.read_at).then_some(newer)
    }

    /// One request reads at a time; the others wait and take what it read.
    async fn read(&self, oldest: Duration) -> Result<Arc<Discovered>, Error> {
        let is_young = |known: &Arc<Discovered>| self.now() - known.read_at < oldest && !self.contact().is_down();
        if let Some(known) = self.known().filter(is_young) {
            return Ok(known);
        }
        let _reading = self.reading.lock().await;
        if let Some(known) = self.known().filter(is_young) {
            return Ok(known);
        }
        let metadata = self.discover().await?;
        let known = Arc::new(Discovered { metadata, read_at: self.now() });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }

    /// Reads the provider's description and keys, and refuses what cannot be used.
    async fn discover(&self) -> Result<Metadata, Error> {
        let issuer =
            IssuerUrl::new(self.config.issuer.clone()).map_err(|fault| Error::Unreachable(fault.to_string()))?;
        let found = Metadata::discover_async(issuer, &self.provider_http(Purpose::Discovery)).await;
        let usable = match found {
            // The HTTP client has recorded it.
            Err(DiscoveryError::Request(fault)) => return Err(Error::Unreachable(self.told(fault))),
            Err(fault) => Err(self.unreadable(fault)),
            Ok(metadata) => self.usable(metadata),
        };
        let mut contact = self.contact();
        match usable {
            Ok(metadata) => {
                contact.record_usable();
                Ok(metadata)
            }
            Err(what) => {
                contact.record_outage(self.now(), what.clone(), true);
                Err(Error::Unreachable(what))
            }
        }
    }

    /// Why there was no answer. The last failure says more than that the provider is left alone now.
    fn told(&self, fault: HttpFault) -> String {
        let last = self.contact().outage().filter(|_| matches!(fault, HttpFault::BackingOff));
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
            return Err(self.route.not_https(url).to_string());
        }
        let token = metadata.token_endpoint().map(|endpoint| endpoint.as_str());
        let userinfo = metadata.userinfo_endpoint().map(|endpoint| endpoint.as_str());
        for address in token.into_iter().chain(userinfo) {
            self.route.to(address).map_err(|fault| fault.to_string())?;
        }
        Ok(metadata)
    }

    /// Why the description or the keys cannot be read.
    fn unreadable(&self, fault: DiscoveryError<HttpFault>) -> String {
        use openidconnect::DiscoveryError::{Parse, Response, Validation};
        match fault {
            Response(status, ..) => format!("it answered {status}"),
            Parse(fault) => format!("what it says about itself makes no sense at {}", fault.path()),
            // The library compares the issuers and names both.
            Validation(both) => {
                let setting = self.config.issuer_setting;
                format!("{both}, and {setting} must be its issuer exactly, also in the final slash")
            }
            _ => "what it says about itself cannot be used".to_owned(),
        }
    }
}
