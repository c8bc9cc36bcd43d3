//! Creating a budget.

use super::actions::CreateBudget;
use super::data::{NewBudget, OpenNewBudget};
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
    page: PageData<NewBudget>,
}

impl LazyPage for NewBudgetPage {
    fn load() -> Self {
        Self { page: use_page(|| OpenNewBudget {}) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |dated, forms| form_page(dated.data, forms.of("create-budget"))).into_any()
    }
}

fn form_page(NewBudget { time_zones }: NewBudget, state: FormFields) -> impl IntoView {
    let crumbs = below::<BudgetQuery>([Crumb::here("Create budget")]);
    view! {
        <Title text="Create budget" />
        <PageHead crumbs title="Create budget" />
        <PageBody>
            <PostForm action=CreateBudget::url()>
                <FieldColumn form="create-budget" state fact="Not created." labels=labels()>
                    {fields(None, time_zones)}
                    <p class="text-sm text-ink-2">
                        "Assign the budget to users or projects after it is created."
                    </p>
                    <FormFoot cancel=paths::BUDGETS submit="Create budget" />
                </FieldColumn>
            </PostForm>
        </PageBody>
    }
}
