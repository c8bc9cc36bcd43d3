//! Requesting a budget.

use super::actions::{REQUEST_FORM, RequestBudget};
use super::data::{NewBudgetRequest, OpenNewBudgetRequest};
use crate::form::{FieldColumn, FormFields, Hidden, PostForm};
use crate::page::crumbs::below;
use crate::page::list_page::Requested;
use crate::page::listing::ignored_notice;
use crate::page::{LazyPage, PageData, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{Crumb, FormFoot, MoneyField, PageBody, PageHead, TextArea};
use domain::budget::{AssignedBudget, BudgetRequestDraft, Category};
use domain::draft::Draft as _;
use domain::page::Params;
use domain::project::{ProjectName, ProjectQuery};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// The form that requests a budget, for the user or for a project.
pub struct NewBudgetRequestPage {
    page: PageData<NewBudgetRequest>,
    requested: Requested<(Option<Category>, String)>,
}

impl LazyPage for NewBudgetRequestPage {
    fn load() -> Self {
        let requested = use_params(read_params);
        let page = use_page(move || {
            let ((category, project), _) = requested.get();
            OpenNewBudgetRequest { category, project }
        });
        Self { page, requested }
    }

    fn view(self) -> AnyView {
        let Self { page, requested } = self;
        loaded(page, move |dated, forms| form_page(dated.data, &requested.get_untracked().1, forms.of(REQUEST_FORM)))
    }
}

/// The category and the name of the project.
fn read_params(params: &mut Params) -> (Option<Category>, String) {
    let category = params.take("category", Category::parse);
    (category, params.take("project", |raw| Ok(raw.to_owned())).unwrap_or_default())
}

fn form_page(
    NewBudgetRequest { category, project, present }: NewBudgetRequest,
    ignored: &[String],
    state: FormFields,
) -> impl IntoView + use<> {
    let title = format!("Request a {} budget", category.title());
    let here = Crumb::here(title.clone());
    let (crumbs, cancel) = match &project {
        Some((name, title)) => {
            let page = paths::project(name.as_str());
            (below::<ProjectQuery>([Crumb::link(title.clone(), page.clone()), here]), page)
        }
        None => {
            let page = paths::MY_ACCESS;
            (vec![Crumb::here("Settings"), Crumb::link("My access", page), here], page.to_owned())
        }
    };
    let mut fields = vec![("category", category.key().to_owned())];
    fields.extend(project.as_ref().map(|(name, _)| ("project", name.to_string())));
    let hint = hint(category, project.as_ref(), present.as_ref());
    view! {
        <Title text=title.clone() />
        <PageHead crumbs title />
        {ignored_notice(ignored)}
        <PageBody>
            <PostForm action=RequestBudget::url()>
                <Hidden fields />
                <FieldColumn form=REQUEST_FORM state fact="Not requested." labels=BudgetRequestDraft::labels()>
                    <MoneyField
                        name=BudgetRequestDraft::HARD_LIMIT.name
                        label=BudgetRequestDraft::HARD_LIMIT.label
                        hint
                        required=true
                    />
                    <TextArea
                        name=BudgetRequestDraft::REASON.name
                        label=BudgetRequestDraft::REASON.label
                        hint="What the budget is needed for. Maintainers read it."
                        required=true
                        maxlength=BudgetRequestDraft::REASON.max_length
                    />
                    <FormFoot cancel submit="Request budget" />
                </FieldColumn>
            </PostForm>
        </PageBody>
    }
}

/// What holds now.
fn hint(category: Category, project: Option<&(ProjectName, String)>, present: Option<&AssignedBudget>) -> String {
    let (who, has) = project.map_or(("You", "have"), |(_, title)| (title.as_str(), "has"));
    match present {
        Some(present) => format!(
            "{who} {has} the budget {} with a hard limit of {} now. Enter more than that.",
            present.name,
            present.limits.hard().exact()
        ),
        None => format!("{who} {has} no {} budget now.", category.title()),
    }
}
