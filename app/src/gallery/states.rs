//! What a page shows when it is not showing rows, and the smallest parts.

use super::{NOW, beside, framed, in_line, shown};
use crate::ui::{
    Allowance, Avatar, AvatarShape, AvatarSize, Badge, BadgeKind, Banner, BannerKind, Button, ButtonKind, ButtonSize,
    ConflictFields, EmptyKind, EmptyState, ErrorState, Icon, IconButton, LinkButton, MeterSize, ProjectBadge,
    RoleBadge, SkeletonRows, Stat, Stats, StatusMark, UsageBadge, UsageCell, UsageConsequence, UsageFigures,
    UsageMeter, Views,
};
use domain::budget::{Limits, Usage};
use domain::conflict::{Changed, Conflict, ConflictField, Saved};
use domain::draft::FieldValue;
use domain::form::FieldErrors;
use domain::id::UserId;
use domain::money::Money;
use domain::role::PlatformRole;
use domain::user::{ProjectAllowance, UserKind, UserStatus};
use leptos::prelude::*;
use time::Duration;
use uuid::Uuid;

pub(super) fn sections() -> AnyView {
    (
        shown("empty", "Empty", "Three kinds, never the same words", empties()),
        shown(
            "error",
            "Error and loading",
            "What happened, what still holds, what to do",
            beside(vec![error(), loading()]),
        ),
        shown("conflict", "Conflict", "Another user saved first; nothing is lost", conflict()),
        shown("banners", "Banners", "Stay until they are dealt with", banners()),
        shown("stats", "Stats", "How something is doing, in figures", stats()),
        shown(
            "usage",
            "Spend of a budget",
            "Below, over and at a limit; the bar says nothing that the words do not",
            usages(),
        ),
        shown("buttons", "Buttons", "At most one primary in view", buttons()),
        shown("badges", "Badges, states, avatars", "A colour always has a word", badges()),
    )
        .into_any()
}

fn empties() -> impl IntoView {
    beside(vec![
        framed(view! {
            <EmptyState
                kind=EmptyKind::Nothing(Icon::Folders)
                title="No projects yet"
                text="A project is where users work and what a budget belongs to."
                actions=|| {
                    view! {
                        <LinkButton href="#empty" kind=ButtonKind::Primary icon=Icon::Plus>
                            "Create project"
                        </LinkButton>
                    }
                }
            />
        }),
        framed(view! {
            <EmptyState
                kind=EmptyKind::NoMatch
                title="No users found"
                text="No user with “okafr” in the name or e-mail has the role Admin."
                actions=|| view! { <LinkButton href="#empty">"Clear filters"</LinkButton> }
            />
        }),
        framed(view! {
            <EmptyState
                kind=EmptyKind::NotAllowed
                title="Only maintainers see budgets"
                text="You are signed in as Mateus Carvalho, Admin. Ask a maintainer: Amara Okafor."
                actions=|| view! { <LinkButton href="#empty">"See my own budgets"</LinkButton> }
            />
        }),
    ])
}

fn error() -> AnyView {
    framed(view! {
        <ErrorState
            title="The list could not be read"
            text="The database did not answer within 2 seconds. Nothing was changed."
            retry_href="#error"
            request_id="01K9VQ7M-2F4C"
        />
    })
}

fn loading() -> AnyView {
    framed(view! { <SkeletonRows label="Loading users" rows=5 /> })
}

fn conflict() -> impl IntoView {
    let field = |name: &str, label: &str, changed, yours: &str, theirs: &str| ConflictField {
        name: name.to_owned(),
        label: label.to_owned(),
        base: None,
        yours: FieldValue { typed: yours.to_owned(), shown: yours.to_owned() },
        theirs: FieldValue { typed: theirs.to_owned(), shown: theirs.to_owned() },
        changed,
        choice: None,
        saved: saved(),
    };
    let conflict = Conflict {
        saved: saved(),
        your_name: "Amara Okafor".to_owned(),
        your_id: UserId(Uuid::from_u128(2)),
        version: 4,
        fields: vec![
            field("hard_limit", "Hard limit", Changed::Both, "$250.00", "$300.00"),
            field("period", "Reset period", Changed::Theirs, "30 days", "7 days"),
            field("name", "Name", Changed::Both, "Engineering, CLI", "Engineers, CLI"),
        ],
        problems: FieldErrors::default(),
    };
    view! {
        <form>
            <ConflictFields form="conflict" conflict version="3" what="budget" now=NOW discard_href="#conflict" />
        </form>
    }
}

fn saved() -> Saved {
    let by = Some(UserId(Uuid::from_u128(1)));
    Saved { by, name: "Mateus Carvalho".to_owned(), is_you: false, at: NOW - Duration::minutes(2) }
}

fn banners() -> impl IntoView {
    view! {
        <div class="grid gap-2">
            <Banner kind=BannerKind::Info fact="Roles come from Keycloak.">
                "Bursar shows them and cannot change them in this mode."
            </Banner>
            <Banner
                kind=BannerKind::Warn
                fact="Priya is already in 3 of 3 shared projects."
                action=|| view! { <LinkButton href="#banners" size=ButtonSize::Small>"Review"</LinkButton> }
            >
                "Remove one, or ask an admin to raise the limit."
            </Banner>
            <Banner kind=BannerKind::Danger fact="Not saved.">"The database did not answer in time. Try again."</Banner>
            <Banner fact="Import finished.">"1,204 users added, 3 rows need a look."</Banner>
        </div>
    }
}

