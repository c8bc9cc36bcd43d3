//! What a merge says on screens.

use super::{Changed, Conflict, ConflictField, Merge, Saved};
use crate::draft::{EditBasis, Side, Values};

impl Saved {
    /// As the subject of a sentence: "Ada", or "You, in another tab,".
    pub fn subject(&self) -> String {
        if self.is_you { "You, in another tab,".to_owned() } else { self.name.clone() }
    }

    /// Before a noun: "Ada's", or "your other tab's".
    fn possessive(&self) -> String {
        if self.is_you { "your other tab's".to_owned() } else { format!("{}'s", self.name) }
    }
}

impl ConflictField {
    /// The label within a sentence.
    pub fn noun(&self) -> String {
        self.label.to_lowercase()
    }

    /// What the user who saved first did to this field: "Ada changed the hard limit to $60.00."
    fn change(&self) -> String {
        let (who, noun) = (if self.saved.is_you { "You" } else { self.saved.name.as_str() }, self.noun());
        let whence = if self.saved.is_you { " in another tab" } else { "" };
        match self.theirs.shown.as_str() {
            "" => format!("{who} cleared the {noun}{whence}."),
            shown => format!("{who} changed the {noun} to {shown}{whence}."),
        }
    }
}

impl Conflict {
    /// The changes of others that are kept without a choice, a sentence each.
    pub fn kept_changes(&self) -> Vec<String> {
        self.fields.iter().filter(|field| field.changed == Changed::Theirs).map(ConflictField::change).collect()
    }

    /// Labels of the fields that wait for a choice.
    pub fn open_labels(&self) -> Vec<String> {
        self.fields.iter().filter(|field| field.needs_choice()).map(|field| field.label.clone()).collect()
    }

    /// What the form shows when nothing is left to choose and the merged values are not valid: the merged values, based on
    /// what is stored now.
    pub fn merged_values(&self) -> Values {
        let mut values: Values =
            self.fields.iter().map(|field| (field.name.clone(), field.merged().typed.clone())).collect();
        values.extend(self.fields.iter().map(|field| (EditBasis::base_name(&field.name), field.theirs.typed.clone())));
        values.insert("version".to_owned(), self.version.to_string());
        values
    }
}

impl Merge {
    /// What became of a form that was saved: `saved` where no other user had saved, and otherwise whose values stand.
    pub fn notice(&self, saved: &str) -> String {
        let concerns = |field: &&ConflictField| field.changed != Changed::Alike;
        if !self.fields.iter().any(|field| concerns(&field)) {
            return saved.to_owned();
        }
        let is_mine = |field: &ConflictField| !field.takes_theirs() && field.changed != Changed::Alike;
        let has_saved = self.fields.iter().any(is_mine);
        let mut sentences = Vec::new();
        if has_saved {
            sentences.push("Saved.".to_owned());
        }
        for (whose, nouns) in self.grouped(|field| field.changed == Changed::Both && field.choice == Some(Side::Mine)) {
            let replace = if nouns.len() == 1 { "replaces" } else { "replace" };
            sentences.push(format!("Your {} {replace} {whose}.", listed(&nouns)));
        }
        for (whose, nouns) in self.grouped(|field| field.changed == Changed::Both && field.takes_theirs()) {
            sentences.push(format!("Kept {whose} {}.", listed(&nouns)));
        }
        for (whose, nouns) in self.grouped(|field| field.changed == Changed::Theirs) {
            let whose = capitalised(&whose);
            sentences.push(match nouns.as_slice() {
                [noun] => format!("{whose} change of the {noun} is kept."),
                nouns => format!("{whose} changes of the {} are kept.", listed(nouns)),
            });
        }
        if !has_saved {
            sentences.push("Nothing changed.".to_owned());
        }
        sentences.join(" ")
    }

    /// The nouns of some fields, by whose stored values they hold.
    fn grouped(&self, belongs: impl Fn(&ConflictField) -> bool) -> Vec<(String, Vec<String>)> {
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for field in self.fields.iter().filter(|field| belongs(field)) {
            let whose = field.saved.possessive();
            match groups.iter_mut().find(|(other, _)| *other == whose) {
                Some((_, nouns)) => nouns.push(field.noun()),
                None => groups.push((whose, vec![field.noun()])),
            }
        }
        groups
    }
}

/// "a", "a and b", "a, b and c".
fn listed(nouns: &[String]) -> String {
    match nouns {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
