//! What can be requested of the page.

use super::Period;
use crate::budget::Category;
use crate::id::UserId;
use crate::page::{Cursor, PageSize, Params, parse_size, push_page};
use crate::project::ProjectName;
use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};

/// By what spend is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Breakdown {
    /// By shared project; personal projects are one row.
    #[default]
    Project,
    /// By user.
    User,
    /// By category.
    Category,
    /// By model.
    Model,
}

impl Breakdown {
    /// In the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Project, Self::User, Self::Category, Self::Model];

    /// As it stands in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::User => "user",
            Self::Category => "category",
            Self::Model => "model",
        }
    }

    /// The heading of the column.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Project => "Project",
            Self::User => "User",
            Self::Category => "Category",
            Self::Model => "Model",
        }
    }

    /// Reads [`Breakdown::key`].
    ///
    /// # Errors
    /// Names the values allowed.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key(Self::ALL, Self::key, raw, "project, user, category or model")
    }
}

/// Days, a breakdown, and what narrows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendingQuery {
    /// Which days.
    pub period: Period,
    /// By what spend is divided.
    pub by: Breakdown,
    /// Only spend in this project.
    pub project: Option<ProjectName>,
    /// Only spend of this user.
    pub user: Option<UserId>,
    /// Only spend of this category.
    pub category: Option<Category>,
    /// Where the page of the breakdown begins.
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    pub size: PageSize,
}

impl SpendingQuery {
    /// Reads the parameters of an address; `params` keeps the names of those that are not understood.
    pub fn from_params(params: &mut Params) -> Self {
        Self {
            period: Period::from_params(params),
            by: params.take("by", Breakdown::parse).unwrap_or_default(),
            project: params.take("project", ProjectName::parse_existing),
            user: params.take("user", |raw| raw.parse().map_err(|_| Violation::unknown_choice("the id of a user"))),
            category: params.take("category", Category::parse),
            cursor: params.take("at", Cursor::parse),
            size: params.take("rows", parse_size).unwrap_or_default(),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        self.period.push_params(&mut pairs);
        pairs.extend((self.by != Breakdown::default()).then(|| ("by", self.by.key().to_owned())));
        pairs.extend(self.project.as_ref().map(|name| ("project", name.to_string())));
        pairs.extend(self.user.map(|user| ("user", user.to_string())));
        pairs.extend(self.category.map(|category| ("category", category.key().to_owned())));
        push_page(&mut pairs, self.cursor.as_ref(), self.size);
        pairs
    }

    /// Whether it is about a part of the spend only.
    pub const fn is_filtered(&self) -> bool {
        self.project.is_some() || self.user.is_some() || self.category.is_some()
    }

    /// The same from the first row on.
    #[must_use]
    pub fn from_first(&self) -> Self {
        Self { cursor: None, ..self.clone() }
    }

    /// The same days and breakdown without filters.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        Self { period: self.period, by: self.by, size: self.size, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spending::DayRange;
    use time::macros::date;
    use uuid::Uuid;

    #[test]
    fn query_in_an_address_reads_back() {
        let chosen = DayRange::new(date!(2026 - 10 - 20), date!(2026 - 11 - 17)).expect("days");
        for period in Period::OFFERED.into_iter().chain([Period::Between(chosen)]) {
            for by in Breakdown::ALL {
                let query = SpendingQuery {
                    period,
                    by,
                    project: ProjectName::parse_existing("atlas & more").ok(),
                    user: Some(UserId(Uuid::from_u128(7))),
                    category: Some(Category::Cli),
                    ..SpendingQuery::default()
                };
                let pairs = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
                assert_eq!(SpendingQuery::from_params(&mut Params::new(pairs)), query);
                let json = serde_json::to_string(&query).expect("JSON");
                assert_eq!(serde_json::from_str::<SpendingQuery>(&json).expect("a query"), query);
            }
        }
        assert!(SpendingQuery::default().to_params().is_empty());
    }
}
