//! An identity provider with a certificate of a private authority.

use crate::process::{get, serve_logging_to, signal, site};
use rustix::process::Signal;
use services::testing::{Authority, Validity, World};
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

/// The sign-in page and the log of a server that trusts the authorities in `trusted` alone.
async fn page_and_log(issuer: &str, trusted: &Path) -> (String, String) {
    let (world, site) = (World::create().await, site());
    let url = world.database_url();
    let (mut child, port) = serve_logging_to(
        Stdio::piped(),
        site.path(),
        &[
            ("DATABASE_URL", url.as_str()),
            ("IDP_PROVIDER", "keycloak"),
            ("OIDC_ISSUER_URL", issuer),
            ("OIDC_CLIENT_ID", "bursar"),
            ("BURSAR_PUBLIC_URL", "http://127.0.0.1:3000"),
            ("BURSAR_SECRET_KEY", "0123456789abcdef0123456789abcdef"),
            ("SSL_CERT_FILE", trusted.to_str().expect("plain")),
            ("PORT", crate::process::free_port().to_string().as_str()),
        ],
    );
    let page = get(SocketAddr::from(([127, 0, 0, 1], port)), "/sign-in", "");
    signal(&child, Signal::TERM);
    assert!(child.wait().expect("an end").success());
    let mut log = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut log).expect("text");
    (page, log)
}

#[tokio::test(flavor = "multi_thread")]
async fn private_authority_is_named_when_missing_and_trusted_through_ssl_cert_file() {
    let (ours, others) = (Authority::create("Ours"), Authority::create("Others"));
    let address = ours.serve("localhost", Validity::Valid).await;
    let issuer = format!("https://localhost:{}/realms/main", address.port());
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("authorities.pem");

    std::fs::write(&file, others.pem()).expect("a file");
    let (page, log) = page_and_log(&issuer, &file).await;
    let reason = "TLS: its certificate is from an authority that is not trusted here";
    assert!(page.contains(reason), "{page}");
    assert!(log.contains(reason), "{log}");

    std::fs::write(&file, others.pem() + &ours.pem()).expect("a file");
    let (page, log) = page_and_log(&issuer, &file).await;
    // The test's server closes the connection after the handshake.
    assert!(page.contains("the connection broke off") && !page.contains("TLS:"), "{page}");
    assert!(!log.contains("TLS:"), "{log}");
}
