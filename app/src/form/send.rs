//! How every form of the console is sent and comes back, with and without scripts.
//!
//! A server function runs the action and leaves what the next page must show in a row that the browser's cookie
//! points to, or in that cookie without a session; then it says where to go. A browser without scripts follows the
//! redirect, a script does the same by itself: both read the same row and render the same page.
//!
//! A form that is sent twice is done once ([`services::submission`]). A form that is sent after its session has ended
//! waits in the browser until the same user signs in again ([`services::kept_form`]).

use serde::{Deserialize, Serialize};

/// The answer to every form: where to go now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormOutcome {
    /// A path of this site.
    pub to: String,
}

#[cfg(feature = "ssr")]
pub use ssr::*;

#[cfg(feature = "ssr")]
mod ssr {
    use super::super::posted::{form_user, posted, submission};
    use super::FormOutcome;
    use crate::cookies;
    use crate::detour::{Detour, KeptValues, Resend};
    use crate::error::PageError;
    use crate::next::NextPath;
    use crate::request;
    use domain::error::Refusal;
    use domain::flash::{Flash, FormState, Undo};
    use domain::violation::Violation;
    use leptos::reactive::computed::ScopedFuture;
    use serde::{Deserialize, Serialize};
    use services::forms;
    use services::kept_form::KeptForm;
    use std::collections::BTreeMap;

    /// What an action came to, also when its form is sent again.
    #[derive(Serialize, Deserialize)]
    pub struct Done {
        to: Option<String>,
        flash: Option<Flash>,
        sends_again: bool,
        hands_over: bool,
    }

    impl Done {
        /// Stay on the page the form was on.
        pub fn here() -> Self {
            Self { to: None, flash: None, sends_again: false, hands_over: false }
        }

        /// Go to a page.
        pub fn at(to: impl Into<String>) -> Self {
            Self { to: Some(to.into()), ..Self::here() }
        }

        /// Send the same fields to another action: a browser and a script both do so by themselves (RFC 9110, 307).
        pub fn send_again_to(action: &str) -> Self {
            Self { to: Some(action.to_owned()), sends_again: true, ..Self::here() }
        }

        /// Say what was done, in one sentence.
        pub fn with_notice(self, notice: impl Into<String>) -> Self {
            self.showing(Flash::Notice { text: notice.into(), undo: None })
        }

        /// Say what was done, and offer to take it back.
        pub fn with_undo<const N: usize>(
            self,
            notice: impl Into<String>,
            action: &str,
            fields: [(&str, &str); N],
        ) -> Self {
            let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let undo = Some(Undo { action: action.to_owned(), fields });
            self.showing(Flash::Notice { text: notice.into(), undo })
        }

        /// Show something once on the next page.
        pub fn showing(self, flash: Flash) -> Self {
            Self { flash: Some(flash), ..self }
        }

        /// Let this browser open the one-time password that the page shows.
        pub fn handing_over(self) -> Self {
            Self { hands_over: true, ..self }
        }
    }

    /// A form that was sent: its name on the page and the values to keep if it comes back. Never a password.
    pub struct Form {
        name: &'static str,
        values: BTreeMap<String, String>,
    }

    impl Form {
        pub fn new<const N: usize>(name: &'static str, values: [(&str, &str); N]) -> Self {
            let values = values.into_iter().map(|(field, value)| (field.to_owned(), value.to_owned())).collect();
            Self { name, values }
        }

        /// Keeps one more value.
        pub fn keeping(mut self, field: &str, value: String) -> Self {
            self.values.insert(field.to_owned(), value);
            self
        }

        /// Keeps more values.
        pub fn keeping_all(mut self, values: BTreeMap<String, String>) -> Self {
            self.values.extend(values);
            self
        }

        /// Runs the action, once for all posts of the form, and leaves what the next page must show.
        pub async fn submit(
            self,
            action: impl Future<Output = Result<Done, services::Error>> + Send + 'static,
        ) -> Result<FormOutcome, PageError> {
            if is_of_another_user() {
                let form = Self { values: BTreeMap::new(), ..self };
                return form.come_back(Violation::FormOfAnotherUser.into()).await;
            }
            let done = match submission() {
                Some(submission) => submission.once(&request::services()?, ScopedFuture::new(action)).await,
                None => action.await,
            };
            match done {
                Ok(done) => done.answer().await,
                Err(fault) => self.come_back(Refusal::from(fault)).await,
            }
        }

