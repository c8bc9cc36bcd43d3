//! Turns a declaration into a matrix: every name that one part uses of another one is looked up.

use super::declaration::{Declaration, Entries, RawCell, RawResource, RawRole, RawUser, Text};
use super::problem::{Fault, Problem, Problems, Section};
use domain::access_matrix::{DefaultUser, Level, Matrix, MatrixCell, MatrixRole, Mechanism, Realm, Resource};
use serde_saphyr::{Location, Spanned};
use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroU32;

/// A name is suggested when it is at least so similar, of 1.
const SIMILAR: f64 = 0.8;

/// Collects what is wrong.
#[derive(Default)]
pub(super) struct Check {
    problems: Vec<Problem>,
}

/// The names of a section, and where each stands in it.
struct Names {
    section: Section,
    indices: HashMap<String, usize>,
}

impl Check {
    pub(super) fn finish(mut self) -> Result<(), Problems> {
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        if self.problems.is_empty() { Ok(()) } else { Err(Problems(self.problems)) }
    }

    pub(super) fn matrix(&mut self, declared: Declaration) -> Matrix {
        let realms = self.names(Section::Realms, &declared.realms);
        let resources = self.names(Section::Resources, &declared.resources);
        let roles = self.names(Section::Roles, &declared.roles);
        let footnotes = self.names(Section::Footnotes, &declared.footnotes);
        let columns = self.columns(&declared.columns, &resources);
        let mut used = BTreeSet::new();
        let mut cells = |check: &mut Self, access| check.cells(access, &columns, &resources, &footnotes, &mut used);
        let rows: Vec<_> =
            declared.roles.0.into_iter().map(|(key, role)| self.role(key, role, &realms, &mut cells)).collect();
        self.unique_roles(&rows);
        let titles: Vec<String> = rows.iter().map(|(_, role)| role.title()).collect();
        Matrix {
            title: self.text(declared.title),
            introduction: self.optional(declared.introduction),
            platform: self.optional(declared.platform),
            source: self.optional(declared.source),
            realms: declared
                .realms
                .0
                .into_iter()
                .map(|(name, realm)| Realm { name: name.value, description: self.optional(realm.value.description) })
                .collect(),
            resources: declared.resources.0.into_iter().map(|entry| self.resource(entry, &realms)).collect(),
            columns,
            roles: rows.into_iter().map(|(_, role)| role).collect(),
            footnotes: self.footnotes(declared.footnotes, &used),
            separate_duties: self.pairs(&declared.separate_duties, &roles),
            default_users: self.default_users(declared.default_users, &realms, &roles, &titles),
        }
    }

    fn problem(&mut self, fault: Fault, place: Location) {
        self.problems.push(fault.at(place));
    }

    /// The keys of a section.
    fn names<T>(&mut self, section: Section, entries: &Entries<T>) -> Names {
        self.unique(entries.0.iter().map(|(key, _)| key));
        let indices = entries.0.iter().zip(0..).map(|((key, _), index)| (key.value.clone(), index));
        Names { section, indices: indices.collect() }
    }

