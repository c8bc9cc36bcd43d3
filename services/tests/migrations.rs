//! Every migration goes forward on a database with rows in it, and locks no table for long.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::id::UserId;
use services::clock::Clock;
use services::idempotency::{self, Claim, Key};
use services::random::Random;
use services::schema::{migrate, migrate_from};
use services::testing::TestDatabase;
use services::{Services, Settings};
use sqlx::{AssertSqlSafe, PgPool};
use squawk_linter::{Linter, Rule};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use tempfile::TempDir;

/// What would stop readers or writers of a large table, or the old version that still runs.
///
/// A migration that has a reason puts `-- squawk-ignore <rule>` and the reason above the statement.
const RULES: [Rule; 17] = [
    Rule::AddingFieldWithDefault,
    Rule::AddingForeignKeyConstraint,
    Rule::AddingNotNullableField,
    Rule::AddingRequiredField,
    Rule::AddingSerialPrimaryKeyField,
    Rule::BanConcurrentIndexCreationInTransaction,
    Rule::BanDropColumn,
    Rule::BanDropTable,
    Rule::ChangingColumnType,
    Rule::ConstraintMissingNotValid,
    Rule::DisallowedUniqueConstraint,
    Rule::RenamingColumn,
    Rule::RenamingTable,
    Rule::RequireConcurrentIndexCreation,
    Rule::RequireConcurrentIndexDeletion,
    Rule::RequireConcurrentReindex,
    Rule::TransactionNesting,
];
/// With this on its first line a migration runs outside a transaction, as the library reads it.
const NO_TRANSACTION: &str = "-- no-transaction";

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The migrations in their order.
fn migrations() -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder("../migrations")).expect("the folder");
    let mut files: Vec<_> = files.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

fn read(file: &PathBuf) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()))
}

fn complaints(sql: &str) -> Vec<String> {
    let parsed = squawk_syntax::SourceFile::parse(sql);
    let mut said: Vec<_> = parsed.errors().iter().map(|error| format!("not understood: {error:?}")).collect();
    let mut linter = Linter::from(RULES);
    linter.settings.assume_in_transaction = !sql.starts_with(NO_TRANSACTION);
    linter.settings.pg_version = "15.0".parse().expect("a version");
    said.extend(linter.lint(&parsed, sql).iter().map(|found| format!("{}: {}", found.code, found.message)));
    said
}

/// Those before were written before any release: no database with many rows ever meets them.
const FIRST: &str = "0020";

#[test]
fn no_migration_locks_a_table_that_may_be_large() {
    for file in migrations().into_iter().filter(|file| file.file_name().is_some_and(|name| name >= FIRST)) {
        assert_eq!(complaints(&read(&file)), Vec::<String>::new(), "{}", file.display());
    }
}

#[test]
fn the_lint_knows_what_locks() {
    for bad in [
        "create index people_by_name on users (name);",
        "alter table users add column team text not null;",
        "alter table users add column mark uuid not null default gen_random_uuid();",
        "alter table users add constraint named check (name <> '');",
        "alter table user_projects add constraint f foreign key (user_id) references users (id);",
        "alter table users alter column name type varchar(3);",
        "alter table users drop column name;",
        "alter table users rename column name to title;",
        "drop table users;",
        "this is no sql",
    ] {
        assert!(!complaints(bad).is_empty(), "{bad}");
    }
    for good in [
        "create table teams (id uuid primary key, name text not null); create index teams_by_name on teams (name);",
        "alter table users add column team text;",
        "alter table users add constraint named check (name <> '') not valid;",
        "-- no-transaction\ncreate index concurrently people_by_name on users (name);",
    ] {
        assert_eq!(complaints(good), Vec::<String>::new(), "{good}");
    }
}

async fn counts(pool: &PgPool) -> BTreeMap<String, i64> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables
         where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> '_sqlx_migrations'",
    )
    .fetch_all(pool)
    .await
    .expect("the tables");
    let mut counts = BTreeMap::new();
    for table in tables {
        let count = format!("select count(*) from {table}");
        counts.insert(table, sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(pool).await.expect("a count"));
    }
    counts
}

