//! Changes sent to a console, and the check that what was answered, what is stored and what is on record agree.

use super::console::{Answer, Console};
use domain::id::UserId;
use domain::role::PlatformRole;
use services::testing::World;
use sqlx::PgPool;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

/// A maintainer's work: every change has a number and a name of its own.
pub(crate) struct Work {
    pool: PgPool,
    cookie: String,
    person: UserId,
    next: AtomicUsize,
    sent: Mutex<Vec<Sent>>,
}

struct Sent {
    name: String,
    /// `None` when no whole answer came back.
    answer: Option<Answer>,
}

impl Work {
    pub(crate) async fn of(world: &World) -> Self {
        let maintainer = world.person("Mira", PlatformRole::Maintainer).await;
        let person = world.person("Priya", PlatformRole::User).await.actor.user_id;
        let cookie = format!("__Host-bursar={}", world.token(&maintainer));
        let pool = world.services.pool().clone();
        Self { pool, cookie, person, next: AtomicUsize::default(), sent: Mutex::default() }
    }

    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Sends the next change and remembers what came of it.
    pub(crate) async fn change(&self, console: &Console) -> Result<Answer, reqwest::Error> {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        let (round, person) = (number / 4, self.person);
        let (path, body) = match number % 4 {
            0 => ("/act/projects/create", format!("name=made-{round}&display_name=&description=Made+under+load")),
            1 => {
                let fields = "category=cli&soft_limit=1&hard_limit=2&period=30d";
                ("/act/budgets/create", format!("name=Made+{round}&{fields}"))
            }
            2 => ("/act/users/set-project-limit", format!("person={person}&limit={number}")),
            _ => ("/act/members/add", format!("project=made-{}&person={person}&role=member", round.saturating_sub(2))),
        };
        let name = format!("change-{number}");
        let answer = console.post(path, &body, &self.cookie, &name).await;
        self.sent.lock().expect("no panic").push(Sent { name, answer: answer.as_ref().ok().cloned() });
        answer
    }

    /// How many changes were answered with success.
    pub(crate) fn done(&self) -> usize {
        let sent = self.sent.lock().expect("no panic");
        sent.iter().filter(|sent| sent.answer.as_ref().is_some_and(|answer| answer.status == 200)).count()
    }

    /// Every change that was answered is on record or not as its answer says, and the rows are those on record.
    pub(crate) async fn check(&self) {
        let names: Vec<String> =
            sqlx::query_scalar("select request_id from audit_log where request_id like 'change-%'")
                .fetch_all(&self.pool)
                .await
                .expect("the audit log");
        let recorded: HashSet<&str> = names.iter().map(String::as_str).collect();
        for Sent { name, answer } in &*self.sent.lock().expect("no panic") {
            let Some(answer) = answer else { continue };
            let is_recorded = recorded.contains(name.as_str());
            let is_open = answer.status == 504;
            assert!(is_open || is_recorded == (answer.status == 200), "{name}, recorded: {is_recorded}: {answer:?}");
        }
        for (what, difference) in DIFFERENCES {
            let found: Vec<String> = sqlx::query_scalar(*difference).fetch_all(&self.pool).await.expect(what);
            assert_eq!(found, Vec::<String>::new(), "{what}");
        }
    }

    /// Those whose answer never came are not on record: they were never begun.
    pub(crate) async fn check_that_nothing_unanswered_happened(&self) {
        let unanswered: Vec<String> = {
            let sent = self.sent.lock().expect("no panic");
            sent.iter().filter(|sent| sent.answer.is_none()).map(|sent| sent.name.clone()).collect()
        };
        let happened: Vec<String> = sqlx::query_scalar("select request_id from audit_log where request_id = any($1)")
            .bind(unanswered)
            .fetch_all(&self.pool)
            .await
            .expect("the audit log");
        assert_eq!(happened, Vec::<String>::new(), "done, and the answer lost");
    }
}

/// Changes and pages, all at once; the answers as they come.
pub(crate) fn storm(console: &Arc<Console>, work: &Arc<Work>, count: usize) -> JoinSet<Answer> {
    (0..count)
        .map(|number| {
            let (console, work) = (Arc::clone(console), Arc::clone(work));
            async move {
                let answer = match number % 2 {
                    0 => work.change(&console).await,
                    _ => console.get("/settings/administration/users", work.cookie()).await,
                };
                answer.expect("an answer, whatever it is")
            }
        })
        .collect()
}

/// Statements that find what stands on one side alone: rows, or the record of how they came to be. One statement sees
/// one state of the database, also while a killed server's last transaction ends.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "projects",
        "select coalesce(p.name, a.target) from (select * from projects where name like 'made-%') p
         full join (select * from audit_log where action = 'project.created' and request_id is not null) a on a.target_id = p.id
         where p.id is null or a.id is null",
    ),
    (
        "the makers of projects",
        "select p.name from projects p where p.name like 'made-%' and not exists
           (select from user_projects m where m.project_id = p.id and m.user_id = p.created_by and m.is_project_admin)",
    ),
    (
        "members",
        "select coalesce(m.project_id, a.target_id)::text
         from (select m.* from user_projects m join projects p on p.id = m.project_id
               where p.name like 'made-%' and not m.is_project_admin) m
         full join (select * from audit_log where action = 'project.member_added') a on a.target_id = m.project_id
         where m.project_id is null or a.id is null",
    ),
    (
        "budgets",
        "select coalesce(b.name, a.target) from budgets b
         full join (select * from audit_log where action = 'budget.created') a on a.target_id = b.id
         where b.id is null or a.id is null",
    ),
    (
        "the project limit",
        "select u.email from users u
         where u.project_limit::text is distinct from
           (select a.changes -> 0 ->> 'after' from audit_log a
            where a.target_id = u.id and a.action = 'user.project_limit_changed' order by a.at desc, a.id desc limit 1)",
    ),
];
