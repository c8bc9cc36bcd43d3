//! Walking along the seals of the audit log: the hash of each is computed again, a bounded number of entries at a time.

use super::digest::{self, Hash, Stored};
use super::seal::{Head, hex};
use super::verify::{Fault, Report};
use crate::Services;
use crate::error::Error;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// The most seals that are read at once.
const MAX_SEALS: i64 = 100;
/// Seals are read until they have as many entries; the last of them may have as many again.
const ENTRIES: i64 = 1_000;

/// A place in the chain: the seal that was passed last.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) number: i64,
    pub(super) hash: Hash,
}

impl Place {
    /// Before the first seal.
    pub(super) const START: Self = Self { number: 0, hash: [0; 32] };
}

struct Seal {
    number: i64,
    sealed_at: OffsetDateTime,
    entries: Vec<Uuid>,
    hash: Vec<u8>,
}

/// Computes every seal behind a place again; `known` is a seal that an earlier run saw.
pub(super) async fn walk(
    services: &Services,
    report: &mut Report,
    mut place: Place,
    known: Option<&Head>,
) -> Result<(), Error> {
    loop {
        let seals = read_seals(services, place.number).await?;
        if seals.is_empty() {
            break;
        }
        let hashes = read_hashes(services, &seals).await?;
        for seal in seals {
            place = check(report, &place, &seal, &hashes, known);
            report.sealed += seal.entries.len() as u64;
            report.head = Some(Head { number: place.number, hash: hex(&place.hash) });
        }
    }
    if let Some(known) = known.filter(|known| known.number > place.number) {
        report.add(Fault::NoSeal(known.number));
    }
    Ok(())
}

async fn read_seals(services: &Services, after: i64) -> Result<Vec<Seal>, Error> {
    Ok(sqlx::query_as!(
        Seal,
        r#"select number as "number!", sealed_at as "sealed_at!", entries as "entries!", hash as "hash!"
           from (select s.*, sum(cardinality(entries)) over (order by number) - cardinality(entries) as before
                 from (select * from audit_seals where number > $1 order by number limit $2) s) s
           where before < $3 order by number"#,
        after,
        MAX_SEALS,
        ENTRIES
    )
    .fetch_all(&services.pool)
    .await?)
}

/// The hash of each entry of these seals as it is now; those that are missing have none.
async fn read_hashes(services: &Services, seals: &[Seal]) -> Result<HashMap<Uuid, Hash>, Error> {
    let ids: Vec<Uuid> = seals.iter().flat_map(|seal| seal.entries.iter().copied()).collect();
    let entries = sqlx::query_as!(
        Stored,
        "select id, at, actor_id, actor, session_id, request_id, action, target_type, target_id, target, changes, reason
         from audit_log where id = any($1)",
        &ids
    )
    .fetch_all(&services.pool)
    .await?;
    Ok(entries.iter().map(|entry| (entry.id, entry.hash())).collect())
}

/// Checks a seal against the one before it and returns its place.
fn check(
    report: &mut Report,
    before: &Place,
    seal: &Seal,
    hashes: &HashMap<Uuid, Hash>,
    known: Option<&Head>,
) -> Place {
    match seal.number - before.number {
        1 => {}
        2 => report.add(Fault::NoSeal(seal.number - 1)),
        _ => report.add(Fault::NoSeals(before.number + 1, seal.number - 1)),
    }
    for id in seal.entries.iter().filter(|id| !hashes.contains_key(*id)) {
        report.add(Fault::NoEntry(seal.number, *id));
    }
    let entries: Vec<Hash> = seal.entries.iter().filter_map(|id| hashes.get(id).copied()).collect();
    let stored: Option<Hash> = seal.hash.as_slice().try_into().ok();
    if stored != Some(digest::seal(&before.hash, seal.number, seal.sealed_at, &entries)) {
        report.add(Fault::Changed(seal.number));
    }
    let hash = stored.unwrap_or_default();
    if let Some(known) = known.filter(|known| known.number == seal.number && known.hash != hex(&hash)) {
        report.add(Fault::Rewritten(known.number, known.hash.clone()));
    }
    Place { number: seal.number, hash }
}
