//! How a project's total is split over categories, and each budget over the members.

pub mod actions;
pub mod data;
mod form;
mod shares;

use self::actions::{DeleteBudgetGroup, EnforceMemberLimits};
use self::data::{ReadSplit, SplitView};
use crate::form::{ConfirmForm, Forms, Hidden, PostForm};
use crate::page::crumbs::below;
use crate::page::listing::ignored_notice;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{Button, ButtonKind, Crumb, DialogButton, PageBody, PageHead, Section};
use domain::budget::BudgetGroup;
use domain::project::{MemberQuery, ProjectQuery};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// What the address asks for, and what of it was not understood.
type Asked = Memo<(MemberQuery, Vec<String>)>;

/// The split of a project.
pub struct ProjectSplitPage {
    page: PageData<SplitView>,
    asked: Asked,
}

impl LazyPage for ProjectSplitPage {
    fn load() -> Self {
        let params = use_params_map();
        let asked = use_params(MemberQuery::from_params);
        let name = Memo::new(move |_| paths::project_name(params.read().get_str("name").unwrap_or_default()));
        let page = use_page(move || ReadSplit { name: name.get(), query: asked.get().0 });
        Self { page, asked }
    }

    fn view(self) -> AnyView {
        let ProjectSplitPage { page, asked } = self;
        loaded(page, move |dated, forms| split(dated, &asked.get_untracked(), &forms)).into_any()
    }
}

fn split(
    dated: WithServerTime<SplitView>,
    (query, ignored): &(MemberQuery, Vec<String>),
    forms: &Forms,
) -> impl IntoView + use<> {
    let view = dated.data;
    let title = format!("Split of {}", view.facts.title());
    let project = Crumb::link(view.facts.title(), paths::project(view.facts.name.as_str()));
    let crumbs = below::<ProjectQuery>([project, Crumb::here("Split")]);
    let enforcement = enforcement(&view);
    let deletion = view.group.as_ref().filter(|_| view.may_manage).map(|group| delete_form(&view, group));
    let ignored = ignored_notice(ignored);
    let group = form::section(&view, &forms.of(actions::GROUP_FORM));
    let shares = shares::section(&view, query, &forms.of(actions::SHARE_FORM));
    view! {
        <Title text=title.clone() />
        <PageHead crumbs title />
        {ignored}
        <PageBody>{group} {enforcement} {shares} {deletion}</PageBody>
    }
}

/// Whether member limits are enforced, with the switch for those who may change it.
fn enforcement(view: &SplitView) -> impl IntoView + use<> {
    let is_enforced = view.facts.draft.member_limits_enforced;
    let (state, verb) = if is_enforced {
        ("On: each member may spend the own share of the project's budgets only.", "Switch member limits off")
    } else {
        ("Off: each member may spend the whole of the project's budgets.", "Switch member limits on")
    };
    let name = view.facts.name.to_string();
    let switch = view.may_manage.then(|| {
        let fields = vec![("project", name), ("is_enforced", (!is_enforced).to_string())];
        view! {
            <PostForm action=EnforceMemberLimits::url()>
                <Hidden fields />
                <Button submit=true>{verb}</Button>
            </PostForm>
        }
    });
    view! {
        <Section id="member-limits" title="Member limits">
            <div class="flex flex-wrap items-center justify-between gap-3">
                <p class="text-sm">{state}</p>
                {switch}
            </div>
        </Section>
    }
}

fn delete_form(view: &SplitView, group: &BudgetGroup) -> impl IntoView + use<> {
    let fields = vec![
        ("project", view.facts.name.to_string()),
        ("group", group.id.to_string()),
        ("version", group.version.to_string()),
    ];
    let opener = || {
        view! {
            <DialogButton target="delete-budget-group" kind=ButtonKind::DangerQuiet>
                "Delete budget group"
            </DialogButton>
        }
    };
    let question = format!("Delete {}?", group.name);
    view! {
        <Section id="delete" title="Delete budget group">
            <ConfirmForm
                action=DeleteBudgetGroup::url()
                fields
                id="delete-budget-group"
                question=question
                consequence="The project loses the budgets of the group, with the fixed shares of its members. What was spent is kept."
                verb="Delete budget group"
                opener
            />
        </Section>
    }
}
