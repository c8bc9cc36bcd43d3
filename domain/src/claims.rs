//! What a verified token says about a person (`behaviour.md` section 1.3).
//!
//! Signature, issuer, audience and times are checked before; here the claims become types. In Keycloak-managed mode
//! they are the rights themselves, in Platform-managed mode they are copied once, at the first sign-in.

use crate::email::Email;
use crate::project::ProjectName;
use crate::role::PlatformRole;
use crate::text::{PersonName, folded};
use crate::user::UserKind;
use serde_json::{Map, Value};

/// The role that opens sign-in to everybody who is not an admin.
pub const DEVELOPER_ROLE: &str = "developer";
/// Longest subject taken (OpenID Connect Core, section 2: at most 255 ASCII characters).
const SUBJECT_LENGTH: usize = 255;
/// Longest address of a picture taken.
const PICTURE_LENGTH: usize = 1024;

/// The claims the console uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// `sub`: the one name of the person that never changes at the provider.
    pub subject: String,
    /// `preferred_username`
    pub username: Option<String>,
    /// `name`, or `given_name` and `family_name`.
    pub name: Option<PersonName>,
    /// `email`
    pub email: Option<Email>,
    /// `picture`: an https address.
    pub picture: Option<String>,
    /// `realm_access.roles`, where other providers' roles are put when the token is verified.
    pub roles: Vec<String>,
    /// The platform role these give; `None` means that the person may not sign in at all.
    ///
    /// An external person is never an admin. Maintainers are made in the console's database alone.
    pub role: Option<PlatformRole>,
    /// `applications` and `applications_admin` as one list, each project once whatever its case.
    pub projects: Vec<ClaimedProject>,
    /// `user_type`, or a true `guest`.
    pub kind: UserKind,
}

/// A project somebody's token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedProject {
    /// As the provider spells it; any text that can be a name, whatever the rules for new names say.
    pub name: ProjectName,
    /// Named in `applications_admin`; never set for an external user, who is a member of those projects.
    pub is_admin: bool,
}

/// How claims are read; from the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRules {
    /// `ADMIN_ROLE_NAME`: the role that means admin.
    pub admin_role: String,
    /// `ADMIN_USER_ID`: the subject that is an admin whatever its roles.
    pub admin_subject: Option<String>,
    /// `EXTERNAL_USER_TYPE`: the `user_type` of people from outside.
    pub external_type: String,
}

impl Default for ClaimRules {
    fn default() -> Self {
        Self { admin_role: "admin".to_owned(), admin_subject: None, external_type: "external".to_owned() }
    }
}

/// Why verified claims cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimProblem {
    /// Nobody is named.
    #[error("the claim sub is missing, empty or too long")]
    Subject,
    /// The value as JSON. Anything but the two words is refused, so that a slip never makes an external person regular.
    #[error("the claim user_type is {0}")]
    UserType(String),
}

