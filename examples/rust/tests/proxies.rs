//! The client behind a proxy that answers with pages of its own.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use bursar_gateway::{Error, Gateway};
use reqwest::Client;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const BAD_GATEWAY: &str = "502 Bad Gateway";
const NOT_FOUND: &str = "404 Not Found";
const OK: &str = "200 OK";

/// A proxy that gives these answers, one after the other, to requests without a body; and how many it gave.
fn proxy(statuses: &'static [&'static str]) -> (Gateway, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let answered = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&answered);
    std::thread::spawn(move || {
        for status in statuses {
            let (mut client, _) = listener.accept().expect("a connection");
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                client.read_exact(&mut byte).expect("a request");
                request.extend(byte);
            }
            count.fetch_add(1, Ordering::SeqCst);
            let body = if *status == OK { "{}" } else { "<html><h1>Sorry</h1></html>" };
            let answer =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            client.write_all(answer.as_bytes()).expect("an answer");
        }
    });
    // Fails when the other test was first.
    drop(rustls::crypto::ring::default_provider().install_default());
    (Gateway::new(Client::new(), &origin, "a token"), answered)
}

#[tokio::test]
async fn request_is_sent_again_when_a_proxy_answers_502() {
    let (gateway, answered) = proxy(&[BAD_GATEWAY, BAD_GATEWAY, OK]);
    gateway.release("1").await.expect("released at the third attempt");
    assert_eq!(answered.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn request_that_a_proxy_answers_with_404_is_not_sent_again() {
    let (gateway, answered) = proxy(&[NOT_FOUND, OK]);
    let refused = gateway.release("1").await.expect_err("refused");
    assert!(matches!(&refused, Error::Refused { code, .. } if code == "no_answer"), "{refused}");
    assert_eq!(answered.load(Ordering::SeqCst), 1);
}
