//! The people.

use super::Writing;
use super::draw::{Part, draws, id, last_visit, moment, often};
use super::names::{self, Name};
use super::rows::{self, Rows};
use crate::error::Error;
use domain::role::PlatformRole;
use domain::user::UserKind;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long the organisation has used Bursar.
const AGE: Duration = Duration::days(6 * 365);

/// All users, by number.
#[derive(Clone, Copy)]
pub(super) struct People {
    pub(super) seed: u64,
    pub(super) count: u32,
    pub(super) now: OffsetDateTime,
}

pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) kind: UserKind,
    pub(super) role: PlatformRole,
    pub(super) is_active: bool,
    pub(super) created_at: OffsetDateTime,
    pub(super) last_sign_in_at: Option<OffsetDateTime>,
    pub(super) locked_until: Option<OffsetDateTime>,
}

impl Person {
    /// Whether this person could have made a project.
    pub(super) fn makes_projects(&self) -> bool {
        self.kind == UserKind::Regular && self.is_active && self.last_sign_in_at.is_some()
    }
}

impl People {
    /// Number 0 is an admin who is there every day; of the others one in twenty-five is external, one in twenty is
    /// deactivated, one in eleven has never signed in, a few hold a role, and a few are locked.
    pub(super) fn get(&self, number: u32) -> Person {
        let mut rng = draws(self.seed, Part::Person, number);
        let created_at = moment(&mut rng, self.now - AGE, self.now);
        let id = id(&mut rng, created_at);
        let kind = if number > 0 && often(&mut rng, 40) { UserKind::External } else { UserKind::Regular };
        let role = match rng.u32(0..4000) {
            _ if kind == UserKind::External => PlatformRole::User,
            0..8 => PlatformRole::Admin,
            8..10 => PlatformRole::Maintainer,
            10..14 => PlatformRole::Auditor,
            _ if number == 0 => PlatformRole::Admin,
            _ => PlatformRole::User,
        };
        let is_active = number == 0 || !often(&mut rng, 50);
        let has_signed_in = number == 0 || !often(&mut rng, 90);
        // Deactivated users have not signed in since, and for the most part that was long ago.
        let left = if is_active { self.now } else { moment(&mut rng, created_at, self.now) };
        let last_sign_in_at = has_signed_in.then(|| last_visit(&mut rng, created_at, left));
        let is_locked = is_active && has_signed_in && number > 0 && often(&mut rng, 1);
        let locked_until = is_locked.then(|| self.now + Duration::minutes(rng.i64(1..10_000)));
        let Name { name, email } = names::name(self.seed, number, kind, &mut rng);
        Person { id, name, email, kind, role, is_active, created_at, last_sign_in_at, locked_until }
    }

    pub(super) fn numbers(&self) -> std::ops::Range<u32> {
        0..self.count
    }
}

/// Writes them, and that Bursar made them.
pub(super) async fn write(writing: &mut Writing<'_>) -> Result<(), Error> {
    let people = writing.people;
    let columns = "users (id, email, name, user_type, is_admin, is_maintainer, is_auditor, is_active, locked_until, \
                   last_sign_in_at, created_at, updated_at)";
    let make = |number, rows: &mut Rows| {
        let person = people.get(number);
        rows.push(|row| {
            row.value(person.id).value(person.email).value(person.name).value(person.kind.key());
            row.value(person.role.is_admin()).value(person.role.is_maintainer()).value(person.role.is_auditor());
            row.value(person.is_active).optional_time(person.locked_until).optional_time(person.last_sign_in_at);
            row.time(person.created_at).time(person.created_at);
        });
    };
    rows::send(writing, "people", columns, people.numbers(), make).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::email::Email;
    use domain::text::PersonName;
    use std::collections::{HashMap, HashSet};
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-03-02 09:00 UTC);

    #[test]
    fn a_hundred_thousand_people_are_of_every_kind_and_no_two_share_an_address() {
        let people = People { seed: 1, count: 100_000, now: NOW };
        let all: Vec<_> = people.numbers().map(|number| people.get(number)).collect();
        let addresses: HashSet<_> = all.iter().map(|person| person.email.to_lowercase()).collect();
        assert_eq!(addresses.len(), all.len());
        let share = |is: fn(&Person) -> bool| all.iter().filter(|person| is(person)).count();
        assert!((3_500..4_500).contains(&share(|person| person.kind == UserKind::External)));
        assert!((4_500..5_500).contains(&share(|person| !person.is_active)));
        assert!((8_500..9_500).contains(&share(|person| person.last_sign_in_at.is_none())));
        for role in [PlatformRole::Admin, PlatformRole::Maintainer, PlatformRole::Auditor] {
            assert!(all.iter().any(|person| person.role == role), "{role:?}");
        }
        assert!(share(|person| person.locked_until.is_some()) > 20);
        assert!(share(|person| person.name.chars().count() > 40) > 20);
        assert!(share(|person| !person.name.is_ascii()) > 10_000);
    }

    #[test]
    fn people_do_not_sign_in_all_at_once() {
        let people = People { seed: 1, count: 100_000, now: NOW };
        let mut at_once = HashMap::<_, usize>::new();
        let mut lately = 0;
        for at in people.numbers().filter_map(|number| people.get(number).last_sign_in_at) {
            *at_once.entry(at).or_default() += 1;
            lately += usize::from(NOW - at < Duration::days(14));
        }
        assert!((40_000..60_000).contains(&lately), "{lately}");
        assert!(at_once.values().all(|count| *count < 10));
    }

    #[test]
    fn names_and_addresses_are_those_a_form_would_take_and_times_are_in_order() {
        let people = People { seed: 9, count: 20_000, now: NOW };
        for person in people.numbers().map(|number| people.get(number)) {
            assert!(Email::parse(&person.email).is_ok(), "{}", person.email);
            assert_eq!(PersonName::parse(&person.name).map(String::from), Ok(person.name));
            assert!(person.created_at <= NOW && person.last_sign_in_at.is_none_or(|at| at >= person.created_at));
            assert!(person.kind == UserKind::Regular || person.role == PlatformRole::User);
        }
    }
}
