//! The lists, one request after the other: how long Postgres works for a page, told by Postgres itself.
//!
//! The time is that of all statements of the request but the look-up of the session, as Postgres logs it; statements
//! are prepared by the server as for any request, on one connection, and sent more than ten times before they count.

use crate::database::Database;
use crate::log::Log;
use crate::report::{Bar, Report, number};
use crate::server::{Server, Visitor, again};
use crate::{Bench, Part};
use anyhow::{Context, Result, ensure};

const USERS: &str = "/settings/administration/users";
const PROJECTS: &str = "/settings/administration/projects";
const BUDGETS: &str = "/settings/administration/budgets";
const EFFECTIVE_ACCESS: &str = "/settings/administration/effective-access";
const SPENDING: &str = "/settings/administration/spending";

/// What a page cost.
struct Cost {
    /// Milliseconds of Postgres: median, and what 95 of 100 stay below.
    p50: f64,
    p95: f64,
    /// Milliseconds until all of the page had arrived: median.
    http: f64,
    /// Statements of the request, that of the session among them.
    statements: usize,
}

/// Asks for pages and looks at what Postgres did.
struct Looking {
    visitor: Visitor,
    log: Log,
    runs: usize,
    uncounted: usize,
    most_statements: usize,
}

impl Looking {
    fn cost(&mut self, path: &str) -> Result<Cost> {
        self.cost_of(path, self.uncounted, self.runs)
    }

    fn cost_of(&mut self, path: &str, uncounted: usize, runs: usize) -> Result<Cost> {
        let (mut database, mut http, mut statements) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..uncounted + runs {
            self.log.statements()?;
            let (_, time) = self.visitor.read(path)?;
            let ran = self.log.statements()?;
            if run >= uncounted {
                let of_the_page = ran.iter().filter(|statement| !statement.sql.contains("s.token_hash ="));
                database.push(of_the_page.map(|statement| statement.millis).sum());
                http.push(time.as_secs_f64() * 1000.0);
                statements.push(ran.len());
            }
        }
        statements.sort_unstable();
        // The middle one: a job of the server may have run beside one of them.
        let statements = statements[statements.len() / 2];
        self.most_statements = self.most_statements.max(statements);
        let (p50, p95) = (part(&mut database, 0.5), part(&mut database, 0.95));
        ensure!(p50 > 0.0, "{path} ran no statement but the look-up of the session");
        Ok(Cost { p50, p95, http: part(&mut http, 0.5), statements })
    }
}

/// What `share` of the figures stay below.
fn part(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place")]
    let place = ((figures.len() - 1) as f64 * share).round() as usize;
    figures[place]
}

pub(crate) fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let log = bench.database.watch()?;
    let server = Server::start(&bench.bursar, &bench.database, &[("BURSAR_DATABASE_CONNECTIONS", "1")])?;
    let (visitor, runs, uncounted) = (server.visitor(), bench.size.runs, bench.size.uncounted);
    let mut looking = Looking { visitor, log, runs, uncounted, most_statements: 0 };
    let result = all(bench, &mut looking, report);
    drop(server);
    bench.database.look_away()?;
    result
}

fn all(bench: &Bench, looking: &mut Looking, report: &mut Report) -> Result<()> {
    let words = Words::of(&bench.database)?;
    depth(bench, looking, report)?;
    let plain = looking.cost(&format!("{USERS}?rows=50"))?.p50;
    search(looking, report, &words, plain)?;
    filters_and_sorts(looking, report, &words, plain)?;
    combinations(looking, report, &words, plain)?;
    effective_access(looking, report, &words, plain)?;
    spending(bench, looking, report)?;
    statements(looking, report, &words)
}

/// What to search for in this database.
struct Words {
    /// A part of one person's address.
    rare: String,
    /// A given name that some have, and that stands last in the order of names.
    last: String,
    /// A given name with an accent that some have.
    accented: String,
    /// A project with many members, and one with few.
    large: String,
    small: String,
    budget: String,
    person: String,
}

