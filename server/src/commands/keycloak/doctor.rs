//! `bursar keycloak doctor`

use super::KeycloakError;
use crate::commands::{CommandError, start};
use crate::config::Config;
use domain::doctor::Report;
use domain::provider::ProviderKind;
use services::clock::Clock;
use services::identity::{self, Identity};
use services::keycloak::doctor::{self, Deployment};

pub(super) async fn run(config: &Config) -> Result<(), CommandError> {
    let provider = start::provider(config).filter(|provider| provider.kind == ProviderKind::Keycloak);
    let provider = provider.ok_or(KeycloakError::OtherProvider)?;
    let clock = Clock::system();
    let identity = Identity::new(provider, identity::http_client()?, clock.clone());
    let report = doctor::examine(Deployment {
        identity: &identity,
        settings: &start::settings(config),
        clock: &clock,
        admin: start::admin_api(config)?.as_ref(),
    })
    .await;
    print!("{}", text(&report));
    match report.serious() {
        0 => Ok(()),
        serious => Err(KeycloakError::Findings(serious).into()),
    }
}

/// The findings, the most severe first, then what could not be checked.
fn text(report: &Report) -> String {
    let mut lines = Vec::new();
    for (_, problem) in report.findings() {
        lines.push(format!("{}: {}", problem.severity.name(), problem.title));
        lines.push(format!("  {}", problem.found));
        lines.push(format!("  Mend it: {}", problem.mend));
        lines.extend(problem.command.iter().map(|command| format!("  $ {command}")));
        lines.push(String::new());
    }
    // A reason that many checks share is said once.
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (check, why) in report.not_checked() {
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) => names.push(check.name()),
            None => reasons.push((why, vec![check.name()])),
        }
    }
    lines.extend(reasons.into_iter().map(|(why, names)| format!("Not checked: {why}.\n  {}", names.join("; "))));
    lines.push(format!("{}.", report.summary()));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::text;
    use domain::doctor::{Check, Outcome, Problem, Report, Severity};

    #[test]
    fn report_names_findings_with_their_mend_and_each_reason_once() {
        let not_checked = || Outcome::NotChecked("no service account".to_owned());
        let report = Report(vec![
            (Check::Connection, Outcome::Fine),
            (
                Check::Secret,
                Outcome::Found(Problem {
                    severity: Severity::High,
                    title: "Keycloak refuses the client secret".to_owned(),
                    found: "It said no.".to_owned(),
                    mend: "Copy it.".to_owned(),
                    command: Some("bursar keycloak setup".to_owned()),
                }),
            ),
            (Check::Pkce, not_checked()),
            (Check::Audience, not_checked()),
        ]);
        let expected = "High: Keycloak refuses the client secret\n  It said no.\n  Mend it: Copy it.\n  $ bursar keycloak setup\n\nNot checked: no service account.\n  PKCE; Audience\n1 finding, 1 check is fine, 2 were not checked.\n";
        assert_eq!(text(&report), expected);
    }
}
