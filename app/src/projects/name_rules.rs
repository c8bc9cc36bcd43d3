//! The rules of a project's name, ticked while one types. The parser has the last word: [`ProjectName::parse`].
//!
//! [`ProjectName::parse`]: domain::project::ProjectName::parse

use crate::ui::{Icon, IconSize, SvgIcon, Views};
use domain::project::RESERVED_NAMES;
use leptos::prelude::*;

/// One rule against what was typed; `None` as long as nothing was.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    words: String,
    holds: Option<bool>,
}

/// A line a rule: a tick, a cross, or a dash as long as nothing was typed.
#[component]
pub(super) fn NameRules(
    /// What stands in the field.
    #[prop(into)]
    typed: Signal<String>,
) -> impl IntoView {
    let line = |Rule { words, holds }: Rule| {
        let (icon, colour, told) = match holds {
            None => (Icon::Minus, "text-ink-2", ""),
            Some(true) => (Icon::Check, "text-ink-2", "Holds: "),
            Some(false) => (Icon::X, "font-medium text-danger-ink", "Does not hold: "),
        };
        view! {
            <li class=["flex items-start gap-2 [&>svg]:mt-0.75", colour].join(" ")>
                <SvgIcon icon size=IconSize::Small />
                <span>
                    <span class="sr-only">{told}</span>
                    {words}
                </span>
            </li>
        }
    };
    view! {
        <ul aria-label="Rules of the name" class="grid gap-0.5 text-sm">
            {move || rules(&typed.read()).map(line).views()}
        </ul>
    }
}

/// The rules of [`ProjectName::parse`], in the order in which the form shows them.
fn rules(typed: &str) -> [Rule; 4] {
    let name = typed.trim();
    let judged = |words: String, holds: bool| Rule { words, holds: (!name.is_empty()).then_some(holds) };
    let length = name.chars().count();
    let now = if length == 0 { String::new() } else { format!(", {length} now") };
    let foreign = name.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '-'));
    let found = match foreign {
        None => String::new(),
        Some(' ') => ". A space is not".to_owned(),
        Some(other) => format!(". “{other}” is not"),
    };
    let free = !RESERVED_NAMES.contains(&name);
    let reserved = if free { String::new() } else { format!(". {name} is reserved") };
    [
        judged(format!("3 to 100 characters{now}"), (3..=100).contains(&length)),
        judged(format!("Lower-case letters, digits, - and _{found}"), foreign.is_none()),
        judged("Begins with a letter or digit".to_owned(), !name.starts_with(['_', '-'])),
        judged(format!("Not a reserved word{reserved}"), free),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::project::ProjectName;

    #[test]
    fn the_ticks_agree_with_the_parser() {
        let long = "a".repeat(101);
        for name in
            ["atlas", "a_b-7", "7seas", " atlas ", "ab", "Atlas", "my project", "_x1", "-x1", "admin", "naïve", &long]
        {
            let ticked = rules(name).iter().all(|rule| rule.holds == Some(true));
            assert_eq!(ticked, ProjectName::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn an_empty_field_is_not_judged() {
        assert!(rules("  ").iter().all(|rule| rule.holds.is_none()));
    }
}
