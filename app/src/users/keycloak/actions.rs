//! Changes of users in Keycloak.

use crate::error::PageError;
use crate::form::FormOutcome;
use domain::draft::EditBasis;
use domain::keycloak_user::{NewUserFields, RightsFields};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Done, Form},
    crate::paths,
    crate::request::{self, parse_id, permitted},
    domain::id::UserId,
    domain::keycloak_user::FirstSignIn,
    domain::permission::ManageKeycloakUsers,
    domain::shortened::shortened,
    services::keycloak::users::managed,
};

/// Name of the form that changes role and projects.
pub(super) const RIGHTS_FORM: &str = "keycloak-rights";

/// Name of the form for a new user.
pub(super) const CREATE_FORM: &str = "create-keycloak-user";

/// Creates a user in Keycloak, with role, projects and a way to sign in for the first time.
#[server(prefix = "/act", endpoint = "keycloak-users/create")]
pub async fn create_keycloak_user(#[server(flatten)] fields: NewUserFields) -> Result<FormOutcome, PageError> {
    let form = Form::new(CREATE_FORM, fields.values());
    form.submit(async move {
        let (services, can) = permitted::<ManageKeycloakUsers>()?;
        let (draft, first) = fields.parse(&services.settings().claims)?;
        let token = request::handover_token()?;
        let id = managed::create(&services, &can, &draft, first, &token).await?;
        let name = shortened(draft.username.as_str());
        let done = Done::at(paths::keycloak_user(id));
        Ok(match first {
            FirstSignIn::Password => done.with_notice(format!("{name} created in Keycloak.")).handing_over(),
            FirstSignIn::Mail => {
                done.with_notice(format!("{name} created. Keycloak sent the mail to {}.", draft.email))
            }
            FirstSignIn::Other => done.with_notice(format!("{name} created in Keycloak.")),
        })
    })
    .await
}

/// Changes role and projects of a user in Keycloak.
#[server(prefix = "/act", endpoint = "keycloak-users/change-rights")]
pub async fn change_keycloak_rights(
    user: String,
    version: i64,
    #[server(flatten)] fields: RightsFields,
    #[server(default)] basis: EditBasis,
) -> Result<FormOutcome, PageError> {
    let form =
        Form::new(RIGHTS_FORM, fields.values()).keeping("version", version.to_string()).keeping_all(basis.kept());
    form.submit(async move {
        let (services, can) = permitted::<ManageKeycloakUsers>()?;
        let id = parse_id::<UserId>(&user)?;
        let merge = managed::change_rights(&services, &can, id, fields.edit(version, basis)).await?;
        Ok(Done::at(paths::keycloak_user(id)).with_notice(merge.notice("Rights saved in Keycloak.")))
    })
    .await
}
