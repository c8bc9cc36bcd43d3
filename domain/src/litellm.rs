//! How budgets stand in a LiteLLM proxy: what Bursar would change there, and what of an object has been pushed.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The most differences that the page lists.
pub const MAX_DIFFERENCES: usize = 50;

/// An object of LiteLLM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ObjectKind {
    /// Limits and a duration.
    Budget,
    /// Who calls models, in one category.
    Customer,
}

impl ObjectKind {
    /// As users read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Budget => "Budget",
            Self::Customer => "Customer",
        }
    }
}

/// A field that differs, in words; `None` stands for absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDifference {
    /// Its name.
    pub field: String,
    /// In LiteLLM.
    pub there: Option<String>,
    /// In Bursar: what a push writes.
    pub here: Option<String>,
}

/// What a push does to an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Push {
    /// It is not there.
    Create(Vec<FieldDifference>),
    /// It differs.
    Update(Vec<FieldDifference>),
}

impl Push {
    /// The fields that it writes.
    pub fn fields(&self) -> &[FieldDifference] {
        match self {
            Self::Create(fields) | Self::Update(fields) => fields,
        }
    }
}

/// An object that is not in LiteLLM as it is in Bursar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name in LiteLLM.
    pub id: String,
    /// What it is in Bursar: a budget's name, or a user's.
    pub title: String,
    /// What a push does.
    pub push: Push,
    /// Whether it is being pushed already.
    pub is_waiting: bool,
}

/// LiteLLM beside Bursar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// How many objects are the same.
    pub same: usize,
    /// How many a push creates.
    pub creates: usize,
    /// How many a push changes.
    pub updates: usize,
    /// How many of those two are being pushed already.
    pub waiting: usize,
    /// How many budgets and customers are in LiteLLM alone. They are left as they are.
    pub foreign: usize,
    /// The first [`MAX_DIFFERENCES`] differences.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// How many objects differ.
    pub const fn count(&self) -> usize {
        self.creates + self.updates
    }

    /// Counts an object that differs, and keeps it while there is room.
    pub fn add(&mut self, difference: Difference) {
        match difference.push {
            Push::Create(_) => self.creates += 1,
            Push::Update(_) => self.updates += 1,
        }
        self.waiting += usize::from(difference.is_waiting);
        if self.differences.len() < MAX_DIFFERENCES {
            self.differences.push(difference);
        }
    }
}

/// Since when budgets are pushed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushStart {
    /// When a maintainer started it.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who, while that is known.
    pub by: Option<String>,
}

/// The LiteLLM proxy as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiteLlmStatus {
    /// Where it is.
    pub address: String,
    /// Whether budgets are pushed, and since when.
    pub started: Option<PushStart>,
    /// When spend is collected from it, in words; `None` where it is not.
    pub collects: Option<String>,
    /// How many objects wait for being pushed, and how many have failed.
    pub waiting: i64,
    /// How many were tried too often.
    pub failed: i64,
    /// What differs, or why that is not known.
    pub comparison: Result<Comparison, String>,
}

/// How far one budget has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PushState {
    /// It was not told yet.
    Planned,
    /// It is told when its time comes; why the last attempt failed.
    Waiting(Option<String>),
    /// It is there since then.
    Pushed(#[serde(with = "time::serde::rfc3339")] OffsetDateTime),
    /// It was tried too often; why the last attempt failed.
    Failed(String),
}
