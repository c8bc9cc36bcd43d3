//! What the last form left for this page, read once.

use crate::error::PageError;
use crate::read::Data;
use crate::ui::FieldScope;
use domain::flash::{Flash, FormState};
use domain::form::FieldErrors;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

#[cfg(feature = "ssr")]
use crate::cookies::{self, CookieName};

/// The forms of a page: the one that came back, if any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forms(Option<FormState>);

impl From<Option<Flash>> for Forms {
    fn from(flash: Option<Flash>) -> Self {
        match flash {
            Some(Flash::Form(state)) => Self(Some(state)),
            _ => Self(None),
        }
    }
}

impl Forms {
    /// The state of the form with this name.
    pub fn of(&self, form: &str) -> FormFields {
        FormFields(self.0.clone().filter(|state| state.form == form))
    }
}

/// Values and problems of one form; empty when it was not sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FormFields(Option<FormState>);

impl FormFields {
    /// Whether this form came back.
    pub const fn came_back(&self) -> bool {
        self.0.is_some()
    }

    /// What was typed, or what the field shows at first.
    pub fn value(&self, field: &str, at_first: &str) -> String {
        self.0.as_ref().and_then(|state| state.value(field)).unwrap_or(at_first).to_owned()
    }

    /// Everything that was sent, to be sent again.
    pub fn values(&self) -> Vec<(String, String)> {
        self.0.iter().flat_map(|state| state.values.clone()).collect()
    }

    /// The problem at a field.
    pub fn problem(&self, field: &str) -> Option<String> {
        self.0.as_ref().and_then(|state| state.problem(field)).map(ToString::to_string)
    }

    /// What the form's fields need to know, for a [`leptos::context::Provider`] around them.
    pub fn scope(&self, form: &str) -> FieldScope {
        FieldScope { form: form.to_owned(), state: self.0.clone() }
    }

    /// The problems at fields, when the form came back for them.
    pub fn errors(&self) -> Option<&FieldErrors> {
        match &self.0.as_ref()?.refusal {
            domain::error::Refusal::Invalid(errors) => Some(errors),
            _ => None,
        }
    }

    /// The conflict, when another user saved first.
    pub fn conflict(&self) -> Option<&domain::conflict::Conflict> {
        match &self.0.as_ref()?.refusal {
            domain::error::Refusal::Conflict(conflict) => Some(conflict),
            _ => None,
        }
    }

    /// With the merged values and their problems, after a conflict that leaves nothing to choose.
    pub fn resumed(self) -> Self {
        Self(self.0.map(FormState::resumed))
    }
}

/// Raised whenever an action changed something, so that what is on the screen is read again.
#[derive(Clone, Copy)]
pub struct Changes {
    all: RwSignal<u32>,
    here: RwSignal<u32>,
}

impl Changes {
    fn new() -> Self {
        Self { all: RwSignal::new(0), here: RwSignal::new(0) }
    }

    /// Something has changed. When the form leads to another page (`stays` is false), the one that is being left is
    /// not read again: it may be gone, and the next one reads for itself.
    pub fn bump(self, stays: bool) {
        self.all.update(|count| *count += 1);
        if stays {
            self.here.update(|count| *count += 1);
        }
    }

    /// The number of changes so far; tracks.
    pub fn count(self) -> u32 {
        self.all.get()
    }

    /// The number of changes that left the page on the screen; tracks.
    pub fn count_here(self) -> u32 {
        self.here.get()
    }
}

/// The flash of the page on the screen.
#[derive(Clone, Copy)]
pub struct PageFlash {
    waiting: Data<Option<Flash>>,
    spent: RwSignal<Option<u32>>,
    changes: Changes,
}

/// Provides [`Changes`] and [`PageFlash`] to everything below.
pub fn provide_flash() {
    let changes = Changes::new();
    let waiting = Data::read(move || changes.count(), || TakeFlash {});
    let spent = RwSignal::new(None);
    let path = use_location().pathname;
    // Leaving a page without having changed anything spends its flash: going back does not show an old problem again.
    Effect::new(move |before: Option<(String, u32)>| {
        let now = (path.get(), changes.count());
        if before.is_some_and(|(path, count)| path != now.0 && count == now.1) {
            spent.set(Some(now.1));
        }
        now
    });
    provide_context(changes);
    provide_context(PageFlash { waiting, spent, changes });
}

impl PageFlash {
    /// The flash, unless it belongs to a page that was left.
    pub async fn get(self) -> Option<Flash> {
        let spent = self.spent.get() == Some(self.changes.count());
        let flash = self.waiting.get().await.ok().flatten();
        flash.filter(|_| !spent)
    }
}

/// Reads and removes what waits for this browser. What a detour sends again stays while its page is open.
///
/// # Errors
/// The database failed.
#[server(prefix = "/data", endpoint = "flash")]
pub async fn take_flash() -> Result<Option<Flash>, PageError> {
    let info = crate::request::info()?;
    let session = info.caller.as_ref().map(|caller| caller.actor.session_id);
    let Some(cookie) = info.flash_cookie else { return Ok(take_kept_form()) };
    let services = crate::request::services()?;
    let flash = services::forms::take(&services, session, &cookie).await.map_err(domain::error::Refusal::from)?;
    match &flash {
        Some(kept) if is_on_detour(kept) => crate::form::keep(kept).await?,
        _ => cookies::remove(CookieName::Flash),
    }
    Ok(flash.or_else(take_kept_form))
}

/// The form that was sent after its session had ended, for its user on its page alone.
#[cfg(feature = "ssr")]
fn take_kept_form() -> Option<Flash> {
    let user = crate::request::info().ok()?.caller?.actor.user_id;
    let kept = crate::request::kept_form()?;
    let is_here = kept.page == crate::request::current_page().path();
    if kept.user != user || is_here {
        cookies::remove(CookieName::KeptForm);
    }
    (kept.user == user && is_here && kept.has_input()).then_some(Flash::Form(kept.form))
}

/// Whether the page of a detour shows a form that it may have to show again: users who leave the page for an identity
/// provider come back to it.
#[cfg(feature = "ssr")]
fn is_on_detour(flash: &Flash) -> bool {
    let page = crate::request::current_page();
    let Some((detour, resend)) = crate::detour::Detour::resending_at(page.as_str()) else { return false };
    matches!(flash, Flash::Form(form) if form.form == resend.form && form.refusal == detour.refusal)
}
