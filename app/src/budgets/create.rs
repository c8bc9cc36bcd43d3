//! Creating a budget.

use super::actions::CreateBudget;
use super::data::OpenNewBudget;
use super::form::{fields, labels};
use crate::form::{FieldColumn, FormFields, PostForm};
use crate::page::crumbs::below;
use crate::page::{LazyPage, PageData, loaded, use_page};
use crate::paths;
use crate::ui::{Crumb, FormFoot, PageBody, PageHead};
use domain::budget::BudgetQuery;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// The form for a new budget.
pub struct NewBudgetPage {
    page: PageData<()>,
}

impl LazyPage for NewBudgetPage {
    fn load() -> Self {
        Self { page: use_page(|| OpenNewBudget {}) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |_, forms| form_page(forms.of("create-budget"))).into_any()
    }
}

fn form_page(state: FormFields) -> impl IntoView {
    let crumbs = below::<BudgetQuery>([Crumb::here("Create budget")]);
    view! {
        <Title text="Create budget" />
        <PageHead crumbs title="Create budget" />
        <PageBody>
            <PostForm action=CreateBudget::url()>
                <FieldColumn form="create-budget" state fact="Not created." labels=labels()>
                    {fields(None)}
                    <p class="text-sm text-ink-2">
                        "Assign the budget to users or projects after it is created."
                    </p>
                    <FormFoot cancel=paths::BUDGETS submit="Create budget" />
                </FieldColumn>
            </PostForm>
        </PageBody>
    }
}
