//! What holds a secret does not show it when it is printed for a log. [`domain::password::NewPassword`]
//! cannot be printed at all.

use server::config::Config;
use services::client::{DeviceToken, SessionToken};
use services::clock::Clock;
use services::forms::FlashCookie;
use services::gateways::GatewayToken;
use services::handover::{Handover, HandoverToken};
use services::submission::FormKey;
use services::testing::World;

const HIDDEN: &str = "hunter2-hunter2-hunter2-hunter2-hunter2-hun";

#[test]
fn nothing_secret_is_printed() {
    let variables = [
        ("DATABASE_URL", format!("postgres://bursar:{HIDDEN}@localhost/bursar")),
        ("SUPERADMIN_PASSWORD", HIDDEN.to_owned()),
    ];
    let config = Config::read(variables.map(|(name, value)| (name.to_owned(), value))).expect("a configuration");
    let now = Clock::system().now();
    let handover = Handover { secret: HIDDEN.to_owned(), until: now };
    let shown = app::page::Handover { secret: HIDDEN.to_owned(), until: now };
    let token = SessionToken::from_cookie(HIDDEN).expect("a token");
    assert_eq!(token.expose(), HIDDEN);
    for printed in [
        format!("{config:?} {:?}", config.shown()),
        format!("{handover:?} {shown:?}"),
        format!("{token:?}"),
        format!("{:?} {:?}", FlashCookie::from_cookie(HIDDEN), DeviceToken::from_cookie(HIDDEN)),
        format!("{:?}", GatewayToken::parse(&format!("bursar_gw_{HIDDEN}")).expect("a token")),
        format!("{:?} {:?}", FormKey::from_cookie(HIDDEN), HandoverToken::from_cookie(HIDDEN)),
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
