//! Explanations under `/v1`.

use super::Program;
use crate::server::TestServer;
use domain::permission::Permission;
use domain::role::{PlatformRole, ProjectRole};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answer_about_a_user_names_path_project_and_budget() {
    let server = TestServer::start().await;
    let (maintainer, _) = server.person("Mia Maintainer", PlatformRole::Maintainer).await;
    let project = server.world.project("atlas", &maintainer).await;
    let ada = server.world.row("Ada", PlatformRole::User).await;
    server.world.member(project, ada, ProjectRole::Admin).await;
    let program = Program::of(&server, &maintainer);
    let whole = program.get(&format!("/v1/access/users/{ada}")).await.body;
    assert_eq!(whole["user"]["name"], "Ada");
    assert_eq!(whole["projects"][0]["project"], "atlas");
    assert!(whole["projects"][0]["permissions"].as_array().expect("keys").contains(&json!("manage_members")));
    let own: Vec<_> =
        whole["permissions"].as_array().expect("permissions").iter().map(|one| &one["permission"]).collect();
    assert_eq!(own, ["create_project", "request_budgets", "view_own_access", "manage_own_account"]);

    let asked = format!("/v1/access/users/{ada}?project=ATLAS&permission=manage_members");
    let one = program.get(&asked).await.body;
    assert_eq!(one["project"], "atlas");
    let steps = json!([{"kind": "project", "value": "atlas"}, {"kind": "role", "value": "Project admin"},
                       {"kind": "rule", "value": "First sign-in"}]);
    let path = json!({"scope": "project", "since": "2026-03-02T09:00:00.000000+00:00", "steps": steps});
    let expected = json!([{"permission": "manage_members", "is_allowed": true, "paths": [path], "obstacle": null}]);
    assert_eq!(one["permissions"], expected);
    assert_eq!(one["budgets"].as_array().expect("categories").len(), 3);
    let no = program.get(&format!("/v1/access/users/{ada}?permission=manage_budgets")).await.body;
    let obstacle = &no["permissions"][0]["obstacle"];
    assert_eq!(obstacle["code"], "role_missing");
    assert_eq!(obstacle["message"], "No role of the user grants it. Who may: maintainers.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holders_are_read_page_by_page_along_the_link() {
    let server = TestServer::start().await;
    let (maintainer, _) = server.person("Mia Maintainer", PlatformRole::Maintainer).await;
    let project = server.world.project("atlas", &maintainer).await;
    for name in ["Zoe", "Ada", "Ben"] {
        let user = server.world.row(name, PlatformRole::User).await;
        server.world.member(project, user, ProjectRole::Admin).await;
    }
    let program = Program::of(&server, &maintainer);
    let (mut next, mut names) = ("/v1/access/permissions/manage_members?project=atlas&per_page=2".to_owned(), vec![]);
    loop {
        let page = program.get(&next).await;
        assert_eq!(page.status, 200, "{:?}", page.body);
        let rows = page.body["data"].as_array().expect("rows").iter();
        names.extend(rows.map(|row| row["user"]["name"].as_str().expect("a name").to_owned()));
        let link = page.header("link").to_owned();
        let Some(address) = link.split(['<', '>']).nth(1) else { break };
        next = address.to_owned();
    }
    assert_eq!(names, ["Mia Maintainer", "Ada", "Ben", "Zoe"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn question_that_names_nothing_or_makes_no_sense_is_refused_with_a_code() {
    let server = TestServer::start().await;
    let (maintainer, _) = server.person("Mia Maintainer", PlatformRole::Maintainer).await;
    let program = Program::of(&server, &maintainer);
    let user = format!("/v1/access/users/{}", maintainer.actor.user_id);
    let who = "/v1/access/permissions/manage_members";
    let refusals = [
        ("/v1/access/users/nobody".to_owned(), 404, "user_not_found"),
        (format!("/v1/access/users/{}", uuid::Uuid::nil()), 404, "user_not_found"),
        (format!("{user}?project=gone"), 404, "project_not_found"),
        (format!("{user}?permission=all"), 422, "unknown_choice"),
        (format!("{user}?project=a&project=b"), 422, "invalid_request"),
        ("/v1/access/permissions/everything".to_owned(), 404, "permission_not_found"),
        (format!("{who}?project=gone"), 404, "project_not_found"),
        (format!("{who}?per_page=0"), 422, "invalid_request"),
        (format!("{who}?per_page=1001"), 422, "invalid_request"),
        (format!("{who}?cursor=nonsense"), 422, "unknown_cursor"),
    ];
    let mut wrong = Vec::new();
    for (address, status, code) in refusals {
        let reply = program.get(&address).await;
        if (reply.status, reply.code()) != (status, code) {
            wrong.push(format!("{address}: {:?}", reply.body));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for permission in Permission::ALL {
        for query in ["", "?project=%20", "?cursor=%20"] {
            let reply = program.get(&format!("/v1/access/permissions/{}{query}", permission.key())).await;
            assert_eq!(reply.status, 200, "{permission:?} {query}");
        }
    }
}
