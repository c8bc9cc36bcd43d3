//! What surrounds every page behind sign-in: navigation, the sheet, and what the last form left.

use crate::account::actions::{SetTheme, SignOut};
use crate::form::{PageFlash, PostForm};
use crate::me::{Me, use_me};
use crate::page::listing::ListQuery as _;
use crate::paths;
use crate::read::ask;
use crate::suggestions::{Find, Found};
use crate::theme::Theme;
use crate::ui::{
    AppFrame, Banner, BannerKind, Button, ButtonSize, CommandPalette, Icon, Later, LiveRegion, MenuButton, NavLink,
    NavPerson, PaletteGroup, PaletteItem, PaletteTarget, PhoneBars, Sheet, SideNav, SkipLink, absolute, awaited,
};
use crate::url::with_params;
use domain::audit::AuditQuery;
use domain::break_glass::BreakGlassSession;
use domain::budget::{BudgetQuery, MAX_WAITING_COUNT};
use domain::permission::Permission;
use domain::project::ProjectQuery;
use domain::suggestion::Suggestion;
use domain::user::UserQuery;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;

const PALETTE: &str = "palette";
/// The palette's form that sets the colours.
const THEME_FORM: &str = "palette-theme";
/// The palette's form that signs out.
const SIGN_OUT_FORM: &str = "palette-sign-out";

/// The frame around a page.
#[component]
pub fn Layout() -> impl IntoView {
    let me = use_me();
    let path = use_location().pathname;
    let path = Signal::derive(move || paths::within_area(&path.read()));
    let side = awaited(move || async move { me.get().await.ok().map(|me| side_navigation(&me, path)) });
    let bars = awaited(move || async move { me.get().await.ok().map(|me| phone_bars(&me, path)) });
    let break_glass =
        awaited(move || async move { me.get().await.ok().and_then(|me| me.break_glass).map(break_glass_banner) });
    let palette = awaited(move || async move { me.get().await.ok().map(|me| palette(&me)) });
    view! {
        <SkipLink />
        {bars}
        <AppFrame>
            {side}
            <Sheet>
                {break_glass}
                <Outlet />
            </Sheet>
        </AppFrame>
        {palette}
        <Toasts />
    }
}

/// Stays on every page of a break-glass session.
fn break_glass_banner(session: BreakGlassSession) -> impl IntoView {
    let sign_out = || {
        view! {
            <PostForm action=SignOut::url() whole_page=true>
                <Button size=ButtonSize::Small submit=true>
                    "Sign out"
                </Button>
            </PostForm>
        }
    };
    let BreakGlassSession { issued_by, expires_at } = session;
    view! {
        <div class="px-gutter pt-4">
            <Banner kind=BannerKind::Warn fact="Break-glass session." icon=Icon::KeyRound action=sign_out>
                {format!(
                    "Issued by {issued_by}, ends at {}. It belongs to no user; the audit log records every change.",
                    absolute(expires_at),
                )}
            </Banner>
        </div>
    }
}

fn side_navigation(me: &Me, path: Signal<String>) -> impl IntoView + use<> {
    let person = NavPerson { seed: me.id.to_string(), name: me.name.clone(), role: me.standing().to_owned() };
    let administration = administration(me).into_iter().map(|(href, label, _)| NavLink::plain(href, label)).collect();
    view! {
        <SideNav areas=areas(me) settings=settings(me) administration person path palette=PALETTE account=sign_out />
    }
}

fn phone_bars(me: &Me, path: Signal<String>) -> impl IntoView + use<> {
    // The phone's bar is for what one does often; the rest is in the drawer.
    let often = administration(me).into_iter().filter(|(href, ..)| {
        ![
            paths::GATEWAYS,
            paths::LITELLM,
            paths::IDENTITY_PROVIDER,
            paths::KEYCLOAK_USERS,
            paths::SPENDING,
            paths::JOBS,
            paths::ACCESS_MATRIX,
            paths::AUDIT_LOG,
        ]
        .contains(href)
    });
    let administration = often.map(|(href, label, icon)| {
        let short = label.strip_suffix(" management").unwrap_or(label);
        NavLink::new(href, short, icon)
    });
    let links = administration.chain(settings(me).into_iter().rev()).collect();
    view! { <PhoneBars links path palette=PALETTE /> }
}

