//! The rules, one function each.

use super::{Anomaly, AnomalyRule, Facts, hold, names, users};
use crate::access_matrix::live::Holder;
use crate::access_matrix::{GrantPath, Level, SnapshotUser};
use crate::doctor::Severity;
use crate::text::folded;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const ALL: [fn(&Facts) -> Vec<Anomaly>; 13] = [
    partial,
    disabled,
    without_role,
    unknown_roles,
    privileged_through_group,
    direct_and_inherited,
    privileged_unverified,
    service_accounts,
    machine_roles,
    separate_duties,
    number_of_holders,
    same_address,
    too_wide,
];

/// A snapshot with gaps is no proof that there is nothing to find, and none that a user has nothing else: rules about what a
/// user does not have find nothing in it.
fn partial(facts: &Facts) -> Vec<Anomaly> {
    let unread = &facts.snapshot.unread;
    let title = "The snapshot is partial".to_owned();
    let explanation = format!("Users, roles or paths are missing from it. {}", unread.join(" "));
    let found =
        || Anomaly::new(AnomalyRule::PartialSnapshot, "snapshot".to_owned(), Severity::High, title, explanation);
    (!unread.is_empty()).then(found).into_iter().collect()
}

fn disabled(facts: &Facts) -> Vec<Anomaly> {
    let groups = facts.by_role(|_, holder, _| !holder.user.is_enabled);
    let found = groups.into_iter().map(|group| {
        let severity = if group.role.is_privileged { Severity::High } else { Severity::Medium };
        let title = format!("{} cannot sign in and still {} {}", group.count(), group.hold(), group.role.title());
        let explanation = format!("Enabling the account again restores the access: {}.", group.names());
        group.anomaly(AnomalyRule::DisabledWithRole, severity, title, explanation)
    });
    found.collect()
}

fn without_role(facts: &Facts) -> Vec<Anomaly> {
    let is_idle =
        |holder: &&Holder| holder.roles.is_empty() && holder.user.is_enabled && !holder.user.is_service_account;
    let idle: Vec<_> = facts.holders.iter().filter(is_idle).map(|holder| holder.user).collect();
    let title = format!("{} {} no role of the matrix", users(idle.len()), hold(idle.len()));
    let explanation = format!("They can sign in and reach nothing: {}.", names(idle.iter().copied()));
    let found = || {
        Anomaly::new(AnomalyRule::NoRole, "users".to_owned(), Severity::Low, title, explanation)
            .of(idle.iter().copied())
    };
    (!idle.is_empty() && !facts.snapshot.is_partial()).then(found).into_iter().collect()
}

/// Roles that are granted to a user or a group; what they contain is a matter of the realm's roles.
fn unknown_roles(facts: &Facts) -> Vec<Anomaly> {
    let declared: BTreeSet<usize> =
        facts.matrix.roles_of(&facts.snapshot.realm).filter_map(|role| facts.snapshot_role(role)).collect();
    let mut holders: BTreeMap<usize, BTreeMap<&str, &SnapshotUser>> = BTreeMap::new();
    for user in &facts.snapshot.users {
        for path in facts.snapshot.effective(user).into_values().flatten() {
            let granted = path.roles.first().filter(|role| path.roles.len() == 1 && !declared.contains(role));
            if let Some(role) = granted {
                holders.entry(*role).or_default().insert(&user.username, user);
            }
        }
    }
    let found = holders.into_iter().filter_map(|(index, holders)| {
        let role = facts.snapshot.roles.get(index).filter(|role| !role.is_built_in(&facts.snapshot.realm))?;
        let title = format!(
            "{} {} {}, which the matrix does not declare",
            users(holders.len()),
            hold(holders.len()),
            role.title()
        );
        let explanation = format!("What it reaches is not documented: {}.", names(holders.values().copied()));
        let found = Anomaly::new(AnomalyRule::UnknownRole, role.title(), Severity::Medium, title, explanation);
        Some(found.of(holders.into_values()))
    });
    found.collect()
}

fn privileged_through_group(facts: &Facts) -> Vec<Anomaly> {
    let is_whole = !facts.snapshot.is_partial();
    let groups =
        facts.by_role(|role, _, paths| is_whole && role.is_privileged && !paths.iter().any(GrantPath::is_direct));
    let found = groups.into_iter().map(|group| {
        let title =
            format!("{} {} {} only through a group or another role", group.count(), group.hold(), group.role.title());
        let explanation = format!("The users' own role assignments in Keycloak do not show it: {}.", group.names());
        let paths: BTreeSet<String> = group.paths.iter().map(|path| facts.snapshot.in_words(path)).collect();
        let found = group.anomaly(AnomalyRule::PrivilegedThroughGroup, Severity::Medium, title, explanation);
        Anomaly { paths: paths.into_iter().collect(), ..found }
    });
    found.collect()
}

fn direct_and_inherited(facts: &Facts) -> Vec<Anomaly> {
    let groups = facts.by_role(|_, _, paths| paths.len() > 1 && paths.iter().any(GrantPath::is_direct));
    let found = groups.into_iter().map(|group| {
        let title = format!("{} {} {} directly and by another path", group.count(), group.hold(), group.role.title());
        let explanation = format!("Removing one of the grants changes nothing: {}.", group.names());
        group.anomaly(AnomalyRule::DirectAndInherited, Severity::Medium, title, explanation)
    });
    found.collect()
}

fn privileged_unverified(facts: &Facts) -> Vec<Anomaly> {
    let is_unverified =
        |holder: &Holder| holder.user.is_enabled && !holder.user.is_service_account && !holder.user.is_email_verified;
    let found = facts.by_role(|role, holder, _| role.is_privileged && is_unverified(holder)).into_iter().map(|group| {
        let title = format!("{} {} {} without a verified address", group.count(), group.hold(), group.role.title());
        let explanation =
            format!("A password reset goes to an address that the user never verified: {}.", group.names());
        group.anomaly(AnomalyRule::PrivilegedUnverified, Severity::Medium, title, explanation)
    });
    found.collect()
}

