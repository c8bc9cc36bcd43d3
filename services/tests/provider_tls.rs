//! What is said about an identity provider whose TLS handshake fails.
#![expect(clippy::expect_used, reason = "a test ends with the reason of what it met")]

use domain::provider::ProviderKind;
use services::identity::{Identity, IdentityConfig, outage};
use services::testing::{Authority, Validity, World};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

/// What the sign-in page says about a provider at `address`, to a console that trusts `authority` alone.
async fn what_is_said(world: &World, authority: &Authority, address: SocketAddr) -> String {
    let config = IdentityConfig {
        kind: ProviderKind::Keycloak,
        issuer: format!("https://localhost:{}/realms/main", address.port()),
        internal_url: None,
        client_id: "bursar".to_owned(),
        client_secret: None,
        scopes: Vec::new(),
        roles_claim: "realm_access.roles".to_owned(),
        role_map: Vec::new(),
        public_url: "https://bursar.example.com".to_owned(),
        secret_key: "a key for tests, not for anything else".into(),
    };
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([authority.certificate()]);
    let identity =
        Identity::new(config, https_client::build(builder).expect("a client"), world.services.clock().clone());
    let services = world.services.clone().with_identity(identity);
    outage(&services).await.expect("an outage").what
}

#[tokio::test]
async fn failed_handshakes_are_told_by_their_reason() {
    let (world, ours) = (World::create().await, Authority::create("Ours"));
    let (others, ours_before) = (Authority::create("Others"), Authority::create("Ours"));
    for (authority, name, validity, expected) in [
        (&others, "localhost", Validity::Valid, "TLS: its certificate is from an authority that is not trusted here"),
        (
            &ours_before,
            "localhost",
            Validity::Valid,
            "TLS: its certificate is from an authority that is not trusted here",
        ),
        (&ours, "elsewhere.example", Validity::Valid, "TLS: its certificate is for another host name"),
        (&ours, "localhost", Validity::Expired, "TLS: its certificate has expired"),
        (&ours, "localhost", Validity::NotYet, "TLS: its certificate is not valid yet"),
        // The handshake succeeds, and then the server closes the connection.
        (&ours, "localhost", Validity::Valid, "the connection broke off"),
    ] {
        let address = authority.serve(name, validity).await;
        assert_eq!(what_is_said(&world, &ours, address).await, expected);
    }
}

#[tokio::test]
async fn provider_without_tls_is_told() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.expect("sent");
        // Kept open until the client has read it.
        std::future::pending::<()>().await;
    });
    let said = what_is_said(&World::create().await, &Authority::create("Ours"), address).await;
    assert_eq!(said, "TLS: it does not speak TLS at this address and port");
}

#[tokio::test]
async fn refused_connection_is_no_matter_of_tls() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let said = what_is_said(&World::create().await, &Authority::create("Ours"), address).await;
    assert_eq!(said, "no connection could be made");
}
