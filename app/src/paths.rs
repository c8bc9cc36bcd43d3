//! The address of every page.

use crate::url::{encode, with_params};
use domain::access_anomaly::AnomalyQuery;
use domain::access_matrix::MatrixQuery;
use domain::audit::AuditQuery;
use domain::budget::Category;
use domain::explain::{AccessQuery, AccessView};
use domain::id::{AnomalyId, BudgetId, BudgetRequestId, UserId};
use domain::import::ReportQuery;
use domain::permission::Permission;
use domain::project::ProjectName;
use domain::spend::UserRef;
use domain::spending::SpendingQuery;

/// The sign-in page.
pub const SIGN_IN: &str = "/sign-in";
/// Where the sign-in page sends people whom an identity provider vouches for. The server answers there, no page.
pub const SIGN_IN_THROUGH_PROVIDER: &str = "/sign-in/provider";
/// Where signing out leads on to the end of the identity provider's session. The server answers there, no page.
pub const SIGN_OUT_AT_PROVIDER: &str = "/sign-out/provider";
/// Signing in with a break-glass code.
pub const BREAK_GLASS: &str = "/break-glass";
/// Why somebody whom the identity provider vouches for was not let in.
pub const TURNED_AWAY: &str = "/turned-away";
/// Proving once more who one is.
pub const CONFIRM: &str = "/confirm-identity";
/// Where that page sends people whom an identity provider vouches for. The server answers there, no page.
pub const CONFIRM_THROUGH_PROVIDER: &str = "/sign-in/again";
/// Choosing a new password when one is due.
pub const CHANGE_PASSWORD: &str = "/change-password";
/// What needs a decision, where those who administer begin.
pub const OVERVIEW: &str = "/overview";
/// Profile: password, sessions, appearance.
pub const PROFILE: &str = "/settings/profile";
/// One's own projects and budgets.
pub const MY_ACCESS: &str = "/settings/my-access";
/// Users management.
pub const USERS: &str = "/settings/administration/users";
/// Creating a person.
pub const NEW_USER: &str = "/settings/administration/users/new";
/// The users of Keycloak's realm.
pub const KEYCLOAK_USERS: &str = "/settings/administration/keycloak-users";
/// Creating a user in Keycloak.
pub const NEW_KEYCLOAK_USER: &str = "/settings/administration/keycloak-users/new";
/// Projects management.
pub const PROJECTS: &str = "/settings/administration/projects";
/// Creating a project. Not below [`PROJECTS`], where every word is a project's name.
pub const NEW_PROJECT: &str = "/settings/administration/new-project";
/// Budgets management.
pub const BUDGETS: &str = "/settings/administration/budgets";
/// Creating a budget.
pub const NEW_BUDGET: &str = "/settings/administration/budgets/new";
/// Requests for budgets.
pub const REQUESTS: &str = "/requests";
/// The form that requests a budget.
pub const NEW_REQUEST: &str = "/requests/new";

/// A request for a budget.
pub fn request(id: BudgetRequestId) -> String {
    format!("{REQUESTS}/{id}")
}

/// The form that requests a budget of a category for a project, or for oneself.
pub fn new_request(category: Category, project: Option<&ProjectName>) -> String {
    let category = ("category", category.key().to_owned());
    let project = project.map(|name| ("project", name.to_string()));
    with_params(NEW_REQUEST, &[category].into_iter().chain(project).collect::<Vec<_>>())
}

/// How the identity provider is doing.
pub const IDENTITY_PROVIDER: &str = "/settings/administration/identity-provider";
/// The import of the users of a Keycloak realm, with its report.
pub const KEYCLOAK_IMPORT: &str = "/settings/administration/identity-provider/import";
/// Asking before another import.
pub const KEYCLOAK_IMPORT_AGAIN: &str = "/settings/administration/identity-provider/import/again";
/// The report as a file. The server answers there, no page.
pub const KEYCLOAK_IMPORT_CSV: &str = "/settings/administration/identity-provider/import.csv";

/// A page of the report of the import.
pub fn import_report(query: &ReportQuery) -> String {
    with_params(KEYCLOAK_IMPORT, &query.to_params())
}

/// The same rows as a file.
pub fn import_csv(query: &ReportQuery) -> String {
    with_params(KEYCLOAK_IMPORT_CSV, &query.to_params())
}
/// Moving identities to the issuer that is configured now.
pub const MOVE_IDENTITIES: &str = "/settings/administration/identity-provider/move-identities";

/// What users and projects spend.
pub const SPENDING: &str = "/settings/administration/spending";
/// The same as a file. The server answers there, no page.
pub const SPENDING_CSV: &str = "/settings/administration/spending.csv";

/// What users and projects spent in some days.
pub fn spending(query: &SpendingQuery) -> String {
    with_params(SPENDING, &query.to_params())
}

/// Every row of the breakdown as a file.
pub fn spending_csv(query: &SpendingQuery) -> String {
    with_params(SPENDING_CSV, &query.from_first().to_params())
}

/// Which role reaches which resource.
pub const ACCESS_MATRIX: &str = "/settings/administration/access-matrix";

/// A part of an access matrix.
pub fn access_matrix(query: &MatrixQuery) -> String {
    with_params(ACCESS_MATRIX, &query.to_params())
}

/// Snapshots of the grants in Keycloak, and what changed between two of them.
pub const ACCESS_SNAPSHOTS: &str = "/settings/administration/access-matrix/snapshots";

/// What the rules found in the last snapshot.
pub const ACCESS_ANOMALIES: &str = "/settings/administration/access-matrix/anomalies";

/// Some of the anomalies.
pub fn access_anomalies(query: AnomalyQuery) -> String {
    with_params(ACCESS_ANOMALIES, &query.to_params())
}

