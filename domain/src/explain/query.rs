//! The question of the page, as its address has it.

use crate::page::{Cursor, PageSize, Params, parse_size, push_page};
use crate::permission::Permission;
use crate::project::ProjectName;
use crate::spend::UserRef;
use crate::violation::parse_key;
use serde::{Deserialize, Serialize};

/// Which question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessView {
    /// What can this user do?
    #[default]
    User,
    /// Who can do this?
    Who,
}

impl AccessView {
    /// As it stands in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Who => "who",
        }
    }
}

/// A question about effective access.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessQuery {
    /// Which one.
    pub view: AccessView,
    /// The user: id, e-mail address or username.
    pub user: Option<UserRef>,
    /// Only in this project.
    pub project: Option<ProjectName>,
    /// Only this permission.
    pub permission: Option<Permission>,
    /// Where the page of users begins.
    pub cursor: Option<Cursor>,
    /// Users on a page.
    pub size: PageSize,
}

impl AccessQuery {
    /// Reads the parameters of an address; `params` keeps the names of those that are not understood.
    pub fn from_params(params: &mut Params) -> Self {
        let view = |raw: &str| parse_key([AccessView::User, AccessView::Who], AccessView::key, raw, "a question");
        Self {
            view: params.take("view", view).unwrap_or_default(),
            user: params.take("user", UserRef::parse),
            project: params.take("project", ProjectName::parse_existing),
            permission: params.take("permission", Permission::parse),
            cursor: params.take("at", Cursor::parse),
            size: params.take("rows", parse_size).unwrap_or_default(),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend((self.view != AccessView::default()).then(|| ("view", self.view.key().to_owned())));
        pairs.extend(self.user.as_ref().map(|user| ("user", user.to_string())));
        pairs.extend(self.project.as_ref().map(|project| ("project", project.to_string())));
        pairs.extend(self.permission.map(|permission| ("permission", permission.key())));
        push_page(&mut pairs, self.cursor.as_ref(), self.size);
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_in_an_address_reads_back_and_wrong_values_are_named() {
        let query = AccessQuery {
            view: AccessView::Who,
            user: UserRef::parse("ada@example.com").ok(),
            project: ProjectName::parse_existing("atlas").ok(),
            permission: Some(Permission::ManageMembers),
            cursor: None,
            size: PageSize::default(),
        };
        let pairs = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
        assert_eq!(AccessQuery::from_params(&mut Params::new(pairs)), query);
        let wrong = [("permission", "rule"), ("view", "all"), ("at", "?")];
        let mut params = Params::new(wrong.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(AccessQuery::from_params(&mut params), AccessQuery::default());
        assert_eq!(params.into_ignored(), ["view", "permission", "at"]);
    }
}
