//! Whom the name of a customer means.

use domain::budget::Category;

/// What the name of a project's member begins with.
const PROJECT: &str = "codemie:project:";

/// A user in a category, and perhaps in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named<'a> {
    /// A user name, or an id.
    pub(super) user: &'a str,
    pub(super) project: Option<&'a str>,
    pub(super) category: Category,
}

impl<'a> Named<'a> {
    /// Whom it may mean, the likeliest first: a user name may end as the customer of another user does.
    pub(super) fn candidates(customer: &'a str) -> Vec<Self> {
        if let Some(rest) = customer.strip_prefix(PROJECT) {
            return Self::of_project(rest).into_iter().collect();
        }
        let named = |category, user| Self { user, project: None, category };
        let suffixes = [(Category::Cli, "_codemie_cli"), (Category::PremiumModels, "_codemie_premium_models")];
        let others =
            suffixes.into_iter().filter_map(|(category, suffix)| Some(named(category, customer.strip_suffix(suffix)?)));
        [named(Category::Platform, customer)].into_iter().chain(others).collect()
    }

    fn of_project(rest: &'a str) -> Option<Self> {
        let (project, rest) = rest.rsplit_once(":category:")?;
        let (category, user) = rest.split_once(":user:")?;
        Some(Self { user, project: Some(project), category: Category::parse(category).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffix_names_the_category_unless_a_user_is_called_so() {
        let users = |customer| Named::candidates(customer).into_iter().map(|named| (named.user, named.category));
        assert_eq!(users("ada").collect::<Vec<_>>(), [("ada", Category::Platform)]);
        assert_eq!(
            users("ada_codemie_cli").collect::<Vec<_>>(),
            [("ada_codemie_cli", Category::Platform), ("ada", Category::Cli)]
        );
        assert!(users("ada_codemie_premium_models").any(|named| named == ("ada", Category::PremiumModels)));
    }

    #[test]
    fn member_is_named_by_project_category_and_id() {
        let named = |customer| Named::candidates(customer).first().copied();
        let member = Named { user: "7", project: Some("atlas"), category: Category::Cli };
        assert_eq!(named("codemie:project:atlas:category:cli:user:7"), Some(member));
        assert_eq!(
            named("codemie:project:a:category:b:category:cli:user:7").and_then(|n| n.project),
            Some("a:category:b")
        );
        for strange in ["codemie:project:atlas", "codemie:project:atlas:category:gpu:user:7"] {
            assert_eq!(named(strange), None, "{strange}");
        }
    }
}
