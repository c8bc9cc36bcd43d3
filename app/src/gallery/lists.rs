//! A list page and an object page.

use super::NOW;
use crate::ui::{
    Amount, Avatar, AvatarSize, Badge, BadgeKind, Button, ButtonKind, ButtonSize, Cell, Choice, CopyButton, Crumb, Day,
    DialogIconButton, Fact, Facts, FilterBar, FilterChip, Header, Icon, LimitFigures, LinkButton, NameCell, ObjectHead,
    PageHead, Pager, Priority, ProjectBadges, RailPart, RelativeTime, RoleBadge, SearchField, Section, ShortAmount,
    SortHeader, SortLink, Sorted, SplitBody, Stacked, StatusMark, Tab, Table, TableBody, TableFit, TableHead, TableRow,
    Tabs, Tile, Toast, Views, Width, category_icon,
};
use domain::budget::{Category, Limits};
use domain::money::Money;
use domain::page::PageSize;
use domain::project::ProjectName;
use domain::role::{PlatformRole, ProjectRole};
use domain::user::{ProjectChip, UserStatus};
use leptos::prelude::*;
use time::Duration;

pub(super) fn sections() -> AnyView {
    (
        list().into_any(),
        object().into_any(),
        view! { <Toast message="Ingrid Sølvberg removed from atlas" action=undo /> },
    )
        .into_any()
}

fn undo() -> impl IntoView {
    view! { <Button kind=ButtonKind::Quiet size=ButtonSize::Small icon=Icon::Undo>"Undo"</Button> }
}

/// Head, filters, rows, pager.
fn list() -> impl IntoView {
    let roles = || PlatformRole::ALL.map(|role| Choice::new(role.key(), role.title())).into();
    let search = || view! { <SearchField label="Search users" placeholder="Name or e-mail" /> };
    let actions =
        || view! { <LinkButton href="#list" kind=ButtonKind::Primary icon=Icon::Plus>"Create user"</LinkButton> };
    view! {
        <div id="list" class="border-t border-line">
            <PageHead
                title="Users"
                subtitle="A list page"
                actions
            />
            <Tabs label="Views" tabs=tabs() />
            <FilterBar action="" search>
                <FilterChip id="f-role" name="role" label="Role" options=roles() selected="admin".to_owned() clear_href="#list" submit="Show users" />
                <FilterChip id="f-project" name="project" label="Project" options=vec![Choice::new("atlas", "atlas")] clear_href="#list" submit="Show users" />
                <LinkButton href="#list" kind=ButtonKind::Quiet>"Clear"</LinkButton>
            </FilterBar>
            <Table label="Users">
                <TableHead>
                    <SortHeader label="Name" by=sort(None) width=Width::Longer />
                    <Header label="Status" width=Width::Medium />
                    <Header label="Role" width=Width::Medium priority=Priority::P2 />
                    <Header label="Projects" />
                    <Header label="Limit" figures=true width=Width::Short />
                    <SortHeader label="Last sign-in" by=sort(Some(Sorted::Descending)) width=Width::Medium />
                    <Header label="Created" width=Width::Medium priority=Priority::P4 />
                </TableHead>
                <TableBody>{people()}</TableBody>
            </Table>
            <Pager next="#list".to_owned() size=PageSize::default() action="" keep=vec![("sort", "created".to_owned())] />
        </div>
    }
}

fn sort(sorted: Option<Sorted>) -> SortLink {
    SortLink { href: "#list".to_owned(), sorted }
}

fn tabs() -> Vec<Tab> {
    let tab =
        |label: &str, count, is_current| Tab { label: label.to_owned(), href: "#list".to_owned(), count, is_current };
    vec![tab("All users", None, true), tab("Never signed in", Some(96), false), tab("External", Some(310), false)]
}