impl Claims {
    /// Reads a verified claim set.
    ///
    /// # Errors
    /// There is no subject, or `user_type` is there and neither `regular` nor the word for external people.
    pub fn parse(claims: &Map<String, Value>, rules: &ClaimRules) -> Result<Self, ClaimProblem> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let subject = text("sub").filter(|subject| subject.len() <= SUBJECT_LENGTH).ok_or(ClaimProblem::Subject)?;
        let (roles, kind) = (roles(claims), kind(claims, &rules.external_type)?);
        Ok(Self {
            role: role(&roles, subject, kind, rules),
            subject: subject.to_owned(),
            username: text("preferred_username").map(str::to_owned),
            name: name(text("name"), text("given_name"), text("family_name")),
            email: text("email").and_then(|email| Email::parse(email).ok()),
            picture: text("picture").filter(|url| is_picture(url)).map(str::to_owned),
            roles,
            projects: projects(list(claims.get("applications")), list(claims.get("applications_admin")), kind),
            kind,
        })
    }

    /// Whether a project is named as the person is, by e-mail address or by username: the personal project.
    pub fn is_own_name(&self, project: &str) -> bool {
        let project = folded(project);
        let is = |name: Option<&str>| name.is_some_and(|name| folded(name) == project);
        is(self.email.as_ref().map(Email::as_str)) || is(self.username.as_deref())
    }

    /// The named projects that are not the personal one.
    pub fn shared_projects(&self) -> impl Iterator<Item = &ClaimedProject> {
        self.projects.iter().filter(|project| !self.is_own_name(project.name.as_str()))
    }

    /// What the token says about a project, whatever the case of its name.
    pub fn project(&self, name: &str) -> Option<&ClaimedProject> {
        let name = folded(name);
        self.projects.iter().find(|project| folded(project.name.as_str()) == name)
    }

    /// The address the person is known by: the e-mail address, without one the username.
    pub fn address(&self) -> Option<&str> {
        self.email.as_ref().map(Email::as_str).or(self.username.as_deref())
    }

    /// The name as shown: without one the address, and at last the subject.
    pub fn shown_name(&self) -> &str {
        self.name.as_ref().map(PersonName::as_str).or_else(|| self.address()).unwrap_or(&self.subject)
    }
}

fn name(whole: Option<&str>, given: Option<&str>, family: Option<&str>) -> Option<PersonName> {
    let parts: Vec<&str> = given.into_iter().chain(family).collect();
    whole.and_then(|name| PersonName::parse(name).ok()).or_else(|| PersonName::parse(&parts.join(" ")).ok())
}

fn is_picture(url: &str) -> bool {
    url.starts_with("https://") && url.len() <= PICTURE_LENGTH && !url.contains(char::is_whitespace)
}