    /// Reports every text that is there twice.
    fn unique<'a>(&mut self, texts: impl Iterator<Item = &'a Text>) {
        let mut lines = HashMap::new();
        for text in texts {
            match lines.get(&text.value) {
                Some(first) => {
                    let fault = Fault::Duplicate { name: text.value.clone(), first: *first };
                    self.problem(fault, text.referenced);
                }
                None => drop(lines.insert(text.value.clone(), text.referenced.line())),
            }
        }
    }

    /// The index of a name in its section.
    fn find(&mut self, name: &Text, names: &Names) -> Option<usize> {
        let found = names.indices.get(&name.value).copied();
        if found.is_none() {
            let suggestion = similar(&name.value, names.indices.keys());
            let fault = Fault::UnknownName { section: names.section, name: name.value.clone(), suggestion };
            self.problem(fault, name.referenced);
        }
        found
    }

    fn columns(&mut self, declared: &[Text], resources: &Names) -> Vec<usize> {
        self.unique(declared.iter());
        declared.iter().filter_map(|name| self.find(name, resources)).collect()
    }

    fn text(&mut self, text: Text) -> String {
        if text.value.trim().is_empty() {
            self.problem(Fault::Empty, text.referenced);
        }
        text.value.trim().to_owned()
    }

    fn optional(&mut self, text: Option<Text>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    fn texts(&mut self, texts: Vec<Text>) -> Vec<String> {
        texts.into_iter().map(|text| self.text(text)).collect()
    }

    fn resource(&mut self, (id, raw): (Text, Spanned<RawResource>), realms: &Names) -> Resource {
        let raw = raw.value;
        for realm in &raw.realms {
            self.find(realm, realms);
        }
        let service = self.text(raw.service);
        let mechanism = |check: &mut Self, way: super::declaration::RawMechanism| Mechanism {
            mechanism: check.text(way.mechanism),
            who: check.text(way.who),
            purpose: check.text(way.purpose),
        };
        Resource {
            id: id.value,
            address: self.text(raw.address),
            label: self.optional(raw.label).unwrap_or_else(|| service.clone()),
            service,
            is_public: raw.public,
            realms: self.texts(raw.realms),
            requires: self.optional(raw.requires),
            authentication: self.optional(raw.authentication),
            clients: self.texts(raw.clients),
            note: self.optional(raw.note),
            mechanisms: raw.mechanisms.into_iter().map(|way| mechanism(self, way)).collect(),
        }
    }

    /// A row of the grid, with the place of its key.
    fn role(
        &mut self,
        key: Text,
        raw: Spanned<RawRole>,
        realms: &Names,
        cells: &mut impl FnMut(&mut Self, Entries<RawCell>) -> Vec<MatrixCell>,
    ) -> (Location, MatrixRole) {
        let raw = raw.value;
        self.find(&raw.realm, realms);
        let role = MatrixRole {
            realm: raw.realm.value,
            client: self.optional(raw.client),
            name: self.optional(raw.name).unwrap_or(key.value),
            group: self.optional(raw.group),
            is_privileged: raw.privileged,
            is_for_machines: raw.machines,
            max_holders: raw.max_holders.map(NonZeroU32::get),
            owner: self.optional(raw.owner),
            cells: cells(self, raw.access),
        };
        (key.referenced, role)
    }

    fn unique_roles(&mut self, rows: &[(Location, MatrixRole)]) {
        let mut seen = BTreeSet::new();
        for (place, role) in rows {
            if !seen.insert((&role.realm, &role.client, &role.name)) {
                self.problem(Fault::DuplicateRole(role.title()), *place);
            }
        }
    }

    /// One cell for each column; a resource that the role does not name is not reached.
    fn cells(
        &mut self,
        access: Entries<RawCell>,
        columns: &[usize],
        resources: &Names,
        footnotes: &Names,
        used: &mut BTreeSet<usize>,
    ) -> Vec<MatrixCell> {
        self.unique(access.0.iter().map(|(resource, _)| resource));
        let mut cells: HashMap<usize, MatrixCell> = HashMap::new();
        for (resource, cell) in access.0 {
            let place = cell.referenced;
            let Spanned { value: RawCell { level, label, footnote }, .. } = cell;
            let known = Level::from_key(&level);
            if known.is_none() {
                self.problem(Fault::UnknownLevel(level), place);
            }
            let footnote = footnote.and_then(|name| self.find(&name, footnotes));
            used.extend(footnote);
            let label = self.optional(label);
            if let Some(index) = self.column(&resource, columns, resources) {
                let footnote = footnote.map(|index| index + 1);
                cells.insert(index, MatrixCell { level: known.unwrap_or_default(), label, footnote });
            }
        }
        columns.iter().map(|index| cells.remove(index).unwrap_or_default()).collect()
    }

    /// The resource of a cell, which has to be a column: a level that no table shows would be lost.
    fn column(&mut self, resource: &Text, columns: &[usize], resources: &Names) -> Option<usize> {
        let index = self.find(resource, resources)?;
        if !columns.contains(&index) {
            self.problem(Fault::NotAColumn(resource.value.clone()), resource.referenced);
        }
        Some(index)
    }

    fn footnotes(&mut self, declared: Entries<Option<String>>, used: &BTreeSet<usize>) -> Vec<String> {
        let mut texts = Vec::new();
        for (index, (id, text)) in declared.0.into_iter().enumerate() {
            let text = text.value.unwrap_or_default().trim().to_owned();
            if text.is_empty() {
                self.problem(Fault::FootnoteWithoutText(id.value), id.referenced);
            } else if !used.contains(&index) {
                self.problem(Fault::UnusedFootnote(id.value), id.referenced);
            }
            texts.push(text);
        }
        texts
    }

    /// Each pair once, in whichever order.
    fn pairs(&mut self, declared: &[Spanned<Vec<Text>>], roles: &Names) -> Vec<(usize, usize)> {
        let mut lines = HashMap::new();
        let mut pairs = Vec::new();
        for pair in declared {
            let Some((one, other)) = self.pair(pair, roles) else { continue };
            let key = (one.min(other), one.max(other));
            if let Some(first) = lines.get(&key).copied() {
                let names: Vec<&str> = pair.value.iter().map(|name| name.value.as_str()).collect();
                self.problem(Fault::Duplicate { name: names.join(" and "), first }, pair.referenced);
            }
            lines.entry(key).or_insert_with(|| pair.referenced.line());
            pairs.push((one, other));
        }
        pairs
    }

    fn pair(&mut self, pair: &Spanned<Vec<Text>>, roles: &Names) -> Option<(usize, usize)> {
        let found: Vec<_> = pair.value.iter().map(|name| self.find(name, roles)).collect();
        match found[..] {
            [Some(one), Some(other)] if one != other => Some((one, other)),
            [None, _] | [_, None] => None,
            _ => {
                self.problem(Fault::NotAPair, pair.referenced);
                None
            }
        }
    }

    /// `titles` are those of the roles, in their order.
    fn default_users(
        &mut self,
        users: Vec<RawUser>,
        realms: &Names,
        roles: &Names,
        titles: &[String],
    ) -> Vec<DefaultUser> {
        let mut seen = HashMap::new();
        let mut declared = Vec::new();
        for user in users {
            self.find(&user.realm, realms);
            let held = user.roles.iter().filter_map(|role| titles.get(self.find(role, roles)?).cloned()).collect();
            let (place, identity) = (user.username.referenced, (user.realm.value.clone(), user.username.value.clone()));
            if let Some(first) = seen.get(&identity).copied() {
                self.problem(Fault::Duplicate { name: identity.1.clone(), first }, place);
            }
            seen.insert(identity, place.line());
            declared.push(DefaultUser {
                realm: user.realm.value,
                username: self.text(user.username),
                email: self.optional(user.email),
                roles: held,
            });
        }
        declared
    }
}

/// The name that another one resembles most.
fn similar<'a>(name: &str, names: impl Iterator<Item = &'a String>) -> Option<String> {
    let rated = names.map(|known| (strsim::jaro_winkler(name, known), known));
    let best =
        rated.filter(|(similarity, _)| *similarity >= SIMILAR).max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.map(|(_, known)| known.clone())
}
