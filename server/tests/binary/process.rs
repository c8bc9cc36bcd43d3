//! The binary as another process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

const OURS: [&str; 4] = ["PORT", "DATABASE_URL", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/// `bursar` without any of our variables, so that the test decides.
fn bursar() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bursar"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("BURSAR_") || OURS.contains(&name.as_ref()) {
            command.env_remove(name.as_ref());
        }
    }
    command
}

pub(crate) fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    bursar().args(arguments).envs(variables.iter().copied()).output().expect("the binary")
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Built files as far as the start looks at them.
pub(crate) fn site() -> TempDir {
    let site = TempDir::new().expect("a folder");
    let manifest = r#"{"stylesheet":"/assets/a.css","script":"/assets/a.js","wasm":"/assets/a.wasm","icon":"/assets/a.svg","fonts":[]}"#;
    std::fs::write(site.path().join("manifest.json"), manifest).expect("a file");
    site
}

/// Starts `serve` on any free port, or that of the variables, and reads what it says until it is ready; returns the port.
pub(crate) fn serve(site: &Path, variables: &[(&str, &str)]) -> (Child, u16) {
    serve_logging_to(Stdio::inherit(), site, variables)
}

/// What a server prints and what it logs until it is ready and stopped.
pub(crate) fn greeting(site: &Path, variables: &[(&str, &str)]) -> (String, String) {
    let mut child = serving(site, variables).stderr(Stdio::piped()).spawn().expect("the binary");
    let mut said = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut greeting = String::new();
    said.read_line(&mut greeting).expect("a line");
    signal(&child, rustix::process::Signal::TERM);
    said.read_to_string(&mut greeting).expect("text");
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{}", output.status);
    (greeting, text(&output.stderr))
}

fn serving(site: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = bursar();
    command.arg("serve").env("PORT", "0").env("BURSAR_SITE_DIR", site).envs(variables.iter().copied());
    command.stdout(Stdio::piped());
    command
}

/// As [`serve`], with its log somewhere else.
pub(crate) fn serve_logging_to(log: Stdio, site: &Path, variables: &[(&str, &str)]) -> (Child, u16) {
    let mut child = serving(site, variables).stderr(log).spawn().expect("the binary");
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().expect("a pipe"));
    said.read_line(&mut line).expect("a line");
    // With a public address it says that one, and the port has to be known before.
    let asked = variables.iter().find(|(name, _)| *name == "PORT").map(|(_, port)| *port);
    let said_port = asked.or_else(|| line.trim().rsplit(':').next());
    let port = said_port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("{line:?}"));
    // What else it says, the one-time password, is of no interest, but somebody has to listen.
    std::thread::spawn(move || said.read_to_end(&mut Vec::new()));
    (child, port)
}

/// The answer to a GET of a page, head and body.
pub(crate) fn get(address: SocketAddr, path: &str, headers: &str) -> String {
    let mut connection = TcpStream::connect(address).expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\naccept: text/html\r\nconnection: close\r\n{headers}\r\n");
    connection.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("the whole answer");
    answer
}

/// A port that nobody listened on a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

pub(crate) fn signal(child: &Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, signal).expect("a process");
}
