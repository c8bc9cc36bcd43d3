//! Idempotency keys and the content they belong to, as they are stored: the first half of a SHA-256.

use domain::money::Money;
use domain::spend::{ReserveRequest, SpendEvent, SpendKey, SpendSubject, Tokens};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The digest of an idempotency key.
pub(super) fn key(key: &SpendKey) -> Uuid {
    digest(&[key.as_str()])
}

/// The digest of everything in a request but its key.
pub(super) fn reservation(request: &ReserveRequest) -> Uuid {
    let [user, project] = subject(&request.subject);
    let lifetime = request.expires_in.whole_seconds().to_string();
    let personal = request.personal.to_string();
    let model = request.model.as_ref().map_or("", |model| model.as_str());
    let amount = request.amount.typed();
    digest(&["reservation", user, project, request.category.key(), model, &amount, &personal, &lifetime])
}

/// The digest of everything in an event but its key.
pub(super) fn event(event: &SpendEvent) -> Uuid {
    let [user, project] = subject(&event.subject);
    let model = event.model.as_ref().map_or("", |model| model.as_str());
    let amount = event.amount.as_decimal().normalize().to_string();
    let corrects = event.corrects.as_ref().map_or("", |key| key.as_str());
    let [personal, input, output, spent_at] = [
        event.personal.to_string(),
        event.tokens.input.to_string(),
        event.tokens.output.to_string(),
        event.spent_at.unix_timestamp_nanos().to_string(),
    ];
    let category = event.category.key();
    digest(&["event", user, project, category, model, &amount, &personal, &input, &output, &spent_at, corrects])
}

/// The digest of what a reservation was settled with.
pub(super) fn settlement(amount: Money, tokens: Tokens) -> Uuid {
    digest(&["settlement", &amount.typed(), &tokens.input.to_string(), &tokens.output.to_string()])
}

fn subject(subject: &SpendSubject) -> [&str; 2] {
    [subject.user().map_or("", |user| user.as_str()), subject.project().map_or("", |project| project.as_str())]
}

/// Each part with its length before it, so that no two lists have one spelling.
fn digest(parts: &[&str]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut first_half = [0; 16];
    first_half.copy_from_slice(&hash.finalize()[..16]);
    Uuid::from_bytes(first_half)
}
