//! What asks this process to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Completes at the first SIGTERM or SIGINT. Listens from the moment of the call.
pub fn stop() -> impl Future<Output = ()> {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        match signals {
            (Ok(mut terminate), Ok(mut interrupt)) => {
                tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
            }
            (Err(fault), _) | (_, Err(fault)) => {
                tracing::error!(%fault, "cannot listen for signals; stop this process with SIGKILL");
                std::future::pending().await
            }
        }
    }
}

/// Like [`stop`], and also when standard input closes.
#[cfg(feature = "embedded-postgres")]
pub fn stop_or_closed_input() -> impl Future<Output = ()> {
    let (closed, is_closed) = tokio::sync::oneshot::channel::<()>();
    // A thread of its own, which nothing waits for: a read of standard input cannot be called off.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(closed);
    });
    let stop = stop();
    async move {
        tokio::select! { () = stop => {}, _ = is_closed => {} }
    }
}
