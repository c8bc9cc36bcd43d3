//! What operators ask of a running server: its metrics, and more detail in its log.

use crate::process::{self, serve, serve_logging_to, signal, site};
use domain::job::Job;
use rustix::process::Signal;
use services::testing::World;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;

/// A port that was free a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

/// The answer to a GET, head and body.
fn get(address: SocketAddr, path: &str) -> String {
    process::get(address, path, "")
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_read_at_their_own_address_alone() {
    let (world, site, address) = (World::create().await, site(), free_address());
    let metrics = address.to_string();
    let url = world.database_url();
    let (mut child, port) = serve(site.path(), &[("DATABASE_URL", &url), ("BURSAR_METRICS_ADDRESS", &metrics)]);
    let public = SocketAddr::from(([127, 0, 0, 1], port));
    assert!(get(public, "/metrics").starts_with("HTTP/1.1 404"));

    let mut text = get(address, "/metrics");
    let has_run = |text: &str, job: &Job| {
        let counted = format!(r#"bursar_job_runs_total{{job="{}",outcome="succeeded"}} 1"#, job.key());
        text.contains(&counted)
    };
    while !Job::ALL.iter().all(|job| has_run(&text, job)) {
        // The jobs run for the first time when the greeting has been said.
        text = get(address, "/metrics");
    }
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("text/plain; version=0.0.4"), "{text}");
    for part in [
        "# HELP bursar_http_request_seconds ",
        r#"bursar_http_request_seconds_count{method="GET",route="-",status="4xx"} 1"#,
        r#"bursar_job_last_success_timestamp_seconds{job="forget tries"} 1"#,
        r#"bursar_database_wait_seconds_bucket{le="5"}"#,
        "bursar_database_connections_allowed 16",
        r#"bursar_password_hashes{state="waiting"} 0"#,
        "bursar_build_info{version=",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(get(address, "/").starts_with("HTTP/1.1 404"));
    signal(&child, Signal::TERM);
    assert!(child.wait().expect("an end").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_asks_for_details_and_another_ends_them() {
    let (world, site) = (World::create().await, site());
    let variables = [("BURSAR_LOG", "error"), ("DATABASE_URL", &world.database_url())];
    let (mut child, port) = serve_logging_to(Stdio::piped(), site.path(), &variables);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut log = BufReader::new(child.stderr.take().expect("a pipe")).lines().map(|line| line.expect("a line"));

    get(address, "/quiet");
    signal(&child, Signal::USR1);
    let first = log.next().expect("a line");
    assert!(first.contains("SIGUSR1"), "nothing else is said before: {first}");
    get(address, "/health/live");
    // Between details of the jobs that run beside it.
    assert!(log.by_ref().any(|line| line.contains("/health/live")));
    signal(&child, Signal::USR2);
    assert!(log.by_ref().any(|line| line.contains("SIGUSR2")));
    get(address, "/quiet-again");
    signal(&child, Signal::TERM);
    assert_eq!(log.next(), None, "nothing is said after");
    assert!(child.wait().expect("an end").success());
}

/// Takes one request as a collector does, and answers it.
fn collect(listener: &TcpListener) -> (String, Vec<u8>) {
    let (mut connection, _) = listener.accept().expect("a connection");
    let mut reader = BufReader::new(connection.try_clone().expect("a connection"));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).expect("a line");
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.expect("a length")];
    reader.read_exact(&mut body).expect("the body");
    connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("sent");
    (head, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_its_statements_arrive_at_the_collector_in_the_trace_of_the_proxy() {
    let (world, site) = (World::create().await, site());
    let collector = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endpoint = format!("http://{}", collector.local_addr().expect("an address"));
    let collected = std::thread::spawn(move || collect(&collector));
    let variables = [
        ("DATABASE_URL", world.database_url()),
        ("BURSAR_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_SERVICE_NAME", "bursar-under-test".to_owned()),
    ];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (mut child, port) = serve(site.path(), &variables);
    let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let cookie = format!("__Host-bursar={}", "a".repeat(43));
    let request = format!(
        "GET /settings/my-access HTTP/1.1\r\nhost: x\r\naccept: text/html\r\nconnection: close\r\ncookie: {cookie}\r\n\
         traceparent: 00-{trace}-b7ad6b7169203331-01\r\n\r\n"
    );
    connection.write_all(request.as_bytes()).expect("sent");
    connection.read_to_end(&mut Vec::new()).expect("the whole answer");
    // The end sends what is still there.
    signal(&child, Signal::TERM);
    let (head, body) = collected.join().expect("no panic");
    assert!(child.wait().expect("an end").success());
    assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n") && head.contains("application/x-protobuf"), "{head}");
    let contains = |part: &[u8]| body.windows(part.len()).any(|window| window == part);
    for part in ["bursar-under-test", "GET /settings/my-access", "http.response.status_code", "from sessions s"] {
        assert!(contains(part.as_bytes()), "{part} is not in {}", body.escape_ascii());
    }
    assert!(contains(&u128::from_str_radix(trace, 16).expect("a number").to_be_bytes()), "it is another trace");
    assert!(!contains(cookie.as_bytes()), "the cookie was sent along");
}
