//! Pages that a refused request leads through: signing in, changing a one-time password, re-authentication.
//!
//! The page that was left continues afterwards, and a form that was refused there is not lost. The area that owns such a
//! page describes it as a [`Detour`]; [`crate::provide_detours`] makes all of them known, so that forms and pages follow
//! them without knowing the area.

#[cfg(feature = "ssr")]
use crate::next::NextPath;
#[cfg(feature = "ssr")]
use domain::error::Refusal;
use leptos::prelude::use_context;

/// A page that a refusal leads through.
#[derive(Debug)]
pub struct Detour {
    /// The refusal that leads there.
    #[cfg(feature = "ssr")]
    pub refusal: Refusal,
    /// The path of the page.
    pub path: &'static str,
    /// The address of the page, which leads back to the given one.
    #[cfg(feature = "ssr")]
    pub address: fn(&NextPath) -> String,
    /// What happens to the values of a refused form meanwhile. Passwords are never kept.
    #[cfg(feature = "ssr")]
    pub keeps: KeptValues,
}

/// What happens to the values of a form during a [`Detour`].
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug)]
pub enum KeptValues {
    /// They are dropped.
    No,
    /// They wait in the browser for the user who sent them.
    InBrowser,
    /// The form of the page has them as hidden fields, and sends them on to the action that was refused.
    InForm(Resend),
}

/// The form of a detour's page that sends a refused form again.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug)]
pub struct Resend {
    /// Its name.
    pub form: &'static str,
    /// Its own action.
    pub action: &'static str,
    /// The field with the refused action.
    pub action_field: &'static str,
    /// The field with the name of the refused form.
    pub form_field: &'static str,
}

/// Every detour there is, among the contexts of a request and of the browser's document.
#[derive(Clone, Copy)]
pub(crate) struct Detours(pub(crate) &'static [Detour]);

impl Detours {
    pub(crate) fn get() -> &'static [Detour] {
        use_context::<Self>().map_or(&[], |detours| detours.0)
    }
}

impl Detour {
    /// The detour of a refusal.
    #[cfg(feature = "ssr")]
    pub(crate) fn of(refusal: &Refusal) -> Option<&'static Self> {
        Detours::get().iter().find(|detour| detour.refusal == *refusal)
    }

    /// The page at an address, if it is a detour that sends forms again.
    #[cfg(feature = "ssr")]
    pub(crate) fn resending_at(address: &str) -> Option<(&'static Self, Resend)> {
        let path = address.split('?').next();
        Self::resending().find(|(detour, _)| Some(detour.path) == path)
    }

    /// Whether an action is the own one of a detour's page.
    #[cfg(feature = "ssr")]
    pub(crate) fn owns_action(action: &str) -> bool {
        Self::resending().any(|(_, resend)| resend.action == action)
    }

    #[cfg(feature = "ssr")]
    fn resending() -> impl Iterator<Item = (&'static Self, Resend)> {
        Detours::get().iter().filter_map(|detour| match detour.keeps {
            KeptValues::InForm(resend) => Some((detour, resend)),
            KeptValues::No | KeptValues::InBrowser => None,
        })
    }
}
