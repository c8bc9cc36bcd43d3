//! When a request is sent once more.

use reqwest::header::RETRY_AFTER;
use reqwest::{Method, Response, StatusCode};
use std::time::Duration;

/// So often a request is sent once more.
const RETRIES: u32 = 5;
/// The first pause; each following one is twice as long.
const FIRST: Duration = Duration::from_millis(250);
/// The longest pause that an answer may ask for.
const LONGEST: Duration = Duration::from_secs(60);

/// How long to wait before the request is sent once more; `None` when its answer stands.
///
/// What reads is sent again whenever nothing useful came back. What changes something only when the answer says that
/// nothing was done.
pub(crate) fn pause(method: &Method, answer: &Result<Response, reqwest::Error>, attempt: u32) -> Option<Duration> {
    let is_again = attempt < RETRIES
        && match answer {
            Ok(response) => is_later(method, response.status()),
            Err(fault) => {
                method == Method::GET && !fault.is_timeout() && https_client::handshake_failure(fault).is_none()
            }
        };
    is_again.then(|| answer.as_ref().ok().and_then(retry_after).unwrap_or_else(|| FIRST * 2_u32.pow(attempt)))
}

fn is_later(method: &Method, status: StatusCode) -> bool {
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => true,
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => method == Method::GET,
        _ => false,
    }
}

/// Seconds that the answer asks for (RFC 9110 section 10.2.3). A date is ignored: clocks differ.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST))
}
