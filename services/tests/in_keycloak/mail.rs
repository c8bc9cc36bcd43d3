//! A mail server that keeps what it is sent (RFC 5321, as much of it as Keycloak speaks).

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Takes every mail.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that closes the connection in between sends no mail.
                let _ = receive(stream, &kept).await;
            }
        });
        Self { port, mails }
    }

    /// Every mail with the commands before it.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.mails.lock().expect("no panic").clone()
    }
}

async fn receive(stream: TcpStream, kept: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut session, mut is_content) = (String::new(), false);
    stream.write_all(b"220 mail.example.com\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        session += &line;
        let answer: &[u8] = match line.trim_end() {
            "." if is_content => {
                is_content = false;
                kept.lock().expect("no panic").push(std::mem::take(&mut session));
                b"250 ok\r\n"
            }
            _ if is_content => continue,
            "DATA" => {
                is_content = true;
                b"354 go on\r\n"
            }
            "QUIT" => {
                return stream.write_all(b"221 bye\r\n").await;
            }
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer).await?;
    }
}
