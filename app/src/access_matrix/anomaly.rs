//! An anomaly: what is so, whom it concerns, and its acceptance.

use super::actions::{ACCEPT_FORM, AcceptAnomaly, EndAnomalyAcceptance};
use super::anomalies::{decision, severity_badge};
use super::data::{AnomalyData, ReadAccessAnomaly};
use crate::form::{FieldColumn, FormFields, Hidden, PostForm};
use crate::page::crumbs::administration;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{
    Button, Crumb, Fact, Facts, FormFoot, PageHead, RailPart, RelativeTime, Section, SplitBody, TextArea, TextField,
    TextKind, Views as _,
};
use domain::access_anomaly::{AcceptanceDraft, AnomalyPage, AnomalyRow, AnomalyState};
use domain::count::counted;
use domain::draft::Draft as _;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use time::OffsetDateTime;

/// One anomaly.
pub struct AccessAnomalyPage {
    page: PageData<AnomalyData>,
}

impl LazyPage for AccessAnomalyPage {
    fn load() -> Self {
        let params = use_params_map();
        Self { page: use_page(move || ReadAccessAnomaly { id: params.read().get("id").unwrap_or_default() }) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |dated, forms| anomaly_page(dated, forms.of(ACCEPT_FORM))).into_any()
    }
}

fn anomaly_page(dated: WithServerTime<AnomalyData>, state: FormFields) -> impl IntoView {
    let WithServerTime { now, data: AnomalyData { anomaly, may_accept } } = dated;
    let title = anomaly.row.title.clone();
    let crumbs = administration([
        Crumb::link("Access matrix", paths::ACCESS_MATRIX),
        Crumb::link("Anomalies", paths::ACCESS_ANOMALIES),
        Crumb::here(title.clone()),
    ]);
    let rail = facts(&anomaly, now);
    let (paths, users) = (paths_section(&anomaly.row.paths), users_section(&anomaly));
    let explanation = anomaly.row.explanation.clone();
    let decision = decision_section(anomaly, may_accept, state);
    view! {
        <Title text=title.clone() />
        <PageHead crumbs title />
        <SplitBody rail=move || rail>
            <p class="max-w-184 wrap-anywhere">{explanation}</p>
            {decision}
            {paths}
            {users}
        </SplitBody>
    }
}

fn facts(anomaly: &AnomalyPage, now: OffsetDateTime) -> impl IntoView + use<> {
    let AnomalyRow { rule, severity, owner, since, .. } = anomaly.row.clone();
    let state = if is_unchecked(anomaly) { "No longer checked" } else { anomaly.row.state.title() };
    view! {
        <RailPart title="Facts">
            <Facts>
                <Fact label="State">{state}</Fact>
                <Fact label="Severity">{severity_badge(severity)}</Fact>
                <Fact label="Owner">{owner.unwrap_or_else(|| "Not declared".to_owned())}</Fact>
                <Fact label="Since">
                    <RelativeTime at=since now />
                </Fact>
                <Fact label="Rule">
                    <code class="font-mono text-xs tracking-none">{rule}</code>
                </Fact>
            </Facts>
        </RailPart>
    }
}

/// Whether no snapshot will say if it is still there.
fn is_unchecked(anomaly: &AnomalyPage) -> bool {
    !anomaly.is_checked && anomaly.row.state != AnomalyState::Resolved
}

/// What was decided, and what may be decided.
fn decision_section(anomaly: AnomalyPage, may_accept: bool, state: FormFields) -> impl IntoView {
    let is_unchecked = is_unchecked(&anomaly);
    let AnomalyPage { row, version, usual_end, .. } = anomaly;
    let said = decision(&row).map(|decision| view! { <p class="mb-3 max-w-184 wrap-anywhere">{decision}</p> });
    let id = row.id.to_string();
    let action = match row.state {
        AnomalyState::Resolved => {
            view! { <p class="text-sm text-ink-2">"A complete snapshot no longer has this anomaly."</p> }.into_any()
        }
        _ if is_unchecked => view! {
            <p class="text-sm text-ink-2">
                "It is no longer checked: Bursar reads no realm or another one, or no role of its realm is declared any more."
            </p>
        }
        .into_any(),
        _ if !may_accept => view! {
            <p class="text-sm text-ink-2">
                {if row.state == AnomalyState::Accepted {
                    "Maintainers and admins can end the acceptance."
                } else {
                    "Maintainers and admins can accept it, with a reason and until a day."
                }}
            </p>
        }
        .into_any(),
        AnomalyState::Accepted => end_form(id).into_any(),
        AnomalyState::Open => accept_form(id, version, usual_end.to_string(), state).into_any(),
    };
    view! {
        <Section id="decision" title="Decision">
            {said}
            {action}
        </Section>
    }
}

fn end_form(id: String) -> impl IntoView {
    view! {
        <PostForm action=EndAnomalyAcceptance::url() class="grid justify-items-start">
            <Hidden fields=vec![("anomaly", id)] />
            <Button submit=true>"End acceptance"</Button>
        </PostForm>
    }
}

fn accept_form(id: String, version: i32, usual_end: String, state: FormFields) -> impl IntoView {
    view! {
        <PostForm action=AcceptAnomaly::url()>
            <Hidden fields=vec![("anomaly", id), ("version", version.to_string())] />
            <FieldColumn form=ACCEPT_FORM state fact="Not accepted." labels=AcceptanceDraft::labels()>
                <TextArea
                    name=AcceptanceDraft::REASON.name
                    label=AcceptanceDraft::REASON.label
                    hint="Why it may stay as it is. Everyone who can see the access matrix reads it, and the audit log keeps it."
                    required=true
                    maxlength=AcceptanceDraft::REASON.max_length
                />
                <TextField
                    name=AcceptanceDraft::UNTIL.name
                    label=AcceptanceDraft::UNTIL.label
                    kind=TextKind::Day
                    value=usual_end
                    hint="The last day, in UTC, at most a year from now. It is open again after that, and when users come to it or it becomes more severe."
                    required=true
                />
                <FormFoot cancel=paths::ACCESS_ANOMALIES submit="Accept anomaly" />
            </FieldColumn>
        </PostForm>
    }
}

fn paths_section(paths: &[String]) -> Option<impl IntoView + use<>> {
    let rows = paths.iter().map(|path| view! { <li class="wrap-anywhere">{path.clone()}</li> }).views();
    (!paths.is_empty()).then(|| {
        view! {
            <Section id="paths" title="Paths">
                <ul class="grid gap-1 font-mono text-xs tracking-none">{rows}</ul>
            </Section>
        }
    })
}

fn users_section(anomaly: &AnomalyPage) -> Option<impl IntoView + use<>> {
    let more = anomaly.user_count - i64::try_from(anomaly.users.len()).unwrap_or_default();
    let more = (more > 0).then(|| format!("And {} more.", counted(more, "user")));
    let names = anomaly.users.iter().map(|name| view! { <li class="wrap-anywhere">{name.clone()}</li> }).views();
    (anomaly.user_count > 0).then(|| {
        view! {
            <Section id="users" title="Users">
                <ul class="grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-x-4 gap-y-1 text-sm">{names}</ul>
                {more.map(|more| view! { <p class="mt-3 text-sm text-ink-2">{more}</p> })}
            </Section>
        }
    })
}