        /// Shows the form again with what was typed and why it was refused.
        pub(in crate::form) async fn come_back(self, refusal: Refusal) -> Result<FormOutcome, PageError> {
            let status = refusal.status();
            let to = if let Some(detour) = Detour::of(&refusal) {
                Some(self.take(detour).await?)
            } else if refusal == Refusal::Unavailable {
                // What keeps the form is gone too.
                return Err(refusal.into());
            } else {
                let state = FormState { form: self.name.to_owned(), values: self.values, refusal: refusal.clone() };
                // The first fault says more than the second.
                keep(&Flash::Form(state)).await.map_err(|_| PageError::from(refusal))?;
                None
            };
            let sent = go(to);
            if !request::is_plain_post() {
                request::set_status(status);
            }
            Ok(sent)
        }

        /// Keeps the form as the detour does. Returns the address of the detour, which leads back to the form.
        async fn take(self, detour: &Detour) -> Result<String, PageError> {
            let page = request::current_page();
            match detour.keeps {
                KeptValues::No => {}
                KeptValues::InBrowser => self.keep_in_browser(detour, &page),
                KeptValues::InForm(resend) => keep_to_resend(self.name, detour, resend).await?,
            }
            Ok((detour.address)(&page))
        }

        /// Keeps the form in the browser for its user.
        fn keep_in_browser(self, detour: &Detour, page: &NextPath) {
            if let (Some(user), Ok(services)) = (form_user(), request::services()) {
                let refusal = detour.refusal.clone();
                let form = FormState { form: self.name.to_owned(), values: self.values, refusal };
                let kept = KeptForm { user: user.id, email: user.email, page: page.path().to_owned(), form };
                match kept.to_cookie(&services) {
                    Ok(cookie) => cookies::set(&cookies::kept_form(cookie)),
                    // Signing in matters more than what was typed; the fault is logged here.
                    Err(fault) => drop(Refusal::from(fault)),
                }
            }
        }
    }

    /// Whether the form was rendered for another user than the one who is signed in now, in another tab perhaps.
    fn is_of_another_user() -> bool {
        let signed_in = request::info().ok().and_then(|info| info.caller).map(|caller| caller.actor.user_id);
        let rendered_for = form_user().map(|user| user.id);
        signed_in.is_some() && rendered_for.is_some() && signed_in != rendered_for
    }

    /// Keeps the posted fields for the form of the detour's page, which sends them again.
    async fn keep_to_resend(form: &str, detour: &Detour, resend: Resend) -> Result<(), PageError> {
        let mut values = posted()?;
        values.insert(resend.action_field.to_owned(), request::action()?);
        values.insert(resend.form_field.to_owned(), form.to_owned());
        let refusal = detour.refusal.clone();
        keep(&Flash::Form(FormState { form: resend.form.to_owned(), values, refusal })).await?;
        Ok(())
    }

    impl Done {
        /// Leaves what the next page must show, and says where it is.
        async fn answer(self) -> Result<FormOutcome, PageError> {
            if let Some(flash) = self.flash {
                // It is done, whether or not the next page can say so; a failure is logged already.
                let _ = keep(&flash).await;
            }
            if self.hands_over {
                cookies::set(&cookies::handover(&request::handover_token()?));
            }
            let sent = go(self.to);
            if self.sends_again {
                request::send_again_to(&sent.to);
            }
            Ok(sent)
        }
    }

    /// Keeps what the next page of this browser shows.
    pub(crate) async fn keep(flash: &Flash) -> Result<(), Refusal> {
        let services = request::services()?;
        let session = request::info()?.caller.map(|caller| caller.actor.session_id);
        cookies::set(&cookies::flash(&forms::keep(&services, session, flash).await?));
        Ok(())
    }

    fn go(to: Option<String>) -> FormOutcome {
        let to = to.unwrap_or_else(|| request::current_page().as_str().to_owned());
        if request::is_plain_post() {
            leptos_axum::redirect(&to);
        }
        FormOutcome { to }
    }
}
