//! The projects: shared ones with their creators, and the personal one of each regular user.

use super::Writing;
use super::draw::{Part, draws, id, moment, often, one};
use super::people::{People, Person};
use super::rows::{self, Rows};
use crate::error::Error;
use domain::project::ProjectKind;
use domain::user::UserKind;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

const SUBJECTS: [&str; 40] = [
    "answer",
    "archive",
    "audit",
    "billing",
    "calendar",
    "catalogue",
    "chat",
    "churn",
    "claims",
    "code",
    "contract",
    "customer",
    "delivery",
    "demand",
    "document",
    "energy",
    "feedback",
    "fleet",
    "forecast",
    "fraud",
    "handbook",
    "hiring",
    "incident",
    "inventory",
    "invoice",
    "knowledge",
    "logistics",
    "market",
    "meeting",
    "onboarding",
    "pricing",
    "quality",
    "release",
    "research",
    "returns",
    "safety",
    "survey",
    "ticket",
    "translation",
    "warranty",
];

const TOOLS: [&str; 25] = [
    "agent",
    "assistant",
    "bench",
    "board",
    "bot",
    "classifier",
    "companion",
    "copilot",
    "desk",
    "digest",
    "finder",
    "guide",
    "helper",
    "insights",
    "lab",
    "notebook",
    "pilot",
    "planner",
    "radar",
    "reviewer",
    "search",
    "studio",
    "summaries",
    "tutor",
    "writer",
];

const PURPOSES: [&str; 8] = [
    "Answers questions from our own documents and shows the page they stand on.",
    "Drafts replies for people to check and send.",
    "Sorts what comes in, so that the urgent is read first.",
    "Try things. Nothing here is meant to last.",
    "Summaries for the morning meeting, with a link to each source.",
    "Für alle Teams in Köln, Zürich und Wien: Entwürfe, Übersetzungen und Prüfungen.",
    "Checks figures against last month's and says what is out of line.",
    "Prototype for a customer; ends with the quarter unless somebody speaks up for it.",
];

/// What members and budgets need to know of a shared project.
pub(super) struct Made {
    pub(super) id: Uuid,
    pub(super) created_at: OffsetDateTime,
    pub(super) maker: Uuid,
}

/// All shared projects, and which of them a person made.
pub(super) struct Shared {
    pub(super) projects: Vec<Made>,
    pub(super) made_by: HashMap<u32, Vec<u32>>,
}

/// Tries to find a user who has room for one more project before an admin takes it.
const TRIES: u32 = 64;

impl Shared {
    /// Finds a creator for each; users who are not admins create at most as many as they may be in.
    fn draw(seed: u64, count: u32, people: &People, limit: u32) -> Self {
        let mut shared = Self { projects: Vec::new(), made_by: HashMap::new() };
        if people.count == 0 {
            return shared;
        }
        for number in 0..count {
            let mut rng = draws(seed, Part::Project, number);
            let has_room = |maker: u32, person: &Person| {
                let made = shared.made_by.get(&maker).map_or(0, Vec::len);
                person.makes_projects() && (person.role.is_admin() || made < limit as usize)
            };
            let mut tries = (0..TRIES).map(|_| rng.u32(0..people.count)).map(|maker| (maker, people.get(maker)));
            let (maker, person) =
                tries.find(|(maker, person)| has_room(*maker, person)).unwrap_or_else(|| (0, people.get(0)));
            let created_at = moment(&mut rng, person.created_at, people.now);
            let id = id(&mut rng, created_at);
            shared.projects.push(Made { id, created_at, maker: person.id });
            shared.made_by.entry(maker).or_default().push(number);
        }
        shared
    }
}

/// A name no other has, and what people call it.
fn names(number: u32) -> (String, String) {
    let (subjects, tools) = (SUBJECTS.len(), TOOLS.len());
    let number = number as usize;
    let (subject, tool) = (SUBJECTS[number % subjects], TOOLS[number / subjects % tools]);
    let (name, title) =
        (format!("{subject}-{tool}"), format!("{}{} {tool}", subject[..1].to_uppercase(), &subject[1..]));
    match number / (subjects * tools) {
        0 => (name, title),
        again => (format!("{name}-{}", again + 1), format!("{title} {}", again + 1)),
    }
}

const COLUMNS: &str =
    "projects (id, name, display_name, description, project_type, created_by, created_at, updated_at)";

/// Writes both kinds.
pub(super) async fn write(writing: &mut Writing<'_>) -> Result<Shared, Error> {
    let (seed, count) = (writing.amount.seed, writing.amount.projects);
    let shared = Shared::draw(seed, count, &writing.people, writing.project_limit);
    let make = |number: u32, rows: &mut Rows| {
        let project = &shared.projects[number as usize];
        let mut rng = draws(seed, Part::Project, number);
        // Beside what another seed left here, a name has to be another one too.
        let (name, title) = names(number);
        let name = if seed == 0 { name } else { format!("{name}-{seed:x}") };
        let title = often(&mut rng, 800).then_some(title);
        rows.push(|row| {
            row.value(project.id).value(name).optional(title);
            row.value(one(&mut rng, &PURPOSES).unwrap_or(&"")).value(ProjectKind::Shared.key());
            row.value(project.maker).time(project.created_at).time(project.created_at);
        });
    };
    let numbers = 0..u32::try_from(shared.projects.len()).unwrap_or(u32::MAX);
    rows::send(writing, "shared projects", COLUMNS, numbers, make).await?;
    write_personal(writing).await?;
    Ok(shared)
}

/// The id of a user's personal project, if they have one.
pub(super) fn personal(seed: u64, number: u32, person: &Person) -> Option<Uuid> {
    let has_one = person.kind == UserKind::Regular;
    has_one.then(|| id(&mut draws(seed, Part::PersonalProject, number), person.created_at))
}

async fn write_personal(writing: &mut Writing<'_>) -> Result<(), Error> {
    let people = writing.people;
    let make = |number: u32, rows: &mut Rows| {
        let person = people.get(number);
        if let Some(id) = personal(people.seed, number, &person) {
            rows.push(|row| {
                row.value(id).value(&person.email).null().value(format_args!("Personal project of {}", person.name));
                row.value(ProjectKind::Personal.key()).value(person.id);
                row.time(person.created_at).time(person.created_at);
            });
        }
    };
    rows::send(writing, "personal projects", COLUMNS, people.numbers(), make).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::project::ProjectName;
    use std::collections::HashSet;

    #[test]
    fn ten_thousand_projects_have_names_of_their_own_that_a_form_would_take() {
        let all: HashSet<_> = (0..10_000).map(|number| names(number).0).collect();
        assert_eq!(all.len(), 10_000);
        assert!(all.iter().all(|name| ProjectName::parse(&format!("{name}-{:x}", u64::MAX)).is_ok()));
        assert_eq!(names(1_041), ("archive-assistant-2".to_owned(), "Archive assistant 2".to_owned()));
    }
}
