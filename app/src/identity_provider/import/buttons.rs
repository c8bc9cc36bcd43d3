//! What a maintainer can start and stop.

use super::actions::{PlanImport, StartImport, StopImport};
use super::data::ImportView;
use super::words::figure;
use crate::form::{ConfirmForm, Hidden, PostForm};
use crate::paths;
use crate::ui::{Button, ButtonKind, ButtonSize, DialogButton, LinkButton};
use domain::count::counted;
use domain::import::{ImportKind, ImportOverview, ImportRun, NextImport};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Buttons for users who may import; one of them is primary at most.
pub(super) fn buttons(view: &ImportView, size: ButtonSize) -> Option<AnyView> {
    if !view.may_import {
        return None;
    }
    let overview = &view.overview;
    if let Some(run) = overview.under_way() {
        return Some(stop(run, size));
    }
    let next = overview.next()?;
    let is_planned = overview.fresh_plan().is_some();
    let import = match next {
        NextImport::First => first_import(overview, size),
        NextImport::Resume => post(StartImport::url(), "Resume import", ButtonKind::Primary, size),
        NextImport::Again => view! {
            <LinkButton href=paths::KEYCLOAK_IMPORT_AGAIN size>
                "Import again"
            </LinkButton>
        }
        .into_any(),
    };
    let (label, kind) = match (overview.plan.is_some(), is_planned, next) {
        (_, false, NextImport::First) => ("Plan import", ButtonKind::Primary),
        (false, ..) => ("Plan import", ButtonKind::Default),
        (true, ..) => ("Plan again", ButtonKind::Default),
    };
    let plan = post(PlanImport::url(), label, kind, size);
    Some(view! { {plan} {import} }.into_any())
}

/// A form that is one button.
pub(super) fn post(action: &'static str, label: &'static str, kind: ButtonKind, size: ButtonSize) -> AnyView {
    view! {
        <PostForm action class="grid">
            <Button kind size submit=true>
                {label}
            </Button>
        </PostForm>
    }
    .into_any()
}

fn stop(run: &ImportRun, size: ButtonSize) -> AnyView {
    let label = match run.progress.kind {
        ImportKind::Plan => "Stop plan",
        ImportKind::Apply => "Stop import",
    };
    let fields = vec![("import", run.id.to_string())];
    view! {
        <PostForm action=StopImport::url() class="grid">
            <Hidden fields />
            <Button size submit=true>
                {label}
            </Button>
        </PostForm>
    }
    .into_any()
}

/// Primary once a plan shows what it does.
fn first_import(overview: &ImportOverview, size: ButtonSize) -> AnyView {
    let consequence = match overview.fresh_plan() {
        Some(plan) => {
            let counts = plan.progress.counts;
            format!(
                "As planned: create {}, update {}, leave out {} with a conflict. Users get the roles and projects that they have in Keycloak.",
                counted(counts.created, "user"),
                figure(counts.updated),
                figure(counts.conflicts),
            )
        }
        None => "No plan was made, so it is not known what it changes. Users get the roles and projects that they have in Keycloak.".to_owned(),
    };
    let kind = if overview.fresh_plan().is_some() { ButtonKind::Primary } else { ButtonKind::Default };
    let opener = move || {
        view! {
            <DialogButton target="start-import" kind size>
                "Import users"
            </DialogButton>
        }
    };
    view! {
        <ConfirmForm
            action=StartImport::url()
            fields=vec![]
            id="start-import"
            question="Import the users of the realm?"
            consequence
            verb="Import users"
            kind=ButtonKind::Primary
            opener
        />
    }
    .into_any()
}
