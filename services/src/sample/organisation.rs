//! The projects and budgets of the sample.

use crate::error::Error;
use domain::budget::BudgetDraft;

pub(super) struct Project {
    pub(super) name: &'static str,
    pub(super) display_name: Option<&'static str>,
    pub(super) description: &'static str,
    /// How many days ago it was made.
    pub(super) days: i64,
    pub(super) maker: &'static str,
    /// Project admins other than the creator.
    pub(super) admins: &'static [&'static str],
    pub(super) members: &'static [&'static str],
    pub(super) budgets: &'static [&'static str],
}

/// Only admins are in more than three.
pub(super) const PROJECTS: &[Project] = &[
    Project {
        name: "atlas",
        display_name: Some("Atlas knowledge base"),
        description: "Answers questions from our own handbooks, runbooks and decision records.",
        days: 500,
        maker: "priya.raghunathan",
        admins: &["weiling.chou"],
        members: &[
            "amara.okafor",
            "jonas.weidenfeld",
            "mateus.carvalho",
            "linnea.bergstrom",
            "tomas.herrera",
            "kwame.asante",
            "ines.marques",
            "k.weber",
            "lukasz.wojcik",
            "oleksandra.kovalenko",
            "mira.halloran",
        ],
        budgets: &["Platform leads", "CLI heavy use", "Premium research"],
    },
    Project {
        name: "billing-assistant",
        display_name: Some("Billing assistant"),
        description: "Drafts replies to questions about invoices; people send them.",
        days: 430,
        maker: "mateus.carvalho",
        admins: &["leilani.kahananui"],
        members: &["aoife.brennan", "daniel.osei", "l.santos", "jonas.weidenfeld", "sebnem.yildirim", "amara.okafor"],
        budgets: &["Platform engineering", "Premium standard"],
    },
    Project {
        name: "code-review",
        display_name: Some("Code review companion"),
        description: "Comments on merge requests of the platform teams before a colleague looks at them.",
        days: 390,
        maker: "dmitri.volkonsky",
        admins: &["zoe.vandermeer", "kwame.asante"],
        members: &["priya.raghunathan", "lukasz.wojcik", "s.okonkwo", "oleksandra.kovalenko", "yusuf.demir"],
        budgets: &["CLI heavy use"],
    },
    Project {
        name: "tutor",
        display_name: None,
        description: "Exercises and explanations for people who learn to program.",
        days: 310,
        maker: "weiling.chou",
        admins: &[],
        members: &["haruki.ono", "zofie.dvorakova", "nguyen.anhtuyet", "rangi.tewhiu", "fatoumata.diallo"],
        budgets: &["Platform standard"],
    },
    Project {
        name: "translation-desk",
        display_name: Some("Translation desk"),
        description: "First drafts of translations for the help centre in eleven languages, with our own glossary.",
        days: 220,
        maker: "linnea.bergstrom",
        admins: &["ines.marques"],
        members: &["elodie.lefevre", "zofie.dvorakova", "nguyen.anhtuyet", "soren.thorvaldsen", "sian.llewellyn"],
        budgets: &["Platform engineering"],
    },
    Project {
        name: "contract-search",
        display_name: Some("Contract search"),
        description: "Finds clauses across supplier contracts and shows the page they stand on.",
        days: 170,
        maker: "rosalind.achterberg",
        admins: &[],
        members: &["b.featherstonehaugh", "daniel.osei", "bastian.krueger"],
        budgets: &[],
    },
    Project {
        name: "incident-notes",
        display_name: Some("Incident notes"),
        description: "Summaries of incident channels for the morning meeting.",
        days: 95,
        maker: "kwame.asante",
        admins: &[],
        members: &["s.okonkwo", "zoe.vandermeer", "yusuf.demir", "tomas.herrera"],
        budgets: &["CLI engineering", "Premium trial"],
    },
    Project {
        name: "sandbox-2026",
        display_name: Some("Sandbox for the spring hackathon, open to everybody who has an idea worth a weekend"),
        description: "Try things. Deleted at the end of the quarter.",
        days: 30,
        maker: "amara.okafor",
        admins: &[],
        members: &[],
        budgets: &[],
    },
];

/// Name, category, soft and hard limit, reset period, as an admin would type them.
pub(super) const BUDGETS: [(&str, &str, &str, &str, &str); 9] = [
    ("Platform standard", "platform", "40", "50", "30d"),
    ("Platform engineering", "platform", "160", "200", "30d"),
    ("Platform leads", "platform", "800", "1,000", "30d"),
    ("CLI standard", "cli", "20", "25", "7d"),
    ("CLI engineering", "cli", "200", "250", "30d"),
    ("CLI heavy use", "cli", "1,600", "2,000", "30d"),
    ("Premium trial", "premium_models", "2.50", "5", "1d"),
    ("Premium standard", "premium_models", "80", "100", "30d"),
    ("Premium research", "premium_models", "400", "500", "30d"),
];

pub(super) fn draft(name: &str, category: &str, soft: &str, hard: &str, period: &str) -> Result<BudgetDraft, Error> {
    BudgetDraft::parse(name, category, soft, hard, period)
        .map_err(|problems| Error::Broken(format!("the sample's budget {name}: {problems:?}")))
}
