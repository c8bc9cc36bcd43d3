//! A gateway, budgets, and the check that every total is the sum of its events.

use domain::actor::Target;
use domain::budget::Category;
use domain::id::{GatewayId, ProjectId, ReservationId, UserId};
use domain::permission::ManageBudgets;
use domain::role::{PlatformRole, ProjectRole};
use domain::spend::{
    Allowance, Decision, EventFields, EventOutcome, ReleaseOutcome, ReservationRef, ReserveFields, ReserveRequest,
    SettleFields, SettleOutcome, Settlement, SpendEvent,
};
use services::guard::{Caller, Can};
use services::spend::WindowSubject;
use services::testing::World;
use services::{Error, Services, Settings, spend};
use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

pub(crate) struct Platform {
    pub(crate) world: World,
    pub(crate) root: Caller,
    pub(crate) gateway: GatewayId,
}

impl Platform {
    pub(crate) async fn create() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let world = World::with(change).await;
        let root = world.person("Root", PlatformRole::Maintainer).await;
        let gateway = GatewayId(Uuid::from_u128(7));
        Self { world, root, gateway }
    }

    pub(crate) const fn services(&self) -> &Services {
        &self.world.services
    }

    pub(crate) async fn user(&self, name: &str) -> UserId {
        self.world.row(name, PlatformRole::User).await
    }

    pub(crate) async fn member(&self, project: ProjectId, user: UserId) {
        self.world.member(project, user, ProjectRole::Member).await;
    }

    /// A `cli` budget of 30 days, with a soft limit of four fifths.
    pub(crate) async fn budget(&self, name: &str, hard: &str) -> Uuid {
        let id = self.services().random().id(self.world.clock.now());
        sqlx::query(
            "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, created_at)
             values ($1, $2, 'cli', $3::numeric * 0.8, $3::numeric, 43200, $4)",
        )
        .bind(id)
        .bind(name)
        .bind(hard.parse::<rust_decimal::Decimal>().expect("an amount"))
        .bind(self.world.clock.now())
        .execute(self.services().pool())
        .await
        .expect("a budget");
        id
    }

    pub(crate) async fn assign_to_user(&self, budget: Uuid, user: UserId) {
        self.assign("user", budget, user.0).await;
    }

    pub(crate) async fn assign_to_project(&self, budget: Uuid, project: ProjectId) {
        self.assign("project", budget, project.0).await;
    }

    async fn assign(&self, kind: &str, budget: Uuid, holder: Uuid) {
        let sql = format!(
            "insert into {kind}_budgets ({kind}_id, category, budget_id, created_at) values ($1, 'cli', $2, $3)
             on conflict ({kind}_id, category) do update set budget_id = $2, created_at = $3"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(holder)
            .bind(budget)
            .bind(self.world.clock.now())
            .execute(self.services().pool())
            .await
            .expect("an assignment");
    }

    /// A user with a budget of their own.
    pub(crate) async fn user_with_budget(&self, name: &str, hard: &str) -> UserId {
        let user = self.user(name).await;
        let budget = self.budget(&format!("Budget of {name}"), hard).await;
        self.assign_to_user(budget, user).await;
        user
    }

    /// The project `atlas` with two members who have budgets of their own.
    pub(crate) async fn project_with_members(&self) -> (ProjectId, Vec<UserId>) {
        let project = self.world.project("atlas", &self.root).await;
        let mut users = Vec::new();
        for name in ["Ada", "Bo"] {
            let user = self.user_with_budget(name, "40").await;
            self.member(project, user).await;
            users.push(user);
        }
        (project, users)
    }

    pub(crate) async fn run(&self, sql: &str) {
        let run = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(self.services().pool()).await;
        run.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    }

    /// Every connection that services use, once none of them is in use.
    pub(crate) async fn connections(&self) -> Vec<PoolConnection<Postgres>> {
        let (pool, mut connections) = (self.services().pool(), Vec::new());
        while connections.len() < pool.size() as usize {
            match pool.try_acquire() {
                Some(connection) => connections.push(connection),
                None => tokio::task::yield_now().await,
            }
        }
        connections
    }

    /// In a new session, because a test may move the clock by days.
    pub(crate) async fn can(&self) -> Can<ManageBudgets> {
        self.world.signed_in(self.root.actor.user_id).await.can(Target::Platform).expect("a maintainer")
    }

    pub(crate) async fn reset(&self, subject: WindowSubject, category: Category) -> Result<(), Error> {
        spend::reset(self.services(), &self.can().await, subject, category).await
    }

    pub(crate) async fn reserve_all(&self, requests: Vec<ReserveRequest>) -> Vec<Decision> {
        spend::reserve_many(self.services(), self.gateway, requests).await.expect("decisions")
    }

    pub(crate) async fn reserve(&self, key: &str, user: UserId, amount: &str) -> Decision {
        self.reserve_all(vec![request(key, user, amount)]).await.remove(0)
    }

    pub(crate) async fn hold(&self, key: &str, user: UserId, amount: &str) -> Allowance {
        allowed(self.reserve(key, user, amount).await)
    }

    pub(crate) async fn try_settle(&self, reservation: ReservationId, amount: &str) -> Result<SettleOutcome, Error> {
        let outcomes = spend::settle_many(self.services(), self.gateway, vec![settlement(reservation, amount)]).await;
        outcomes.map(|mut outcomes| outcomes.remove(0))
    }

    pub(crate) async fn settle(&self, reservation: ReservationId, amount: &str) -> SettleOutcome {
        self.try_settle(reservation, amount).await.expect("an outcome")
    }

    pub(crate) async fn release(&self, reservation: ReservationId) -> ReleaseOutcome {
        let releases = vec![ReservationRef::Id(reservation)];
        spend::release_many(self.services(), self.gateway, releases).await.expect("an outcome").remove(0)
    }

    pub(crate) async fn ingest(&self, events: Vec<SpendEvent>) -> Vec<EventOutcome> {
        spend::ingest(self.services(), self.gateway, events).await.expect("outcomes")
    }

    /// Hard limit, spent and reserved of every window of a user, the earliest first.
    pub(crate) async fn windows(&self, user: UserId) -> Vec<(String, String, String)> {
        sqlx::query_as(
            "select trim_scale(hard_limit)::text, trim_scale(spent)::text, trim_scale(reserved)::text
             from budget_windows where user_id = $1 order by starts_at",
        )
        .bind(user.0)
        .fetch_all(self.services().pool())
        .await
        .expect("windows")
    }

    /// As [`Platform::windows`], when each window begins and ends.
    pub(crate) async fn times(&self, user: UserId) -> Vec<(OffsetDateTime, OffsetDateTime)> {
        sqlx::query_as("select starts_at, ends_at from budget_windows where user_id = $1 order by starts_at")
            .bind(user.0)
            .fetch_all(self.services().pool())
            .await
            .expect("windows")
    }

    /// The totals of days and windows that are not the sum of their events, and what windows hold for reservations that
    /// are not open.
    pub(crate) async fn check_totals(&self) {
        let wrong: Vec<String> = sqlx::query_scalar(
            "select 'day ' || to_json(d)::text from (
                select day, category, project_id, user_id, model, amount, input_tokens, output_tokens, events from spend_days
                except
                select (spent_at at time zone 'UTC')::date, category, project_id, user_id, model, sum(amount),
                       sum(input_tokens)::bigint, sum(output_tokens)::bigint, count(*) filter (where corrects is null)
                from spend_events group by 1, 2, 3, 4, 5) d
             union all
             select 'events without a day ' || count(*)::text from spend_events e
             where not exists (select from spend_days d where d.day = (e.spent_at at time zone 'UTC')::date
                and d.category = e.category and d.project_id is not distinct from e.project_id
                and d.user_id is not distinct from e.user_id and d.model = e.model)
             having count(*) > 0
             union all
             select 'window ' || to_json(w)::text from budget_windows w
             where w.spent <> (select coalesce(sum(e.amount), 0) from spend_events e
                               join spend_keys k on k.event_id = e.id and k.window_ids @> array[w.id])
                or w.reserved <> (select coalesce(sum(r.amount), 0) from reservations r
                                  where r.state = 'open' and r.window_ids @> array[w.id])
             union all
             select 'key without event ' || k.event_id::text from spend_keys k
             where not exists (select from spend_events e where e.id = k.event_id)",
        )
        .fetch_all(self.services().pool())
        .await
        .expect("totals");
        assert_eq!(wrong, Vec::<String>::new());
    }

    /// How many rows the ledger has.
    pub(crate) async fn event_count(&self) -> i64 {
        sqlx::query_scalar("select count(*) from spend_events")
            .fetch_one(self.services().pool())
            .await
            .expect("a count")
    }
}

