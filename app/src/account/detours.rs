//! The pages of the account area that a refused request leads through.

use crate::detour::Detour;
use crate::paths;
#[cfg(feature = "ssr")]
use {
    super::actions::ConfirmIdentity,
    super::confirm,
    crate::detour::{KeptValues, Resend},
    crate::next::NextPath,
    domain::error::Refusal,
    leptos::server_fn::ServerFn,
};

/// Signing in, changing a one-time password, re-authentication.
pub(crate) static DETOURS: [Detour; 3] = [
    Detour {
        #[cfg(feature = "ssr")]
        refusal: Refusal::SignedOut,
        path: paths::SIGN_IN,
        #[cfg(feature = "ssr")]
        address: NextPath::through_sign_in,
        #[cfg(feature = "ssr")]
        keeps: KeptValues::InBrowser,
    },
    Detour {
        #[cfg(feature = "ssr")]
        refusal: Refusal::PasswordChangeDue,
        path: paths::CHANGE_PASSWORD,
        #[cfg(feature = "ssr")]
        address: NextPath::through_password_change,
        #[cfg(feature = "ssr")]
        keeps: KeptValues::No,
    },
    Detour {
        #[cfg(feature = "ssr")]
        refusal: Refusal::ConfirmationDue,
        path: paths::CONFIRM,
        #[cfg(feature = "ssr")]
        address: NextPath::through_confirmation,
        #[cfg(feature = "ssr")]
        keeps: KeptValues::InForm(Resend {
            form: confirm::FORM,
            action: <ConfirmIdentity as ServerFn>::PATH,
            action_field: confirm::ACTION,
            form_field: confirm::WAITING,
        }),
    },
];
