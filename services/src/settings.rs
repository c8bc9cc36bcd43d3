//! What the console was configured to do; the server reads it from the environment.

use crate::cron::CronSchedule;
use domain::access_matrix::Matrix;
use domain::claims::ClaimRules;
use domain::job::Job;
use domain::mode::Mode;
use domain::password::PasswordPolicy;
use domain::project::ProjectName;
use domain::text::folded;
use domain::user::UserKind;
use std::num::NonZeroUsize;
use std::sync::Arc;
use time::Duration;

/// Settings that rules depend on. Pages ask the server for them, so both cannot disagree.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `ENABLE_USER_MANAGEMENT`: where roles and assignments are kept.
    pub mode: Mode,
    /// How a token's claims are read.
    pub claims: ClaimRules,
    /// `EXTERNAL_USER_ALLOWED_PROJECTS`: the shared projects open to people from outside, whatever they are assigned.
    pub external_projects: Vec<ProjectName>,
    /// `USER_PROJECT_LIMIT`: how many shared projects a regular user may be assigned to.
    pub project_limit: u32,
    /// `ENABLE_BUDGET_MANAGEMENT`: without it budgets are nowhere to be seen.
    pub budgets: bool,
    /// `PROJECT_ADMINS_SET_SHARES`: whether project admins set the members' shares of their project's budgets.
    pub project_admins_set_shares: bool,
    /// The variables that an import of Keycloak's users needs and that are not set.
    pub missing_for_import: Vec<&'static str>,
    /// `BURSAR_ACCESS_MATRIX`: the declared access matrix of the platform.
    pub access_matrix: Option<Arc<Matrix>>,
    /// `BURSAR_PASSWORD_MIN_LENGTH`: what a new password must be.
    pub password_policy: PasswordPolicy,
    /// `BURSAR_BREAK_GLASS`: whether operators can open a session that belongs to no user.
    pub break_glass: bool,
    /// `LITELLM_SPEND_COLLECTOR_SCHEDULE`: when spend is collected from LiteLLM; `None` for each hour.
    pub collection_schedule: Option<CronSchedule>,
    /// A session ends this long after sign-in.
    pub session_life: Duration,
    /// A session ends when it was not used for this long.
    pub session_idle: Duration,
    /// Tries an account has before it is locked.
    pub account_tries: u16,
    /// Tries a network has within one lock period.
    pub network_tries: u16,
    /// How long a lock lasts.
    pub lock_period: Duration,
    /// Passwords hashed at the same time; the rest waits.
    pub hash_workers: NonZeroUsize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            claims: ClaimRules::default(),
            external_projects: Vec::new(),
            project_limit: 3,
            budgets: true,
            project_admins_set_shares: false,
            missing_for_import: Vec::new(),
            access_matrix: None,
            password_policy: PasswordPolicy::default(),
            break_glass: true,
            collection_schedule: None,
            session_life: Duration::hours(24),
            session_idle: Duration::hours(8),
            account_tries: 5,
            network_tries: 50,
            lock_period: Duration::minutes(15),
            hash_workers: NonZeroUsize::MIN,
        }
    }
}

impl Settings {
    /// The operator's schedule of a job.
    pub(crate) const fn schedule(&self, job: Job) -> Option<&CronSchedule> {
        match job {
            Job::CollectLiteLlm => self.collection_schedule.as_ref(),
            _ => None,
        }
    }

    /// When a job runs, in words.
    pub(crate) fn schedule_in_words(&self, job: Job) -> String {
        self.schedule(job).map_or_else(|| job.schedule(), CronSchedule::in_words)
    }

    /// The names of [`Settings::external_projects`] as configured, to compare in SQL, where the database folds both sides.
    pub(crate) fn external_names(&self) -> Vec<String> {
        self.external_projects.iter().map(ProjectName::to_string).collect()
    }

    /// Whether a shared project is open to users of this type.
    pub fn is_open_to(&self, kind: UserKind, project: &str) -> bool {
        let is = |name: &ProjectName| folded(name.as_str()) == folded(project);
        kind == UserKind::Regular || self.external_projects.iter().any(is)
    }
}