impl Words {
    fn of(database: &Database) -> Result<Self> {
        let one = |sql: &str| database.ask(sql);
        let by_members = "select p.name from projects p join user_projects m on m.project_id = p.id
                          where p.project_type = 'shared' group by p.id order by count(*)";
        Ok(Self {
            rare: one("select substr(email, 3, 10) from users where is_active order by created_at, id limit 1")?,
            last: one("select split_part(name, ' ', 1) from users order by name collate name_order desc, id limit 1")?,
            accented: one("select split_part(name, ' ', 1) as given from users
                           where octet_length(split_part(name, ' ', 1)) <> char_length(split_part(name, ' ', 1))
                           group by given order by count(*) desc, given limit 1")?,
            large: one(&format!("{by_members} desc, p.id limit 1"))?,
            small: one(&format!("{by_members}, p.id limit 1"))?,
            budget: one("select budget_id from user_budgets group by budget_id order by count(*) desc limit 1")?,
            person: one("select id from users where is_active order by created_at desc, id limit 1")?,
        })
    }
}

/// A cursor to the page behind a row, as the pager's link has it.
pub(crate) fn cursor(database: &Database, sql_of_key_and_id: &str) -> Result<String> {
    let at = format!(
        "select translate(encode(uuid_send(id) || '\\x01'::bytea || convert_to(key, 'UTF8'), 'base64'), E'+/=\\n', '-_')
         from ({sql_of_key_and_id}) place"
    );
    let cursor = database.ask(&at)?;
    (!cursor.is_empty()).then_some(cursor).context("there is no row so deep")
}

fn depth(bench: &Bench, looking: &mut Looking, report: &mut Report) -> Result<()> {
    let deep = bench.size.users / 2;
    let how = format!(
        "A page of 50 at the beginning of the list against one with {deep} rows before it: what Postgres works for it, \
         p50 of {} after {} uncounted runs each.",
        looking.runs, looking.uncounted
    );
    report.section("First page and deep page", how, again(Part::Lists));
    let time = "to_char(key at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    let seen = "coalesce(last_sign_in_at, timestamptz '-infinity')";
    for (what, list, sort, table, key, shown) in [
        ("People by name", USERS, "name", "users", "name collate name_order", "key"),
        ("People by creation", USERS, "created", "users", "created_at", time),
        ("People by last sign-in", USERS, "last-sign-in", "users", seen, time),
        ("Projects by name", PROJECTS, "name", "projects", "title collate name_order", "key"),
        ("Projects by creation", PROJECTS, "created", "projects", "created_at", time),
    ] {
        // People who never signed in stand first in this order and have no time to show.
        let (descending, direction) = if sort == "last-sign-in" { ("&dir=desc", "desc") } else { ("", "asc") };
        let depth = if table == "projects" { deep * 9 / 10 } else { deep };
        let place = cursor(
            &bench.database,
            &format!(
                "select id, {shown} as key from (select id, {key} as key from {table}
                 order by {key} {direction}, id {direction} offset {depth} limit 1) row"
            ),
        )?;
        let address = format!("{list}?rows=50&sort={sort}{descending}");
        let first = looking.cost(&address)?;
        let deep = looking.cost(&format!("{address}&at={place}"))?;
        report.line(
            what,
            (deep.p50 / first.p50, ""),
            Bar::AtMost(1.2),
            format!("{:.2} ms / {:.2} ms; over HTTP {:.1} ms / {:.1} ms", deep.p50, first.p50, deep.http, first.http),
        );
    }
    Ok(())
}

fn against(report: &mut Report, what: &str, cost: &Cost, plain: f64) {
    let from =
        format!("p95 {:.2} ms, p50 {:.2} ms / {plain:.2} ms; over HTTP p50 {:.1} ms", cost.p95, cost.p50, cost.http);
    report.line(what, (cost.p95 / plain, ""), Bar::AtMost(100.0), from);
}

