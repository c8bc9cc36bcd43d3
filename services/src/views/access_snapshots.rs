//! The page of the access snapshots.

use crate::Services;
use crate::access_snapshots::{compare, load_rows};
use crate::error::Error;
use crate::guard::Can;
use domain::access_snapshot::{Comparison, ComparisonQuery, MAX_CHANGES, Snapshots};
use domain::permission::ViewAccessMatrix;

/// The latest snapshots of the realm, and what changed between two of them.
///
/// # Errors
/// The database failed.
pub async fn access_snapshots(
    services: &Services,
    _: &Can<ViewAccessMatrix>,
    query: ComparisonQuery,
) -> Result<Snapshots, Error> {
    let Some(admin) = services.keycloak_admin.as_deref() else {
        let missing = services.missing_admin_variables.iter().map(|name| (*name).to_owned()).collect();
        return Ok(Snapshots { realm: Err(missing), rows: Vec::new(), comparison: None });
    };
    let realm = admin.realm().to_owned();
    let rows = load_rows(services, &realm, query).await?;
    let comparison = match query.choose(&rows) {
        Some((from, to)) => {
            let limit = i64::try_from(MAX_CHANGES).unwrap_or(i64::MAX).saturating_add(1);
            let mut changes = compare(services, &realm, from.number, to.number, limit).await?;
            let has_more = changes.len() > MAX_CHANGES;
            changes.truncate(MAX_CHANGES);
            Some(Comparison { from: from.clone(), to: to.clone(), changes, has_more })
        }
        None => None,
    };
    Ok(Snapshots { realm: Ok(realm), rows, comparison })
}
