//! What reservations, settlements and events of gateways cost, against bare statements on the same tables.

use crate::report::{Bar, Report, number};
use crate::server::{Server, again};
use crate::throughput::NO_RATE_LIMIT;
use crate::tools::{Load, Pressure, Target};
use crate::{Bench, Part, SESSION};
use anyhow::Result;
use std::path::PathBuf;

/// As many calls at the same moment as the race tests make.
const CALLS_AT_ONCE: u32 = 64;
/// As many gateways that report events at the same moment.
const REPORTS_AT_ONCE: u32 = 8;
/// Events in a request: the most that are allowed, and so few that a debug build answers some in a second.
const BATCH: u32 = 500;
const SMALL_BATCH: u32 = 20;
/// How often either side is measured, in turn, so that other work on the machine slows down both.
const ROUNDS: u32 = 3;
/// More reservations than are settled in a second.
const SETTLED_A_SECOND: u32 = 10_000;

/// Ids end in the number of a user, of a window and of a reservation, so that scripts need no list of them.
const USER: &str = "00000000-0000-7000-9000-";
const WINDOW: &str = "00000000-0000-7000-9001-";
const RESERVATION: &str = "00000000-0000-7000-9002-";
const BUDGET: &str = "00000000-0000-7000-9003-000000000000";
const GATEWAY: &str = "00000000-0000-7000-9004-000000000000";

/// Numbers the calls of all threads: what differs in the scripts is the function `call`.
const CALLS: &str = r#"
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init(args)
  run, users, of, size, day = args[1], tonumber(args[2]), tonumber(args[3]), tonumber(args[4]), args[5]
  calls = 0
end
function user(place)
  return string.format("00000000-0000-7000-9000-%012d", place % users)
end
function request()
  local place = calls * of + number
  calls = calls + 1
  return wrk.format("POST", call(place))
end
"#;

const RESERVE: &str = r#"
function call(place)
  return nil, nil, string.format('{"key": "%s-%d", "user": "%s", "budget_category": "platform", "amount": 0.000001}',
    run, place, user(place))
end
"#;

const SETTLE: &str = r#"
function call(place)
  return string.format("/v1/gateway/reservations/00000000-0000-7000-9002-%012d/settle", place), nil,
    '{"amount": 0.000001, "input_tokens": 800, "output_tokens": 100}'
end
"#;

const REPORT: &str = r#"
function call(place)
  local events = {}
  for row = 1, size do
    local event = place * size + row
    events[row] = string.format('{"key": "%s-%d", "user": "%s", "budget_category": "platform", "model": "gpt-4o-mini", "amount": 0.000001, "spent_at": "%s"}',
      run, event, user(event), day)
  end
  return nil, nil, '{"events": [' .. table.concat(events, ",") .. ']}'
end
"#;

pub(crate) fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let (users, batch) = if bench.size.is_small { (100, SMALL_BATCH) } else { (10_000, BATCH) };
    let how = format!(
        "Requests of a gateway over HTTP, by `wrk`, against `pgbench` running a bare statement on the same rows with as \
         many clients: {CALLS_AT_ONCE} for reservations and settlements, against `update budget_windows … where spent + \
         reserved < hard_limit`; {REPORTS_AT_ONCE} for batches of {batch} events, against `copy` of the same rows into a \
         table without an index. The console, Postgres and the generator of the load share the cores of this machine."
    );
    report.section("Spend", how, again(Part::Spend));
    prepare(bench, users)?;
    let server = Server::start(&bench.bursar, &bench.database, &[NO_RATE_LIMIT])?;
    for users in [1, users] {
        let budgets = if users == 1 { "one budget".to_owned() } else { format!("{} budgets", number(users.into())) };
        let update = bench.script(&format!("update-{users}.sql"), &update(users))?;
        let bare = |pressure| bench.tools.pgbench(bench.database.url(), &update, pressure);
        let pressure = Pressure { connections: CALLS_AT_ONCE, seconds: bench.size.seconds };
        let mut calls = Calls { bench, server: &server, users, batch, rounds: 0 };
        let line = in_turn(pressure, |pressure| calls.reserve(pressure), bare)?;
        report.line(format!("Reservations on {budgets} / bare updates"), (line.0, ""), Bar::AtLeast(0.7), line.1);
        let line = in_turn(pressure, |pressure| calls.settle(pressure), bare)?;
        report.line(format!("Settlements on {budgets} / bare updates"), (line.0, ""), Bar::AtLeast(0.7), line.1);
    }
    let copy = bench.script("copy.sql", &copy(bench, batch)?)?;
    let mut calls = Calls { bench, server: &server, users, batch, rounds: 0 };
    let pressure = Pressure { connections: REPORTS_AT_ONCE, seconds: bench.size.seconds };
    let bare = |pressure| bench.tools.pgbench(bench.database.url(), &copy, pressure);
    let (ratio, from) = in_turn(pressure, |pressure| calls.report(pressure), bare)?;
    report.line(format!("Events in batches of {batch} / copied"), (ratio, ""), Bar::AtLeast(0.4), from);
    drop(server);
    forget(bench)
}