fn search(looking: &mut Looking, report: &mut Report, words: &Words, plain: f64) -> Result<()> {
    let how = format!(
        "p95 of {} searches, after {} uncounted runs of each, against the p50 of the plain first page of 50 \
         people ({plain:.2} ms): what Postgres works.",
        looking.runs, looking.uncounted
    );
    report.section("Search", how, again(Part::Lists));
    let terms = [
        ("rare, one person", words.rare.as_str()),
        ("frequent, everybody", "example"),
        ("last in the order of names", words.last.as_str()),
        ("with an accent", words.accented.as_str()),
        ("in nobody", "qxqxqx"),
        ("two letters in nobody", "qx"),
        ("one letter in nearly everybody", "e"),
    ];
    for (what, term) in terms {
        for sort in ["name", "created&dir=desc", "last-sign-in&dir=desc"] {
            let cost = looking.cost(&format!("{USERS}?rows=50&q={}&sort={sort}", encoded(term)))?;
            against(
                report,
                &format!("People, {what} (“{term}”), by {}", sort.split('&').next().unwrap_or(sort)),
                &cost,
                plain,
            );
        }
    }
    let all_projects = format!("{PROJECTS}?type=all&");
    let (shared_projects, budgets) = (format!("{PROJECTS}?"), format!("{BUDGETS}?"));
    for (what, list, term) in [
        ("Shared projects, one project", &shared_projects, words.small.as_str()),
        ("Shared projects, in none", &shared_projects, "qxqxqx"),
        ("Projects of all types, one project", &all_projects, words.small.as_str()),
        ("Projects of all types, every personal one", &all_projects, "personal project"),
        ("Projects of all types, in none", &all_projects, "qxqxqx"),
        ("Budgets, many", &budgets, "engineering"),
        ("Budgets, none", &budgets, "qxqxqx"),
    ] {
        let cost = looking.cost(&format!("{list}rows=50&q={}", encoded(term)))?;
        against(report, &format!("{what} (“{term}”)"), &cost, plain);
    }
    let members = format!("{PROJECTS}/{}?rows=50&q={}", encoded(&words.large), encoded(&words.last));
    let cost = looking.cost(&members)?;
    against(report, "Members of the largest project", &cost, plain);
    Ok(())
}

fn effective_access(looking: &mut Looking, report: &mut Report, words: &Words, plain: f64) -> Result<()> {
    let how = format!(
        "What a user can do, and who can do something, with the paths: p95 of {} against the p50 of the plain first page \
         of 50 people ({plain:.2} ms): what Postgres works.",
        looking.runs
    );
    report.section("Effective access", how, again(Part::Lists));
    let (large, small) = (encoded(&words.large), encoded(&words.small));
    let who = |permission: &str| format!("{EFFECTIVE_ACCESS}?view=who&rows=50&permission={permission}");
    for (what, path) in [
        ("A user", format!("{EFFECTIVE_ACCESS}?user={}", words.person)),
        ("A user in the largest project", format!("{EFFECTIVE_ACCESS}?user={}&project={large}", words.person)),
        ("Who can manage users", who("manage_users")),
        ("Who can manage the members of the largest project", who(&format!("manage_members&project={large}"))),
        ("Who can see the largest project", who(&format!("view_project&project={large}"))),
        ("Who can see the smallest project", who(&format!("view_project&project={small}"))),
    ] {
        let cost = looking.cost(&path)?;
        let from = format!("p95 {:.2} ms, p50 {:.2} ms / {plain:.2} ms", cost.p95, cost.p50);
        report.line(what, (cost.p95 / plain, ""), Bar::AtMost(20.0), from);
    }
    Ok(())
}

const ROLES: [&str; 4] = ["user", "auditor", "admin", "maintainer"];
const STATES: [&str; 4] = ["active", "no-sign-in", "locked", "deactivated"];
const KINDS: [&str; 2] = ["regular", "external"];
const PROJECT_TYPES: [&str; 3] = ["shared", "personal", "all"];
const SORTS: [&str; 3] = ["name", "last-sign-in", "created"];

