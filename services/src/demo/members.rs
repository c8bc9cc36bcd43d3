//! Who is in which project.

use super::Writing;
use super::draw::{Part, draws, moment, often, popular};
use super::people::Person;
use super::projects::{Shared, personal};
use super::rows::{self, Rows};
use crate::error::Error;
use domain::user::UserKind;
use fastrand::Rng;

/// Admins are in more projects than others may be.
const MOST_OF_AN_ADMIN: u32 = 8;

/// Writes each user's personal project, the projects they created, and those they were added to.
///
/// Only admins are in more shared projects than the limit allows.
pub(super) async fn write(writing: &mut Writing<'_>, shared: &Shared) -> Result<(), Error> {
    let (people, limit) = (writing.people, writing.project_limit);
    let columns = "user_projects (user_id, project_id, is_project_admin, granted_by, created_at)";
    let make = |number: u32, rows: &mut Rows| {
        let person = people.get(number);
        if let Some(project) = personal(people.seed, number, &person) {
            rows.push(|row| {
                row.value(person.id).value(project).value(false).null().time(person.created_at);
            });
        }
        let mut rng = draws(people.seed, Part::Members, number);
        let made = shared.made_by.get(&number).map_or(&[][..], Vec::as_slice);
        for project in made.iter().map(|number| &shared.projects[*number as usize]) {
            rows.push(|row| {
                row.value(person.id).value(project.id).value(true).value(person.id).time(project.created_at);
            });
        }
        for project in added(&mut rng, &person, made, shared, limit) {
            let project = &shared.projects[project as usize];
            let joined = moment(&mut rng, project.created_at.max(person.created_at), people.now);
            let is_admin = person.kind == UserKind::Regular && often(&mut rng, 80);
            rows.push(|row| {
                row.value(person.id).value(project.id).value(is_admin).value(project.maker).time(joined);
            });
        }
    };
    rows::send(writing, "memberships", columns, people.numbers(), make).await
}

/// The projects a user was added to, by number: none that they created, and no more than there is room for.
fn added(rng: &mut Rng, person: &Person, made: &[u32], shared: &Shared, limit: u32) -> Vec<u32> {
    let count = u32::try_from(shared.projects.len()).unwrap_or(u32::MAX);
    let wanted = match rng.u32(0..100) {
        _ if person.role.is_admin() => rng.u32(0..=MOST_OF_AN_ADMIN),
        0..15 => 0,
        15..60 => 1,
        60..88 => 2,
        _ => 3,
    };
    let room =
        if person.role.is_admin() { wanted } else { limit.saturating_sub(u32::try_from(made.len()).unwrap_or(limit)) };
    let mut found: Vec<u32> = Vec::new();
    for _ in 0..wanted.min(room).min(count) {
        let project = popular(rng, count);
        if !made.contains(&project) && !found.contains(&project) {
            found.push(project);
        }
    }
    found
}
