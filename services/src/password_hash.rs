//! Password hashes: argon2id on a bounded number of workers, so that signing in cannot starve the pages.

use crate::error::Error;
use crate::meter::HashJob;
use crate::random::Random;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use domain::error::Refusal;
use rayon_core::{ThreadPool, ThreadPoolBuilder};
use std::num::NonZeroUsize;
use std::sync::Arc;
use tokio::sync::{Semaphore, oneshot};

/// Hashes and verifies with argon2id, 19 MiB, 2 passes, 1 lane (OWASP), in PHC strings.
#[derive(Clone)]
pub struct PasswordHasher {
    workers: Arc<ThreadPool>,
    /// A permit for each job that may wait for a worker.
    room: Arc<Semaphore>,
    random: Random,
}

/// Passwords that may wait for a worker. One worker hashes as many in about ten seconds; who had to wait longer would
/// rather be told to try again.
const MAX_WAITING: usize = 200;

/// Verified when there is no account, so that an unknown account costs the same. No password matches it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Tm9ib2R5c1NhbHRIZXJl$+s+uq5UojNOTgm5ZvCi2jrVV3p+VDeyEWLyNgKx1rjI";

/// How far a worker stands back, as `nice` counts it: it gets a processor that pages leave, or a tenth of one.
const NICE: i32 = 10;

impl PasswordHasher {
    /// Starts the workers; they end with the last clone.
    ///
    /// # Errors
    /// The system has no thread left.
    pub(crate) fn new(random: Random, workers: NonZeroUsize) -> Result<Self, Error> {
        let workers = ThreadPoolBuilder::new()
            .num_threads(workers.get())
            .thread_name(|number| format!("hash-{number}"))
            // On Linux a thread's own. Refused, it works as it did.
            .start_handler(|_| {
                let _ = rustix::process::nice(NICE);
            })
            // The closed channel tells those who wait.
            .panic_handler(drop)
            .build()
            .map_err(|fault| Error::Broken(format!("no workers for passwords: {fault}")))?;
        Ok(Self { workers: Arc::new(workers), room: Arc::new(Semaphore::new(MAX_WAITING)), random })
    }

    /// Refuses while no more passwords may wait.
    ///
    /// # Errors
    /// [`Refusal::Busy`]
    pub(crate) fn check_room(&self) -> Result<(), Refusal> {
        if self.room.available_permits() == 0 { Err(Refusal::Busy) } else { Ok(()) }
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

    /// A hash as it is made today, when `hash` of the same password was made with other costs; `None` when it is as good.
    ///
    /// # Errors
    /// A worker failed.
    pub(crate) async fn better(&self, password: String, hash: &str) -> Result<Option<String>, Error> {
        if costs(hash) == costs(NOBODY) { Ok(None) } else { self.hash(password).await.map(Some) }
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let place = Arc::clone(&self.room).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let waiting = HashJob::waiting();
        let (answer, answered) = oneshot::channel();
        tracing::debug!("hashing a password");
        self.workers.spawn(move || {
            drop(place);
            // A cancelled request is not hashed.
            if !answer.is_closed() {
                let _running = waiting.runs();
                let _ = answer.send(job());
            }
        });
        answered.await.map_err(|fault| Error::Broken(format!("hash worker: {fault}")))
    }
}

/// Algorithm, version and parameters of a PHC string; the salt and the hash come after.
fn costs(hash: &str) -> Vec<&str> {
    hash.split('$').take(4).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    fn hasher() -> PasswordHasher {
        PasswordHasher::new(Random::system(), NonZeroUsize::MIN).expect("a worker")
    }

    #[tokio::test]
    async fn hashing_stands_back_behind_everything_else() {
        let here = rustix::process::nice(0).expect("a priority");
        let there = hasher().work(|| rustix::process::nice(0)).await.expect("an answer").expect("a priority");
        assert_eq!(there, (here + NICE).min(19));
    }

    #[tokio::test]
    async fn a_worker_outlives_a_job_that_does_not_end_well() {
        let hasher = hasher();
        assert!(hasher.work(|| panic!("on purpose")).await.is_err());
        assert_eq!(hasher.work(|| 7).await.expect("an answer"), 7);
    }

    #[tokio::test]
    async fn cancelled_request_is_not_hashed() {
        let (hasher, hashed) = (hasher(), Arc::new(AtomicBool::default()));
        let (release, held) = mpsc::channel::<()>();
        let (begins, begun) = oneshot::channel();
        let busy = tokio::spawn({
            let hasher = hasher.clone();
            let job = move || (begins.send(()), held.recv());
            async move { hasher.work(job).await }
        });
        begun.await.expect("it began");
        let waits = {
            let hashed = Arc::clone(&hashed);
            hasher.work(move || hashed.store(true, Ordering::SeqCst))
        };
        assert!(tokio::time::timeout(Duration::from_millis(50), waits).await.is_err(), "the one worker is busy");
        drop(release);
        let (began, ended) = busy.await.expect("no panic").expect("an answer");
        assert!(began.is_ok() && ended.is_err(), "it was let go");
        hasher.work(|| ()).await.expect("an answer");
        assert!(!hashed.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn full_queue_refuses_the_next_password_and_has_room_again() {
        let hasher = hasher();
        let (release, held) = mpsc::channel::<()>();
        let (begins, begun) = oneshot::channel();
        let busy = hasher.clone();
        let busy = tokio::spawn(async move { busy.work(move || (begins.send(()), held.recv())).await });
        begun.await.expect("it began");
        let waiting: Vec<_> = (0..MAX_WAITING)
            .map(|_| {
                let hasher = hasher.clone();
                tokio::spawn(async move { hasher.work(|| ()).await })
            })
            .collect();
        while hasher.check_room().is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(matches!(hasher.work(|| ()).await, Err(Error::Refused(Refusal::Busy))));
        drop(release);
        let (began, ended) = busy.await.expect("no panic").expect("an answer");
        assert!(began.is_ok() && ended.is_err(), "it was let go");
        for job in waiting {
            job.await.expect("no panic").expect("whoever waits is answered");
        }
        hasher.check_room().expect("room again");
        hasher.work(|| ()).await.expect("an answer");
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_alone() {
        let hasher = hasher();
        let hash = hasher.hash("a quiet ledger line".to_owned()).await.expect("a hash");
        assert!(hasher.verify("a quiet ledger line".to_owned(), Some(hash.clone())).await.expect("an answer"));
        assert!(!hasher.verify("a quiet ledger lime".to_owned(), Some(hash)).await.expect("an answer"));
    }

    #[tokio::test]
    async fn unknown_account_costs_one_hash_and_is_never_verified() {
        let hasher = hasher();
        let hash = hasher.hash("a quiet ledger line".to_owned()).await.expect("a hash");
        assert_eq!(costs(NOBODY), costs(&hash));
        assert_eq!(costs(NOBODY), ["", "argon2id", "v=19", "m=19456,t=2,p=1"]);
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(!hasher.verify(String::new(), None).await.expect("an answer"));
    }
}
