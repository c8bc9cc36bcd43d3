//! The fields of the form that is being answered; server only.

use super::stamp::{FORM_KEY, FORM_USER, FormUser};
use crate::request;
use domain::error::Refusal;
use http::request::Parts;
use leptos::prelude::use_context;
use services::submission::{FormKey, Submission};
use std::collections::BTreeMap;

/// The fields of a form as they were posted, put into the extensions of the request by the server.
#[derive(Clone, Debug)]
pub struct Posted(pub bytes::Bytes);

/// The fields of the form that is being answered, to be sent once more. Never a password.
///
/// # Errors
/// [`Refusal::Internal`] outside a request.
pub(crate) fn posted() -> Result<BTreeMap<String, String>, Refusal> {
    let is_kept = |name: &str| !name.contains("password") && ![FORM_KEY, FORM_USER].contains(&name);
    Ok(all_posted().ok_or(Refusal::Internal)?.into_iter().filter(|(name, _)| is_kept(name)).collect())
}

/// Every field of the form that is being answered, passwords too.
fn all_posted() -> Option<Vec<(String, String)>> {
    let Posted(body) = use_context::<Parts>()?.extensions.get().cloned()?;
    Some(form_urlencoded::parse(&body).into_owned().collect())
}

/// The form that is being answered, when it came with a key and a session.
pub(super) fn submission() -> Option<Submission> {
    let actor = request::info().ok()?.caller?.actor;
    let (keys, fields): (Vec<_>, Vec<_>) = all_posted()?.into_iter().partition(|(name, _)| name == FORM_KEY);
    let key = FormKey::from_cookie(&keys.first()?.1)?;
    Some(Submission::new(actor.user_id, actor.session_id, &key, &request::action().ok()?, &fields))
}

/// The user whom the form that is being answered was rendered for, if it says so.
pub(super) fn form_user() -> Option<FormUser> {
    let (_, user) = all_posted()?.into_iter().find(|(name, _)| name == FORM_USER)?;
    FormUser::parse(&user)
}