pub(crate) fn reserve_fields(key: &str, user: UserId, amount: &str) -> ReserveFields {
    ReserveFields {
        key: key.to_owned(),
        user: user.to_string(),
        category: Category::Cli.key().to_owned(),
        amount: amount.to_owned(),
        ..ReserveFields::default()
    }
}

pub(crate) fn parsed(fields: &ReserveFields) -> ReserveRequest {
    ReserveRequest::parse(fields).expect("a request")
}

pub(crate) fn request(key: &str, user: UserId, amount: &str) -> ReserveRequest {
    parsed(&reserve_fields(key, user, amount))
}

pub(crate) fn settlement(reservation: ReservationId, amount: &str) -> Settlement {
    let (reservation, amount) = (reservation.to_string(), amount.to_owned());
    let fields = SettleFields { reservation, amount, input_tokens: 10, output_tokens: 20, ..SettleFields::default() };
    Settlement::parse(&fields).expect("a settlement")
}

pub(crate) fn event_fields(key: &str, user: UserId, amount: &str, at: OffsetDateTime) -> EventFields {
    EventFields {
        key: key.to_owned(),
        user: user.to_string(),
        category: Category::Cli.key().to_owned(),
        amount: amount.to_owned(),
        spent_at: at.format(&Rfc3339).expect("a time"),
        ..EventFields::default()
    }
}

