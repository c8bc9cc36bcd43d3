//! What holds for every transaction, whatever role and database say.

use server::config::Config;
use server::database;
use services::testing::TestDatabase;

#[tokio::test]
async fn session_settings_hold_against_those_of_the_database() {
    let hostile = TestDatabase::create().await;
    sqlx::raw_sql(
        "do $$ declare setting text; begin
           foreach setting in array array['default_transaction_isolation = ''repeatable read''', 'statement_timeout = 0',
                                          'idle_in_transaction_session_timeout = 0', 'jit = on'] loop
             execute format('alter database %I set ', current_database()) || setting;
           end loop;
         end $$",
    )
    .execute(hostile.pool())
    .await
    .expect("settings");
    for pooler in ["none", "transaction"] {
        let variables = [("BURSAR_DATABASE_POOLER", pooler), ("BURSAR_REQUEST_TIMEOUT", "20")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let config = Config::read(variables).expect("a good configuration");
        let database = database::open(&config, &hostile.url().into()).expect("an address");
        let sql = "select array[current_setting('transaction_isolation'), current_setting('statement_timeout'),
                                current_setting('idle_in_transaction_session_timeout'), current_setting('jit')]";
        let settings: Vec<String> = sqlx::query_scalar(sql).fetch_one(&database).await.expect("the settings");
        assert_eq!(settings, ["read committed", "10s", "22s", "off"], "{pooler}");
    }
}
