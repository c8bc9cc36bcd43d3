//! What a maintainer has to know before the counts: what is missing, what went wrong, what looks dangerous.

use crate::ui::{Banner, BannerKind, Views as _};
use domain::import::{ImportKind, ImportOverview, ImportProgress, ImportRun, ImportSource, RunState};
use leptos::prelude::*;

/// Banners, the gravest first.
pub(super) fn notices(overview: &ImportOverview) -> impl IntoView + use<> {
    let notices =
        [interrupted(overview), no_service_account(overview), writable_by_users(overview), no_attributes(overview)];
    notices.into_iter().flatten().views()
}

fn interrupted(overview: &ImportOverview) -> Option<AnyView> {
    let is_interrupted = |run: &&ImportRun| run.state == RunState::Interrupted && overview.under_way().is_none();
    // Of an import also when a plan was made since.
    let import = overview.import.as_ref().filter(is_interrupted);
    let run = import.or_else(|| overview.current().filter(is_interrupted))?;
    let why =
        run.progress.fault.clone().unwrap_or_else(|| "The instance of Bursar that worked on it ended.".to_owned());
    let (fact, next) = match run.progress.kind {
        ImportKind::Plan => ("The plan stopped before the end.", "No user was written. Plan again."),
        ImportKind::Apply => {
            ("The import stopped before the end.", "What was imported stays. Resume it to import the rest.")
        }
    };
    Some(view! { <Banner kind=BannerKind::Warn fact>{format!("{why} {next}")}</Banner> }.into_any())
}

fn no_service_account(overview: &ImportOverview) -> Option<AnyView> {
    let ImportSource::MissingVariables(names) = &overview.source else { return None };
    // After the import the variables can go.
    let is_done = overview.import.as_ref().is_some_and(|import| import.state == RunState::Finished);
    let (kind, fact, why) = if is_done {
        (BannerKind::Neutral, "The service account was removed.", "To plan or import again, set")
    } else {
        (BannerKind::Info, "No service account is configured.", "To import users, set")
    };
    let last = names.len().saturating_sub(1);
    let name = |(place, name): (usize, &String)| {
        let before = match place {
            0 => "",
            place if place == last => " and ",
            _ => ", ",
        };
        view! { {before} <code class="font-mono text-xs tracking-none wrap-anywhere">{name.clone()}</code> }
    };
    let names = names.iter().enumerate().map(name).views();
    Some(
        view! {
            <Banner kind fact>
                {why} " " {names} ", and restart Bursar. "
                <code class="font-mono text-xs tracking-none">"bursar keycloak setup"</code>
                " creates the service account and prints the variables."
            </Banner>
        }
        .into_any(),
    )
}

fn writable_by_users(overview: &ImportOverview) -> Option<AnyView> {
    let run = overview.current().filter(|run| run.progress.is_writable_by_users)?;
    let next = match run.progress.kind {
        ImportKind::Plan => "Check the report before you import.",
        ImportKind::Apply => "Check the rights of the users who were imported.",
    };
    Some(
        view! {
            <Banner kind=BannerKind::Warn fact="Users of the realm can write the attributes that become rights.">
                "An import grants what they wrote in applications, applications_admin, user_type or guest. "
                <code class="font-mono text-xs tracking-none">"bursar keycloak setup"</code>
                " lets only administrators write them. " {next}
            </Banner>
        }
        .into_any(),
    )
}

fn no_attributes(overview: &ImportOverview) -> Option<AnyView> {
    let is_without = |progress: &ImportProgress| !progress.has_attributes && progress.counts.total() > 0;
    overview.current().filter(|run| run.state == RunState::Finished && is_without(&run.progress))?;
    Some(
        view! {
            <Banner kind=BannerKind::Warn fact="Keycloak showed no attribute of any user.">
                "So no user has a project. Declare the attributes applications and applications_admin in the user profile of the realm: "
                <code class="font-mono text-xs tracking-none">"bursar keycloak setup"</code> " does it."
            </Banner>
        }
        .into_any(),
    )
}
