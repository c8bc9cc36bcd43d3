//! Counting tries, atomically and before any password is looked at.

use super::addresses::{self, Count, StoredPassword};
use super::device;
use crate::Services;
use crate::client::{Client, DeviceToken};
use crate::error::Error;
use crate::sweep;
use domain::email::Email;
use domain::error::Refusal;
use domain::id::UserId;
use domain::violation::Violation;
use sqlx::PgConnection;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use time::OffsetDateTime;
use uuid::Uuid;

/// The account whose password is tried.
#[derive(Clone, Copy, Debug)]
pub(super) enum Account<'a> {
    /// Of a user who signs in.
    Email(&'a Email),
    /// Of a user who is signed in.
    Id(UserId),
}

impl Account<'_> {
    /// Id and e-mail address, one of which is known; as parameters of a statement.
    pub(super) fn keys(&self) -> (Option<Uuid>, Option<&str>) {
        match self {
            Self::Email(email) => (None, Some(email.as_str())),
            Self::Id(id) => (Some(id.0), None),
        }
    }
}

/// The answer to every try that fails while others are left: how many fail before sign-in is blocked, and for how many
/// minutes.
pub(crate) fn wrong(services: &Services, violation: impl FnOnce(u16, i64) -> Violation) -> Error {
    let minutes = services.settings.lock_period.whole_minutes().max(1);
    violation(services.settings.account_tries, minutes).into()
}

/// By what a try was counted.
#[derive(Debug)]
pub(super) enum Path {
    /// By network and account.
    Open {
        /// Where it came from.
        network: String,
    },
    /// By a device that the account knows.
    KnownDevice(DeviceToken),
}

/// A try that was counted.
pub(super) struct Attempt {
    /// Of the account, if there is one.
    pub(super) password: Option<StoredPassword>,
    pub(super) path: Path,
    pub(super) count: Count,
}

/// Counts a try: of a device that the account knows, else of a network and, if it may go on, of the address.
///
/// All in one transaction: known and unknown accounts cost one commit.
pub(super) async fn count(
    services: &Services,
    client: &Client,
    account: Option<Account<'_>>,
) -> Result<Attempt, Error> {
    // A try that no worker has room for is not counted.
    services.hasher.check_room()?;
    let mut transaction = services.pool.begin().await?;
    if let (Some(device), Some(account)) = (&client.device, account)
        && let Some(password) = device::count(services, &mut transaction, device, account).await?
    {
        transaction.commit().await?;
        let path = Path::KnownDevice(device.clone());
        return Ok(Attempt { password: Some(password), path, count: Count::Open });
    }
    let network = network(client);
    let to_wait = count_network(services, &mut transaction, &network, services.settings.network_tries).await?;
    let (password, count) = match (to_wait, account) {
        (None, Some(account)) => addresses::count(services, &mut transaction, account).await?,
        _ => (None, Count::Open),
    };
    transaction.commit().await?;
    match to_wait {
        Some(seconds) => Err(Refusal::TooMany(seconds).into()),
        None => Ok(Attempt { password, path: Path::Open { network }, count }),
    }
}

/// Whole seconds until `end`, at least one.
pub(super) fn seconds_from(now: OffsetDateTime, end: OffsetDateTime) -> u64 {
    u64::try_from((end - now).whole_seconds()).unwrap_or_default().max(1)
}

/// Counts a try of a network; `Some` with the seconds to wait when it has had its tries.
async fn count_network(
    services: &Services,
    connection: &mut PgConnection,
    network: &str,
    allowed: u16,
) -> Result<Option<u64>, Error> {
    let now = services.clock.now();
    let row = sqlx::query!(
        "insert into sign_in_networks as n (network, tries, window_ends_at) values ($1, 1, $3)
         on conflict (network) do update set
           tries = case when n.window_ends_at <= $2 then 1 else n.tries + 1 end,
           window_ends_at = case when n.window_ends_at <= $2 then $3 else n.window_ends_at end
         returning tries, window_ends_at",
        network,
        now,
        now + services.settings.lock_period
    )
    .fetch_one(connection)
    .await?;
    let is_over = row.tries > i32::from(allowed);
    Ok(is_over.then(|| seconds_from(now, row.window_ends_at)))
}

/// How many sign-ins a network may begin at the identity provider for each password it may try. A whole office is one
/// network, and a sign-in that is begun proves nothing yet; it costs one row for ten minutes.
const STARTS_PER_TRY: u16 = 10;

/// Counts a sign-in that a network begins at the identity provider, before a row is written for it.
///
/// # Errors
/// [`Refusal::TooMany`] when the network has begun too many that were not finished.
pub(crate) async fn count_start(services: &Services, client: &Client) -> Result<(), Error> {
    let allowed = services.settings.network_tries.saturating_mul(STARTS_PER_TRY);
    let mut transaction = services.pool.begin().await?;
    let to_wait = count_network(services, &mut transaction, &network(client), allowed).await?;
    transaction.commit().await?;
    to_wait.map_or(Ok(()), |seconds| Err(Refusal::TooMany(seconds).into()))
}

/// Takes back the start of a sign-in that succeeded. The last statement of its transaction: a whole office waits for
/// the row.
pub(crate) async fn finish_start(connection: &mut PgConnection, client: &Client) -> Result<(), Error> {
    give_back(connection, &network(client)).await
}

/// What stands before a network where the tries of break-glass codes are counted.
const BREAK_GLASS: &str = "break-glass ";

fn break_glass_network(client: &Client) -> String {
    format!("{BREAK_GLASS}{}", network(client))
}

/// Counts a try of a break-glass code.
///
/// # Errors
/// [`Refusal::TooMany`] when the network has had its tries.
pub(crate) async fn count_break_glass_try(services: &Services, client: &Client) -> Result<(), Error> {
    let (network, allowed) = (break_glass_network(client), services.settings.account_tries);
    let mut transaction = services.pool.begin().await?;
    let to_wait = count_network(services, &mut transaction, &network, allowed).await?;
    transaction.commit().await?;
    to_wait.map_or(Ok(()), |seconds| Err(Refusal::TooMany(seconds).into()))
}

/// Takes back the try of a break-glass code that was right.
pub(crate) async fn forget_break_glass_try(connection: &mut PgConnection, client: &Client) -> Result<(), Error> {
    give_back(connection, &break_glass_network(client)).await
}

/// Takes back every try of a break-glass code.
pub(crate) async fn forget_break_glass_tries(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("delete from sign_in_networks where starts_with(network, $1)", BREAK_GLASS)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes back the try that succeeded, so that many users behind one address do not lock each other out.
pub(super) async fn give_back(connection: &mut PgConnection, network: &str) -> Result<(), Error> {
    sqlx::query!("update sign_in_networks set tries = greatest(tries - 1, 0) where network = $1", network)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets networks whose time is over; called by a job. Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn sweep(services: &Services) -> Result<u64, Error> {
    sweep::delete_until!(services, "sign_in_networks", "window_ends_at", services.clock.now())
}

/// The network of an address: what one household, office or machine usually has (/24 and /64).
fn network(client: &Client) -> String {
    let address = client.address.as_deref().and_then(|text| text.parse::<IpAddr>().ok());
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_network() {
        let of = |address: &str| network(&Client { address: Some(address.to_owned()), ..Client::default() });
        assert_eq!(of("192.0.2.17"), "192.0.2.0/24");
        assert_eq!(of("::ffff:192.0.2.200"), "192.0.2.0/24");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(of("not an address"), "unknown");
        assert_eq!(network(&Client::default()), "unknown");
    }
}
