//! What can go wrong, in sentences that say what to do.

use https_client::handshake_failure;
use reqwest::{Response, StatusCode};
use serde_json::Value;

/// The most characters of LiteLLM's own words.
const SAID_LENGTH: usize = 200;

/// Why LiteLLM did not do what it was asked for. No variant holds the key or what a request contained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No connection.
    #[error("LiteLLM cannot be reached at {address}. Check the address, and that it is reachable from here.")]
    Unreachable {
        /// Where.
        address: String,
    },
    /// A connection that is not trusted.
    #[error("LiteLLM at {address}: {what}. Install the authority that signed it, or let SSL_CERT_FILE name it.")]
    Tls {
        /// Where.
        address: String,
        /// Why.
        what: String,
    },
    /// No answer in time.
    #[error("LiteLLM at {address} did not answer in time. Try again when it is less busy.")]
    Timeout {
        /// Where.
        address: String,
    },
    /// Something else answers.
    #[error("There is no LiteLLM at {address}: the answer is not one of its management API.")]
    NoLiteLlm {
        /// Where.
        address: String,
    },
    /// The key is wrong, or not that of an administrator.
    #[error("LiteLLM at {address} refused the key. It has to be the master key, or a key of a proxy administrator.")]
    Key {
        /// Where.
        address: String,
    },
    /// The proxy keeps nothing.
    #[error("LiteLLM at {address} has no database, so it keeps no budgets. Set its DATABASE_URL.")]
    NoDatabase {
        /// Where.
        address: String,
    },
    /// It took a change and did not make it.
    #[error("LiteLLM at {address} took the change and did not make it. Update it: this version cannot.")]
    NotKept {
        /// Where.
        address: String,
    },
    /// Another answer.
    #[error("LiteLLM at {address} answered with status {status}: {said}")]
    Refused {
        /// Where.
        address: String,
        /// Its status.
        status: u16,
        /// LiteLLM's words.
        said: String,
    },
}

impl Error {
    /// A request that came to no answer.
    pub(crate) fn of_transport(address: String, fault: &reqwest::Error) -> Self {
        match handshake_failure(fault) {
            Some(what) => Self::Tls { address, what: what.into_owned() },
            None if fault.is_timeout() => Self::Timeout { address },
            None => Self::Unreachable { address },
        }
    }

    /// An answer that does not say what it should.
    pub(crate) fn of_answer(address: String, fault: &reqwest::Error) -> Self {
        if fault.is_timeout() { Self::Timeout { address } } else { Self::NoLiteLlm { address } }
    }
}

/// The answer, unless it is a refusal.
pub(crate) async fn checked(address: String, response: Response) -> Result<Response, Error> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    // What it says about a key contains parts of it.
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Err(Error::Key { address });
    }
    let body = response.text().await.unwrap_or_default();
    let Some(said) = said(&body) else { return Err(Error::NoLiteLlm { address }) };
    if said.contains("DB not connected") || said.contains("No db connected") || said.contains("Not connected to DB") {
        return Err(Error::NoDatabase { address });
    }
    if said.contains("your role=") {
        return Err(Error::Key { address });
    }
    Err(Error::Refused { address, status: status.as_u16(), said })
}

/// LiteLLM's own words: it has three forms for them.
fn said(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let words = [&body["error"]["message"], &body["detail"]["error"], &body["detail"], &body["error"]];
    let words = words.into_iter().find_map(Value::as_str);
    // A validation problem is a list.
    let words = words.map_or_else(|| body["detail"][0]["msg"].as_str(), Some)?;
    Some(words.chars().take(SAID_LENGTH).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_each_of_the_forms() {
        for body in [
            r#"{"error": {"message": "no", "type": "x"}}"#,
            r#"{"detail": {"error": "no"}}"#,
            r#"{"detail": "no"}"#,
            r#"{"detail": [{"msg": "no", "loc": ["body"]}]}"#,
            r#"{"error": "no"}"#,
        ] {
            assert_eq!(said(body).as_deref(), Some("no"), "{body}");
        }
        assert_eq!(said("<html>"), None);
        assert_eq!(said(&format!(r#"{{"error": "{}"}}"#, "x".repeat(500))).map(|said| said.len()), Some(SAID_LENGTH));
    }
}