fn palette(me: &Me) -> impl IntoView + use<> {
    let item = |label: &str, icon, target| PaletteItem { label: label.to_owned(), detail: None, icon, target };
    let link = |label: &str, href: &str, icon| item(label, icon, PaletteTarget::Link(href.to_owned()));
    let first = overview(me).map(|_| link("Overview", paths::OVERVIEW, Icon::Dashboard));
    let administration = administration(me).into_iter().map(|(href, label, icon)| link(label, href, icon));
    let mut pages: Vec<_> = first.into_iter().chain(administration).collect();
    if me.waiting_requests.is_some() {
        pages.push(link("Requests", paths::REQUESTS, Icon::Inbox));
    }
    if me.break_glass.is_none() {
        pages.push(link("My access", paths::MY_ACCESS, Icon::KeyRound));
        pages.push(link("Profile", paths::PROFILE, Icon::User));
    }
    let create = [
        (me.may(Permission::ManageUsers) && !me.has_provider, "Create user", paths::NEW_USER, Icon::UserPlus),
        (me.manages_keycloak(), "Create user in Keycloak", paths::NEW_KEYCLOAK_USER, Icon::UserPlus),
        (me.may(Permission::CreateProject), "Create project", paths::NEW_PROJECT, Icon::Plus),
        (me.budgets && me.may(Permission::ManageBudgets), "Create budget", paths::NEW_BUDGET, Icon::Plus),
        (me.budgets && me.may(Permission::ManageGateways), "Create gateway", paths::NEW_GATEWAY, Icon::Plus),
    ];
    let create = create.into_iter().filter(|action| action.0).map(|(_, label, href, icon)| link(label, href, icon));
    let themes = [
        ("Use dark colours", Theme::Dark, Icon::Moon),
        ("Use light colours", Theme::Light, Icon::Sun),
        ("Use the system’s colours", Theme::System, Icon::Monitor),
    ];
    let themes = themes
        .map(|(label, theme, icon)| item(label, icon, PaletteTarget::Form(THEME_FORM, Some(("theme", theme.key())))));
    let sign_out = item("Sign out", Icon::LogOut, PaletteTarget::Form(SIGN_OUT_FORM, None));
    let actions = create.chain(themes).chain([sign_out]).collect();
    let groups = vec![
        PaletteGroup { label: "Pages".to_owned(), items: pages },
        PaletteGroup { label: "Actions".to_owned(), items: actions },
    ];
    let (searched, path) =
        if me.may(Permission::ViewUsers) { ("users", paths::USERS) } else { ("projects", paths::PROJECTS) };
    let search = Callback::new(move |term: String| {
        let target = PaletteTarget::Link(with_params(path, &[("q", term.clone())]));
        PaletteItem { label: format!("Search {searched} for “{term}”"), detail: None, icon: Icon::Search, target }
    });
    let source = Callback::new(|term| -> Later<Vec<PaletteGroup>> {
        Box::pin(async move { ask(Find { term }).await.ok().map(found) })
    });
    let forms = || {
        view! {
            <PostForm id=THEME_FORM action=SetTheme::url() whole_page=true>
                ""
            </PostForm>
            <PostForm id=SIGN_OUT_FORM action=SignOut::url() whole_page=true>
                ""
            </PostForm>
        }
    };
    view! { <CommandPalette id=PALETTE user=me.id.to_string() groups source search action=path forms /> }
}

