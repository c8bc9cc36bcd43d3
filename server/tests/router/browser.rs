//! A browser of a test.

use crate::server::{OUR_SITE, PAGE, TestServer, header};
use http::StatusCode;
use reqwest::Response;

/// A browser without scripts: its cookies, and the page it shows.
pub(crate) struct Browser<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) cookies: Vec<String>,
    pub(crate) page: String,
}

impl<'a> Browser<'a> {
    /// With the cookie of a session, on a page.
    pub(crate) fn of(server: &'a TestServer, session: String, page: &str) -> Self {
        Self { server, cookies: vec![session], page: page.to_owned() }
    }

    /// Keeps the cookies of an answer.
    pub(crate) fn keep(&mut self, answer: &Response) {
        for line in answer.headers().get_all("set-cookie") {
            let pair = line.to_str().expect("text").split(';').next().expect("a pair").to_owned();
            let name = pair.split_once('=').expect("a pair").0.to_owned() + "=";
            self.cookies.retain(|cookie| !cookie.starts_with(&name));
            self.cookies.push(pair);
        }
    }

    /// Sends a form of the page on the screen.
    pub(crate) async fn send(&mut self, action: &str, body: &str) -> (StatusCode, String) {
        let (cookies, referer) = (self.cookies.join("; "), format!("{}{}", self.server.origin(), self.page));
        let headers = [("cookie", cookies.as_str()), PAGE, OUR_SITE, ("referer", referer.as_str())];
        let answer = self.server.post(action, body, &headers).await;
        self.keep(&answer);
        (answer.status(), header(&answer, "location"))
    }

    /// Opens a page.
    pub(crate) async fn open(&mut self, page: &str) -> String {
        page.clone_into(&mut self.page);
        let answer = self.server.get(page, &[("cookie", self.cookies.join("; ").as_str()), PAGE]).await;
        self.keep(&answer);
        answer.text().await.expect("a page")
    }
}