pub(crate) fn parsed_event(fields: &EventFields) -> SpendEvent {
    SpendEvent::parse(fields).expect("an event")
}

pub(crate) fn event(key: &str, user: UserId, amount: &str, at: OffsetDateTime) -> SpendEvent {
    parsed_event(&event_fields(key, user, amount, at))
}

pub(crate) fn allowed(decision: Decision) -> Allowance {
    match decision {
        Decision::Allowed(allowance) => allowance,
        Decision::Denied(denial) => panic!("denied: {denial:?}"),
    }
}

/// The code of a denial.
pub(crate) fn denied(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allowed(_) => "allowed",
        Decision::Denied(denial) => denial.refusal.code(),
    }
}

/// The code of an outcome.
pub(crate) fn outcome(outcome: &EventOutcome) -> &'static str {
    match outcome {
        EventOutcome::Accepted => "accepted",
        EventOutcome::Duplicate => "duplicate",
        EventOutcome::Refused(refusal) => refusal.code(),
    }
}

/// The code of an outcome.
pub(crate) fn settle_code(outcome: &SettleOutcome) -> &'static str {
    match outcome {
        SettleOutcome::Settled { repeated: false, .. } => "settled",
        SettleOutcome::Settled { repeated: true, .. } => "repeated",
        SettleOutcome::Refused(refusal) => refusal.code(),
    }
}

/// The code of an outcome.
pub(crate) fn release_code(outcome: &ReleaseOutcome) -> &'static str {
    match outcome {
        ReleaseOutcome::Released { .. } => "released",
        ReleaseOutcome::Refused(refusal) => refusal.code(),
    }
}
