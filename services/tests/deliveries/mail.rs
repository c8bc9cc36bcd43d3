//! Mails reach a real SMTP server (mailpit), over STARTTLS with a password, and again with the same `Message-ID`.

use crate::deliveries::stage::Stage;
use domain::delivery::{Channel, DeliveryState};
use serde_json::{Value, json};
use services::outbox::{self, Channels, Mailer, Message};
use services::testing::Authority;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

/// A running mailpit. Dropping it ends it.
struct Mailpit {
    child: Child,
    smtp: u16,
    http: u16,
}

impl Mailpit {
    fn start(more: &[&str]) -> Self {
        let [smtp, http] = [free_port(), free_port()];
        let program = std::env::var_os("BURSAR_TEST_MAILPIT").expect("BURSAR_TEST_MAILPIT, the program");
        let mut command = Command::new(program);
        command.args(["--smtp", &format!("127.0.0.1:{smtp}"), "--listen", &format!("127.0.0.1:{http}")]);
        let mut child = command.args(more).stdout(Stdio::null()).spawn().expect("mailpit");
        for port in [smtp, http] {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert_eq!(child.try_wait().expect("a state"), None, "mailpit has ended: what it said stands above");
            }
        }
        Self { child, smtp, http }
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("http://127.0.0.1:{}/api/v1/{path}", self.http);
        let answer = https_client::build(reqwest::Client::builder()).expect("a client").get(url).send().await;
        answer.expect("an answer").json().await.expect("JSON")
    }

    /// Every mail, the latest first.
    async fn mails(&self) -> Vec<Value> {
        self.get("messages").await["messages"].as_array().expect("a list").clone()
    }
}

impl Drop for Mailpit {
    fn drop(&mut self) {
        // Fails when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

async fn stage(url: &str) -> Stage {
    let mut stage = Stage::set().await;
    let mail = Some(Mailer::new(url, "bursar@example.com").expect("a mailer"));
    stage.services = stage.services.with_channels(Channels { mail, ..Channels::default() });
    stage
}

async fn enqueue(stage: &Stage, recipient: &str) {
    let message = Message {
        channel: Channel::Mail,
        recipient: recipient.to_owned(),
        subject: "Budget Größe: soft limit reached".to_owned(),
        payload: json!({ "text": "Soft limit of the budget Größe was reached.\n\nSpent: $80.00\n" }),
    };
    let mut transaction = stage.services.database().begin().await.expect("a transaction");
    outbox::enqueue(&stage.services, &mut transaction, &[message]).await.expect("written");
    transaction.commit().await.expect("a commit");
}

#[tokio::test]
#[ignore = "needs mailpit: cargo xtask test --only mail"]
async fn mail_arrives_with_subject_text_and_the_key_as_message_id() {
    let server = Mailpit::start(&[]);
    let stage = stage(&format!("smtp://127.0.0.1:{}", server.smtp)).await;
    enqueue(&stage, "ada@example.com").await;
    assert_eq!(stage.deliver().await, 1);
    let row = stage.row().await;
    assert_eq!(row.state, DeliveryState::Delivered);
    let mails = server.mails().await;
    assert_eq!(mails.len(), 1);
    let mail = server.get(&format!("message/{}", mails[0]["ID"].as_str().expect("an id"))).await;
    assert_eq!(mail["Subject"], row.subject);
    assert_eq!(mail["MessageID"], format!("{}@example.com", row.id));
    assert_eq!((&mail["From"]["Name"], &mail["From"]["Address"]), (&"Bursar".into(), &"bursar@example.com".into()));
    assert_eq!(mail["To"][0]["Address"], "ada@example.com");
    let text = mail["Text"].as_str().expect("a text").replace("\r\n", "\n");
    assert_eq!(text.trim_end(), "Soft limit of the budget Größe was reached.\n\nSpent: $80.00");
    let headers = server.get(&format!("message/{}/headers", mails[0]["ID"].as_str().expect("an id"))).await;
    assert_eq!(headers["Auto-Submitted"], json!(["auto-generated"]));
}

#[tokio::test]
#[ignore = "needs mailpit: cargo xtask test --only mail"]
async fn server_that_is_gone_or_refuses_is_named_and_tried_again() {
    let server = Mailpit::start(&["--smtp-allowed-recipients", "@example\\.com$"]);
    let stage = stage(&format!("smtp://127.0.0.1:{}", server.smtp)).await;
    enqueue(&stage, "ada@elsewhere.example").await;
    assert_eq!(stage.deliver().await, 0);
    let problem = stage.row().await.problem.expect("a problem");
    assert!(problem.starts_with("The mail server answered 5"), "{problem}");
    drop(server);
    stage.world.clock.advance(time::Duration::minutes(1));
    assert_eq!(stage.deliver().await, 0);
    let row = stage.row().await;
    let problem = row.problem.expect("a problem");
    assert!(problem.starts_with("The mail server cannot be reached"), "{problem}");
    assert_eq!((row.state, row.attempts), (DeliveryState::Pending, 2));
}

#[tokio::test]
#[ignore = "needs mailpit: cargo xtask test --only mail"]
async fn password_is_sent_to_no_server_whose_certificate_is_not_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name).display().to_string());
    for (file, pem) in files.iter().zip(Authority::create("Unknown").server_files("localhost")) {
        std::fs::write(file, pem).expect("written");
    }
    let [certificate, key] = &files;
    let tls = ["--smtp-tls-cert", certificate, "--smtp-tls-key", key];
    let server = Mailpit::start(&[&tls[..], &["--smtp-require-starttls", "--smtp-auth-accept-any"]].concat());
    let stage = stage(&format!("smtp://bursar:s3cret@localhost:{}?tls=required", server.smtp)).await;
    enqueue(&stage, "ada@example.com").await;
    assert_eq!(stage.deliver().await, 0);
    let problem = stage.row().await.problem.expect("a problem");
    assert_eq!(problem, "TLS: its certificate is from an authority that is not trusted here.");
    assert_eq!(server.mails().await, Vec::<Value>::new());
}
