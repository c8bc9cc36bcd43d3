//! Fields, choices, dialogs and menus.

use super::{beside, in_line, shown};
use crate::ui::{
    BareSelect, Button, ButtonKind, Checkbox, Choice, Chooser, ConfirmDialog, DialogButton, ErrorSummary, FieldScope,
    FormColumn, FormFoot, Icon, Later, Menu, MenuButton, MenuLink, MenuRule, MoneyField, RadioChoice, RadioRows,
    Segmented, SelectField, SettingsSection, SuggestionSource, SwitchButton, TextArea, TextField, TextKind,
};
use domain::error::Refusal;
use domain::flash::FormState;
use domain::form::FieldErrors;
use domain::suggestion::{Suggestion, SuggestionKind};
use domain::violation::Violation;
use leptos::context::Provider;
use leptos::prelude::*;

pub(super) fn sections() -> AnyView {
    (
        shown("form", "Form", "Label, control, problem, hint", form()),
        shown("switches", "Switches", "For what takes effect at once", switches()),
        shown("choices", "Choices", "Boxes, rings, segments, selects", choices()),
        shown("dialogs", "Dialog and menu", "Opened by the browser itself", dialogs()),
        settings(),
    )
        .into_any()
}

fn errors() -> FieldErrors {
    let wrong = "the capital letter L".to_owned();
    let mut errors = FieldErrors::one("name", Violation::NameCharacters { wrong });
    errors.add("hard_limit", Violation::HardLimitZero);
    errors
}

/// A form that came back with two problems.
fn form() -> impl IntoView {
    let values = [("name", "Lecture-notes"), ("hard_limit", "0"), ("title", "Lecture notes")];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let state = FormState { form: "sample".to_owned(), values, refusal: Refusal::Invalid(errors()) };
    let periods =
        || vec![Choice::new("1d", "Every day"), Choice::new("7d", "Every 7 days"), Choice::new("30d", "Every 30 days")];
    view! {
        <form>
            <Provider value=FieldScope { form: "sample".to_owned(), state: Some(state) }>
                <FormColumn>
                    <ErrorSummary
                        form="sample"
                        fact="Not created."
                        errors=errors()
                        labels=vec![("name", "Name"), ("hard_limit", "Hard limit")]
                    />
                    <TextField name="title" label="Display name" hint="Shown everywhere. Can be changed later." />
                    <TextField
                        name="name"
                        label="Name"
                        kind=TextKind::Code
                        required=true
                        hint="Goes into keys, groups and reports. Cannot be changed later."
                    />
                    <TextArea name="description" label="Description" optional=true value="Turns recordings into notes." />
                    <MoneyField name="soft_limit" label="Soft limit" value="225.00" hint="A warning begins here." />
                    <MoneyField name="hard_limit" label="Hard limit" />
                    <SelectField name="period" label="Resets" options=periods() selected="30d" />
                    <TextField name="password" label="Password" kind=TextKind::Password autocomplete="off" large=true value="correct horse" />
                    <FormFoot cancel="#form" submit="Create project" />
                </FormColumn>
            </Provider>
        </form>
    }
}

fn switches() -> impl IntoView {
    beside(vec![
        view! { <SwitchButton id="switch-on" label="Admin" on=true consequence="Manages users and projects. Exempt from the project limit." /> }.into_any(),
        view! { <SwitchButton id="switch-off" label="Auditor" on=false consequence="Reads everything, changes nothing." /> }.into_any(),
        view! { <SwitchButton id="switch-no" label="Maintainer" on=false disabled=true consequence="Only maintainers grant this." /> }.into_any(),
    ])
}

fn choices() -> impl IntoView {
    let row = |value: &str, label: &str, figure: &str, detail: &str| RadioChoice {
        value: value.to_owned(),
        label: label.to_owned(),
        figure: Some(figure.to_owned()),
        detail: Some(detail.to_owned()),
        unavailable: None,
    };
    let roles = || vec![Choice::new("member", "Member"), Choice::new("admin", "Project admin")];
    let small = in_line(view! {
        <Checkbox name="mail" label="Send an e-mail" checked=true />
        <Checkbox name="quiet" label="Say nothing" hint="No notification is sent." />
        <Segmented name="share" legend="Member shares" options=vec![Choice::new("equal", "Equal"), Choice::new("fixed", "Fixed")] selected="equal" />
        <BareSelect name="role" label="Role of Ada in atlas" options=roles() selected="member" />
        <BareSelect name="role-new" label="Role" options=roles() selected="admin" edged=true />
    });
    let rows = vec![
        row("small", "Small team", "$500.00", "Up to 15 users"),
        row("standard", "Standard", "$2,000.00", "Most shared projects"),
    ];
    view! {
        <div class="grid gap-4">
            {small}
            <div class="max-w-120">
                <Chooser name="project" label="Project" kind=SuggestionKind::Project source=sample_projects() hint="Type a part of a name." />
            </div>
            <div class="max-w-120">
                <RadioRows name="budget" legend="Budget" options=rows selected="standard" />
            </div>
        </div>
    }
}

fn sample_projects() -> SuggestionSource {
    let project = |name: &str, title: &str, is_chosen| {
        let (value, label, detail) = (name.to_owned(), title.to_owned(), name.to_owned());
        Suggestion { value, label, detail, is_chosen, is_exact: false }
    };
    let all = vec![project("atlas", "Atlas knowledge base", false), project("tutor", "Tutor", true)];
    Callback::new(move |_| -> Later<Vec<Suggestion>> {
        let all = all.clone();
        Box::pin(async { Some(all) })
    })
}

fn dialogs() -> impl IntoView {
    in_line(view! {
        <DialogButton target="remove-ada" kind=ButtonKind::DangerQuiet icon=Icon::UserMinus>
            "Remove Ada"
        </DialogButton>
        <ConfirmDialog
            id="remove-ada"
            title="Remove Ada Lovelace from atlas?"
            action=|| view! { <Button kind=ButtonKind::Danger>"Remove from project"</Button> }
        >
            <p>"Ada loses access at once. Her 2 of 3 shared projects become 1 of 3."</p>
        </ConfirmDialog>
        <Menu id="more-ada" label="More actions for Ada">
            <MenuLink href="#dialogs" icon=Icon::User>"Open"</MenuLink>
            <MenuButton icon=Icon::KeyRound>"Make project admin"</MenuButton>
            <MenuRule />
            <MenuButton icon=Icon::UserX danger=true>"Deactivate"</MenuButton>
        </Menu>
    })
}

fn settings() -> AnyView {
    view! {
        <div>
            <SettingsSection id="password" title="Password" about="At least 15 characters. Changing it ends your other sessions.">
                <TextField name="current" label="Current password" kind=TextKind::Password autocomplete="current-password" />
                <div>
                    <Button>"Change password"</Button>
                </div>
            </SettingsSection>
            <SettingsSection id="appearance" title="Appearance" about="Follows the system until you choose.">
                <Segmented
                    name="theme"
                    legend="Theme"
                    options=vec![Choice::new("system", "System"), Choice::new("light", "Light"), Choice::new("dark", "Dark")]
                    selected="system"
                />
            </SettingsSection>
        </div>
    }
    .into_any()
}
