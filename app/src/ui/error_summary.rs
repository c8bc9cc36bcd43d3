//! What is wrong with a form, on top of it.

use super::Views;
use super::banner::FRAME;
use super::icon::{Icon, SvgIcon};
use super::scope::field_id;
use domain::form::FieldErrors;
use leptos::prelude::*;

/// The problems of a form as links to their fields, or the one sentence why it was refused.
#[component]
pub fn ErrorSummary(
    /// Name of the form.
    #[prop(into)]
    form: String,
    /// What did not happen: "Not created."
    #[prop(into)]
    fact: String,
    /// The problems at fields.
    errors: FieldErrors,
    /// Field names and what they are called on the screen, in the order of the form.
    labels: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let count = errors.iter().count();
    let need =
        if count == 1 { "One field needs a change:".to_owned() } else { format!("{count} fields need a change:") };
    let line = |(field, problem): (&str, &domain::violation::Violation)| {
        let label = labels.iter().find(|(name, _)| *name == field).map_or(field, |(_, label)| *label);
        let words = [label, ": ", &problem.to_string()].concat();
        view! {
            <li>
                // External to the router, which would scroll and leave the focus where it is.
                <a
                    href=["#", &field_id(&form, field)].concat()
                    rel="external"
                    class="inline-flex min-h-6 items-center rounded-sm font-medium underline underline-offset-[0.2em]"
                >
                    {words}
                </a>
            </li>
        }
    };
    let place = |field: &str| labels.iter().position(|(name, _)| *name == field).unwrap_or(labels.len());
    let mut problems: Vec<_> = errors.iter().collect();
    problems.sort_by_key(|(field, _)| place(field));
    let lines = problems.into_iter().map(line).views();
    view! {
        <div role="alert" tabindex="-1" id=[&form, "-errors"].concat() class=[FRAME, "items-start! bg-danger-tint [&>svg]:text-danger-ink"].join(" ")>
            <SvgIcon icon=Icon::OctagonAlert />
            <div>
                <p class="font-semibold text-danger-ink">{fact} " " {need}</p>
                <ul>{lines}</ul>
            </div>
        </div>
    }
    .into_any()
}
