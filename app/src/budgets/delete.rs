//! Deleting a budget: the exact users and projects that lose it, and the confirmation.

use super::actions::DeleteBudget;
use super::assignments::table;
use super::data::{BudgetToDelete, ReadBudgetToDelete};
use crate::form::{Hidden, PostForm};
use crate::page::crumbs::below;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{Banner, BannerKind, Crumb, FormFoot, PageBody, PageHead};
use domain::budget::{BudgetDetail, BudgetQuery, HolderCounts};
use domain::figures::grouped;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use time::OffsetDateTime;

/// How many holders are listed.
const LISTED: usize = 10;

/// The page that deletes a budget.
pub struct DeleteBudgetPage {
    page: PageData<BudgetToDelete>,
}

impl LazyPage for DeleteBudgetPage {
    fn load() -> Self {
        let params = use_params_map();
        Self { page: use_page(move || ReadBudgetToDelete { id: params.read().get("id").unwrap_or_default() }) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |dated, _| delete_page(dated)).into_any()
    }
}

fn delete_page(dated: WithServerTime<BudgetToDelete>) -> impl IntoView {
    let WithServerTime { now, data: BudgetToDelete { detail, holders } } = dated;
    let id = detail.budget.id;
    let title = format!("Delete {}", detail.budget.name);
    let back = paths::budget(id);
    let name = detail.budget.name.clone();
    let crumbs = below::<BudgetQuery>([Crumb::link(name, back.clone()), Crumb::here("Delete")]);
    let HolderCounts { users, projects, deleted_projects, fingerprint } = holders;
    let fields = vec![
        ("budget", id.to_string()),
        ("users", users.to_string()),
        ("projects", projects.to_string()),
        ("deleted_projects", deleted_projects.to_string()),
        ("fingerprint", fingerprint.to_string()),
    ];
    let is_assigned = holders != HolderCounts::default();
    let verb = if is_assigned { "Unassign everywhere and delete" } else { "Delete budget" };
    let text = if is_assigned {
        consequence(detail, holders, now).into_any()
    } else {
        view! { <p>"The budget is not assigned. You can undo the deletion for 10 minutes."</p> }.into_any()
    };
    view! {
        <Title text=title.clone() />
        <PageHead crumbs title />
        <PageBody>
            <div class="grid max-w-176 gap-4 text-sm">
                {text}
                <PostForm action=DeleteBudget::url()>
                    <Hidden fields />
                    <FormFoot cancel=back submit=verb deletes=true />
                </PostForm>
            </div>
        </PageBody>
    }
}

fn consequence(detail: BudgetDetail, counts: HolderCounts, now: OffsetDateTime) -> impl IntoView {
    let BudgetDetail { budget, mut assignments, .. } = detail;
    assignments.truncate(LISTED);
    let shown = i64::try_from(assignments.len()).unwrap_or(i64::MAX);
    let more = counts.users + counts.projects - shown;
    let more =
        (more > 0).then(|| view! { <p class="text-ink-2">{format!("and {} more", grouped(&more.to_string()))}</p> });
    let list = (!assignments.is_empty()).then(|| table(assignments, None, now));
    view! {
        <Banner kind=BannerKind::Warn fact=format!("{counts} will lose this budget.")>
            {format!(
                "They will have no {} budget until you assign another. This cannot be undone. To keep the budget for some of them, cancel and unassign it one by one.",
                budget.category.title(),
            )}
        </Banner>
        {list}
        {more}
    }
}