/// The table that a statement changes, if it changes one that was there before.
fn changed_table(statement: &str) -> Option<&str> {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let after = |word: &str| {
        let at = words.iter().position(|found| found.eq_ignore_ascii_case(word))?;
        words[at + 1..].iter().find(|word| !["if", "exists", "only"].contains(&word.to_lowercase().as_str())).copied()
    };
    match words.first()?.to_lowercase().as_str() {
        "alter" if words.get(1)?.eq_ignore_ascii_case("table") => after("table"),
        "update" => after("update"),
        "create" if words.iter().take(3).any(|word| word.eq_ignore_ascii_case("index")) => {
            after("on").map(|name| name.split('(').next().unwrap_or(name))
        }
        _ => None,
    }
}

/// `filled/<number>.sql` puts rows into what the migration of that number made; rows that are there stay.
#[tokio::test]
async fn every_migration_goes_forward_on_a_filled_database() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    sqlx::raw_sql("drop schema public cascade; create schema public").execute(pool).await.expect("empty");
    let so_far = TempDir::new().expect("a folder");
    for file in migrations() {
        let name = file.file_name().expect("a name").to_str().expect("plain");
        let before = counts(pool).await;
        let sql = read(&file);
        for table in sql.split(';').filter_map(|statement| changed_table(strip_comments(statement))) {
            assert_ne!(
                before.get(table),
                Some(&0),
                "{name} changes {table}, which is empty here. Put rows into it: services/tests/filled/, see the others"
            );
        }
        std::fs::copy(&file, so_far.path().join(name)).expect("a copy");
        migrate_from(&pool.clone().into(), so_far.path()).await.unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let after = counts(pool).await;
        for (table, rows) in before {
            assert!(after.get(&table).is_none_or(|now| *now >= rows), "{name} lost rows of {table}");
        }
        let rows = folder("tests/filled").join(format!("{}.sql", name.split('_').next().expect("a number")));
        if rows.exists() {
            sqlx::raw_sql(AssertSqlSafe(read(&rows)))
                .execute(pool)
                .await
                .unwrap_or_else(|fault| panic!("{}: {fault}", rows.display()));
        }
    }
}

/// Copies the migrations before `end` into a folder.
fn migrations_before(end: &str) -> TempDir {
    let copied = TempDir::new().expect("a folder");
    for file in migrations() {
        let name = file.file_name().expect("a name");
        if name < end {
            std::fs::copy(&file, copied.path().join(name)).expect("a copy");
        }
    }
    copied
}

#[tokio::test]
async fn stored_idempotency_keys_are_found_after_their_migration() {
    let made = TestDatabase::create().await;
    let pool = made.pool();
    sqlx::raw_sql("drop schema public cascade; create schema public").execute(pool).await.expect("empty");
    let database = pool.clone().into();
    migrate_from(&database, migrations_before("0150").path()).await.expect("the earlier ones");
    let owner = UserId(uuid::Uuid::from_u128(1));
    let (short, long, request_hash) = ("one", "zo\u{eb} ".repeat(40), [7; 32]);
    for name in [short, &long] {
        sqlx::query(
            "insert into idempotency_keys (user_id, key, request_hash, status, headers, body, created_at)
             values ($1, $2, $3, 200, '[]', 'made', now())",
        )
        .bind(owner.0)
        .bind(name)
        .bind(request_hash)
        .execute(pool)
        .await
        .expect("a key as it was stored");
    }
    migrate(&database).await.expect("the later ones");
    let hash_workers = NonZeroUsize::MIN;
    let settings = Settings { hash_workers, ..Settings::default() };
    let services = Services::new(pool.clone(), Clock::system(), Random::system(), settings).expect("workers");
    for name in [short, &long] {
        let claim = idempotency::claim(&services, &Key::new(owner, name, &request_hash)).await.expect("an answer");
        assert!(matches!(&claim, Claim::Done(answer) if answer.body == b"made"), "{name}: {claim:?}");
        let claim = idempotency::claim(&services, &Key::new(owner, name, &[8; 32])).await.expect("an answer");
        assert_eq!(claim, Claim::OfAnotherRequest);
    }
}