fn stats() -> impl IntoView {
    view! {
        <Stats>
            <Stat icon=Icon::CircleCheck label="Connection" context=|| "Asked just now">
                "Reachable"
            </Stat>
            <Stat icon=Icon::OctagonAlert label="Clock" is_wrong=true context=|| "At most 30 s are allowed for">
                "95 s ahead"
            </Stat>
            <Stat icon=Icon::LogOut label="Last back-channel logout" context=|| "Ends sessions here at once">
                "None yet"
            </Stat>
        </Stats>
    }
}

fn usages() -> impl IntoView {
    let usage = |(spent, soft, hard): (&str, &str, &str)| {
        let money = |raw: &str| Money::parse(raw).unwrap_or_default();
        let limits = Limits::new(money(soft), money(hard)).ok()?;
        let (starts_at, resets_at) = (NOW - Duration::days(17), NOW + Duration::days(13));
        Some(Usage { limits, spent: money(spent), reserved: Money::default(), starts_at, resets_at })
    };
    let line = |usage: Usage| {
        let level = usage.level();
        view! {
            <div class="grid max-w-80 gap-2">
                <div class="flex items-center gap-2">
                    <UsageFigures usage=usage.clone() />
                    <UsageBadge level />
                </div>
                <UsageMeter usage=usage.clone() label="Spend of the platform budget" size=MeterSize::Card />
                <UsageConsequence usage=usage.clone() />
                <div class="w-24 text-end">
                    <UsageCell usage=Some(usage) />
                </div>
            </div>
        }
        .into_any()
    };
    let usages = [("1702.64", "1800", "2000"), ("231.509", "200", "250"), ("50", "40", "50")];
    beside(usages.into_iter().filter_map(usage).map(line).collect())
}

fn buttons() -> impl IntoView {
    let kinds = in_line(view! {
        <Button kind=ButtonKind::Primary>"Save changes"</Button>
        <Button>"Cancel"</Button>
        <Button kind=ButtonKind::Quiet>"Learn more"</Button>
        <Button kind=ButtonKind::Danger>"Remove from project"</Button>
        <Button kind=ButtonKind::DangerQuiet icon=Icon::LogOut>"End all"</Button>
        <Button disabled=true>"Not now"</Button>
        <Button kind=ButtonKind::Primary icon=Icon::RefreshCw attr:aria-busy="true">"Saving"</Button>
    });
    let sizes = in_line(view! {
        <Button kind=ButtonKind::Primary size=ButtonSize::Small>"Small"</Button>
        <Button kind=ButtonKind::Primary>"Default"</Button>
        <Button kind=ButtonKind::Primary size=ButtonSize::Large>"Large"</Button>
        <IconButton icon=Icon::X label="Remove Ada from atlas" />
        <IconButton icon=Icon::Ellipsis label="More actions for Ada" kind=ButtonKind::Default />
        <LinkButton href="#buttons" icon=Icon::Pencil>"Edit project"</LinkButton>
    });
    (kinds, sizes)
}

fn badges() -> impl IntoView {
    let badges = in_line(view! {
        <Badge>"Neutral"</Badge>
        <Badge kind=BadgeKind::Outline>"Outline"</Badge>
        <Badge kind=BadgeKind::Info icon=Icon::Clock>"Waiting"</Badge>
        <Badge kind=BadgeKind::Warn icon=Icon::TriangleAlert>"Over soft limit"</Badge>
        <Badge kind=BadgeKind::Danger icon=Icon::OctagonAlert>"At hard limit"</Badge>
        <ProjectBadge name="atlas" title="Atlas knowledge base" href="#badges" is_admin=true />
        {PlatformRole::ALL.map(|role| view! { <RoleBadge role /> }).views()}
        <RoleBadge role=PlatformRole::User kind=UserKind::External />
    });
    let states = in_line(UserStatus::ALL.map(|status| view! { <StatusMark status /> }).views());
    let names =
        ["Amara Okafor", "Mateus Carvalho", "Linnéa Bergström", "Priya Raghunathan", "Noor el-Haddad", "Kwame Asante"];
    let avatars = in_line(view! {
        {names.map(|name| view! { <Avatar name seed=name /> }).views()}
        <Avatar name="Atlas knowledge base" seed="atlas" shape=AvatarShape::Project />
        <Avatar name="Priya Raghunathan" seed="priya" size=AvatarSize::Small />
        <Avatar name="Priya Raghunathan" seed="priya" size=AvatarSize::Large />
        <Avatar name="Billing API" seed="billing" shape=AvatarShape::Project size=AvatarSize::Large />
    });
    let allowances = in_line(view! {
        <Allowance allowance=ProjectAllowance { used: 2, limit: Some(3) } />
        <Allowance allowance=ProjectAllowance { used: 12, limit: None } />
    });
    (badges, states, avatars, allowances)
}
