//! The page that moves identities: the issuers that users are known by, then the plan for one of them, then the
//! confirmation.

use super::actions::MoveToConfiguredIssuer;
use super::data::{IdentityMove, ReadIdentityMove};
use crate::form::{Hidden, PostForm};
use crate::page::crumbs::administration;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{
    Badge, BadgeKind, Banner, BannerKind, ButtonSize, Cell, Crumb, EmptyKind, EmptyState, Fact, Facts, FormFoot,
    Header, Icon, LinkButton, PageBody, PageHead, Section, Stacked, Table, TableBody, TableFit, TableHead, TableRow,
    Views as _, Width,
};
use crate::url::with_params;
use domain::count::counted;
use domain::figures::grouped;
use domain::identity_move::{KnownIssuer, MoveConflict, MovePlan};
use domain::page::Params;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// The parameter with the issuer that is chosen.
const FROM: &str = "from";

/// Moves identities to the issuer that is configured now.
pub struct MoveIdentitiesPage {
    page: PageData<IdentityMove>,
}

impl LazyPage for MoveIdentitiesPage {
    fn load() -> Self {
        let asked = use_params(|params: &mut Params| params.take(FROM, |raw| Ok(raw.to_owned())).unwrap_or_default());
        Self { page: use_page(move || ReadIdentityMove { from: asked.get().0 }) }
    }

    fn view(self) -> AnyView {
        view! {
            <Title text="Move identities" />
            {loaded(self.page, |dated, _| page(dated))}
        }
        .into_any()
    }
}

fn page(dated: WithServerTime<IdentityMove>) -> impl IntoView {
    let IdentityMove { to, issuers, plan } = dated.data;
    let crumbs =
        administration([Crumb::link("Identity provider", paths::IDENTITY_PROVIDER), Crumb::here("Move identities")]);
    let body = match (to, plan) {
        (None, _) => no_provider().into_any(),
        (Some(to), Some((from, plan))) => planned(from, to, plan).into_any(),
        (Some(to), None) => choice(&to, issuers).into_any(),
    };
    view! {
        <PageHead crumbs title="Move identities" />
        <PageBody>{body}</PageBody>
    }
}

fn no_provider() -> impl IntoView {
    view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::Plug)
            title="No identity provider"
            text="Users sign in with passwords that Bursar keeps. Identities are moved to the issuer in OIDC_ISSUER_URL, which is not set."
        />
    }
}

/// The issuers that users are known by, each with the way to its plan.
fn choice(to: &str, issuers: Vec<KnownIssuer>) -> impl IntoView + use<> {
    let has_others = issuers.iter().any(|known| known.issuer != to);
    let rows = issuers.into_iter().map(|known| row(known, to)).views();
    let note = (!has_others).then(|| {
        view! {
            <Banner fact="Nothing to move.">"Every user is known by the configured issuer, or has not signed in yet."</Banner>
        }
    });
    view! {
        {note}
        <Section id="issuers" title="Issuers that users are known by">
            <div class="grid gap-4">
                <p class="max-w-176 text-sm text-ink-2">
                    "A user is known by the issuer and the subject in the token. When the identity provider gets a new host name, path or realm name and keeps its subjects, move its users to the configured issuer. Roles, projects and budgets stay."
                </p>
                <Table label="Issuers" fit=TableFit::Section>
                    <TableHead>
                        <Header label="Issuer" />
                        <Header label="Users" figures=true width=Width::Short />
                        <Header label="Move" is_hidden=true width=Width::Medium />
                    </TableHead>
                    <TableBody>{rows}</TableBody>
                </Table>
            </div>
        </Section>
    }
}

fn row(known: KnownIssuer, to: &str) -> impl IntoView + use<> {
    let KnownIssuer { issuer, identities } = known;
    let action = if issuer == to {
        view! { <Badge kind=BadgeKind::Outline>"Configured"</Badge> }.into_any()
    } else {
        let href = with_params(paths::MOVE_IDENTITIES, &[(FROM, issuer.clone())]);
        view! {
            <LinkButton href size=ButtonSize::Small>
                "Plan the move"
            </LinkButton>
        }
        .into_any()
    };
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <code class="font-mono text-xs tracking-none wrap-anywhere whitespace-normal">{issuer}</code>
            </Cell>
            <Cell label="Users" figures=true>
                {grouped(&identities.to_string())}
            </Cell>
            <Cell controls=true stacked=Stacked::End>
                {action}
            </Cell>
        </TableRow>
    }
}

/// What the move would change, and the confirmation.
fn planned(from: String, to: String, plan: MovePlan) -> impl IntoView {
    let MovePlan { identities, conflicts, listed_conflicts, already_there, sessions, .. } = plan;
    let fields = vec![
        (FROM, from.clone()),
        ("to", to.clone()),
        ("identities", identities.to_string()),
        ("conflicts", conflicts.to_string()),
    ];
    let verb = format!("Move {}", counted(identities, "user"));
    let back = paths::MOVE_IDENTITIES;
    view! {
        <Section id="plan" title="Plan">
            <div class="grid max-w-176 gap-4">
                <Facts>
                    <Fact label="From">{address(from)}</Fact>
                    <Fact label="To">{address(to)}</Fact>
                    <Fact label="Moved">{counted(identities, "user")}</Fact>
                    <Fact label="Conflicts">{counted(conflicts, "user")}</Fact>
                    <Fact label="There already">{counted(already_there, "user")}</Fact>
                    <Fact label="Sessions kept">{grouped(&sessions.to_string())}</Fact>
                </Facts>
                {(conflicts > 0).then(|| conflict_list(listed_conflicts, conflicts))}
                <Banner kind=BannerKind::Warn fact="Is it the same directory of users?">
                    "Every account goes to the user with the same subject at the new issuer. Move only when the subjects stayed: a renamed or re-addressed realm keeps them, a new realm does not."
                </Banner>
                <PostForm action=MoveToConfiguredIssuer::url()>
                    <Hidden fields />
                    <FormFoot cancel=back submit=verb />
                </PostForm>
            </div>
        </Section>
    }
}

fn address(issuer: String) -> impl IntoView {
    view! { <code class="font-mono text-xs tracking-none wrap-anywhere">{issuer}</code> }
}

fn conflict_list(listed: Vec<MoveConflict>, conflicts: i64) -> impl IntoView {
    let more = conflicts - i64::try_from(listed.len()).unwrap_or(i64::MAX);
    let more = (more > 0).then(|| view! { <li class="text-ink-2">{format!("and {more} more")}</li> });
    let lines = listed.into_iter().map(|MoveConflict { subject, old_user, new_user }| {
        view! { <li class="wrap-anywhere">{format!("{old_user} and {new_user} have the subject {subject}")}</li> }
    });
    let lines = lines.views();
    view! {
        <Banner
            kind=BannerKind::Info
            fact=format!("Not moved: {}.", counted(conflicts, "user"))
        >
            "Another user has their subject at the new issuer. After the move, the page of each lists the conflict, and an admin links or dismisses it."
        </Banner>
        <ul class="grid list-disc gap-1 ps-5 text-sm">{lines} {more}</ul>
    }
}
