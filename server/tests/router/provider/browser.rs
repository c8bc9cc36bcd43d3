//! A browser that is sent to the identity provider and comes back.

use super::Provider;
use crate::server::{PAGE, TestServer, header};
use http::StatusCode;
use std::collections::HashMap;

impl TestServer {
    /// Begins to sign in as a browser does: where it is sent, and the cookie it was given.
    pub(crate) async fn leave(&self, next: &str) -> (String, String) {
        self.leave_again("", next).await
    }

    /// As [`Self::leave`], in another tab of a browser that has this cookie.
    pub(crate) async fn leave_again(&self, cookie: &str, next: &str) -> (String, String) {
        let answer = self.get(&format!("/sign-in/provider?next={next}"), &[PAGE, ("cookie", cookie)]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.expect("a text"));
        (header(&answer, "location"), cookie_of(&answer, "__Host-bursar-sign-in"))
    }

    /// Comes back from the provider.
    pub(crate) async fn come_back(&self, cookie: &str, back: &[(&'static str, String)]) -> reqwest::Response {
        let mut url = reqwest::Url::parse("http://x/sign-in/callback").expect("an address");
        url.query_pairs_mut().extend_pairs(back);
        let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        self.get(&path, &[PAGE, ("cookie", cookie)]).await
    }

    /// Signs in; the cookie of the session.
    pub(crate) async fn sign_in(&self, provider: &Provider) -> String {
        let (location, cookie) = self.leave("%2F").await;
        let answer = self.come_back(&cookie, &provider.approve(&location)).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.expect("a text"));
        cookie_of(&answer, "__Host-bursar")
    }
}

/// A cookie that an answer sets, as the browser sends it; empty when it sets none.
pub(crate) fn cookie_of(answer: &reqwest::Response, name: &str) -> String {
    let set = answer.headers().get_all("set-cookie").iter().map(|value| value.to_str().expect("text"));
    let mut pairs =
        set.filter_map(|cookie| cookie.split(';').next()).filter(|pair| pair.starts_with(&format!("{name}=")));
    pairs.next_back().unwrap_or_default().to_owned()
}

/// The parameters of an address.
pub(crate) fn parameters(address: &str) -> HashMap<String, String> {
    let url = reqwest::Url::parse(address).expect("an address");
    url.query_pairs().into_owned().collect()
}
