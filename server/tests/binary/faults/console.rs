//! A server process under attack, asked over HTTP.

use crate::process::{self, site};
use reqwest::{Client, RequestBuilder};
use rustix::process::Signal;
use std::io::Read as _;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// One `bursar serve`. Dropping it kills it.
pub(crate) struct Console {
    child: Child,
    address: String,
    client: Client,
    said: Option<JoinHandle<String>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) says_when_to_retry: bool,
    /// How it begins.
    #[expect(dead_code, reason = "shown when a test fails")]
    text: String,
    pub(crate) took: Duration,
}

impl Console {
    /// Starts one and waits until it is ready. Names given by requests are believed, so that a test can find them again.
    pub(crate) async fn start(database_url: &str, variables: &[(&str, &str)]) -> Self {
        static SITE: OnceLock<TempDir> = OnceLock::new();
        let mut variables = Vec::from(variables).into_iter().map(owned).collect::<Vec<_>>();
        variables.push(owned(("DATABASE_URL", database_url)));
        variables.push(owned(("BURSAR_TRUSTED_PROXIES", "127.0.0.1")));
        let (child, port, said) = tokio::task::spawn_blocking(move || {
            let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (&**name, &**value)).collect();
            let (mut child, port) =
                process::serve_logging_to(Stdio::piped(), SITE.get_or_init(site).path(), &variables);
            let mut log = child.stderr.take().expect("a pipe");
            let said = std::thread::spawn(move || {
                let mut text = Vec::new();
                log.read_to_end(&mut text).expect("the log");
                process::text(&text)
            });
            (child, port, said)
        })
        .await
        .expect("a server");
        // Tests speak plain HTTP, but the client asks for a TLS provider because another user of its crate has TLS on.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { child, address: format!("http://127.0.0.1:{port}"), client, said: Some(said) }
    }

    /// Sends a form as a script of ours does, under a name of its own.
    pub(crate) async fn post(
        &self,
        path: &str,
        body: &str,
        cookie: &str,
        name: &str,
    ) -> Result<Answer, reqwest::Error> {
        let form = self.client.post(format!("{}{path}", self.address)).body(body.to_owned());
        let form = form.header("content-type", "application/x-www-form-urlencoded").header("x-request-id", name);
        answer(
            form.header("accept", "application/json").header("sec-fetch-site", "same-origin").header("cookie", cookie),
        )
        .await
    }

    /// Tries to sign in with a wrong password, as if from this address.
    pub(crate) async fn sign_in(&self, address: &str) -> Result<Answer, reqwest::Error> {
        let form = self.client.post(format!("{}/act/sign-in", self.address)).header("x-forwarded-for", address);
        let form = form.body(format!("email=nobody-{address}%40example.com&password=a+loud+ledger+line&next=%2F"));
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        answer(form.header("accept", "application/json").header("sec-fetch-site", "same-origin")).await
    }

    /// Opens a page, as nobody where there is no cookie.
    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Result<Answer, reqwest::Error> {
        let page = self.client.get(format!("{}{path}", self.address));
        answer(page.header("accept", "text/html").header("cookie", cookie)).await
    }

    pub(crate) fn signal(&self, signal: Signal) {
        process::signal(&self.child, signal);
    }

    /// Waits for the end; returns the status and what was logged.
    pub(crate) async fn end(mut self) -> (ExitStatus, String) {
        tokio::task::spawn_blocking(move || {
            let status = self.child.wait().expect("an end");
            (status, self.said.take().expect("once").join().expect("a log"))
        })
        .await
        .expect("no panic")
    }

    /// Stops it in an orderly way and looks through its log.
    pub(crate) async fn stop(self) {
        self.signal(Signal::TERM);
        let (status, log) = self.end().await;
        assert!(status.success(), "{status}\n{log}");
        assert!(!log.contains("panicked"), "{log}");
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // Fails when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn answer(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let start = Instant::now();
    let response = request.send().await?;
    let (status, says_when_to_retry) = (response.status().as_u16(), response.headers().contains_key("retry-after"));
    let text = response.text().await?.chars().take(200).collect();
    Ok(Answer { status, says_when_to_retry, text, took: start.elapsed() })
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
