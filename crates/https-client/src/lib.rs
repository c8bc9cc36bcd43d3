//! HTTPS clients that trust the certificate authorities of the system, and say why a TLS handshake failed.

use rustls::{CertificateError, Error as TlsError};
use std::borrow::Cow;
use std::error::Error;

/// Why no HTTPS client can be built on this system.
#[derive(Debug, thiserror::Error)]
#[error(
    "No TLS connection can be verified: {0}. Install the system's certificate authorities (package ca-certificates), or let \
     SSL_CERT_FILE name a PEM file with the ones to trust."
)]
pub struct ClientError(String);

/// Builds an HTTP client that trusts the certificate authorities of the system, or those that `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` name.
///
/// # Errors
/// There are no certificate authorities.
pub fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, ClientError> {
    // Two parts of a process may both want it; the second one finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    builder.build().map_err(|fault| ClientError(chain(&fault).last().map_or_else(String::new, ToString::to_string)))
}

/// What went wrong in the TLS handshake, in words that also stand on pages; `None` when it was something else.
pub fn handshake_failure(fault: &(dyn Error + 'static)) -> Option<Cow<'static, str>> {
    // An authority that was made once more under its old name signs with another key.
    use CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
        NotValidYetContext, UnknownIssuer,
    };
    let fault = chain(fault).find_map(tls_error)?;
    let what: Cow<'static, str> = match fault {
        TlsError::InvalidCertificate(UnknownIssuer | BadSignature) => {
            "its certificate is from an authority that is not trusted here".into()
        }
        TlsError::InvalidCertificate(Expired | ExpiredContext { .. }) => "its certificate has expired".into(),
        TlsError::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => {
            "its certificate is not valid yet".into()
        }
        TlsError::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            "its certificate is for another host name".into()
        }
        TlsError::InvalidMessage(_) => "it does not speak TLS at this address and port".into(),
        other => other.to_string().into(),
    };
    Some(format!("TLS: {what}").into())
}

fn chain<'a>(fault: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(fault), |&fault| fault.source())
}

/// What an I/O error of the standard library holds is not its source, and libraries wrap one in another.
fn tls_error<'a>(fault: &'a (dyn Error + 'static)) -> Option<&'a TlsError> {
    match fault.downcast_ref::<std::io::Error>() {
        Some(fault) => tls_error(fault.get_ref()?),
        None => fault.downcast_ref(),
    }
}
