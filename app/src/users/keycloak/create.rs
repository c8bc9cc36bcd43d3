//! Creating a user in Keycloak.

use super::actions::{CREATE_FORM, CreateKeycloakUser};
use super::data::{NewKeycloakUserView, OpenNewKeycloakUser};
use super::user::{ADMIN_HINT, PROJECTS_HINT, role_choice};
use super::{below, takes_effect, unavailable};
use crate::form::{FieldColumn, FormFields, PostForm};
use crate::page::{LazyPage, PageData, loaded, use_page};
use crate::paths;
use crate::ui::{FormFoot, PageBody, PageHead, RadioChoice, RadioRows, TextArea, TextField, TextKind};
use domain::keycloak_user::{Column, FirstSignIn, KeycloakUsername, NewUserFields, RealmRole};
use domain::mode::Mode;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// The form for a new user in Keycloak.
pub struct NewKeycloakUserPage {
    page: PageData<NewKeycloakUserView>,
}

impl LazyPage for NewKeycloakUserPage {
    fn load() -> Self {
        Self { page: use_page(|| OpenNewKeycloakUser {}) }
    }

    fn view(self) -> AnyView {
        view! {
            <Title text="Create user in Keycloak" />
            {loaded(self.page, |dated, forms| page(dated.data, forms.of(CREATE_FORM)))}
        }
        .into_any()
    }
}

fn page(view: NewKeycloakUserView, state: FormFields) -> impl IntoView {
    let body = match view.unavailable {
        Some(why) => unavailable::notice(why),
        None => form(view.mode, state).into_any(),
    };
    view! {
        <PageHead crumbs=below("Create user".to_owned()) title="Create user in Keycloak" />
        <PageBody>{body}</PageBody>
    }
}

fn form(mode: Mode, state: FormFields) -> impl IntoView {
    let autofocus = !state.came_back();
    let roles = [RealmRole::Developer, RealmRole::Admin].map(|role| role_choice(Some(role)));
    view! {
        <PostForm action=CreateKeycloakUser::url()>
            <FieldColumn form=CREATE_FORM state fact="Not created." labels=NewUserFields::LABELS.into()>
                <TextField
                    name=Column::Username.key()
                    label=label(Column::Username.key())
                    hint="They sign in to Keycloak with it. It cannot be changed here later."
                    autofocus
                    required=true
                    maxlength=KeycloakUsername::LONGEST as u16
                    autocomplete="off"
                />
                <TextField
                    name=Column::Email.key()
                    label=label(Column::Email.key())
                    kind=TextKind::Email
                    hint="It must be unique in the realm."
                    required=true
                    autocomplete="off"
                />
                <TextField
                    name=Column::FirstName.key()
                    label=label(Column::FirstName.key())
                    optional=true
                    maxlength=120
                    autocomplete="off"
                />
                <TextField
                    name=Column::LastName.key()
                    label=label(Column::LastName.key())
                    optional=true
                    maxlength=120
                    autocomplete="off"
                />
                <RadioRows
                    name=Column::Role.key()
                    legend=label(Column::Role.key())
                    options=roles.into()
                    selected=RealmRole::Developer.key()
                />
                <TextArea
                    name=Column::Applications.key()
                    label=label(Column::Applications.key())
                    hint=PROJECTS_HINT
                    optional=true
                />
                <TextArea
                    name=Column::ApplicationsAdmin.key()
                    label=label(Column::ApplicationsAdmin.key())
                    hint=ADMIN_HINT
                    optional=true
                />
                <RadioRows
                    name=FirstSignIn::FIELD
                    legend=label(FirstSignIn::FIELD)
                    options=FirstSignIn::ALL.map(first_sign_in).into()
                    selected=FirstSignIn::Password.key()
                />
                <p class="text-sm text-ink-2">{takes_effect(mode)}</p>
                <FormFoot cancel=paths::KEYCLOAK_USERS submit="Create user" />
            </FieldColumn>
        </PostForm>
    }
}

fn label(field: &str) -> &'static str {
    NewUserFields::LABELS.iter().find(|(name, _)| *name == field).map_or("", |(_, label)| label)
}

fn first_sign_in(way: FirstSignIn) -> RadioChoice {
    let detail = match way {
        FirstSignIn::Password => "The next page shows it once. The user must change it at the first sign-in.",
        FirstSignIn::Mail => "A link to choose a password. The realm needs a mail server.",
        FirstSignIn::Other => "For users who sign in through a directory behind Keycloak.",
    };
    RadioChoice::explained(way.key(), way.title(), detail)
}
