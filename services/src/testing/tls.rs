//! Test support: a certificate authority of a company, and servers with certificates of it.

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// When a certificate is valid.
#[derive(Clone, Copy, Debug)]
pub enum Validity {
    /// Today.
    Valid,
    /// Until some years ago.
    Expired,
    /// From a far day on.
    NotYet,
}

/// A certificate authority that no system knows.
pub struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes one called `name`, with a key of its own.
    ///
    /// # Panics
    /// No certificate is available.
    #[must_use]
    pub fn create(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// Its certificate, as a file for `SSL_CERT_FILE` holds it.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Its certificate, for a client of a test.
    ///
    /// # Panics
    /// The certificate is invalid.
    pub fn certificate(&self) -> reqwest::Certificate {
        reqwest::Certificate::from_der(self.certificate.der()).expect("a certificate")
    }

    /// Starts a server on this machine that presents a certificate for `name` and closes each connection after the
    /// handshake.
    ///
    /// # Panics
    /// It cannot be started.
    pub async fn serve(&self, name: &str, validity: Validity) -> SocketAddr {
        let acceptor = TlsAcceptor::from(Arc::new(self.server_config(name, validity)));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                // What the client made of it is what is tested.
                let _ = acceptor.accept(connection).await;
            }
        });
        address
    }

    /// A valid certificate for `name` and its key, as the files of a server hold them.
    ///
    /// # Panics
    /// No certificate is available.
    pub fn server_files(&self, name: &str) -> [String; 2] {
        let (certificate, key) = self.issue(name, Validity::Valid);
        [certificate.pem(), key.serialize_pem()]
    }

    fn server_config(&self, name: &str, validity: Validity) -> ServerConfig {
        let (certificate, key) = self.issue(name, validity);
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions of TLS").with_no_client_auth();
        config.with_single_cert(vec![certificate.der().clone()], key).expect("a certificate with its key")
    }

    fn issue(&self, name: &str, validity: Validity) -> (Certificate, KeyPair) {
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        match validity {
            Validity::Valid => {}
            Validity::Expired => params.not_after = date_time_ymd(2020, 1, 1),
            Validity::NotYet => params.not_before = date_time_ymd(4000, 1, 1),
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        (certificate, key)
    }
}