#[tokio::test]
async fn stored_addresses_are_composed_unless_two_users_would_have_the_same() {
    let made = TestDatabase::create().await;
    let pool = made.pool();
    sqlx::raw_sql("drop schema public cascade; create schema public").execute(pool).await.expect("empty");
    let database = pool.clone().into();
    migrate_from(&database, migrations_before("0202").path()).await.expect("the earlier ones");
    let addresses = [
        "jose\u{301}@example.com",
        "zoe\u{308}@example.com",
        "ZOË@example.com",
        "ada@example.com",
        "via\u{323}\u{302}@example.com",
        "via\u{302}\u{323}@example.com",
    ];
    for address in addresses {
        sqlx::query("insert into users (id, name, email) values (gen_random_uuid(), 'x', $1)")
            .bind(address)
            .execute(pool)
            .await
            .expect("a user");
    }
    migrate(&database).await.expect("the later ones");
    let mut stored: Vec<String> = sqlx::query_scalar("select email from users").fetch_all(pool).await.expect("users");
    stored.sort();
    let mut expected = addresses;
    expected[0] = "josé@example.com";
    expected.sort_unstable();
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn stored_names_lose_invisible_characters_on_record() {
    let made = TestDatabase::create().await;
    let pool = made.pool();
    sqlx::raw_sql("drop schema public cascade; create schema public").execute(pool).await.expect("empty");
    let database = pool.clone().into();
    migrate_from(&database, migrations_before("0202").path()).await.expect("the earlier ones");
    let names = ["Ada \u{202e}ecalevoL", "\u{3164}", "می\u{200c}خواهم", "Zoë 👩🏽\u{200d}💻"];
    for (name, email) in names.iter().zip(["a@example.com", "b@example.com", "c@example.com", "d@example.com"]) {
        sqlx::query("insert into users (id, name, email) values (gen_random_uuid(), $1, $2)")
            .bind(name)
            .bind(email)
            .execute(pool)
            .await
            .expect("a user");
    }
    let id = uuid::Uuid::from_u128(7);
    sqlx::query(
        "insert into projects (id, name, description, project_type) values ($1, $2, '', 'shared'), ($3, $4, '', 'shared')",
    )
    .bind(id)
    .bind("\u{200b}")
    .bind(uuid::Uuid::from_u128(8))
    .bind("at\u{202e}las")
    .execute(pool)
    .await
    .expect("projects as tokens named them");
    migrate(&database).await.expect("the later ones");
    let stored: Vec<String> =
        sqlx::query_scalar("select name from users order by email").fetch_all(pool).await.expect("users");
    assert_eq!(stored, ["Ada ecalevoL", "b@example.com", names[2], names[3]]);
    let titles: Vec<String> =
        sqlx::query_scalar("select title from projects order by id").fetch_all(pool).await.expect("projects");
    assert_eq!(titles, [id.to_string(), "atlas".to_owned()]);
    let recorded: Vec<(String, String)> = sqlx::query_as(
        "select a.changes #>> '{0,before}', a.changes #>> '{0,after}' from audit_log a join audit_unsealed on entry = a.id
         where a.action = 'user.edited' order by a.target",
    )
    .fetch_all(pool)
    .await
    .expect("the log");
    let expected = [(names[0], "Ada ecalevoL"), (names[1], "b@example.com")];
    assert_eq!(recorded, expected.map(|(before, after)| (before.to_owned(), after.to_owned())));
}

fn strip_comments(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    while rest.starts_with("--") {
        rest = rest.split_once('\n').map_or("", |(_, after)| after).trim_start();
    }
    rest
}
