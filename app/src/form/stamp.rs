//! What every form carries unseen: a key of its own, and the user it was rendered for.

use leptos::prelude::*;

/// The field with the form's key: posts with the same key are done once.
pub(crate) const FORM_KEY: &str = "form_key";
/// The field with the user whom the form was rendered for.
pub(crate) const FORM_USER: &str = "form_user";

/// The hidden fields of a form of a signed-in user.
pub(super) struct Stamp {
    key: String,
    user: String,
}

impl Stamp {
    // A browser that restores what was typed must not restore the key of a form that was done.
    pub(super) fn fields(self) -> impl IntoView {
        view! {
            <input type="hidden" name=FORM_KEY value=self.key autocomplete="off" />
            <input type="hidden" name=FORM_USER value=self.user autocomplete="off" />
        }
    }

    /// In the browser the document says who is signed in: with the session the document changes too.
    #[cfg(not(feature = "ssr"))]
    pub(super) fn make() -> Option<Self> {
        let user = document().document_element()?.get_attribute("data-user")?;
        Some(Self { key: new_key()?, user })
    }

    #[cfg(feature = "ssr")]
    pub(super) fn make() -> Option<Self> {
        let info = crate::request::info().ok()?;
        let user = FormUser::of(&info)?;
        Some(Self { key: info.form_key.expose().to_owned(), user: user.to_string() })
    }
}

/// 43 characters, as the server's own keys have: 166 random bits.
#[cfg(any(feature = "hydrate", not(feature = "ssr")))]
pub(super) fn new_key() -> Option<String> {
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::js_sys::{Function, Reflect};

    let crypto = Reflect::get(&window(), &"crypto".into()).ok()?;
    let random_uuid: Function = Reflect::get(&crypto, &"randomUUID".into()).ok()?.dyn_into().ok()?;
    let uuid = || Some(random_uuid.call0(&crypto).ok()?.as_string()?.replace('-', ""));
    let mut key = [uuid()?, uuid()?].concat();
    key.truncate(43);
    Some(key)
}

/// The user whom a form was rendered for, as its hidden field says it.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormUser {
    pub(crate) id: domain::id::UserId,
    pub(crate) email: String,
}

#[cfg(feature = "ssr")]
impl FormUser {
    /// The user who is signed in.
    pub(crate) fn of(info: &crate::request::RequestInfo) -> Option<Self> {
        let actor = &info.caller.as_ref()?.actor;
        Some(Self { id: actor.user_id, email: actor.email.clone() })
    }

    pub(crate) fn parse(raw: &str) -> Option<Self> {
        let (id, email) = raw.split_once(' ').filter(|(_, email)| email.len() <= 254)?;
        Some(Self { id: id.parse().ok()?, email: email.to_owned() })
    }
}

#[cfg(feature = "ssr")]
impl std::fmt::Display for FormUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.id, self.email)
    }
}
