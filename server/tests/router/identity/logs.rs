//! What is logged while tests run, to look for what must not be there.

use std::io::Write;
use std::sync::{Mutex, Once};
use tracing_subscriber::fmt::MakeWriter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Listens to everything that Bursar's own crates log, in every test of the process from now on.
pub(super) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter =
            "server=trace,services=trace,app=trace,openidconnect=trace,oauth2=trace,reqwest=trace,hyper_util=trace";
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Lines).finish();
        drop(tracing::subscriber::set_global_default(subscriber));
    });
}

/// Everything that was logged so far.
pub(super) fn logged() -> String {
    String::from_utf8_lossy(&LINES.lock().expect("no panic")).into_owned()
}

#[derive(Clone, Copy)]
struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}
