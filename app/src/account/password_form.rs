//! Changing one's own password: the fields, on the profile and while a change is due.

use super::actions::ChangePassword;
use crate::flash::FormFields;
use crate::ui::form::PostForm;
use crate::ui::{Button, ButtonKind, TextField, TextKind};
use domain::password::SHORTEST;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Name of the form.
pub(super) const FORM: &str = "change-password";

/// Current password, new password, new password again. `is_due`: there is nothing else to do on the page, and the
/// whole console opens afterwards.
pub(super) fn password_form(state: &FormFields, is_due: bool) -> impl IntoView + use<> {
    let scope = state.scope(FORM);
    let kind = if is_due { ButtonKind::Primary } else { ButtonKind::Default };
    view! {
        <PostForm action=ChangePassword::url() whole_page=is_due class="grid max-w-88 gap-4">
            <Provider value=scope>
                <TextField
                    name="current_password"
                    label="Current password"
                    kind=TextKind::Password
                    autocomplete="current-password"
                    required=true
                />
                <TextField
                    name="new_password"
                    label="New password"
                    kind=TextKind::Password
                    autocomplete="new-password"
                    hint=rule()
                    required=true
                />
                <TextField
                    name="repeated"
                    label="New password again"
                    kind=TextKind::Password
                    autocomplete="new-password"
                    required=true
                />
            </Provider>
            <div class="flex">
                <Button kind submit=true>
                    "Change password"
                </Button>
            </div>
        </PostForm>
    }
}

fn rule() -> String {
    format!("At least {SHORTEST} characters: a few words in a row are easy to remember. Common passwords are refused.")
}
