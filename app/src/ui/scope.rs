//! What fields know of the form they stand in.

use super::Views;
use domain::flash::FormState;
use leptos::prelude::*;

/// Provided around a form's fields (with `Provider`): gives them their ids and, after a refusal, what was typed and
/// the problem at each.
#[derive(Clone, Debug, Default)]
pub struct FieldScope {
    /// Name of the form; a field's id is `<form>-<name>`.
    pub form: String,
    /// How the form came back, if it did.
    pub state: Option<FormState>,
}

/// The id of a field, to which labels and the error summary point.
pub fn field_id(form: &str, name: &str) -> String {
    if form.is_empty() { name.to_owned() } else { [form, "-", name].concat() }
}

/// How one field is wired.
pub(super) struct Wiring {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) error: Option<String>,
    pub(super) described_by: Option<String>,
    pub(super) invalid: Option<&'static str>,
}

/// Values typed before win over stored ones; a problem given by the caller wins over the form's.
pub(super) fn wire(name: &str, value: String, error: Option<String>, has_hint: bool) -> Wiring {
    let scope = use_context::<FieldScope>().unwrap_or_default();
    let state = scope.state.as_ref();
    let id = field_id(&scope.form, name);
    let error = error.or_else(|| Some(state?.problem(name)?.to_string()));
    let parts = [(error.is_some(), "-error"), (has_hint, "-hint")];
    let described: Vec<String> =
        parts.into_iter().filter(|(is_there, _)| *is_there).map(|(_, part)| [&id, part].concat()).collect();
    Wiring {
        value: state.and_then(|state| state.value(name)).map_or(value, str::to_owned),
        described_by: (!described.is_empty()).then(|| described.join(" ")),
        invalid: error.is_some().then_some("true"),
        error,
        id,
    }
}

/// Label above, control, then the problem, then the hint.
pub(super) fn framed(
    wiring: &Wiring,
    label: String,
    optional: bool,
    hint: Option<String>,
    control: AnyView,
) -> AnyView {
    let id = wiring.id.clone();
    view! {
        <div class="grid min-w-0 content-start gap-1.5">
            <label for=id.clone() class="text-sm font-strong">
                {label}
                {optional.then(|| view! { <span class="font-normal text-ink-2">" (optional)"</span> }).views()}
            </label>
            {control}
            {problem(&id, wiring.error.clone())}
            {hint.map(|hint| hint_line(&id, hint))}
        </div>
    }
    .into_any()
}

/// The problem of a field, under it.
pub(super) fn problem(id: &str, error: Option<String>) -> Option<impl IntoView + use<>> {
    use super::icon::{Icon, IconSize, SvgIcon};
    let id = [id, "-error"].concat();
    error.map(|error| {
        view! {
            <p id=id class="flex gap-1.5 text-sm/4.5 font-medium text-danger-ink [&>svg]:mt-0.5">
                <SvgIcon icon=Icon::OctagonAlert size=IconSize::Small />
                <span>{error}</span>
            </p>
        }
    })
}

/// What helps to fill in a field, under it.
pub(super) fn hint_line(id: &str, hint: String) -> impl IntoView + use<> {
    view! { <p id=[id, "-hint"].concat() class="text-sm/4.5 wrap-anywhere text-ink-2">{hint}</p> }
}