fn service_accounts(facts: &Facts) -> Vec<Anomaly> {
    let groups = facts.by_role(|role, holder, _| !role.is_for_machines && holder.user.is_service_account);
    let found = groups.into_iter().map(|group| {
        let title = format!(
            "{} {} {}, a role for users",
            service_account_count(group.holders.len()),
            group.hold(),
            group.role.title()
        );
        let explanation = format!("A client's secret opens what a user's sign-in should: {}.", group.names());
        group.anomaly(AnomalyRule::ServiceAccountWithUserRole, Severity::Medium, title, explanation)
    });
    found.collect()
}

fn service_account_count(count: usize) -> String {
    if count == 1 { "1 service account".to_owned() } else { format!("{count} service accounts") }
}

fn machine_roles(facts: &Facts) -> Vec<Anomaly> {
    let groups = facts.by_role(|role, holder, _| role.is_for_machines && !holder.user.is_service_account);
    let found = groups.into_iter().map(|group| {
        let title = format!("{} {} {}, a role for service accounts", group.count(), group.hold(), group.role.title());
        let explanation = format!("What they do cannot be told from what a service does: {}.", group.names());
        group.anomaly(AnomalyRule::UserWithMachineRole, Severity::Medium, title, explanation)
    });
    found.collect()
}

fn separate_duties(facts: &Facts) -> Vec<Anomaly> {
    let found = facts.matrix.separate_duties.iter().filter_map(|(one, other)| {
        let holders =
            facts.holders.iter().filter(|holder| holder.roles.contains_key(one) && holder.roles.contains_key(other));
        let holders: Vec<&SnapshotUser> = holders.map(|holder| holder.user).collect();
        let (one, other) = (facts.matrix.roles.get(*one)?, facts.matrix.roles.get(*other)?);
        let duties = format!("{} and {}", one.title(), other.title());
        let title = format!("{} {} both {duties}", users(holders.len()), hold(holders.len()));
        let explanation = format!("These duties are declared as separate: {}.", names(holders.iter().copied()));
        let owner = one.owner.clone().or_else(|| other.owner.clone());
        (!holders.is_empty()).then(|| Anomaly {
            owner,
            ..Anomaly::new(AnomalyRule::SeparateDuties, duties, Severity::High, title, explanation).of(holders)
        })
    });
    found.collect()
}

fn number_of_holders(facts: &Facts) -> Vec<Anomaly> {
    let found = facts.by_role(|_, holder, _| holder.user.is_enabled).into_iter().filter_map(|group| {
        let (count, title) = (group.holders.len(), group.role.title());
        let most = group.role.max_holders.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        if count > most {
            let title = format!("{} {} {title}, more than {most}", group.count(), group.hold());
            let explanation = format!("The declaration sets the most users who should: {}.", group.names());
            return Some(group.anomaly(AnomalyRule::TooManyHolders, Severity::Medium, title, explanation));
        }
        let title = format!("Only 1 enabled user holds {title}");
        let explanation = format!("No other enabled user can do what the role is for: {}.", group.names());
        (group.role.is_privileged && count == 1 && !facts.snapshot.is_partial())
            .then(|| group.anomaly(AnomalyRule::LastHolder, Severity::Low, title, explanation))
    });
    found.collect()
}

fn same_address(facts: &Facts) -> Vec<Anomaly> {
    let mut by_address: BTreeMap<String, Vec<&SnapshotUser>> = BTreeMap::new();
    for user in &facts.snapshot.users {
        if let Some(email) = user.email.as_deref().map(str::trim).filter(|email| !email.is_empty()) {
            by_address.entry(folded(email)).or_default().push(user);
        }
    }
    let found = by_address.into_iter().filter(|(_, accounts)| accounts.len() > 1).map(|(address, accounts)| {
        let title = format!("{} accounts have the address {address}", accounts.len());
        let explanation = format!(
            "Access that is revoked from one account stays with the others: {}.",
            names(accounts.iter().copied())
        );
        Anomaly::new(AnomalyRule::SameAddress, address, Severity::Medium, title, explanation).of(accounts)
    });
    found.collect()
}

/// Cells that say that access is granted and should not be, with those who have it.
fn too_wide(facts: &Facts) -> Vec<Anomaly> {
    let found = facts.matrix.column_resources().enumerate().filter_map(|(column, resource)| {
        let holders = facts
            .holders
            .iter()
            .filter(|holder| holder.user.is_enabled && holder.level(facts.matrix, column) == Level::Restrict);
        let holders: Vec<&SnapshotUser> = holders.map(|holder| holder.user).collect();
        let cells = facts.matrix.roles_of(&facts.snapshot.realm).filter_map(|role| role.cells.get(column));
        let footnote = cells.filter(|cell| cell.level == Level::Restrict).find_map(|cell| cell.footnote);
        let footnote = footnote.and_then(|number| facts.matrix.footnotes.get(number.checked_sub(1)?));
        let title = format!(
            "{} {} {} and should not",
            users(holders.len()),
            if holders.len() == 1 { "reaches" } else { "reach" },
            resource.label
        );
        let who = format!("They are {}.", names(holders.iter().copied()));
        let explanation = footnote.map_or(who.clone(), |text| format!("{who} {text}"));
        (!holders.is_empty()).then(|| {
            Anomaly::new(AnomalyRule::TooWide, resource.id.clone(), Severity::High, title, explanation).of(holders)
        })
    });
    found.collect()
}
