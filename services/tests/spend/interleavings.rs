//! Every total is the sum of its events, whatever comes together, in whatever order, and however often.

use crate::spend::support::{Platform, event_fields, parsed, parsed_event, request, reserve_fields, settlement};
use domain::budget::Category;
use domain::id::{ReservationId, UserId};
use domain::spend::{Decision, EventFields, ReservationRef, ReserveFields};
use fastrand::Rng;
use futures_util::future::join_all;
use services::spend;
use services::spend::WindowSubject;
use services::testing::rounds;
use std::sync::{Arc, Mutex};
use time::Duration;

const STEPS: usize = 30;
const AT_ONCE: usize = 6;

struct Mix {
    platform: Platform,
    users: Vec<UserId>,
    held: Mutex<Vec<ReservationId>>,
}

impl Mix {
    async fn create() -> Self {
        let platform = Platform::create().await;
        let (project, users) = platform.project_with_members().await;
        let budget = platform.budget("Budget of atlas", "60").await;
        platform.assign_to_project(budget, project).await;
        Self { platform, users, held: Mutex::default() }
    }

    /// A random change. Keys repeat, so that many of them are replays.
    async fn change(&self, mut rng: Rng) {
        let user = self.users[rng.usize(..self.users.len())];
        let project = if rng.bool() { "atlas" } else { "" };
        let key = rng.u8(..60).to_string();
        let amount = format!("{}.{:09}", rng.u8(..9), rng.u32(1..1_000_000_000));
        let (platform, gateway) = (&self.platform, self.platform.gateway);
        let services = platform.services();
        let held = { rng.choice(&*self.held.lock().expect("no panic")).copied() };
        match (rng.u8(..12), held) {
            (0..4, _) | (_, None) => {
                let fields = ReserveFields {
                    project: project.into(),
                    expires_in: Some(60),
                    ..reserve_fields(&key, user, &amount)
                };
                let requests = vec![parsed(&fields), request(&format!("{key}-2"), user, "1")];
                let decisions = spend::reserve_many(services, gateway, requests).await.expect("decisions");
                let allowed = decisions.iter().filter_map(|decision| match decision {
                    Decision::Allowed(allowance) => Some(allowance.reservation),
                    Decision::Denied(_) => None,
                });
                self.held.lock().expect("no panic").extend(allowed);
            }
            (4..6, Some(id)) => {
                spend::settle_many(services, gateway, vec![settlement(id, &amount)]).await.expect("outcomes");
            }
            (6, Some(id)) => {
                spend::release_many(services, gateway, vec![ReservationRef::Id(id)]).await.expect("outcomes");
            }
            (7, _) => drop(spend::expire(services).await.expect("a run")),
            (8, _) => {
                platform.reset(WindowSubject::User(user), Category::Cli).await.expect("a reset");
            }
            _ => {
                let at = platform.world.clock.now() - Duration::hours(rng.i64(0..2000));
                let fields =
                    EventFields { project: project.into(), ..event_fields(&format!("e{key}"), user, &amount, at) };
                let corrects = format!("e{}", rng.u8(..60));
                let amount = "-0.000000001".to_owned();
                let correction = EventFields { key: format!("c{key}"), amount, corrects, ..fields.clone() };
                let events = vec![parsed_event(&correction), parsed_event(&fields)];
                spend::ingest(services, gateway, events).await.expect("outcomes");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn totals_are_the_sum_of_the_events_whatever_comes_together() {
    for seed in 0..u64::try_from(rounds(3, 100)).expect("small") {
        let mix = Arc::new(Mix::create().await);
        let mut rng = Rng::with_seed(seed);
        for _ in 0..STEPS {
            let changes = (0..AT_ONCE).map(|_| {
                let (mix, rng) = (Arc::clone(&mix), rng.fork());
                tokio::spawn(async move { mix.change(rng).await })
            });
            for done in join_all(changes).await {
                done.unwrap_or_else(|fault| panic!("seed {seed}: {fault}"));
            }
            mix.platform.world.clock.advance(Duration::seconds(rng.i64(0..40)));
        }
        mix.platform.check_totals().await;
        assert!(mix.platform.event_count().await > 20, "seed {seed}");
    }
}
