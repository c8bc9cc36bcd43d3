//! How much memory the server's process holds.

use crate::report::{Bar, Report};
use crate::server::{Server, again};
use crate::tools::{Pressure, Target};
use crate::{AskAs, Bench, Part};
use anyhow::Result;

/// Each of the two threads of `wrk` asks as every second session, one after the other, round and round.
const EVERY_SESSION: &str = r#"
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init(args)
  count = tonumber(args[1])
  asked = number
end
function request()
  local cookie = string.format("__Host-bursar=m%042d", asked % count)
  asked = asked + 2
  return wrk.format("GET", nil, { ["Cookie"] = cookie })
end
"#;

pub(crate) fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let sessions = bench.size.sessions;
    let how = format!(
        "Resident memory of the process `bursar serve` with its database elsewhere: after the start and one page; after \
         {sessions} people, each with a session of their own, have opened their page; during 50 connections of load."
    );
    report.section("Memory", how, again(Part::Memory));
    bench.database.ask(&format!(
        "delete from sessions where device = 'bench of memory';
         insert into sessions (id, token_hash, user_id, device, signed_in_at, last_used_at, expires_at)
         select gen_random_uuid(), sha256(convert_to('m' || lpad((n - 1)::text, 42, '0'), 'UTF8')), id, 'bench of memory',
                now() - interval '2 minutes', now() - interval '2 minutes', now() + interval '1 day'
         from (select id, row_number() over (order by id) as n from users where is_active limit {sessions}) person"
    ))?;
    let server = Server::start(&bench.bursar, &bench.database, &[])?;
    server.visitor().read("/settings/administration/users")?;
    let idle = server.resident()?;
    report.line("Idle", (idle, " MB"), Bar::AtMost(40.0), "VmRSS");

    let script = bench.script("every-session.lua", EVERY_SESSION)?;
    let url = format!("{}/settings/my-access", server.origin());
    let arguments = [sessions.to_string()];
    let target = Target { url, headers: &[], script: Some((&script, &arguments)) };
    let (_, wrk) = bench.tools.wrk(&target, Pressure { connections: 8, seconds: bench.size.seconds * 10 })?;
    let unused = bench
        .database
        .ask("select count(*) from sessions where device = 'bench of memory' and last_used_at = signed_in_at")?;
    anyhow::ensure!(unused == "0", "{unused} of the {sessions} sessions were not used in the time given");
    let signed_in = server.resident()?;
    let from = format!("{signed_in:.1} MB / {idle:.1} MB: `{wrk}`");
    report.line(format!("After {sessions} sessions / idle"), (signed_in / idle, ""), Bar::AtMost(1.3), from);

    let pressure = Pressure { connections: 50, ..bench.pressure() };
    let (load, wrk) = bench.press(&server, "/settings/administration/users?rows=100", AskAs::Admin, pressure)?;
    let loaded = server.resident()?;
    report.line("Under load", (loaded, " MB"), Bar::None, format!("{} pages of 100 rows: `{wrk}`", load.words()));
    Ok(())
}
