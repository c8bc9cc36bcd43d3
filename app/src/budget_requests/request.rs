//! The page of a request, where a maintainer decides it.

use super::actions::{APPROVE_FORM, ApproveBudgetRequest, DECLINE_FORM, DeclineBudgetRequest};
use super::data::{BudgetRequestView, ReadBudgetRequest};
use super::latest::latest;
use super::state::badge;
use crate::form::{Forms, Hidden, PostForm};
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::suggestions::budget_source;
use crate::ui::{
    Amount, Button, ButtonKind, ButtonSize, Chooser, Crumb, Fact, Facts, Icon, LinkButton, ObjectHead, RailPart,
    RelativeTime, Section, SplitBody, TextArea, Tile, Views, category_icon,
};
use domain::budget::{AssignedBudget, BudgetRequest, Holder, RequestFacts, RequestState};
use domain::shortened::beginning;
use domain::suggestion::{Suggestion, SuggestionKind};
use domain::text::{RequestReason, SearchTerm};
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use time::OffsetDateTime;

/// The page of a request.
pub struct BudgetRequestPage {
    page: PageData<BudgetRequestView>,
}

impl LazyPage for BudgetRequestPage {
    fn load() -> Self {
        let params = use_params_map();
        Self { page: use_page(move || ReadBudgetRequest { id: params.read().get("id").unwrap_or_default() }) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |dated, forms| request_page(dated, &forms)).into_any()
    }
}

fn request_page(dated: WithServerTime<BudgetRequestView>, forms: &Forms) -> impl IntoView + use<> {
    let WithServerTime { now, data: BudgetRequestView { request, fitting, may_decide, is_own } } = dated;
    let facts = &request.facts;
    let title = format!("{} budget for {}", facts.category.title(), request.holder_name());
    let crumbs = vec![Crumb::link("Requests", paths::REQUESTS), Crumb::here(title.clone())];
    let (icon, state) = (category_icon(facts.category), badge(facts.state));
    let decision = if facts.state != RequestState::Waiting {
        settled(&request, now).into_any()
    } else if is_own {
        note(if may_decide {
            "You requested it. Another maintainer decides."
        } else {
            "You requested it. A maintainer decides."
        })
        .into_any()
    } else if may_decide && request.present.as_ref().is_some_and(|budget| budget.is_own) {
        edit_own(facts, request.holder.as_ref(), forms).into_any()
    } else if may_decide {
        decide(facts, fitting, forms).into_any()
    } else {
        note("A maintainer approves or declines it.").into_any()
    };
    let words = format!("{} {}.", request.holder_name(), request.in_words());
    let reason = format!("“{}”", facts.reason);
    let rail = rail(&request, now);
    view! {
        <Title text=title.clone() />
        <ObjectHead crumbs title picture=move || view! { <Tile icon large=true /> }>
            {state}
        </ObjectHead>
        <SplitBody rail=move || rail>
            <Section id="request" title="Request">
                <p>{words}</p>
                <p class="mt-1 text-ink-2 whitespace-pre-line wrap-anywhere">{reason}</p>
            </Section>
            {decision}
        </SplitBody>
    }
}

fn note(words: &'static str) -> impl IntoView {
    view! {
        <Section id="decision" title="Decision">
            <p class="text-ink-2">{words}</p>
        </Section>
    }
}

/// A budget of the project's own is not replaced by assigning another one.
fn edit_own(facts: &RequestFacts, holder: Option<&Holder>, forms: &Forms) -> impl IntoView + use<> {
    let split = match holder {
        Some(Holder::Project { name, .. }) => Some(paths::project_split(name.as_str())),
        _ => None,
    };
    let decline = decline_form(facts, forms);
    view! {
        <Section id="approve" title="Edit the project's budget">
            <p class="text-ink-2">
                "The project has a budget of its own, in place of which none is assigned. Raise its limit, then decline the \
                 request with that as the reason."
            </p>
            {split
                .map(|href| {
                    view! {
                        <div class="mt-3">
                            <LinkButton href>"Edit budgets"</LinkButton>
                        </div>
                    }
                })}
        </Section>
        <Section id="decline" title="Decline">
            {decline}
        </Section>
    }
}

fn settled(request: &BudgetRequest, now: OffsetDateTime) -> impl IntoView + use<> {
    let closed = request.closed_because().map(|why| view! { <p class="mt-1 text-sm">{why}</p> });
    let latest = latest(request.facts.clone(), None, now);
    view! {
        <Section id="decision" title="Decision">
            {latest} {closed}
        </Section>
    }
}

