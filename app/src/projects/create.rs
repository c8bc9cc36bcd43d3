//! Creating a project.

use super::actions::CreateProject;
use super::badges::allowance_words;
use super::data::{NewProjectView, OpenNewProject};
use super::name_rules::NameRules;
use crate::form::{FieldColumn, FormFields, PostForm};
use crate::page::crumbs::below;
use crate::page::{LazyPage, PageData, loaded, use_page};
use crate::paths;
use crate::ui::{Banner, BannerKind, Crumb, FormFoot, PageBody, PageHead, TextArea, TextField, TextKind, Views};
use domain::draft::Draft;
use domain::mode::Mode;
use domain::project::{ProjectDraft, ProjectQuery};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// Name of the form.
const FORM: &str = "create-project";

/// The form for a new project.
pub struct NewProjectPage {
    page: PageData<NewProjectView>,
}

impl LazyPage for NewProjectPage {
    fn load() -> Self {
        Self { page: use_page(|| OpenNewProject {}) }
    }

    fn view(self) -> AnyView {
        view! {
            <Title text="Create project" />
            {loaded(self.page, |dated, forms| page(dated.data, forms.of(FORM)))}
        }
        .into_any()
    }
}

fn page(view: NewProjectView, state: FormFields) -> impl IntoView {
    let crumbs = below::<ProjectQuery>([Crumb::here("Create project")]);
    let full = (!view.allowance.has_room()).then(|| {
        let fact = format!("{}.", allowance_words(view.allowance));
        view! {
            <div class="mb-5 max-w-120">
                <Banner kind=BannerKind::Warn fact>
                    "Another one does not fit. Leave one first, or ask an admin to raise your limit."
                </Banner>
            </div>
        }
    });
    view! {
        <PageHead crumbs title="Create project" />
        <PageBody>
            <div>{full} {form(&view, state)}</div>
        </PageBody>
    }
}

fn form(view: &NewProjectView, state: FormFields) -> impl IntoView + use<> {
    let (changes, autofocus) = (what_changes(view), !state.came_back());
    let typed = RwSignal::new(state.value("name", ""));
    view! {
        <PostForm action=CreateProject::url()>
            <FieldColumn
                form=FORM
                state
                fact="Not created."
                labels=[vec![("name", "Name")], ProjectDraft::labels()].concat()
            >
                <TextField
                    name=ProjectDraft::DISPLAY_NAME.name
                    label=ProjectDraft::DISPLAY_NAME.label
                    hint="Shown everywhere. Can be changed later. Empty means the name."
                    autofocus
                    optional=true
                    maxlength=ProjectDraft::DISPLAY_NAME.max_length
                    autocomplete="off"
                />
                <div class="grid gap-2" on:input=move |event| typed.set(event_target_value(&event))>
                    <TextField
                        name="name"
                        label="Name"
                        kind=TextKind::Code
                        hint="Goes into addresses and reports. Cannot be changed later."
                        required=true
                        maxlength=100
                        autocomplete="off"
                    />
                    <NameRules typed />
                </div>
                <TextArea
                    name=ProjectDraft::DESCRIPTION.name
                    label=ProjectDraft::DESCRIPTION.label
                    hint="What it is for, in a sentence or two."
                    required=true
                    maxlength=ProjectDraft::DESCRIPTION.max_length
                />
                {changes}
                <FormFoot cancel=paths::PROJECTS submit="Create project" />
            </FieldColumn>
        </PostForm>
    }
}

fn what_changes(view: &NewProjectView) -> impl IntoView + use<> {
    let lines = match (view.mode, view.allowance.limit) {
        (Mode::Keycloak, _) => {
            vec!["It has no members until the identity provider names it in the attributes of users.".to_owned()]
        }
        (Mode::Platform, limit) => vec![
            "You become its project admin and can add members.".to_owned(),
            match limit {
                Some(limit) => {
                    format!("It counts towards your limit: {} of {limit} afterwards.", view.allowance.used + 1)
                }
                None => "It counts towards no limit: you have none.".to_owned(),
            },
            "It has no budgets until a maintainer assigns them.".to_owned(),
        ],
    };
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).views();
    view! {
        <div class="text-sm">
            <h2 class="font-strong">"What this changes"</h2>
            <ul class="list-disc ps-5 text-ink-2">{lines}</ul>
        </div>
    }
}