type Sample = (&'static str, UserStatus, PlatformRole, &'static [&'static str], i64, i64);

const PEOPLE: [Sample; 6] = [
    ("Amara Okafor", UserStatus::Active, PlatformRole::Maintainer, &["atlas", "billing", "tutor"], 5, 4),
    ("Mateus Carvalho", UserStatus::Active, PlatformRole::Admin, &["atlas", "fields"], 2, 62),
    ("Linnéa Bergström", UserStatus::NeverSignedIn, PlatformRole::Auditor, &[], 0, 190),
    (
        "Oluwaseun Adeyemi-Whitfield-Featherstonehaugh",
        UserStatus::Active,
        PlatformRole::User,
        &["customer-research-and-insights"],
        1,
        1500,
    ),
    ("Tomás Herrera Vidal", UserStatus::Locked, PlatformRole::User, &["billing"], 1, 3000),
    ("Dmitri Volkonsky", UserStatus::Deactivated, PlatformRole::User, &[], 0, 350_000),
];

fn people() -> impl IntoView {
    PEOPLE.map(person).views()
}

fn person((name, status, role, projects, total, minutes): Sample) -> impl IntoView {
    let address = [name.to_lowercase().replace(' ', ".").as_str(), "@example.com"].concat();
    let chip = |(at, name): (usize, &&str)| {
        let role = if at == 0 { ProjectRole::Admin } else { ProjectRole::Member };
        Some(ProjectChip { name: ProjectName::parse(name).ok()?, title: (*name).to_owned(), role })
    };
    let chips: Vec<ProjectChip> = projects.iter().enumerate().filter_map(chip).collect();
    let at = NOW - Duration::minutes(minutes);
    let role_stacked = if role == PlatformRole::User { Stacked::Hidden } else { Stacked::End };
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href="#list".to_owned() name detail=address>
                    <Avatar name seed=name />
                </NameCell>
            </Cell>
            <Cell>
                <StatusMark status />
            </Cell>
            <Cell stacked=role_stacked priority=Priority::P2>
                <RoleBadge role />
            </Cell>
            <Cell stacked=Stacked::Line>
                <ProjectBadges projects=chips total address=|_| "#".to_owned() more_href="#list" />
            </Cell>
            <Cell figures=true label="Limit">
                <ShortAmount amount=money(1250) />
            </Cell>
            <Cell stacked=Stacked::End class="text-sm">
                <RelativeTime at now=NOW />
            </Cell>
            <Cell stacked=Stacked::Hidden priority=Priority::P4 class="text-sm text-ink-2">
                <Day at />
            </Cell>
        </TableRow>
    }
}

fn money(dollars: i64) -> Money {
    Money::parse(&dollars.to_string()).unwrap_or_default()
}

/// Head with picture, sections, facts rail.
fn object() -> impl IntoView {
    let crumbs =
        vec![Crumb::here("Settings"), Crumb::link("Users management", "#list"), Crumb::here("Priya Raghunathan")];
    let picture = || view! { <Avatar name="Priya Raghunathan" seed="priya" size=AvatarSize::Large /> };
    let actions = || view! { <Button icon=Icon::Wallet>"Assign budget"</Button> };
    view! {
        <div id="object" class="mt-6 border-t border-line">
            <ObjectHead crumbs title="Priya Raghunathan" picture actions>
                <span class="inline-flex items-center">
                    "priya.raghunathan@example.com"
                    <CopyButton text="priya.raghunathan@example.com" label="Copy e-mail" />
                </span>
                <StatusMark status=UserStatus::Active />
                <Badge kind=BadgeKind::Outline>"Regular"</Badge>
            </ObjectHead>
            <SplitBody rail=rail>
                <Section
                    id="object-projects"
                    title="Projects"
                    side=|| "2 of 3 shared projects used"
                    actions=|| view! { <Button size=ButtonSize::Small icon=Icon::Plus>"Add to project"</Button> }
                >
                    {budgets()}
                </Section>
            </SplitBody>
        </div>
    }
}

fn budgets() -> impl IntoView {
    let row = |category: Category| {
        let limits = Limits::new(money(225), money(250)).ok();
        view! {
            <TableRow>
                <Cell>
                    <NameCell href="#object".to_owned() name=category.title() detail=category.key().to_owned() code=true>
                        <Tile icon=category_icon(category) />
                    </NameCell>
                </Cell>
                <Cell stacked=Stacked::Line>{limits.map(|limits| view! { <LimitFigures limits /> }).views()}</Cell>
                <Cell figures=true label="Hard limit">
                    <Amount amount=money(250) />
                </Cell>
                <Cell controls=true stacked=Stacked::End>
                    <span class="flex justify-end">
                        <DialogIconButton target="remove-ada" icon=Icon::X label=format!("Remove {}", category.title()) />
                    </span>
                </Cell>
            </TableRow>
        }
    };
    view! {
        <Table label="Budgets" fit=TableFit::Section>
            <TableHead>
                <Header label="Budget" />
                <Header label="Limits" width=Width::Longer />
                <Header label="Hard limit" figures=true width=Width::Short />
                <Header label="Actions" is_hidden=true width=Width::Icon />
            </TableHead>
            <TableBody>{Category::ALL.map(row).views()}</TableBody>
        </Table>
    }
}

fn rail() -> impl IntoView {
    view! {
        <RailPart title="Facts">
            <Facts>
                <Fact label="Type">"Regular"</Fact>
                <Fact label="Signs in by">"E-mail and password"</Fact>
                <Fact label="Last sign-in">
                    <RelativeTime at=NOW - Duration::hours(1) now=NOW />
                </Fact>
                <Fact label="Created">
                    <Day at=NOW - Duration::days(530) />
                </Fact>
            </Facts>
        </RailPart>
        <RailPart title="Who can help">
            <p class="text-ink-2">"Mateus Carvalho, Leilani Kahananui"</p>
        </RailPart>
    }
}
