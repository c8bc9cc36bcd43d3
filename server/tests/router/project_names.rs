//! Projects of any name that a token may give, through the links that pages and clients follow.

use crate::api::Program;
use crate::server::{PAGE, TestServer};
use domain::role::PlatformRole;
use serde_json::json;

const NAMES: [&str; 18] = [
    ".",
    "..",
    "...",
    ".env",
    "atlas.",
    "a/..",
    "a/b",
    "50% off",
    "%2e",
    "%22-239123923",
    "~2E",
    "ça~va",
    "what?",
    "#1",
    r"CORP\atlas",
    "Servant Cities",
    "a;b=c",
    "new",
];

/// A description that stands on the page of one project alone.
fn mark(number: u32) -> String {
    format!("Described as number {number}.")
}

/// The addresses of projects that a page links to.
fn links(page: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let links = links.filter(|link| link.starts_with("/settings/administration/projects/"));
    links.map(|link| link.replace("&amp;", "&")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn projects_of_any_name_open_through_their_link_and_the_api() {
    let server = TestServer::start().await;
    let (root, cookie) = server.person("Root", PlatformRole::Maintainer).await;
    let cookie = ("cookie", cookie.as_str());
    let long = "é".repeat(255);
    let names: Vec<(&str, String)> = NAMES.iter().copied().chain([long.as_str()]).zip((100..).map(mark)).collect();
    for (name, mark) in &names {
        sqlx::query(
            "insert into projects (id, name, description, project_type) values (gen_random_uuid(), $1, $2, 'shared')",
        )
        .bind(name)
        .bind(mark)
        .execute(server.world.services.pool())
        .await
        .expect("a project as a token names it");
    }
    let list = server.get("/settings/administration/projects?rows=50", &[cookie, PAGE]).await;
    let links = links(&list.text().await.expect("a page"));
    let client = Program::of(&server, &root);
    let mut opened = String::new();
    for link in &links {
        let page = server.get(link, &[cookie, PAGE]).await;
        assert_eq!(page.status(), 200, "{link}");
        opened += &page.text().await.expect("a page");
    }
    for (name, mark) in &names {
        assert!(opened.contains(mark), "no link opens {name:?}: {links:?}");
        let segment = match *name {
            "." => "~2E".to_owned(),
            ".." => "~2E~2E".to_owned(),
            "~2E" => continue,
            name => app::url::encode(name),
        };
        let read = client.get(&format!("/v1/projects/{segment}")).await;
        assert_eq!((read.status, &read.body["name"]), (200, &json!(name)), "{read:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_cannot_be_in_a_path_or_are_invisible_are_refused_to_clients() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Maintainer).await;
    let client = Program::of(&server, &root);
    for (name, said) in [
        ("..", "cannot be part of an address"),
        (".", "cannot be part of an address"),
        ("at\u{202e}las", "Remove the invisible character U+202E RIGHT-TO-LEFT OVERRIDE from the project's name."),
    ] {
        for path in ["/v1/admin/application", "/v1/projects"] {
            let refused = client.post(path, json!({"name": name})).await;
            assert!(matches!(refused.status, 400 | 409), "{path}: {refused:?}");
            if path == "/v1/admin/application" {
                assert!(refused.body.to_string().contains(said), "{refused:?}");
            }
        }
    }
    let user = json!({"username": "ada", "email": "ad\u{200b}a@example.com", "password": "a loud ledger line"});
    let refused = client.post("/v1/admin/users", user).await;
    assert!(refused.body.to_string().contains("U+200B ZERO WIDTH SPACE from the e-mail address"), "{refused:?}");
}