fn filters_and_sorts(looking: &mut Looking, report: &mut Report, words: &Words, plain: f64) -> Result<()> {
    let how = format!(
        "Every filter and every sort that the lists offer, each alone, and the pages beside them: p95 of {} against the \
         p50 of the plain page ({plain:.2} ms).",
        looking.runs
    );
    report.section("Filters and sorts", how, again(Part::Lists));
    let mut pages = Vec::new();
    let directions = ["asc", "desc"];
    for sort in SORTS {
        pages.extend(
            directions.map(|dir| (format!("People by {sort} {dir}"), format!("{USERS}?rows=50&sort={sort}&dir={dir}"))),
        );
    }
    pages.extend(ROLES.map(|role| (format!("People, role {role}"), format!("{USERS}?rows=50&role={role}"))));
    pages.extend(STATES.map(|status| (format!("People, status {status}"), format!("{USERS}?rows=50&status={status}"))));
    for (size, project) in [("largest", &words.large), ("smallest", &words.small)] {
        pages.push((format!("People of the {size} project"), format!("{USERS}?rows=50&project={}", encoded(project))));
    }
    pages.extend(KINDS.map(|kind| (format!("People, type {kind}"), format!("{USERS}?rows=50&type={kind}"))));
    for (types, sort) in PROJECT_TYPES.iter().flat_map(|types| ["name", "created"].map(|sort| (types, sort))) {
        pages.extend(directions.map(|dir| {
            let path = format!("{PROJECTS}?rows=50&type={types}&sort={sort}&dir={dir}");
            (format!("Projects, type {types}, by {sort} {dir}"), path)
        }));
    }
    for sort in ["name", "hard-limit", "updated"] {
        pages.extend(
            directions
                .map(|dir| (format!("Budgets by {sort} {dir}"), format!("{BUDGETS}?rows=50&sort={sort}&dir={dir}"))),
        );
    }
    pages.extend(
        ["platform", "cli", "premium_models"].map(|category| {
            (format!("Budgets, category {category}"), format!("{BUDGETS}?rows=50&category={category}"))
        }),
    );
    pages.push(("Page of the largest project".to_owned(), format!("{PROJECTS}/{}?rows=50", encoded(&words.large))));
    pages.push(("Page of the most used budget".to_owned(), format!("{BUDGETS}/{}", words.budget)));
    pages.push(("Page of a person".to_owned(), format!("{USERS}/{}", words.person)));
    for (what, path) in pages {
        let cost = looking.cost(&path)?;
        against(report, &what, &cost, plain);
    }
    Ok(())
}

/// Every search with every role, state and order: where two conditions meet, an index that serves each may serve both
/// badly.
fn combinations(looking: &mut Looking, report: &mut Report, words: &Words, plain: f64) -> Result<()> {
    let (runs, uncounted) = (looking.runs.min(3), looking.uncounted.min(8));
    let mut costs = Vec::new();
    let none = || std::iter::once(String::new());
    let searches = [words.rare.as_str(), "example", words.last.as_str(), "qx"];
    for search in none().chain(searches.map(|term| format!("&q={}", encoded(term)))) {
        for role in none().chain(ROLES.map(|role| format!("&role={role}"))) {
            for status in none().chain(STATES.map(|status| format!("&status={status}"))) {
                for order in SORTS.iter().flat_map(|sort| ["asc", "desc"].map(|dir| format!("&sort={sort}&dir={dir}")))
                {
                    let query = format!("{search}{role}{status}{order}");
                    let cost = looking.cost_of(&format!("{USERS}?rows=50{query}"), uncounted, runs)?;
                    costs.push((cost.p50, query));
                }
            }
        }
    }
    costs.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let how = format!(
        "All {} combinations of search, role, status and order of the list of people: p50 of {runs} after {uncounted} \
         uncounted runs each, against the plain page ({plain:.2} ms). The slowest of them:",
        costs.len()
    );
    report.section("Combinations", how, again(Part::Lists));
    for (millis, query) in costs.iter().take(5) {
        report.line(
            format!("`{query}`"),
            (millis / plain, ""),
            Bar::AtMost(100.0),
            format!("{millis:.2} ms / {plain:.2} ms"),
        );
    }
    let middle = costs[costs.len() / 2].0;
    report.line("The middle one", (middle / plain, ""), Bar::AtMost(100.0), format!("{middle:.2} ms / {plain:.2} ms"));
    Ok(())
}

