//! The page of the access matrix with and without a declaration.

use crate::server::{PAGE, TestServer};
use domain::role::PlatformRole;
use http::StatusCode;
use services::testing::World;
use std::sync::Arc;

const EXAMPLE: &str = include_str!("../../../examples/access-matrix/access-matrix.yaml");

async fn page(server: &TestServer, query: &str) -> String {
    let (_, cookie) = server.person("Ada Auditor", PlatformRole::Auditor).await;
    let address = [app::paths::ACCESS_MATRIX, query].concat();
    let answer = server.get(&address, &[("cookie", cookie.as_str()), PAGE]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.text().await.expect("a page")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_without_a_declaration_shows_the_permissions_of_bursar() {
    let server = TestServer::start().await;
    let text = page(&server, "").await;
    for part in ["Only Bursar’s own permissions are shown.", "BURSAR_ACCESS_MATRIX", "Create and assign budgets"] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("Roles by resource"), "there is no matrix to switch to");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_shows_the_declared_matrix_as_far_as_it_matches() {
    let matrix = services::access_matrix::read(EXAMPLE).expect("a declaration");
    let world = World::with(|settings| settings.access_matrix = Some(Arc::new(matrix))).await;
    let server = TestServer::start_on(world).await;
    let text = page(&server, "?resource=rabbitmq&level=full").await;
    assert!(text.contains("Administrator") && !text.contains("DB Superuser"), "the roles that match alone: {text}");
    for part in ["STEP_CA_PROVISIONER_PASSWORD", "— (public)", "(env-set)", "not a default scope on the"] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("Only Bursar’s own permissions are shown."));
}
