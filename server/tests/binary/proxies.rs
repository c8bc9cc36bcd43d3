//! What is said to operators about the proxy in front.

use crate::process::{get, serve_logging_to, signal, site};
use rustix::process::Signal;
use services::testing::World;
use std::io::Read as _;
use std::net::SocketAddr;
use std::process::Stdio;

/// The log of a server that was sent `headers` with two requests.
async fn log_of(trusted: &[(&str, &str)], headers: &str) -> String {
    let (world, site) = (World::create().await, site());
    let url = world.database_url();
    let (mut child, port) =
        serve_logging_to(Stdio::piped(), site.path(), &[&[("DATABASE_URL", url.as_str())][..], trusted].concat());
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    for _ in 0..2 {
        assert!(get(address, "/sign-in", headers).starts_with("HTTP/1.1 200"));
    }
    signal(&child, Signal::TERM);
    assert!(child.wait().expect("an end").success());
    let mut log = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut log).expect("text");
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn forwarded_headers_of_an_untrusted_proxy_are_warned_about_once() {
    let forwarded = "x-forwarded-for: 203.0.113.9\r\n";
    let log = log_of(&[], forwarded).await;
    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("BURSAR_TRUSTED_PROXIES")).collect();
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(warnings.concat().contains("WARN") && warnings.concat().contains("127.0.0.1"), "{log}");
    let log = log_of(&[("BURSAR_TRUSTED_PROXIES", "10.42.0.0/16,127.0.0.0/8")], forwarded).await;
    assert!(!log.contains("BURSAR_TRUSTED_PROXIES"), "{log}");
    let log = log_of(&[], "").await;
    assert!(!log.contains("BURSAR_TRUSTED_PROXIES"), "{log}");
}