fn roles(claims: &Map<String, Value>) -> Vec<String> {
    let roles = claims.get("realm_access").and_then(|access| access.get("roles")).and_then(Value::as_array);
    roles.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn role(roles: &[String], subject: &str, kind: UserKind, rules: &ClaimRules) -> Option<PlatformRole> {
    let has = |wanted: &str| roles.iter().any(|role| role == wanted);
    let is_admin = has(&rules.admin_role) || rules.admin_subject.as_deref() == Some(subject);
    match (is_admin, kind) {
        (true, UserKind::Regular) => Some(PlatformRole::Admin),
        (true, UserKind::External) => Some(PlatformRole::User),
        (false, _) => has(DEVELOPER_ROLE).then_some(PlatformRole::User),
    }
}

/// An attribute that is a list, or was typed into one cell with commas, or both.
fn list(value: Option<&Value>) -> Vec<ProjectName> {
    let cells: Vec<&str> = match value {
        Some(Value::String(cell)) => vec![cell],
        Some(Value::Array(cells)) => cells.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    cells
        .into_iter()
        .flat_map(|cell| cell.split(','))
        .filter_map(|name| ProjectName::parse_existing(name).ok())
        .collect()
}

/// Whoever administers a project is in it, also when only the second list says so.
fn projects(member: Vec<ProjectName>, admin: Vec<ProjectName>, kind: UserKind) -> Vec<ClaimedProject> {
    let may_be_admin = kind == UserKind::Regular;
    let named = member.into_iter().map(|name| (name, false)).chain(admin.into_iter().map(|name| (name, may_be_admin)));
    let mut projects: Vec<ClaimedProject> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for (name, is_admin) in named {
        let place = *places.entry(folded(name.as_str())).or_insert(projects.len());
        match projects.get_mut(place) {
            Some(known) => known.is_admin |= is_admin,
            None => projects.push(ClaimedProject { name, is_admin }),
        }
    }
    projects
}

fn kind(claims: &Map<String, Value>, external: &str) -> Result<UserKind, ClaimProblem> {
    let stated = match claims.get("user_type") {
        None | Some(Value::Null) => UserKind::Regular,
        Some(value) => match value.as_str().map(|word| folded(word.trim())) {
            Some(word) if word == UserKind::Regular.key() => UserKind::Regular,
            Some(word) if word == folded(external) => UserKind::External,
            _ => return Err(ClaimProblem::UserType(value.to_string().chars().take(100).collect())),
        },
    };
    let is_guest = claims.get("guest").and_then(Value::as_bool).unwrap_or_default();
    Ok(if is_guest { UserKind::External } else { stated })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn parsed(claims: &Value) -> Result<Claims, ClaimProblem> {
        let mut claims = claims.as_object().expect("an object").clone();
        claims.entry("sub").or_insert_with(|| json!("ada"));
        Claims::parse(&claims, &ClaimRules::default())
    }

    fn named(claims: &Value) -> Vec<(String, bool)> {
        let projects = parsed(claims).expect("usable").projects;
        projects.into_iter().map(|project| (project.name.to_string(), project.is_admin)).collect()
    }

    #[test]
    fn a_list_may_be_an_array_a_cell_with_commas_or_both() {
        let expected = vec![("atlas".to_owned(), false), ("notebooks".to_owned(), false)];
        for applications in [json!(["atlas", "notebooks"]), json!("atlas, notebooks,"), json!([" atlas ,, notebooks"])]
        {
            assert_eq!(named(&json!({"applications": applications})), expected);
        }
        assert_eq!(named(&json!({"applications": ["atlas", 7, null, {"a": 1}, ["b"]]})), expected[..1]);
        for nothing in [json!(null), json!(7), json!(true), json!({"a": "b"}), json!(""), json!([])] {
            assert_eq!(named(&json!({"applications": nothing})), []);
        }
    }

    #[test]
    fn whoever_administers_a_project_is_in_it() {
        let claims = json!({"applications": "Atlas", "applications_admin": ["atlas", "billing"]});
        assert_eq!(named(&claims), [("Atlas".to_owned(), true), ("billing".to_owned(), true)]);
    }

    #[test]
    fn project_admin_claim_of_an_external_user_makes_a_member() {
        for external in [json!({"user_type": "external"}), json!({"guest": true})] {
            let mut claims = json!({"applications": "atlas", "applications_admin": ["atlas", "billing"]});
            claims.as_object_mut().expect("an object").extend(external.as_object().expect("an object").clone());
            assert_eq!(named(&claims), [("atlas".to_owned(), false), ("billing".to_owned(), false)], "{external}");
        }
    }

    #[test]
    fn both_own_names_are_the_personal_project() {
        let claims = json!({
            "email": "Ada@example.com", "preferred_username": "ada",
            "applications": "ada@example.com, ADA, atlas, bob@example.com",
        });
        let claims = parsed(&claims).expect("usable");
        let shared: Vec<&str> = claims.shared_projects().map(|project| project.name.as_str()).collect();
        assert_eq!(shared, ["atlas", "bob@example.com"]);
    }

    #[test]
    fn the_type_is_one_of_two_words_or_absent() {
        for (value, kind) in [
            (json!(null), UserKind::Regular),
            (json!("regular"), UserKind::Regular),
            (json!(" EXTERNAL "), UserKind::External),
        ] {
            assert_eq!(parsed(&json!({"user_type": value})).expect("usable").kind, kind, "{value}");
        }
        assert_eq!(parsed(&json!({})).expect("usable").kind, UserKind::Regular);
        for bad in [json!("guest"), json!(""), json!(1), json!(["external"]), json!({}), json!(true), json!("externál")]
        {
            assert_eq!(parsed(&json!({"user_type": bad})), Err(ClaimProblem::UserType(bad.to_string())));
        }
    }

    #[test]
    fn only_a_true_guest_is_external() {
        for (guest, kind) in [(json!(true), UserKind::External), (json!(false), UserKind::Regular)] {
            assert_eq!(parsed(&json!({"guest": guest})).expect("usable").kind, kind);
        }
        assert_eq!(parsed(&json!({"guest": "true"})).expect("usable").kind, UserKind::Regular);
        assert_eq!(parsed(&json!({"guest": true, "user_type": "regular"})).expect("usable").kind, UserKind::External);
        assert!(parsed(&json!({"guest": true, "user_type": "guest"})).is_err());
    }

    #[test]
    fn without_one_of_the_two_roles_nobody_comes_in() {
        let rules = ClaimRules { admin_subject: Some("root".to_owned()), ..ClaimRules::default() };
        let role = |claims: Value| {
            let mut claims = claims.as_object().expect("an object").clone();
            claims.entry("sub").or_insert_with(|| json!("ada"));
            Claims::parse(&claims, &rules).expect("usable").role
        };
        assert_eq!(role(json!({})), None);
        assert_eq!(role(json!({"roles": ["admin"], "realm_access": {"roles": ["offline_access", "Admin", 7]}})), None);
        assert_eq!(role(json!({"realm_access": {"roles": ["developer"]}})), Some(PlatformRole::User));
        assert_eq!(role(json!({"realm_access": {"roles": ["developer", "admin"]}})), Some(PlatformRole::Admin));
        assert_eq!(role(json!({"sub": "root"})), Some(PlatformRole::Admin));
        let guest = json!({"guest": true, "realm_access": {"roles": ["admin"]}});
        assert_eq!(role(guest), Some(PlatformRole::User), "an external person is no admin");
    }

    #[test]
    fn the_words_for_admin_and_external_are_configured() {
        let rules = ClaimRules {
            admin_role: "console-admin".to_owned(),
            external_type: "Contractor".to_owned(),
            ..ClaimRules::default()
        };
        let read = |claims: Value| Claims::parse(claims.as_object().expect("an object"), &rules);
        let admin = read(json!({"sub": "ada", "realm_access": {"roles": ["console-admin"]}})).expect("usable");
        assert_eq!((admin.role, admin.kind), (Some(PlatformRole::Admin), UserKind::Regular));
        assert_eq!(read(json!({"sub": "ada", "user_type": "contractor"})).expect("usable").kind, UserKind::External);
        assert!(read(json!({"sub": "ada", "user_type": "external"})).is_err());
    }

    #[test]
    fn somebody_without_a_subject_is_nobody() {
        for sub in [json!(null), json!(""), json!(" "), json!(7), json!("a".repeat(256))] {
            assert_eq!(parsed(&json!({"sub": sub})), Err(ClaimProblem::Subject));
        }
    }

    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,6}", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_a_provider_sends_makes_it_panic(values in prop::collection::vec(anything(), 10)) {
            let names = ["sub", "preferred_username", "name", "email", "picture", "realm_access", "applications",
                "applications_admin", "user_type", "guest"];
            let claims = names.into_iter().map(str::to_owned).zip(values).collect();
            if let Ok(claims) = Claims::parse(&claims, &ClaimRules::default()) {
                prop_assert!(!claims.shown_name().is_empty());
                for project in &claims.projects {
                    prop_assert_eq!(claims.project(&project.name.as_str().to_uppercase().to_lowercase()).is_some(), true);
                }
            }
        }

        #[test]
        fn every_way_to_write_a_list_means_the_same(names in prop::collection::vec("[a-zA-Z0-9@._-]{1,12}", 0..8), at in 0usize..8) {
            let (first, second) = names.split_at(at.min(names.len()));
            let array = named(&json!({"applications": names}));
            prop_assert_eq!(&named(&json!({"applications": names.join(" , ")})), &array);
            prop_assert_eq!(&named(&json!({"applications": [first.join(","), second.join(",")]})), &array);
            let admin: Vec<_> = array.iter().map(|(name, _)| (name.clone(), true)).collect();
            prop_assert_eq!(named(&json!({"applications_admin": names})), admin.clone());
            prop_assert_eq!(named(&json!({"applications": names, "applications_admin": names.join(",")})), admin);
        }
    }
}
