//! Deleting a project, or why it cannot be deleted.

use crate::form::{ConfirmForm, FormFields};
use crate::projects::actions::DeleteProject;
use crate::ui::{Banner, BannerKind, Button, ButtonKind, DialogButton, Icon, Section};
use domain::project::ProjectFacts;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub(super) fn section(facts: &ProjectFacts, state: &FormFields) -> impl IntoView + use<> {
    let overtaken =
        state.conflict().map(|conflict| format!("{} saved this project meanwhile.", conflict.saved.subject()));
    let (control, text) = match facts.reason_against_deletion() {
        None => (
            form(facts).into_any(),
            "The project disappears from all lists and its members lose access. You can restore it for 30 days."
                .to_owned(),
        ),
        Some(reason) => (closed().into_any(), format!("It cannot be deleted now. {reason}")),
    };
    view! {
        <Section id="delete" title="Delete project">
            {overtaken.map(|fact| {
                view! {
                    <Banner kind=BannerKind::Warn fact alert=true>
                        "It was not deleted. Look at it again, then decide."
                    </Banner>
                }
            })}
            <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
                <p id="delete-reasons" class="max-w-136 text-sm">
                    {text}
                </p>
                {control}
            </div>
        </Section>
    }
}

fn closed() -> impl IntoView {
    view! {
        <Button icon=Icon::Trash disabled=true attr:aria-describedby="delete-reasons">
            "Delete project"
        </Button>
    }
}

fn form(facts: &ProjectFacts) -> impl IntoView + use<> {
    let fields = vec![("project", facts.name.to_string()), ("version", facts.version.to_string())];
    let question = format!("Delete {}?", facts.title());
    let opener = || {
        view! {
            <DialogButton target="delete-project" kind=ButtonKind::DangerQuiet icon=Icon::Trash attr:data-palette="Delete project">
                "Delete project"
            </DialogButton>
        }
    };
    view! {
        <ConfirmForm
            action=DeleteProject::url()
            fields
            id="delete-project"
            question
            consequence="Its members lose access and its budgets are unassigned. You can restore it for 30 days; its name stays taken until then."
            verb="Delete project"
            opener
        />
    }
}