/// The page of spending in each breakdown, over some days and over all that there are.
fn spending(bench: &Bench, looking: &mut Looking, report: &mut Report) -> Result<()> {
    wait_for_sums(bench)?;
    let counts = bench.database.ask(
        "select (select count(*) from spend_events), (select count(*) from spend_days),
                (select count(distinct user_id) from spend_days)",
    )?;
    let counts: Vec<_> = counts.split('|').map(|count| count.parse().map(number)).collect::<Result<_, _>>()?;
    let [events, days, users] = counts.as_slice() else { anyhow::bail!("the database did not count") };
    let plain = looking.cost(&format!("{USERS}?rows=50"))?;
    let how = format!(
        "The page of spending over {events} events, which are {days} totals by day, of {users} users, against the plain \
         page of 50 users: what a user waits for over HTTP, p50 of {}. A page of spending adds up the sums of the weeks and \
         days of its period and of the time before, which a job has written, and the totals of today. Most of it is the work \
         of Postgres, which stands beside it.",
        looking.runs
    );
    report.section("Spending", how, again(Part::Lists));
    for (period, days) in [("this-month", "this month"), ("30d", "30 days"), ("90d", "90 days")] {
        for by in ["project", "user", "category", "model"] {
            let cost = looking.cost(&format!("{SPENDING}?period={period}&by={by}"))?;
            let from = format!(
                "{:.1} ms / {:.1} ms; Postgres p50 {:.1} ms / {:.2} ms, {} statements",
                cost.http, plain.http, cost.p50, plain.p50, cost.statements
            );
            report.line(format!("Spending of {days} by {by}"), (cost.http / plain.http, ""), Bar::AtMost(100.0), from);
        }
    }
    Ok(())
}

/// Waits until the server's job has written the sums of the days that are over.
fn wait_for_sums(bench: &Bench) -> Result<()> {
    let sql = "select exists (select from spend_closed_days) and not exists (select from spend_closed_days where summed_at is null)";
    for _ in 0..300 {
        if bench.database.ask(sql)?.trim() == "t" {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    anyhow::bail!("the sums of spend were not written within five minutes")
}

fn statements(looking: &mut Looking, report: &mut Report, words: &Words) -> Result<()> {
    let how = "How many statements Postgres ran for one request, the look-up of the session among them.";
    report.section("Statements a page", how, again(Part::Lists));
    for (what, path) in [
        ("People", USERS.to_owned()),
        ("People, searching", format!("{USERS}?q=example")),
        ("Projects", PROJECTS.to_owned()),
        ("Budgets", BUDGETS.to_owned()),
        ("Members of the largest project", format!("{PROJECTS}/{}", encoded(&words.large))),
    ] {
        let of = |looking: &mut Looking, rows: u32| {
            let separator = if path.contains('?') { '&' } else { '?' };
            looking.cost_of(&format!("{path}{separator}rows={rows}"), 1, 3).map(|cost| cost.statements)
        };
        let [few, some, many] = [of(looking, 15)?, of(looking, 50)?, of(looking, 100)?];
        let figure = f64::from(u32::try_from(many).unwrap_or(u32::MAX));
        let from = format!("{few} with 15 rows, {some} with 50, {many} with 100");
        report.line(what, (figure, ""), Bar::AtMost(3.0), from);
        anyhow::ensure!(few == some && some == many, "{what}: the number of statements grows with the rows");
    }
    let most = f64::from(u32::try_from(looking.most_statements).unwrap_or(u32::MAX));
    report.line("The most of all pages above", (most, ""), Bar::None, "");
    Ok(())
}

/// A value as it may stand in an address.
pub(crate) fn encoded(text: &str) -> String {
    let encode = |byte: u8| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(encode).collect()
}
