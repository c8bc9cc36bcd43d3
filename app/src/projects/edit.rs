//! Editing a project.

use super::actions::EditProject;
use super::data::ReadProjectFacts;
use crate::form::{Edited, FieldColumn, FormFields};
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{Button, ButtonKind, Crumb, FormFoot, LinkButton, PageBody, PageHead, TextArea, TextField};
use domain::draft::Draft;
use domain::project::{ProjectDraft, ProjectFacts};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The form for display name and description.
pub struct EditProjectPage {
    page: PageData<ProjectFacts>,
}

impl LazyPage for EditProjectPage {
    fn load() -> Self {
        let params = use_params_map();
        let name = move || paths::project_name(params.read().get_str("name").unwrap_or_default());
        Self { page: use_page(move || ReadProjectFacts { name: name() }) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |dated, forms| page(dated, forms.of("edit-project"))).into_any()
    }
}

fn page(dated: WithServerTime<ProjectFacts>, state: FormFields) -> impl IntoView {
    let WithServerTime { now, data: facts } = dated;
    let title = format!("Edit {}", facts.title());
    let crumbs = vec![
        Crumb::here("Settings"),
        Crumb::here("Administration"),
        Crumb::link("Projects management", paths::PROJECTS),
        Crumb::link(facts.title(), paths::project(facts.name.as_str())),
        Crumb::here("Edit"),
    ];
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
        <PageBody>{edited.form(state, |state| fields(facts, state))}</PageBody>
    }
}

fn fields(facts: ProjectFacts, state: FormFields) -> AnyView {
    let ProjectFacts { name, draft: ProjectDraft { display_name, description }, .. } = facts;
    let back = paths::project(name.as_str());
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
            <FormFoot>
                <LinkButton href=back kind=ButtonKind::Quiet>
                    "Cancel"
                </LinkButton>
                <Button kind=ButtonKind::Primary submit=true>
                    "Save project"
                </Button>
            </FormFoot>
        </FieldColumn>
    }
    .into_any()
}
