//! Editing a project.

use super::actions::EditProject;
use super::data::ReadProjectFacts;
use crate::form::{Edited, FieldColumn, FormFields};
use crate::me::{Me, use_me};
use crate::page::crumbs::below;
use crate::page::{LazyPage, PageData, WithServerTime, loaded_with_me, use_page};
use crate::paths;
use crate::read::Data;
use crate::ui::{Choice, Crumb, FormFoot, PageBody, PageHead, SelectField, TextArea, TextField};
use domain::draft::{Draft, FieldValue};
use domain::project::{ProjectDraft, ProjectFacts, ProjectQuery};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The form for the fields that can be edited.
pub struct EditProjectPage {
    page: PageData<ProjectFacts>,
    me: Data<Me>,
}

impl LazyPage for EditProjectPage {
    fn load() -> Self {
        let params = use_params_map();
        let name = move || paths::project_name(params.read().get_str("name").unwrap_or_default());
        Self { page: use_page(move || ReadProjectFacts { name: name() }), me: use_me() }
    }

    fn view(self) -> AnyView {
        let EditProjectPage { page, me } = self;
        loaded_with_me(page, me, |dated, me, forms| {
            me.map(|me| form_page(dated, forms.of("edit-project"), me.role.is_admin()))
        })
    }
}

fn form_page(dated: WithServerTime<ProjectFacts>, state: FormFields, may_switch: bool) -> impl IntoView {
    let WithServerTime { now, data: facts } = dated;
    let title = format!("Edit {}", facts.title());
    let crumbs =
        below::<ProjectQuery>([Crumb::link(facts.title(), paths::project(facts.name.as_str())), Crumb::here("Edit")]);
    let edited = Edited {
        action: EditProject::url(),
        form: "edit-project",
        what: "project",
        target: ("project", facts.name.to_string()),
        version: facts.version,
        stored: facts.draft.fields(),
        now,
        discard_href: paths::project(facts.name.as_str()),
        class: None,
    };
    view! {
        <Title text=title.clone() />
        <PageHead crumbs title />
        <PageBody>{edited.form(state, |state| fields(facts, state, may_switch))}</PageBody>
    }
}

fn fields(facts: ProjectFacts, state: FormFields, may_switch: bool) -> AnyView {
    let ProjectFacts { name, draft, .. } = facts;
    let ProjectDraft { display_name, description, cli_analytics_enabled, .. } = draft;
    let back = paths::project(name.as_str());
    let options = [true, false].map(FieldValue::switch).map(|value| Choice::new(value.typed, value.shown)).into();
    let selected = cli_analytics_enabled.to_string();
    let switch_hint = if may_switch {
        "Collects usage data of command-line clients. Visible to admins, maintainers and this project's admins."
    } else {
        "Only admins and maintainers can change it: ask one."
    };
    let hint = format!("What it is called everywhere. Empty means its technical name, {name}, which stays.");
    view! {
        <FieldColumn
            form="edit-project"
            state
            fact="Not saved."
            labels=ProjectDraft::labels()
        >
            <TextField
                name=ProjectDraft::DISPLAY_NAME.name
                label=ProjectDraft::DISPLAY_NAME.label
                value=display_name.unwrap_or_default()
                hint
                optional=true
                maxlength=ProjectDraft::DISPLAY_NAME.max_length
                autocomplete="off"
            />
            <TextArea
                name=ProjectDraft::DESCRIPTION.name
                label=ProjectDraft::DESCRIPTION.label
                value=description
                hint="What it is for, in a sentence or two."
                required=true
                maxlength=ProjectDraft::DESCRIPTION.max_length
            />
            <SelectField
                name=ProjectDraft::CLI_ANALYTICS_ENABLED.name
                label=ProjectDraft::CLI_ANALYTICS_ENABLED.label
                options
                selected
                hint=switch_hint
                disabled=!may_switch
            />
            <FormFoot cancel=back submit="Save project" />
        </FieldColumn>
    }
    .into_any()
}