/// The rate of requests in parts of the rate of bare statements, and what it was made of.
fn in_turn(
    pressure: Pressure,
    mut requests: impl FnMut(Pressure) -> Result<(Load, String)>,
    bare: impl Fn(Pressure) -> Result<(Load, String)>,
) -> Result<(f64, String)> {
    let (mut ours, mut theirs, mut commands) = (0.0, 0.0, String::new());
    for _ in 0..ROUNDS {
        let (bare, other) = bare(pressure)?;
        let (load, one) = requests(pressure)?;
        (ours, theirs) = (ours + load.rate, theirs + bare.rate);
        commands = format!("`{one}`; `{other}`");
    }
    let rounds = f64::from(ROUNDS);
    Ok((ours / theirs, format!("{} / {} a second: {commands}", number(ours / rounds), number(theirs / rounds))))
}

/// The calls of gateways, for the first `users`.
struct Calls<'a> {
    bench: &'a Bench,
    server: &'a Server,
    users: u32,
    batch: u32,
    /// So that no key is used twice.
    rounds: u32,
}

impl Calls<'_> {
    fn reserve(&mut self, pressure: Pressure) -> Result<(Load, String)> {
        self.send("reserve.lua", RESERVE, "reservations", pressure)
    }

    fn settle(&mut self, pressure: Pressure) -> Result<(Load, String)> {
        let count = pressure.seconds * SETTLED_A_SECOND;
        let database = &self.bench.database;
        // Those of the round before were settled.
        database.ask(&format!(
            "delete from spend_keys where source = '{GATEWAY}';
             delete from reservations where gateway_id = '{GATEWAY}';
             insert into reservations (id, gateway_id, key, content, category, user_id, model, window_ids, over_soft, amount,
                                       reserved_at, expires_at)
             select ('{RESERVATION}' || lpad(n::text, 12, '0'))::uuid, '{GATEWAY}', gen_random_uuid(), gen_random_uuid(),
                    'platform', ('{USER}' || lpad((n % {users})::text, 12, '0'))::uuid, 'gpt-4o-mini',
                    array[('{WINDOW}' || lpad((n % {users})::text, 12, '0'))::uuid], false, 0.000001, now(),
                    now() + interval '1 day'
             from generate_series(0, {count} - 1) n;
             update budget_windows set reserved = 100000 where id >= '{WINDOW}000000000000' and budget_id = '{BUDGET}';
             analyze reservations",
            users = self.users,
        ))?;
        self.send("settle.lua", SETTLE, "", pressure)
    }

    fn report(&mut self, pressure: Pressure) -> Result<(Load, String)> {
        self.send("report.lua", REPORT, "spend-events", pressure)
    }

    fn send(&mut self, name: &str, call: &str, path: &str, pressure: Pressure) -> Result<(Load, String)> {
        self.rounds += 1;
        let script = self.bench.script(name, &format!("{CALLS}{call}"))?;
        let headers =
            [("Authorization", format!("Bearer bursar_gw_{SESSION}")), ("Content-Type", "application/json".to_owned())];
        let run = format!("{path}-{}-{}", self.users, self.rounds);
        let threads = pressure.connections.min(2).to_string();
        let now =
            self.bench.database.ask("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")?;
        let arguments = [run, self.users.to_string(), threads, self.batch.to_string(), now];
        let url = format!("{}/v1/gateway/{path}", self.server.origin());
        self.bench.tools.wrk(&Target { url, headers: &headers, script: Some((&script, &arguments)) }, pressure)
    }
}

