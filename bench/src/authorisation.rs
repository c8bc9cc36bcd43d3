//! What it costs to find out on every request who asks and what they may.

use crate::report::{Bar, Report};
use crate::server::{Server, again};
use crate::{AskAs, Bench, CONNECTIONS, Part, SESSION};
use anyhow::Result;
use std::net::{Ipv4Addr, TcpListener};

/// The same for every caller, so that a cookie makes no difference but the work of finding out whose it is.
const OPEN_TO_EVERYBODY: &str = "/turned-away";
/// The lightest page that shows a user their rights.
const OWN: &str = "/settings/my-access";

/// Never asked: the session's claims hold for a day.
const ISSUER: &str = "http://127.0.0.1:9/realms/bench";

/// Who keeps people's rights.
#[derive(Clone, Copy)]
struct Keeper {
    title: &'static str,
    has_provider: bool,
    has_user_management: bool,
}

const KEEPERS: [Keeper; 3] = [
    Keeper { title: "Platform-managed, with Bursar's passwords", has_provider: false, has_user_management: true },
    Keeper { title: "Platform-managed, through a provider", has_provider: true, has_user_management: true },
    Keeper { title: "Keycloak-managed", has_provider: true, has_user_management: false },
];

pub(crate) fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let how = format!(
        "Answers a second by `wrk` with {CONNECTIONS} connections: a page that is the same for everybody ({OPEN_TO_EVERYBODY}), \
         asked with the cookie of a session against without one. The difference is all that is done to find out who asks \
         and what they may. The page is as light as pages get, so this is the most that it costs. {OWN} is shown for \
         comparison: its rate, and the same ratio for it, from the time that the first pair says it takes."
    );
    report.section("Authorisation", how, again(Part::Authorisation));
    for keeper in KEEPERS {
        give_claims(bench, keeper.has_provider)?;
        let server = start(bench, keeper)?;
        let (with, wrk) = bench.press(&server, OPEN_TO_EVERYBODY, AskAs::Admin, bench.pressure())?;
        let (without, _) = bench.press(&server, OPEN_TO_EVERYBODY, AskAs::Nobody, bench.pressure())?;
        let (own, _) = bench.press(&server, OWN, AskAs::Admin, bench.pressure())?;
        let from = format!("{} / {}: `{wrk}`", with.words(), without.words());
        report.line(keeper.title, (with.rate / without.rate, ""), Bar::None, from);
        let share = own.rate * (1.0 / with.rate - 1.0 / without.rate);
        let from = format!("{}; {:.1} % of its time", own.words(), share * 100.0);
        report.line(format!("{}: {OWN}", keeper.title), ((1.0 - share).max(0.0), ""), Bar::None, from);
    }
    give_claims(bench, false)
}

/// Puts a provider behind the session that every measurement uses, or takes it away. The claims name three projects.
fn give_claims(bench: &Bench, has_provider: bool) -> Result<()> {
    let session = format!("(select id from sessions where token_hash = sha256('{SESSION}'))");
    bench.database.ask(&format!("delete from provider_sessions where session_id = {session}"))?;
    if has_provider {
        bench.database.ask(&format!(
            "insert into provider_sessions
               (session_id, issuer, subject, claims, sealed_tokens, access_expires_at, refreshed_at)
             select s.id, '{ISSUER}', u.id::text,
                    jsonb_build_object(
                      'sub', u.id, 'preferred_username', u.email, 'email', u.email, 'name', u.name,
                      'realm_access', jsonb_build_object('roles', jsonb_build_array('admin')),
                      'applications', (select jsonb_agg(name) from
                        (select name from projects where project_type = 'shared' and deleted_at is null
                         order by id limit 3) project)),
                    '', now() + interval '1 day', now()
             from sessions s join users u on u.id = s.user_id where s.id = {session}"
        ))?;
    }
    Ok(())
}

fn start(bench: &Bench, keeper: Keeper) -> Result<Server> {
    // With a public address the server names that one, so its port has to be known before.
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port().to_string();
    let origin = format!("http://127.0.0.1:{port}");
    let provider = [
        ("PORT", port.as_str()),
        ("BURSAR_PUBLIC_URL", origin.as_str()),
        ("IDP_PROVIDER", "keycloak"),
        ("OIDC_ISSUER_URL", ISSUER),
        ("OIDC_CLIENT_ID", "bursar"),
        ("BURSAR_SECRET_KEY", "a key of the benchmark, not for anything else"),
        ("ENABLE_USER_MANAGEMENT", if keeper.has_user_management { "true" } else { "false" }),
    ];
    Server::start(&bench.bursar, &bench.database, if keeper.has_provider { &provider } else { &[] })
}
