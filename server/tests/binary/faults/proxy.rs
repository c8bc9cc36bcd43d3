//! A TCP proxy before Postgres that can be cut, slowed down and restored.

use sqlx::postgres::PgConnectOptions;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// What the proxy does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Passes everything on.
    Open,
    /// Has closed every connection and refuses new ones, as a server that is down.
    Cut,
    /// Keeps connections open and passes nothing on, as a network that swallows everything, also that a side is gone.
    Silent,
    /// Passes everything on, each piece this much later.
    Slow(Duration),
    /// Passes a commit on and closes its connection before the answer.
    LosesCommits,
    /// Does so to connections alone that have sent this since.
    LosesCommitsAfter(&'static str),
}

/// Runs until it is dropped.
pub(super) struct Proxy {
    mode: watch::Sender<Mode>,
    listening: watch::Receiver<bool>,
    most: Arc<AtomicUsize>,
    url: String,
}

impl Proxy {
    /// Listens on a port of its own for what is meant for the database at `url`.
    pub(super) async fn before(url: &str) -> Self {
        let upstream: PgConnectOptions = url.parse().expect("a Postgres address");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (credentials, place) = url.rsplit_once('@').expect("credentials");
        let (_, database) = place.split_once('/').expect("a database");
        let url = format!("{credentials}@{address}/{database}");
        let (mode, changes) = watch::channel(Mode::Open);
        let (listens, listening) = watch::channel(true);
        let most = Arc::new(AtomicUsize::new(0));
        tokio::spawn(listen(listener, address, upstream, changes, listens, Arc::clone(&most)));
        Self { mode, listening, most, url }
    }

    /// The database's address through the proxy.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Returns when the mode holds for new connections; those that are open follow at once.
    pub(super) async fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
        self.listening.clone().wait_for(|listening| *listening == (mode != Mode::Cut)).await.expect("the proxy runs");
    }

    /// The most connections that were open at one time.
    pub(super) fn most_connections(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

async fn listen(
    listener: TcpListener,
    address: SocketAddr,
    upstream: PgConnectOptions,
    mut mode: watch::Receiver<Mode>,
    listens: watch::Sender<bool>,
    most: Arc<AtomicUsize>,
) {
    let mut listener = Some(listener);
    loop {
        let is_cut = *mode.borrow_and_update() == Mode::Cut;
        if is_cut {
            listener = None;
        } else if listener.is_none() {
            listener = Some(bound(address).await);
        }
        listens.send_replace(!is_cut);
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = accepted => {
                let (client, _) = accepted.expect("a connection");
                most.fetch_max(connections_to(address.port()), Ordering::SeqCst);
                let (upstream, mode) = (upstream.clone(), mode.clone());
                tokio::spawn(async move {
                    // Whoever closes first, and with what fault, is not the proxy's concern.
                    let _ = reach(client, &upstream, mode).await;
                });
            }
            changed = mode.changed() => if changed.is_err() { return },
        }
    }
}

/// How many connections to a local port are open at the end that asked for them.
fn connections_to(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("the connections of this machine");
    // Number, own address, other address, state: 01 is established.
    let is_one = |line: &&str| {
        let mut words = line.split_whitespace().skip(2);
        words.next().is_some_and(|other| other.ends_with(&format!(":{port:04X}"))) && words.next() == Some("01")
    };
    table.lines().filter(is_one).count()
}

/// Takes the port again, which somebody else may hold for a moment.
async fn bound(address: SocketAddr) -> TcpListener {
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// Connects with the database, which may listen on a socket file only.
async fn reach(client: TcpStream, upstream: &PgConnectOptions, mode: watch::Receiver<Mode>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let port = upstream.get_port();
    if let Some(folder) = upstream.get_socket() {
        let server = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await?;
        return relay(client, server, mode).await;
    }
    let server = TcpStream::connect((upstream.get_host(), port)).await?;
    server.set_nodelay(true)?;
    relay(client, server, mode).await
}

async fn relay(
    client: TcpStream,
    server: impl AsyncRead + AsyncWrite + Unpin,
    mode: watch::Receiver<Mode>,
) -> io::Result<()> {
    let ((from_client, to_client), (from_server, to_server)) = (tokio::io::split(client), tokio::io::split(server));
    let mut cut = mode.clone();
    tokio::select! {
        done = pass(from_client, to_server, mode.clone()) => done,
        done = pass(from_server, to_client, mode) => done,
        _ = cut.wait_for(|mode| *mode == Mode::Cut) => Ok(()),
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut mode: watch::Receiver<Mode>,
) -> io::Result<()> {
    let mut piece = vec![0; 16 * 1024];
    let mut sent = false;
    loop {
        let length = from.read(&mut piece).await?;
        if length == 0 {
            // A machine that vanishes does not say so.
            mode.wait_for(|mode| *mode != Mode::Silent).await.map_err(io::Error::other)?;
            return Ok(());
        }
        let now = *mode.borrow();
        match now {
            Mode::Silent => drop(mode.wait_for(|mode| *mode != Mode::Silent).await.map_err(io::Error::other)?),
            Mode::Slow(delay) => tokio::time::sleep(delay).await,
            Mode::LosesCommitsAfter(text) => sent |= contains(&piece[..length], text),
            Mode::Open | Mode::Cut | Mode::LosesCommits => {}
        }
        to.write_all(&piece[..length]).await?;
        let loses_commits = now == Mode::LosesCommits || sent;
        if loses_commits && contains(&piece[..length], "COMMIT") {
            to.flush().await?;
            return Ok(());
        }
    }
}

fn contains(piece: &[u8], text: &str) -> bool {
    piece.windows(text.len()).any(|part| part == text.as_bytes())
}