/// What was found, as groups of links.
fn found(found: Found) -> Vec<PaletteGroup> {
    let group = |label: &str, icon, rows: Vec<Suggestion>, href: fn(&str) -> Option<String>| {
        let item = |row: Suggestion| {
            let target = PaletteTarget::Link(href(&row.value)?);
            Some(PaletteItem { label: row.label, detail: Some(row.detail), icon, target })
        };
        PaletteGroup { label: label.to_owned(), items: rows.into_iter().filter_map(item).collect() }
    };
    let Found { users, projects, budgets } = found;
    vec![
        group("Users", Icon::User, users, |id| Some(paths::user(id.parse().ok()?))),
        group("Projects", Icon::Folder, projects, |name| Some(paths::project(name))),
        group("Budgets", Icon::Wallet, budgets, |id| Some(paths::budget(id.parse().ok()?))),
    ]
}

/// The top places that the user may open.
fn areas(me: &Me) -> Vec<NavLink> {
    let waiting = me.waiting_requests.filter(|count| *count > 0).map(|count| match count {
        MAX_WAITING_COUNT.. => format!("{}+", MAX_WAITING_COUNT - 1),
        count => count.to_string(),
    });
    let requests = NavLink::new(paths::REQUESTS, "Requests", Icon::Inbox).with_waiting(waiting);
    overview(me).into_iter().chain(me.waiting_requests.map(|_| requests)).collect()
}

/// Where those who administer begin.
fn overview(me: &Me) -> Option<NavLink> {
    me.may(Permission::ViewUsers).then(|| NavLink::new(paths::OVERVIEW, "Overview", Icon::Dashboard))
}

/// The pages about oneself. A break-glass session has none.
fn settings(me: &Me) -> Vec<NavLink> {
    if me.break_glass.is_some() {
        return Vec::new();
    }
    vec![
        NavLink::new(paths::PROFILE, "Profile", Icon::User),
        NavLink::new(paths::MY_ACCESS, "My access", Icon::KeyRound),
    ]
}

/// The places under Administration that the user may open.
fn administration(me: &Me) -> Vec<(&'static str, &'static str, Icon)> {
    let places = [
        (me.may(Permission::ViewUsers), UserQuery::PATH, UserQuery::PLACE, Icon::Users),
        (me.manages_keycloak(), paths::KEYCLOAK_USERS, "Users in Keycloak", Icon::UserPlus),
        (
            me.may(Permission::ViewProject) || me.may(Permission::CreateProject),
            ProjectQuery::PATH,
            ProjectQuery::PLACE,
            Icon::Folders,
        ),
        (me.budgets && me.may(Permission::ViewBudgets), BudgetQuery::PATH, BudgetQuery::PLACE, Icon::Wallet),
        (me.budgets && me.may(Permission::ViewSpend), paths::SPENDING, "Spending", Icon::ChartColumn),
        (me.budgets && me.may(Permission::ViewGateways), paths::GATEWAYS, "Gateways", Icon::Terminal),
        (me.litellm && me.may(Permission::ViewBudgets), paths::LITELLM, "LiteLLM", Icon::GitCompare),
        (me.may(Permission::ViewIdentityProvider), paths::IDENTITY_PROVIDER, "Identity provider", Icon::Plug),
        (me.may(Permission::ViewAccessMatrix), paths::ACCESS_MATRIX, "Access matrix", Icon::Grid),
        (me.may(Permission::ViewJobs), paths::JOBS, "Jobs", Icon::Clock),
        (me.may(Permission::ViewAuditLog), AuditQuery::PATH, AuditQuery::PLACE, Icon::Landmark),
    ];
    places.into_iter().filter(|place| place.0).map(|(_, href, label, icon)| (href, label, icon)).collect()
}

fn sign_out() -> impl IntoView {
    view! {
        <PostForm action=SignOut::url() whole_page=true>
            <MenuButton icon=Icon::LogOut submit=true>"Sign out"</MenuButton>
        </PostForm>
    }
}

/// What the last form did, at the foot of the page.
#[component]
fn Toasts() -> impl IntoView {
    let flash = expect_context::<PageFlash>();
    view! { <LiveRegion>{awaited(move || async move { flash.get().await.and_then(crate::form::toast) })}</LiveRegion> }
}
