//! What holds a secret does not show it, whoever prints it for a log (field.md S16). [`domain::password::NewPassword`]
//! cannot be printed at all.

use domain::form::Flash;
use server::config::{Config, Secret};
use services::forms::FlashCookie;
use services::session::SessionToken;
use services::sign_in::DeviceToken;
use services::testing::World;

const HIDDEN: &str = "hunter2-hunter2-hunter2-hunter2-hunter2-hun";

#[test]
fn nothing_secret_is_printed() {
    let variables = [
        ("DATABASE_URL", format!("postgres://bursar:{HIDDEN}@localhost/bursar")),
        ("SUPERADMIN_PASSWORD", HIDDEN.to_owned()),
    ];
    let config = Config::read(variables.map(|(name, value)| (name.to_owned(), value))).expect("a configuration");
    let flash = Flash::OneTimePassword { name: "Priya".to_owned(), password: HIDDEN.to_owned() };
    let token = SessionToken::from_cookie(HIDDEN).expect("a token");
    assert_eq!(token.expose(), HIDDEN);
    for printed in [
        format!("{config:?} {:?}", config.shown()),
        format!("{:?}", Secret::new(HIDDEN)),
        format!("{flash:?} {:?}", Some(&flash)),
        format!("{token:?}"),
        format!("{:?} {:?}", FlashCookie::from_cookie(HIDDEN), DeviceToken::from_cookie(HIDDEN)),
    ] {
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}

#[tokio::test]
async fn a_caller_shows_no_secret_of_its_session() {
    let world = World::create().await;
    let caller = world.person("Priya", domain::role::PlatformRole::User).await;
    let printed = format!("{caller:?} {:?}", world.services.settings());
    assert!(!printed.contains(&world.token(&caller)), "{printed}");
}
