//! A server that became a standby, while the address still leads to it.

use domain::error::Refusal;
use services::clock::Clock;
use services::random::Random;
use services::schema::migrate;
use services::testing::TestDatabase;
use services::{Services, Settings, bootstrap};
use sqlx::postgres::PgPoolOptions;

#[tokio::test]
async fn change_on_a_read_only_server_is_unavailable_and_no_fault() {
    let database = TestDatabase::create().await;
    sqlx::raw_sql(
        "do $$ begin
           execute format('alter database %I set default_transaction_read_only = on', current_database());
         end $$",
    )
    .execute(database.pool())
    .await
    .expect("a standby, as far as statements can tell");
    let pool = PgPoolOptions::new().connect_lazy(&database.url()).expect("an address");
    migrate(&pool.clone().into()).await.expect("nothing to do");
    let services = Services::new(pool, Clock::system(), Random::system(), Settings::default()).expect("workers");
    let fault = bootstrap::superadmin(&services, None, None).await.err().expect("no change");
    assert_eq!(Refusal::from(fault), Refusal::Unavailable);
}
