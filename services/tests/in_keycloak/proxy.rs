//! A connection to Keycloak on which some requests fail.

use crate::realm::base;
use reqwest::Url;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Passes requests on, except those that begin with a text, which it answers with status 500.
pub(crate) struct Proxy {
    pub(crate) url: Url,
    failing: Arc<Mutex<Vec<&'static str>>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address")).parse().expect("an address");
        let failing = Arc::new(Mutex::new(Vec::new()));
        let at_work = Arc::clone(&failing);
        let requests = Arc::default();
        let log = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that closes the connection in between wants no answer.
                let _ = pass_on(stream, &at_work, &log).await;
            }
        });
        Self { url, failing, requests }
    }

    /// The first lines of the requests to the admin API so far.
    pub(crate) fn admin_requests(&self) -> Vec<String> {
        let requests = self.requests.lock().expect("no panic");
        requests.iter().filter(|line| line.contains(" /admin/")).cloned().collect()
    }

    /// Has requests with these methods fail from now on.
    pub(crate) fn fail(&self, methods: &[&'static str]) {
        *self.failing.lock().expect("no panic") = methods.to_vec();
    }
}

/// One request on one connection.
async fn pass_on(
    stream: TcpStream,
    failing: &Mutex<Vec<&'static str>>,
    log: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut client = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).await? == 0 || line == "\r\n" {
            break;
        }
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    log.lock().expect("no panic").extend(head.lines().next().map(str::to_owned));
    let mut body = vec![0; length];
    client.read_exact(&mut body).await?;
    if failing.lock().expect("no panic").iter().any(|method| head.starts_with(method)) {
        let answer = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        return client.write_all(answer).await;
    }
    let address = base().parse::<Url>().expect("an address").socket_addrs(|| None)?;
    let mut keycloak = TcpStream::connect(&*address).await?;
    keycloak.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).await?;
    keycloak.write_all(&body).await?;
    tokio::io::copy(&mut keycloak, &mut client).await.map(drop)
}