/// An anomaly.
pub fn access_anomaly(anomaly: AnomalyId) -> String {
    format!("{ACCESS_ANOMALIES}/{anomaly}")
}

/// What a user can do and who can do something, with the path that grants it.
pub const EFFECTIVE_ACCESS: &str = "/settings/administration/effective-access";

/// The answer to a question about effective access.
pub fn effective_access(query: &AccessQuery) -> String {
    with_params(EFFECTIVE_ACCESS, &query.to_params())
}

/// What a user can do.
pub fn access_of(user: UserId) -> String {
    let user = UserRef::parse(&user.to_string()).ok();
    effective_access(&AccessQuery { user, ..AccessQuery::default() })
}

/// Who holds a permission.
pub fn who_can(permission: Permission) -> String {
    let permission = Some(permission);
    effective_access(&AccessQuery { view: AccessView::Who, permission, ..AccessQuery::default() })
}

/// What the console does by itself.
pub const JOBS: &str = "/settings/administration/jobs";

/// The audit log.
pub const AUDIT_LOG: &str = "/settings/administration/audit-log";

/// The audit log as a file of CSV. The server answers there, no page.
pub const AUDIT_LOG_CSV: &str = "/settings/administration/audit-log.csv";
/// The audit log as a file of JSON lines. The server answers there, no page.
pub const AUDIT_LOG_JSON: &str = "/settings/administration/audit-log.jsonl";

/// Some events of the audit log.
pub fn audit_log(query: &AuditQuery) -> String {
    with_params(AUDIT_LOG, &query.to_params())
}

/// The gateways.
pub const GATEWAYS: &str = "/settings/administration/gateways";
/// Creating a gateway.
pub const NEW_GATEWAY: &str = "/settings/administration/gateways/new";

/// The LiteLLM proxy that budgets are pushed to.
pub const LITELLM: &str = "/settings/administration/litellm";

/// A person's page.
pub fn user(id: UserId) -> String {
    format!("{USERS}/{id}")
}

/// The page of a user of Keycloak.
pub fn keycloak_user(id: UserId) -> String {
    format!("{KEYCLOAK_USERS}/{id}")
}

/// What stands for the characters of a project's name that browsers and the router change on the way: following a link
/// the router decodes percent signs and does not encode them again, and browsers take a backslash for a slash. Nobody
/// touches a tilde.
const ESCAPES: [(char, &str); 3] = [('~', "~7E"), ('%', "~25"), ('\\', "~5C")];
/// Stands for the dots of the names `.` and `..`, which browsers resolve as steps in the path.
const DOT: (char, &str) = ('.', "~2E");

/// The address by which the navigation finds the area of a page: its own, unless that is not below the area's.
pub fn within_area(path: &str) -> String {
    if path == NEW_PROJECT { [PROJECTS, "/new"].concat() } else { path.to_owned() }
}

/// A project's page.
pub fn project(name: &str) -> String {
    let is_step = matches!(name, "." | "..");
    let escapes = ESCAPES.iter().chain(is_step.then_some(&DOT));
    let escaped = escapes.fold(name.to_owned(), |name, (raw, escape)| name.replace(*raw, escape));
    format!("{PROJECTS}/{}", encode(&escaped))
}

/// The project's name in the part of an address that [`project`] made.
pub fn project_name(part: &str) -> String {
    std::iter::once(&DOT)
        .chain(ESCAPES.iter().rev())
        .fold(part.to_owned(), |part, (raw, escape)| part.replace(escape, &raw.to_string()))
}

/// A project's edit form.
pub fn edit_project(name: &str) -> String {
    format!("{}/edit", project(name))
}

/// How a project's total is split over categories and members.
pub fn project_split(name: &str) -> String {
    format!("{}/split", project(name))
}

/// A budget's page.
pub fn budget(id: BudgetId) -> String {
    format!("{BUDGETS}/{id}")
}

/// Whom a budget is assigned to, on its page.
pub fn assignments(id: BudgetId) -> String {
    format!("{}#assignments", budget(id))
}

/// The page that deletes a budget.
pub fn delete_budget(id: BudgetId) -> String {
    format!("{}/delete", budget(id))
}

/// A budget's edit form.
pub fn edit_budget(id: BudgetId) -> String {
    format!("{}/edit", budget(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos_router::location::Url;

    #[test]
    fn a_name_is_never_a_step_in_the_path() {
        for name in [".", "..", "...", ".env", "a/..", "%2e", "%2E%2e", "~2E", "~7E2E", "atlas.", " ", &"é".repeat(255)]
        {
            let address = project(name);
            let part =
                address.strip_prefix(PROJECTS).and_then(|rest| rest.strip_prefix('/')).expect("a project's page");
            // As browsers read a segment, percent-encoded or not (https://url.spec.whatwg.org, single- and double-dot).
            assert!(!matches!(part.to_lowercase().replace("%2e", ".").as_str(), "." | ".."), "{part}");
            assert_eq!(project_name(&Url::unescape(&Url::unescape(part))), name, "{part}");
        }
    }

    #[test]
    fn a_name_survives_a_router_that_decodes_it_twice() {
        for name in ["atlas", "50% off", "a%20b@example.com", "a~b", "~25", "%7E~", "grün/blau?#", r"CORP\atlas"] {
            let address = project(name);
            let part =
                address.strip_prefix(PROJECTS).and_then(|rest| rest.strip_prefix('/')).expect("a project's page");
            let once = Url::unescape(part);
            assert!(!once.contains(['%', '\\']), "{part}");
            assert_eq!(project_name(&Url::unescape(&once)), name, "{part}");
        }
    }
}
