//! The members' shares of a project's budgets.

use super::actions::{ClearMemberShare, SHARE_FORM, SetMemberShare};
use super::data::{SharedBudget, SplitView};
use crate::form::{FieldColumn, FormFields, Hidden, PostForm};
use crate::paths;
use crate::ui::{
    Avatar, Button, ButtonKind, ButtonSize, Cell, Choice, Header, Icon, MoneyField, NameCell, Pager, Section,
    SelectField, Stacked, Table, TableBody, TableFit, TableHead, TableRow, TextArea, Views, counted, keyed,
    shown_address,
};
use crate::url::with_params;
use domain::budget::{AllocationMode, Share, ShownShares};
use domain::project::MemberQuery;
use domain::text::ShareReason;
use domain::view::Member;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub(super) fn section(view: &SplitView, query: &MemberQuery, state: &FormFields) -> impl IntoView + use<> {
    let side = counted(view.facts.member_count, "member");
    if view.budgets.is_empty() {
        let text = "The project has no budget of its own to share out among its members.";
        let body = view! { <p class="text-sm text-ink-2">{text}</p> };
        return view! { <Section id="shares" title="Member shares" side=move || side>{body.into_any()}</Section> };
    }
    let sums = view.budgets.iter().map(|SharedBudget { budget, words }| {
        let (title, words) = (budget.category.title(), words.clone());
        view! { <p class="text-sm"><span class="font-strong">{title}": "</span>{words}</p> }
    });
    let sums = sums.views();
    let form = (view.may_set_shares && view.facts.draft.member_limits_enforced).then(|| set_form(view, state)).views();
    let body = view! {
        <div class="grid gap-5">
            <div class="grid gap-1">{sums}</div>
            {table(view)} {pager(view, query)} {form}
        </div>
    };
    view! { <Section id="shares" title="Member shares" side=move || side>{body.into_any()}</Section> }
}

fn pager(view: &SplitView, query: &MemberQuery) -> Option<impl IntoView + use<>> {
    let page = &view.members;
    let address = paths::project_split(view.facts.name.as_str());
    let at = |cursor| with_params(&address, &MemberQuery { cursor: Some(cursor), ..query.clone() }.to_params());
    let (previous, next) = (page.previous.clone().map(at), page.next.clone().map(at));
    let (size, keep, action) = (query.size, query.to_params(), address.clone());
    (previous.is_some() || next.is_some()).then(|| view! { <Pager previous next size action keep /> })
}

fn table(view: &SplitView) -> impl IntoView + use<> {
    let heads =
        view.budgets.iter().map(|shared| view! { <Header label=shared.budget.category.title() figures=true /> });
    let heads = heads.views();
    let rows = view.members.rows.iter().map(|member| (member.user_id.to_string(), row(member, view)));
    let rows = keyed(rows);
    view! {
        <Table label="Member shares" fit=TableFit::Section>
            <TableHead>
                <Header label="Name" />
                {heads}
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
    }
}

fn row(member: &Member, view: &SplitView) -> impl IntoView + use<> {
    let (initials, seed) = (member.name.clone(), member.user_id.to_string());
    let (name, detail) = (member.name.clone(), shown_address(&member.email, member.email_verified));
    let cells = view.budgets.iter().map(|shared| share_cell(member, shared, view)).views();
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href=None name detail>
                    <Avatar name=initials seed />
                </NameCell>
            </Cell>
            {cells}
        </TableRow>
    }
}

fn share_cell(member: &Member, shared: &SharedBudget, view: &SplitView) -> impl IntoView + use<> {
    let allocation = shared.budget.allocations.iter().find(|allocation| allocation.user == member.user_id);
    let share = allocation.map_or_else(Share::default, |allocation| allocation.share);
    let is_fixed = allocation.is_some_and(|allocation| allocation.mode == AllocationMode::Fixed);
    let soft = format!("Soft limit {}", share.soft());
    let clear = (is_fixed && view.may_set_shares).then(|| clear_form(member, shared, view));
    let label = shared.budget.category.title();
    view! {
        <Cell label figures=true stacked=Stacked::Line class="text-sm" controls=true>
            <div class="flex flex-wrap items-center justify-end gap-1.5 @max-p1:inline-flex">
                <span class="money" title=soft>{share.hard().exact()}</span>
                {is_fixed.then(|| view! { <span class="text-xs text-ink-2">"fixed"</span> }).views()}
                {clear.views()}
            </div>
        </Cell>
    }
}

fn clear_form(member: &Member, shared: &SharedBudget, view: &SplitView) -> impl IntoView + use<> {
    let mut fields = vec![
        ("project", view.facts.name.to_string()),
        ("budget", shared.budget.id.to_string()),
        ("person", member.user_id.to_string()),
        ("name", member.name.clone()),
    ];
    if shared.budget.is_enforced {
        fields.push(("shown", ShownShares::of([&shared.budget], [member.user_id]).typed()));
    }
    let which = format!(": {}, {}", member.name, shared.budget.category.title());
    view! {
        <PostForm action=ClearMemberShare::url()>
            <Hidden fields />
            <Button kind=ButtonKind::Quiet size=ButtonSize::Small icon=Icon::X submit=true>
                "Make equal"
                <span class="sr-only">{which}</span>
            </Button>
        </PostForm>
    }
}

fn set_form(view: &SplitView, state: &FormFields) -> impl IntoView + use<> {
    let budgets = view.budgets.iter().map(|shared| {
        let (budget, title) = (&shared.budget, shared.budget.category.title());
        Choice::new(budget.id.to_string(), format!("{title}, {}", budget.limits.hard()))
    });
    let members = view.members.rows.iter().map(|member| Choice::new(member.user_id.to_string(), member.name.clone()));
    let (budgets, members): (Vec<Choice>, Vec<Choice>) = (budgets.collect(), members.collect());
    let shown = ShownShares::of(
        view.budgets.iter().map(|shared| &shared.budget),
        view.members.rows.iter().map(|member| member.user_id),
    );
    let hidden = vec![("project", view.facts.name.to_string()), ("shown", shown.typed())];
    let labels = vec![
        ("person", "Member"),
        ("budget", "Budget"),
        ("hard_limit", "Hard limit"),
        ("soft_limit", "Soft limit"),
        ("reason", "Reason"),
    ];
    let state = state.clone();
    view! {
        <PostForm action=SetMemberShare::url()>
            <Hidden fields=hidden />
            <FieldColumn form=SHARE_FORM state fact="Not set." labels>
                <h3 class="text-sm font-semibold">"Set a fixed share"</h3>
                <SelectField name="person" label="Member" options=members hint="The members on this page." />
                <SelectField name="budget" label="Budget" options=budgets />
                <MoneyField name="hard_limit" label="Hard limit" required=true hint="Calls are refused above this amount." />
                <MoneyField name="soft_limit" label="Soft limit" required=true hint="A warning above this amount." />
                <TextArea
                    name="reason"
                    label="Reason"
                    required=true
                    maxlength=u16::try_from(ShareReason::LONGEST).unwrap_or(u16::MAX)
                />
                <div class="flex justify-end">
                    <Button kind=ButtonKind::Primary submit=true>"Set fixed share"</Button>
                </div>
            </FieldColumn>
        </PostForm>
    }
}
