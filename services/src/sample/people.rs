//! The people of the sample.

use time::Duration;

/// Readers of the sample sign in as this developer.
pub(super) const NEWCOMER: &str = "jonas.weidenfeld";
/// Assigned the budgets.
pub(super) const ADMIN: &str = "amara.okafor";
/// Longer than a real lock, so that one is there to be seen and lifted.
pub(super) const LOCKED_FOR: Duration = Duration::days(7);

/// What is special about a user.
#[derive(Clone, Copy)]
pub(super) enum Is {
    Regular,
    Admin,
    Auditor,
    External,
    Locked,
    Deactivated,
}

pub(super) struct Person {
    pub(super) name: &'static str,
    /// Of the e-mail address at example.com.
    pub(super) local_part: &'static str,
    pub(super) is: Is,
    /// How many days ago the account was made.
    pub(super) days: i64,
    /// How long ago they last signed in.
    pub(super) seen: Option<Duration>,
    pub(super) budgets: &'static [&'static str],
}

const fn person(
    name: &'static str,
    local_part: &'static str,
    is: Is,
    days: i64,
    seen: Option<Duration>,
    budgets: &'static [&'static str],
) -> Person {
    Person { name, local_part, is, days, seen, budgets }
}

const fn minutes(count: i64) -> Option<Duration> {
    Some(Duration::minutes(count))
}

const fn hours(count: i64) -> Option<Duration> {
    Some(Duration::hours(count))
}

const fn days(count: i64) -> Option<Duration> {
    Some(Duration::days(count))
}

const LEAD: &[&str] = &["Platform leads", "CLI engineering", "Premium research"];
const ENGINEER: &[&str] = &["Platform engineering", "CLI engineering", "Premium standard"];
const OFFICE: &[&str] = &["Platform standard"];
const OFFICE_AND_PREMIUM: &[&str] = &["Platform standard", "Premium trial"];
const CLI: &[&str] = &["Platform standard", "CLI standard"];
const NONE: &[&str] = &[];

use Is::{Admin, Auditor, Deactivated, External, Locked, Regular};

pub(super) const PEOPLE: &[Person] = &[
    person("Amara Okafor", ADMIN, Admin, 610, minutes(4), LEAD),
    person("Priya Raghunathan", "priya.raghunathan", Regular, 580, minutes(38), ENGINEER),
    person("Jonas Weidenfeld", NEWCOMER, Regular, 3, None, ENGINEER),
    person("Mateus Carvalho", "mateus.carvalho", Regular, 545, hours(2), ENGINEER),
    person("Wei-Ling Chou", "weiling.chou", Regular, 540, hours(3), LEAD),
    person("Linnéa Bergström", "linnea.bergstrom", Regular, 512, hours(5), ENGINEER),
    person("Tomás Herrera Vidal", "tomas.herrera", Regular, 498, hours(20), CLI),
    person("Zoë van der Meer", "zoe.vandermeer", Regular, 470, days(1), ENGINEER),
    person("Yusuf Demir", "yusuf.demir", Locked, 455, days(2), CLI),
    person("Dmitri Volkonsky", "dmitri.volkonsky", Regular, 440, days(2), LEAD),
    person("Hana Fujimoto", "hana.fujimoto", Auditor, 432, days(3), NONE),
    person("Leilani Kahananui", "leilani.kahananui", Regular, 420, days(1), OFFICE_AND_PREMIUM),
    person("Kwame Asante", "kwame.asante", Regular, 401, hours(7), ENGINEER),
    person("Mira Halloran", "mira.halloran", External, 120, days(6), NONE),
    person("Aoife Brennan", "aoife.brennan", Regular, 390, days(4), OFFICE),
    person("Bastian Krüger", "bastian.krueger", Regular, 377, days(9), CLI),
    person("Inês Marques", "ines.marques", Regular, 350, hours(26), ENGINEER),
    person("Daniel Osei", "daniel.osei", Regular, 344, days(12), OFFICE),
    person("Rosalind Achterberg", "rosalind.achterberg", Regular, 333, days(31), OFFICE_AND_PREMIUM),
    person("Ana Premadasa", "ana.premadasa", Deactivated, 520, days(75), NONE),
    person("Karl Weber", "k.weber", Regular, 300, days(2), CLI),
    person("Lucía Santos", "l.santos", Regular, 295, days(1), OFFICE),
    person("Kjersti Lindqvist", "k.lindqvist", Regular, 280, None, NONE),
    person("Sadia Okonkwo", "s.okonkwo", Regular, 266, hours(30), ENGINEER),
    person("Bartholomew Featherstonehaugh-Cholmondeley", "b.featherstonehaugh", Regular, 260, days(18), OFFICE),
    person("Łukasz Wójcik", "lukasz.wojcik", Regular, 251, hours(9), ENGINEER),
    person("Nguyễn Thị Ánh Tuyết", "nguyen.anhtuyet", Regular, 240, days(1), OFFICE_AND_PREMIUM),
    person("Søren Ægidius Thorvaldsen", "soren.thorvaldsen", Regular, 233, days(5), CLI),
    person("Şebnem Yıldırım", "sebnem.yildirim", Regular, 210, days(3), OFFICE),
    person("Élodie Lefèvre-Dumoulin", "elodie.lefevre", External, 96, hours(50), OFFICE),
    person("Žofie Dvořáková", "zofie.dvorakova", Regular, 190, days(7), CLI),
    person("Giovanni Battista Montecuccoli degli Erri", "g.montecuccoli", Regular, 180, None, NONE),
    person("Rangi Te Whiu", "rangi.tewhiu", Locked, 175, days(14), OFFICE),
    person("Oleksandra Kovalenko", "oleksandra.kovalenko", Regular, 160, hours(11), ENGINEER),
    person("Haruki Ōno", "haruki.ono", Regular, 150, days(22), OFFICE),
    person("Fatoumata Diallo", "fatoumata.diallo", Regular, 88, days(2), CLI),
    person("Petra Novak", "petra.novak", Deactivated, 410, days(130), NONE),
    person("Siân Llewellyn", "sian.llewellyn", Regular, 40, days(1), OFFICE),
    person("Björk Þorsteinsdóttir", "bjork.thorsteinsdottir", Regular, 12, None, OFFICE),
    person("Noor El-Masri", "noor.elmasri", External, 5, None, NONE),
];
