//! Password hashes: argon2id on a bounded number of workers, so that signing in cannot starve the pages (field.md S7).

use crate::error::Error;
use crate::random::Random;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use std::num::NonZeroUsize;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Hashes and verifies with argon2id, 19 MiB, 2 passes, 1 lane (OWASP), in PHC strings.
#[derive(Clone)]
pub struct PasswordHasher {
    workers: Arc<Semaphore>,
    random: Random,
}

/// Verified when there is no account, so that an unknown account costs the same. Nobody's password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Tm9ib2R5c1NhbHRIZXJl$+s+uq5UojNOTgm5ZvCi2jrVV3p+VDeyEWLyNgKx1rjI";

impl PasswordHasher {
    pub(crate) fn new(random: Random, workers: NonZeroUsize) -> Self {
        Self { workers: Arc::new(Semaphore::new(workers.get())), random }
    }

    /// Hashes a password with a fresh salt.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Error> {
        let salt = self.random.bytes::<16>();
        self.work(move || {
            Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string())
        })
        .await?
        .map_err(|fault| Error::Broken(format!("argon2: {fault}")))
    }

    /// Whether `password` made `hash`; `None` takes the same time and is never right.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        self.work(move || {
            let stored = hash.as_deref().unwrap_or(NOBODY);
            let matches = PasswordHash::new(stored)
                .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
            matches && hash.is_some()
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let _permit = self.workers.acquire().await.map_err(|fault| Error::Broken(fault.to_string()))?;
        tokio::task::spawn_blocking(job).await.map_err(|fault| Error::Broken(format!("hash worker: {fault}")))
    }
}
