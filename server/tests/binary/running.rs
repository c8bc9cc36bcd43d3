//! How the binary ends, and what operators do beside it.

use crate::process::{greeting, run, serve, signal, site, text};
use services::testing::World;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_lets_the_request_under_way_finish() {
    let (world, site) = (World::create().await, site());
    let (mut child, port) = serve(site.path(), &[("DATABASE_URL", &world.database_url())]);
    let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    let head = "POST /act/sign-in HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\naccept: application/json\r\n\
                content-type: application/x-www-form-urlencoded\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n";
    connection.write_all(head.as_bytes()).expect("sent");
    let mut interim = [0; 25];
    connection.read_exact(&mut interim).expect("the server asks for the body: the request is under way");
    assert!(interim.starts_with(b"HTTP/1.1 100"), "{}", interim.escape_ascii());
    signal(&child, rustix::process::Signal::TERM);
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        // Until the signal has arrived, new connections are still taken.
    }
    connection.write_all(b"a=b").expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("the whole answer");
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    let status = tokio::task::spawn_blocking(move || child.wait()).await.expect("no panic").expect("an end");
    assert!(status.success(), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn granting_the_maintainer_role_at_the_command_line_takes_effect() {
    let world = World::create().await;
    let caller = world.person("Ada Lovelace", domain::role::PlatformRole::User).await;
    let url = world.database_url();
    let output = run(&["grant-maintainer", "Ada.Lovelace@example.com"], &[("DATABASE_URL", &url)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(world.again(&caller).await.expect("still signed in").actor.role.is_maintainer());
    let output = run(&["grant-maintainer", "nobody@example.com"], &[("DATABASE_URL", &url)]);
    assert!(!output.status.success() && text(&output.stderr).contains("nobody@example.com"));
    let output = run(&["grant-maintainer", "no address"], &[("DATABASE_URL", &url)]);
    assert!(!output.status.success() && text(&output.stderr).contains("name@example.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn access_is_explained_at_the_command_line_both_ways() {
    let world = World::create().await;
    let root = world.person("Root", domain::role::PlatformRole::Maintainer).await;
    world.project("atlas", &root).await;
    let url = world.database_url();
    let explain = |arguments: &[&str]| run(&[&["explain"], arguments].concat(), &[("DATABASE_URL", &url)]);
    let output = text(&explain(&["user", "root@example.com", "--project", "atlas"]).stdout);
    for line in
        ["Root <root@example.com>, Maintainer, Regular", "  manage_members: yes, everywhere", "Budgets that pay"]
    {
        assert!(output.contains(line), "{line}: {output}");
    }
    let path = "project atlas > role Project admin > rule First sign-in, since 2026-03-02";
    assert!(output.contains(path), "{output}");
    let output = text(&explain(&["who", "manage_members", "--project", "atlas"]).stdout);
    assert!(output.starts_with("Root <root@example.com>: yes, everywhere\n") && output.contains(path), "{output}");
    let output = text(&explain(&["who", "manage_members", "--format", "json"]).stdout);
    let row: serde_json::Value = serde_json::from_str(&output).expect("one user a line");
    assert_eq!((&row["user"]["email"], &row["is_allowed"]), (&"root@example.com".into(), &true.into()));
    for (arguments, complaint) in [
        (&["user", "nobody@example.com"][..], "No user has this"),
        (&["user", "root@example.com", "--project", "gone"], "No project in use"),
        (&["who", "manage_members", "--project", "gone"], "No project in use"),
        (&["who", "manage"], "manage_members"),
    ] {
        let output = explain(arguments);
        assert!(!output.status.success() && text(&output.stderr).contains(complaint), "{output:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_identities_at_the_command_line_prints_the_plan_first() {
    let world = World::create().await;
    let claims = services::testing::developer("ada", serde_json::json!({}));
    world.sign_in(&claims).await.expect("admitted");
    let (url, new) = (world.database_url(), "https://login.example.com/realms/main");
    let move_from = |from: &str, more: &[&str]| {
        let arguments = [&["identity", "move", "--from", from, "--to", new], more].concat();
        run(&arguments, &[("DATABASE_URL", &url)])
    };
    let output = move_from(services::testing::ISSUER, &["--plan"]);
    assert!(text(&output.stdout).contains("become known by https://login.example.com/realms/main: 1"), "{output:?}");
    world.sign_in_at(new, &claims).await.expect_err("nothing was changed");
    let output = move_from("https://id.example.com/realms/mian", &[]);
    assert!(!output.status.success() && text(&output.stderr).contains("https://id.example.com/realms/main (1 users)"));
    let output = move_from(new, &[]);
    assert!(!output.status.success() && text(&output.stderr).contains("the same issuer"));
    let output = move_from(services::testing::ISSUER, &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let back = format!("bursar identity move --from {new} --to {}", services::testing::ISSUER);
    assert!(text(&output.stdout).contains(&back), "{output:?}");
    assert!(text(&output.stdout).contains(&format!("OIDC_ISSUER_URL is not {new} here")), "{output:?}");
    world.sign_in_at(new, &claims).await.expect("known again");
}

#[tokio::test(flavor = "multi_thread")]
async fn break_glass_at_the_command_line_prints_a_code_once_and_revokes_it() {
    let world = World::create().await;
    let url = world.database_url();
    let variables = [("DATABASE_URL", url.as_str()), ("BURSAR_PUBLIC_URL", "https://bursar.example.com")];
    let output = run(&["break-glass", "--issued-by", "ada@laptop", "--session-minutes", "10"], &variables);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    let code = printed.lines().find_map(|line| line.strip_prefix("Break-glass code, shown once: ")).expect("a code");
    assert!(printed.contains("Open https://bursar.example.com/break-glass and enter it until "), "{printed}");
    assert!(!text(&output.stderr).contains(code), "the log");
    let issued_by: String = sqlx::query_scalar("select issued_by from break_glass_codes")
        .fetch_one(world.services.pool())
        .await
        .expect("one code");
    assert_eq!(issued_by, "ada@laptop");
    let client = services::client::Client::default();
    let opened = services::break_glass::sign_in(&services_now(&world), code, &client, "request").await.expect("opened");
    assert_eq!(opened.lifetime, time::Duration::minutes(10));
    let output = run(&["break-glass", "--revoke"], &variables);
    assert!(text(&output.stdout).contains("Codes revoked: 0. Sessions ended: 1."), "{output:?}");
    let output = run(&["break-glass"], &[variables[0], ("BURSAR_BREAK_GLASS", "false")]);
    assert!(!output.status.success() && text(&output.stderr).contains("BURSAR_BREAK_GLASS"), "{output:?}");
    let output = run(&["break-glass", "--valid-minutes", "61"], &variables);
    assert!(!output.status.success() && text(&output.stderr).contains("61"), "{output:?}");
}

/// As a server beside the command: with the time of the machine.
fn services_now(world: &World) -> services::Services {
    use services::{Services, Settings, clock::Clock, random::Random};
    Services::new(world.services.pool().clone(), Clock::system(), Random::system(), Settings::default())
        .expect("workers")
}

#[tokio::test(flavor = "multi_thread")]
async fn greeting_and_log_say_which_database_is_used() {
    let (world, site) = (World::create().await, site());
    let url = world.database_url();
    let (before, name) = url.rsplit_once('/').expect("a database");
    let with_password = format!("{before}/{name}{}password=s3cret", if name.contains('?') { "&" } else { "?" });
    let (greeting, log) = greeting(site.path(), &[("DATABASE_URL", &with_password)]);
    let name = name.split('?').next().expect("a name");
    assert!(greeting.contains("Data is kept in database ") && greeting.contains(name), "{greeting}");
    assert!(log.contains("data is kept in database ") && log.contains(name), "{log}");
    assert!(!greeting.contains("s3cret") && !log.contains("s3cret"), "{greeting}{log}");
}
