//! Users and projects that have reached a limit.

use super::decisions::{Decision, Gravity};
use crate::page::listing::ListQuery as _;
use crate::paths;
use crate::ui::{Amount, Avatar, AvatarShape, AvatarSize, Icon, RelativeTime, Views as _, counted, upcoming};
use domain::budget::{Holder, UsageFilter};
use domain::job::Job;
use domain::overview::{LimitHolder, ReachedBy, ReachedLimits, StoppedJob};
use domain::project::{ProjectQuery, ProjectTypes};
use domain::user::UserQuery;
use leptos::prelude::*;
use time::OffsetDateTime;

pub(super) fn decisions(limits: &ReachedLimits, now: OffsetDateTime) -> Vec<Decision> {
    let users = decision(&limits.users, limits.is_exact, now, "user", |usage| {
        UserQuery { usage: Some(usage), ..UserQuery::default() }.address()
    });
    let projects = decision(&limits.projects, limits.is_exact, now, "project", |usage| {
        ProjectQuery { usage: Some(usage), types: Some(ProjectTypes::All), ..ProjectQuery::default() }.address()
    });
    users.into_iter().chain(projects).collect()
}

/// `list` is the address of the list of all who have spent as much.
fn decision(
    reached: &ReachedBy,
    is_exact: bool,
    now: OffsetDateTime,
    one: &str,
    list: fn(UsageFilter) -> String,
) -> Option<Decision> {
    let ReachedBy { at_hard_limit, over_soft_limit, named } = reached;
    let (hard, soft) = (*at_hard_limit, *over_soft_limit);
    let counted = |count| match (count, is_exact) {
        (1, true) => format!("1 {one} is"),
        (_, true) => format!("{} are", counted(count, one)),
        (1, false) => format!("At least 1 {one} is"),
        (_, false) => format!("At least {} are", counted(count, one)),
    };
    let over_soft = format!("{} over a soft limit", counted(soft));
    if hard == 0 {
        return (soft > 0 || !is_exact).then(|| Decision {
            gravity: Gravity::Warn,
            icon: Icon::TriangleAlert,
            title: over_soft,
            details: "Calls are answered until the hard limit is reached.".into_any(),
            link: (list(UsageFilter::SoftLimit), format!("Show {one}s")),
        });
    }
    let more = hard - i64::try_from(named.len()).unwrap_or(i64::MAX);
    let more = (more > 0).then(|| view! { <li>{format!("and {} more", domain::count::counted(more, one))}</li> });
    let soft = (soft > 0).then(|| format!(" {over_soft}."));
    let holders = named.iter().map(|of| holder(of, now)).views();
    Some(Decision {
        gravity: Gravity::Danger,
        icon: Icon::OctagonAlert,
        title: format!("{} at a hard limit", counted(hard)),
        details: view! {
            <p>"Calls are refused until the budget resets or its limit is raised." {soft}</p>
            <ul class="mt-2 grid gap-1.5">{holders} {more}</ul>
        }
        .into_any(),
        link: (list(UsageFilter::HardLimit), format!("Show {one}s")),
    })
}

/// A holder whose calls are refused, and until when.
fn holder(of: &LimitHolder, now: OffsetDateTime) -> impl IntoView + use<> {
    let (usage, category) = (of.budget.usage.clone(), of.budget.category);
    let shape = match of.holder {
        Holder::User { .. } => AvatarShape::Person,
        Holder::Project { .. } => AvatarShape::Project,
    };
    let (name, seed) = match &of.holder {
        Holder::User { id, name, .. } => (name.clone(), id.to_string()),
        Holder::Project { name, title } => (title.clone(), name.to_string()),
    };
    view! {
        <li class="flex flex-wrap items-center gap-x-2">
            <Avatar name seed shape size=AvatarSize::Small />
            <span class="min-w-0 flex-1 wrap-anywhere">
                {link(&of.holder)} ": " <Amount amount=usage.spent /> " of " <Amount amount=usage.limits.hard() />
                {format!(" {}", category.title())}
            </span>
            <span class="num text-xs @max-p1:basis-full @max-p1:ps-7">"refused until " {upcoming(usage.resets_at, now)}</span>
        </li>
    }
}

/// Says that the counts may be old, because the job that notes who has reached a limit stands still.
pub(super) fn stopped(job: StoppedJob, now: OffsetDateTime) -> impl IntoView + use<> {
    let StoppedJob { last_run, has_failed } = job;
    let what = match last_run {
        Some(at) if has_failed => view! { " failed " <RelativeTime at now /> "." }.into_any(),
        Some(at) => view! { " ran last " <RelativeTime at now /> "." }.into_any(),
        None => " has not run yet.".into_any(),
    };
    view! {
        <p class="mt-3 text-sm text-warn-ink">
            "Who is at a limit may be out of date: the job " {Job::RaiseAlerts.title()} {what}
        </p>
    }
}

/// The holder's name, which leads to the holder's page.
pub(super) fn link(holder: &Holder) -> impl IntoView + use<> {
    let (name, href) = match holder {
        Holder::User { id, name, .. } => (name.clone(), paths::user(*id)),
        Holder::Project { name, title } => (title.clone(), paths::project(name.as_str())),
    };
    view! {
        <a href=href class="inline-block min-h-6 rounded-sm font-strong text-ink underline underline-offset-[0.2em]">
            {name}
        </a>
    }
}
