//! Forms that are sent twice: a double click, a page loaded again, a line that dropped the answer. Done once, answered
//! the same.
//!
//! Every form is rendered with a key of its own. The first post claims the key together with what was typed, later ones
//! get its result; a form that was sent with other values is another request. Refused, a form gives its key back, since
//! nothing has changed. The result is sealed with the form's key, of which the database has only a hash.

use crate::Services;
use crate::error::Error;
use crate::idempotency::{self, Answer, Claim, Key};
use crate::sealer::Sealer;
use crate::token::browser_secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::error::Refusal;
use domain::id::{SessionId, UserId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use time::Duration;
use tracing::Instrument as _;

/// How long the result of a form is repeated.
pub const REPEATED_FOR: Duration = Duration::minutes(10);
/// How often a post looks for the result of the one before it, and how many times before it gives up.
const POLL_INTERVAL: std::time::Duration = std::time::Duration::from_millis(100);
const MAX_POLLS: u32 = 200;

browser_secret! {
    /// The key of a rendered form, for its hidden field and nowhere else.
    FormKey
}

impl FormKey {
    /// The key of one more form.
    pub fn make(services: &Services) -> Self {
        Self(services.random.secret().into())
    }
}

/// One post of one rendered form.
pub struct Submission {
    key: Key,
    sealer: Sealer,
}

impl Submission {
    /// A post of `fields` to `action`. The order of the fields does not count, nor how lines end: a script and the
    /// browser itself send the same form differently.
    pub fn new(user: UserId, session: SessionId, form: &FormKey, action: &str, fields: &[(String, String)]) -> Self {
        let mut fields: Vec<_> = fields.iter().map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect();
        fields.sort_unstable();
        let mut request = Sha256::new().chain_update(action);
        for (name, value) in fields {
            for part in [name, &value] {
                request.update(part.len().to_be_bytes());
                request.update(part);
            }
        }
        let request = request.finalize();
        let name = format!("form {} {} {}", session.0, form.expose(), STANDARD.encode(request));
        let key = Key::new(user, &name, &request).repeating_for(REPEATED_FOR);
        Self { key, sealer: Sealer::new("bursar form result", &name) }
    }

    /// Runs the action of a form that was sent for the first time. A form that was sent before gets the result it had
    /// then, if need be after waiting for it.
    ///
    /// An action that has begun is finished and leaves its result, also when the browser hangs up.
    ///
    /// # Errors
    /// The action's, or the database failed. [`Refusal::Uncertain`] when the first post gives no result for too long.
    pub async fn once<T>(
        self,
        services: &Services,
        action: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        for _ in 0..MAX_POLLS {
            match idempotency::claim(services, &self.key).await? {
                Claim::New => {
                    let work = tokio::spawn(self.run(services.clone(), action).in_current_span());
                    return work.await.map_err(|fault| Error::Broken(fault.to_string()))?;
                }
                Claim::Done(answer) => return self.result_in(&answer),
                Claim::UnderWay => tokio::time::sleep(POLL_INTERVAL).await,
                Claim::OfAnotherRequest => return Err(Error::Broken("two requests of one form's key".to_owned())),
            }
        }
        Err(Refusal::Uncertain.into())
    }

    async fn run<T: Serialize + Sync>(
        self,
        services: Services,
        action: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let result = action.await;
        let kept = match &result {
            Ok(done) => self.keep(&services, done).await,
            // Whether it was done is unknown: the key stays taken.
            Err(Error::Refused(Refusal::Uncertain)) => Ok(()),
            Err(_) => idempotency::give_back(&services, &self.key).await,
        };
        if let Err(fault) = kept {
            tracing::warn!(%fault, "the result of a form could not be kept");
        }
        result
    }

    async fn keep(&self, services: &Services, done: &(impl Serialize + Sync)) -> Result<(), Error> {
        let text = serde_json::to_vec(done).map_err(|fault| Error::Broken(fault.to_string()))?;
        let body = self.sealer.seal(&services.random, &[], text)?;
        idempotency::keep(services, &self.key, &Answer { status: 200, headers: Vec::new(), body }).await
    }

    fn result_in<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, Error> {
        let text = self.sealer.open(&[], &answer.body);
        let result = text.and_then(|text| serde_json::from_slice(&text).ok());
        result.ok_or_else(|| Error::Broken("the result of a form cannot be opened".to_owned()))
    }
}
