//! What the sign-in page says to a browser that will not keep a session.

use crate::provider::Provider;
use crate::server::{PAGE, TestServer};
use server::config::{PublicUrl, Value as _};

/// What stands on the sign-in page of a server that is reached by this host.
async fn sign_in_page(server: &TestServer, headers: &[(&str, &str)]) -> String {
    server.get("/sign-in?next=%2Fsettings%2Fprofile", &[&[PAGE], headers].concat()).await.text().await.expect("a page")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_page_over_plain_http_says_that_https_is_needed() {
    let notice = "Signing in needs HTTPS.";
    let lan = ("host", "192.168.1.5:3000");
    let local = TestServer::start().await;
    let behind_provider = TestServer::start_behind(&Provider::start().await).await;
    for server in [&local, &behind_provider] {
        assert!(sign_in_page(server, &[lan]).await.contains(notice));
        assert!(!sign_in_page(server, &[]).await.contains(notice), "on the own machine");
        assert!(!sign_in_page(server, &[lan, ("sec-fetch-site", "none")]).await.contains(notice), "behind TLS");
    }
    let public = "https://bursar.example.com";
    let with_address = TestServer::start_with(|web| web.public_url = PublicUrl::parse(public).ok()).await;
    let page = sign_in_page(&with_address, &[lan]).await;
    assert!(page.contains(&format!("href=\"{public}/sign-in?next=%2Fsettings%2Fprofile\"")), "{page}");
}