/// What has to be done at the least to keep a limit.
fn update(users: u32) -> String {
    format!(
        "\\set n random(0, {last})
         update budget_windows set reserved = reserved + 0.000001
         where id = ('{WINDOW}' || lpad(:n::text, 12, '0'))::uuid and spent + reserved < hard_limit;\n",
        last = users - 1
    )
}

/// Users with a budget and its open window, and the gateway.
fn prepare(bench: &Bench, users: u32) -> Result<()> {
    forget(bench)?;
    let numbered = |prefix: &str| format!("('{prefix}' || lpad(n::text, 12, '0'))::uuid");
    bench.database.ask(&format!(
        "insert into gateways (id, name, token_hash, token_hint, created_at)
         values ('{GATEWAY}', 'bench', sha256('bursar_gw_{SESSION}'), 'nch0', now());
         insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
         values ('{BUDGET}', 'bench', 'platform', 999999999, 999999999, 43200);
         insert into users (id, email, name)
         select {user}, 'bench-' || n || '@spend.invalid', 'Spender ' || n from generate_series(0, {users} - 1) n;
         insert into user_budgets (user_id, category, budget_id, created_at)
         select {user}, 'platform', '{BUDGET}', now() - interval '1 hour' from generate_series(0, {users} - 1) n;
         insert into budget_windows (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit)
         select {window}, 'platform', {user}, '{BUDGET}', '30d', now() - interval '1 hour', now() + interval '29 days',
                999999999, 999999999
         from generate_series(0, {users} - 1) n;
         select create_spend_partition(current_date)",
        user = numbered(USER),
        window = numbered(WINDOW),
    ))?;
    bench.database.ask("vacuum (analyze) budget_windows, users, user_budgets").map(drop)
}

/// The statement that copies as many events as a batch has.
fn copy(bench: &Bench, batch: u32) -> Result<String> {
    let rows = PathBuf::from(bench.database.ask("show data_directory")?).join("bench-events.txt");
    let rows = rows.display();
    bench.database.ask(&format!(
        "drop table if exists bench_events;
         create table bench_events (like spend_events including defaults);
         copy (select gen_random_uuid(), now(), now(), '{GATEWAY}'::uuid, 'platform', null, gen_random_uuid(),
                      'gpt-4o-mini', 0.000001, 0, 0, null from generate_series(1, {batch})) to '{rows}'"
    ))?;
    Ok(format!("copy bench_events from '{rows}';\n"))
}

/// Takes away what was written: the next measurements find the database as it was.
fn forget(bench: &Bench) -> Result<()> {
    bench.database.ask(&format!(
        "set session_replication_role = replica;
         drop table if exists bench_events;
         delete from spend_events where source = '{GATEWAY}';
         delete from spend_days where user_id >= '{USER}000000000000' and user_id < '{WINDOW}000000000000';
         delete from spend_keys where source = '{GATEWAY}';
         delete from reservations where gateway_id = '{GATEWAY}';
         delete from budget_windows where budget_id = '{BUDGET}';
         delete from user_budgets where budget_id = '{BUDGET}';
         delete from users where email like 'bench-%@spend.invalid';
         delete from budgets where id = '{BUDGET}';
         delete from gateways where id = '{GATEWAY}'"
    ))?;
    for table in ["spend_events", "spend_days", "spend_keys", "reservations", "budget_windows", "user_budgets", "users"]
    {
        bench.database.ask(&format!("vacuum (analyze) {table}"))?;
    }
    Ok(())
}
