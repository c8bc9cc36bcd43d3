//! What must hold when something breaks: the database goes away, the server is killed or stopped, several start at
//! once, rights are revoked while a second instance answers (docs/security.md, S4, S13, S14).
//!
//! `cargo xtask soak` runs the same with the counts that a release is judged by.

pub(crate) mod console;
mod cut;
mod killed;
mod lost_commit;
mod proxy;
mod revoked;
mod sign_ins;
mod slow;
mod starts;
mod stopped;
mod vanished;
pub(crate) mod work;

use services::Settings;
use services::clock::Clock;
use services::testing::{World, rounds};

/// A world whose sessions are valid for other processes too, which read the machine's clock.
pub(crate) async fn world_of_today(change: impl FnOnce(&mut Settings)) -> World {
    let world = World::with(change).await;
    world.clock.advance(Clock::system().now() - world.clock.now());
    world
}
