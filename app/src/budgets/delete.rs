//! Deleting a budget: who loses it, exactly, and the confirmation.

use super::actions::DeleteBudget;
use super::assignments::table;
use super::data::ReadBudgetDeletion;
use crate::form::{Hidden, PostForm};
use crate::page::crumbs::below;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{Banner, BannerKind, Button, ButtonKind, Crumb, FormFoot, Icon, LinkButton, PageBody, PageHead};
use domain::budget::{BudgetDeletion, BudgetQuery, HolderCounts};
use domain::money::grouped;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use time::OffsetDateTime;

/// How many holders are listed.
const LISTED: usize = 10;

/// The page that deletes a budget.
pub struct DeleteBudgetPage {
    page: PageData<BudgetDeletion>,
}

impl LazyPage for DeleteBudgetPage {
    fn load() -> Self {
        let params = use_params_map();
        Self { page: use_page(move || ReadBudgetDeletion { id: params.read().get("id").unwrap_or_default() }) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |dated, _| delete_page(dated)).into_any()
    }
}

fn delete_page(dated: WithServerTime<BudgetDeletion>) -> impl IntoView {
    let WithServerTime { now, data: deletion } = dated;
    let title = format!("Delete {}", deletion.name);
    let crumbs =
        below::<BudgetQuery>([Crumb::link(deletion.name.clone(), paths::budget(deletion.id)), Crumb::here("Delete")]);
    let back = paths::budget(deletion.id);
    let HolderCounts { users, projects, deleted_projects } = deletion.counts;
    let fields = vec![
        ("budget", deletion.id.to_string()),
        ("users", users.to_string()),
        ("projects", projects.to_string()),
        ("deleted_projects", deleted_projects.to_string()),
    ];
    let is_assigned = deletion.counts != HolderCounts::default();
    let verb = if is_assigned { "Unassign everywhere and delete" } else { "Delete budget" };
    let consequence = if is_assigned {
        holders(deletion, now).into_any()
    } else {
        view! { <p>"The budget is not assigned. You can undo the deletion for 10 minutes."</p> }.into_any()
    };
    view! {
        <Title text=title.clone() />
        <PageHead crumbs title />
        <PageBody>
            <div class="grid max-w-176 gap-4 text-sm">
                {consequence}
                <PostForm action=DeleteBudget::url()>
                    <Hidden fields />
                    <FormFoot>
                        <LinkButton href=back kind=ButtonKind::Quiet>
                            "Cancel"
                        </LinkButton>
                        <Button kind=ButtonKind::Danger icon=Icon::Trash submit=true>
                            {verb}
                        </Button>
                    </FormFoot>
                </PostForm>
            </div>
        </PageBody>
    }
}

fn holders(deletion: BudgetDeletion, now: OffsetDateTime) -> impl IntoView {
    let BudgetDeletion { category, counts, mut assignments, .. } = deletion;
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
                category.title(),
            )}
        </Banner>
        {list}
        {more}
    }
}