fn decide(facts: &RequestFacts, fitting: Option<Suggestion>, forms: &Forms) -> impl IntoView + use<> {
    let (approve, decline) = (approve_form(facts, fitting, forms), decline_form(facts, forms));
    view! {
        <Section id="approve" title="Approve" side=|| "Assigns a budget in place of the one of its category">
            {approve}
        </Section>
        <Section id="decline" title="Decline">
            {decline}
        </Section>
    }
}

/// The budget that fits best stands in the field, as far as a search takes its name: the rest is chosen from the matches.
fn approve_form(facts: &RequestFacts, fitting: Option<Suggestion>, forms: &Forms) -> impl IntoView + use<> {
    let (category, hard_limit) = (facts.category, facts.hard_limit.exact());
    let fields = vec![("request", facts.id.to_string()), ("category", category.key().to_owned())];
    let (value, hint) = match fitting {
        Some(budget) => (
            beginning(&budget.label, SearchTerm::LONGEST),
            format!("{}: the smallest hard limit that is enough.", budget.detail),
        ),
        None => (String::new(), format!("No {} budget has a hard limit of {hard_limit} or more.", category.title())),
    };
    let create = value.is_empty().then(|| {
        view! {
            <LinkButton href=paths::NEW_BUDGET icon=Icon::Plus>
                "Create budget"
            </LinkButton>
        }
    });
    let scope = forms.of(APPROVE_FORM).scope(APPROVE_FORM);
    view! {
        <PostForm
            action=ApproveBudgetRequest::url()
            class="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2 @max-p1:grid-cols-[minmax(0,1fr)]"
        >
            <Hidden fields />
            <Provider value=scope>
                <Chooser
                    name="budget"
                    label="Budget to assign"
                    kind=SuggestionKind::Budget
                    source=budget_source(category)
                    value
                    hint
                />
            </Provider>
            // As far down as the label beside it.
            <div class="mt-6.5 flex min-h-9 items-center gap-2 @max-p1:mt-0">
                {create}
                <Button kind=ButtonKind::Primary submit=true>
                    "Approve request"
                </Button>
            </div>
        </PostForm>
    }
}

fn decline_form(facts: &RequestFacts, forms: &Forms) -> impl IntoView + use<> {
    let fields = vec![("request", facts.id.to_string())];
    let scope = forms.of(DECLINE_FORM).scope(DECLINE_FORM);
    view! {
        <PostForm action=DeclineBudgetRequest::url() class="grid gap-3">
            <Hidden fields />
            <Provider value=scope>
                <TextArea
                    name="reason"
                    label="Reason"
                    hint="The requester reads it."
                    required=true
                    maxlength=u16::try_from(RequestReason::LONGEST).unwrap_or(u16::MAX)
                />
            </Provider>
            <div>
                <Button size=ButtonSize::Default submit=true>
                    "Decline request"
                </Button>
            </div>
        </PostForm>
    }
}

fn rail(request: &BudgetRequest, now: OffsetDateTime) -> impl IntoView + use<> {
    let RequestFacts { category, hard_limit, requested_by, requested_at, .. } = request.facts.clone();
    let holder = match &request.holder {
        Some(Holder::User { id, .. }) => Some(paths::user(*id)),
        Some(Holder::Project { name, .. }) => Some(paths::project(name.as_str())),
        None => None,
    };
    let name = request.holder_name().to_owned();
    let holder = match holder {
        Some(href) => view! { <a href=href class="underline underline-offset-[0.2em]">{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let present = request.present.clone().map(present).views();
    view! {
        <RailPart title="Facts">
            <Facts>
                <Fact label="For">{holder}</Fact>
                <Fact label="Category">{category.title()}</Fact>
                <Fact label="Requested"><Amount amount=hard_limit /></Fact>
                {present}
                <Fact label="Requested by">{requested_by}</Fact>
                <Fact label="When"><RelativeTime at=requested_at now /></Fact>
            </Facts>
        </RailPart>
    }
}

/// The budget of now, and what is spent of it in the window of now.
fn present(budget: AssignedBudget) -> impl IntoView {
    let AssignedBudget { name, limits, usage, .. } = budget;
    let spent = usage.map(|usage| view! { <Fact label="Spent now"><Amount amount=usage.spent /></Fact> });
    view! {
        <Fact label="Budget now">{name}</Fact>
        <Fact label="Hard limit now"><Amount amount=limits.hard() /></Fact>
        {spent.views()}
    }
}
