//! The page of a user in Keycloak: role and projects as Keycloak has them now.

use super::actions::{ChangeKeycloakRights, RIGHTS_FORM};
use super::data::{KeycloakUserView, ReadKeycloakUser};
use super::{below, takes_effect, unavailable};
use crate::form::{Edited, FieldColumn, FormFields, Forms};
use crate::page::{Copied, HandedOver, Handover, LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{
    Avatar, AvatarSize, Badge, BadgeKind, CopyButton, Fact, Facts, FormFoot, ObjectHead, PageBody, PageHead,
    RadioChoice, RadioRows, RailPart, Section, ShortId, SplitBody, TextArea, UnverifiedBadge,
};
use crate::users::actions::DismissOneTimePassword;
use domain::draft::Draft as _;
use domain::keycloak_user::{KeycloakRights, ManagedUser, RealmRole, project_list};
use domain::mode::Mode;
use domain::violation::Violation;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use time::OffsetDateTime;

/// The page of a user in Keycloak.
pub struct KeycloakUserPage {
    page: PageData<KeycloakUserView>,
}

impl LazyPage for KeycloakUserPage {
    fn load() -> Self {
        let params = use_params_map();
        Self { page: use_page(move || ReadKeycloakUser { id: params.read().get("id").unwrap_or_default() }) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |dated, forms| page(dated, &forms)).into_any()
    }
}

fn page(dated: WithServerTime<KeycloakUserView>, forms: &Forms) -> AnyView {
    let WithServerTime { now, data: KeycloakUserView { mode, user, is_self, handover } } = dated;
    let user = match user {
        Ok(user) => user,
        Err(why) => {
            return view! {
                <Title text="User in Keycloak" />
                <PageHead crumbs=below("User".to_owned()) title="User in Keycloak" />
                <PageBody>{unavailable::notice(why)}</PageBody>
            }
            .into_any();
        }
    };
    let title = user.listed.name.clone();
    let password = handed_over(&user, handover).map(|handed_over| handed_over.banner(now));
    let (head, rail) = (head(&user), rail(&user));
    let rights = rights(&user, mode, is_self, forms.of(RIGHTS_FORM), now);
    view! {
        <Title text=title />
        {head}
        {password}
        <SplitBody rail=move || rail>{rights}</SplitBody>
    }
    .into_any()
}

fn handed_over(user: &ManagedUser, handover: Option<Handover>) -> Option<HandedOver> {
    Some(HandedOver {
        handover: handover?,
        fact: format!("Temporary password for {}", user.listed.username),
        text: "Give it to the user in person or by phone. The user must change it at the first sign-in. It stays here for \
               10 minutes, or until you have handed it over; it cannot be shown again."
            .to_owned(),
        copied: Copied::SignInDetails {
            name: format!("User name: {}", user.listed.username),
            kind: "Temporary password",
        },
        dismiss: DismissOneTimePassword::url(),
        fields: vec![("person", user.id.to_string())],
    })
}

fn head(user: &ManagedUser) -> impl IntoView + use<> {
    let listed = &user.listed;
    let (title, name, seed) = (listed.name.clone(), listed.name.clone(), listed.username.clone());
    let picture = move || view! { <Avatar name seed size=AvatarSize::Large /> };
    let (email, copied, verified) = (listed.email.clone(), listed.email.clone(), user.email_verified);
    let address = (!email.is_empty()).then(|| {
        view! {
            <span class="inline-flex min-w-0 items-center gap-1">
                <span class="wrap-anywhere">{email}</span>
                <CopyButton text=copied label="Copy e-mail" />
            </span>
            <UnverifiedBadge verified />
        }
    });
    let disabled = (!listed.enabled).then(|| view! { <Badge kind=BadgeKind::Warn>"Disabled in Keycloak"</Badge> });
    let external = user.is_external.then(|| view! { <Badge kind=BadgeKind::Outline>"External"</Badge> });
    view! {
        <ObjectHead crumbs=below(listed.name.clone()) title picture>
            {address}
            {disabled}
            {external}
        </ObjectHead>
    }
}

fn rail(user: &ManagedUser) -> impl IntoView + use<> {
    let (id, username) = (user.id.to_string(), user.listed.username.clone());
    let sign_in = if user.listed.enabled { "Enabled" } else { "Disabled" };
    view! {
        <RailPart title="Facts">
            <Facts>
                <Fact label="User name">{username}</Fact>
                <Fact label="User id">
                    <ShortId id label="Copy user id" />
                </Fact>
                <Fact label="Sign-in">{sign_in}</Fact>
                <Fact label="Kept in">"Keycloak"</Fact>
            </Facts>
        </RailPart>
    }
}

fn rights(
    user: &ManagedUser,
    mode: Mode,
    is_self: bool,
    state: FormFields,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let edited = Edited {
        action: ChangeKeycloakRights::url(),
        form: RIGHTS_FORM,
        what: "user",
        target: ("user", user.id.to_string()),
        version: user.rights.version(),
        stored: user.rights.fields(),
        now,
        discard_href: paths::keycloak_user(user.id),
        class: None,
    };
    let form = edited.form(state, |state| fields(user, is_self, state));
    view! {
        <Section id="rights" title="Role and projects" side=|| "As Keycloak has them now">
            <p class="mb-4 max-w-136 text-sm text-ink-2">{takes_effect(mode)}</p>
            {form}
        </Section>
    }
}

fn fields(user: &ManagedUser, is_self: bool, state: FormFields) -> AnyView {
    let rights = &user.rights;
    let (applications, admin) = (project_list(&rights.applications), project_list(&rights.applications_admin));
    let (external, held) = (user.is_external, user.rights.role);
    let roles = KeycloakRights::ROLES.map(|role| RadioChoice {
        unavailable: reason_against(role, held, external, is_self).map(|reason| reason.to_string()),
        ..role_choice(role)
    });
    view! {
        <FieldColumn form=RIGHTS_FORM state fact="Not saved." labels=KeycloakRights::labels()>
            <RadioRows
                name=KeycloakRights::ROLE.name
                legend=KeycloakRights::ROLE.label
                options=roles.into()
                selected=KeycloakRights::role_key(held)
            />
            <TextArea
                name=KeycloakRights::APPLICATIONS.name
                label=KeycloakRights::APPLICATIONS.label
                value=applications
                hint=PROJECTS_HINT
                optional=true
            />
            <TextArea
                name=KeycloakRights::APPLICATIONS_ADMIN.name
                label=KeycloakRights::APPLICATIONS_ADMIN.label
                value=admin
                hint=ADMIN_HINT
                optional=true
            />
            <FormFoot cancel=paths::KEYCLOAK_USERS submit="Save in Keycloak" />
        </FieldColumn>
    }
    .into_any()
}

/// Why a role cannot be chosen.
fn reason_against(
    role: Option<RealmRole>,
    held: Option<RealmRole>,
    external: bool,
    is_self: bool,
) -> Option<Violation> {
    if is_self && role != held {
        Some(Violation::OwnKeycloakRole)
    } else if external && role == Some(RealmRole::Admin) && held != role {
        Some(Violation::ExternalKeycloakAdmin)
    } else {
        None
    }
}

/// Under the field of the projects.
pub(super) const PROJECTS_HINT: &str = "The attribute applications. Names, separated by commas. A project that does not exist is created at the user's sign-in.";
/// Under the field of the projects as project admin.
pub(super) const ADMIN_HINT: &str =
    "The attribute applications_admin. You don't need to repeat these projects in the field above.";

/// A role with what it means.
pub(super) fn role_choice(role: Option<RealmRole>) -> RadioChoice {
    let detail = match role {
        None => "Cannot sign in to Bursar.",
        Some(RealmRole::Developer) => "Signs in and works in the projects below.",
        Some(RealmRole::Admin) => "Manages the platform. Needs no projects.",
    };
    RadioChoice::explained(KeycloakRights::role_key(role), KeycloakRights::role_title(role), detail)
}
