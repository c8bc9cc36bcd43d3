//! What people are called.

mod lists;

use self::lists::{FAMILY, GIVEN, LONG};
use super::draw::{often, one};
use domain::user::UserKind;
use fastrand::Rng;

/// A name and the address that goes with it.
pub(super) struct Name {
    pub(super) name: String,
    pub(super) email: String,
}

/// Where people's mail arrives. The first of those with the same name has no number.
const PLACES: [&str; 8] = ["", "berlin.", "labs.", "nairobi.", "osaka.", "porto.", "retail.", "toronto."];

/// The name of a number: no two have the same address.
pub(super) fn name(seed: u64, number: u32, kind: UserKind, rng: &mut Rng) -> Name {
    let pairs = GIVEN.len() * FAMILY.len();
    // A step without a common divisor meets every pair before it meets one again.
    let step = number as usize * STEP + usize::try_from(seed % 25_013).unwrap_or_default();
    let (pair, round) = (step % pairs, number as usize / pairs);
    let (given, family) = (GIVEN[pair / FAMILY.len()], FAMILY[pair % FAMILY.len()]);
    let place = PLACES[round % PLACES.len()];
    let again = match round / PLACES.len() {
        0 => String::new(),
        more => (more + 1).to_string(),
    };
    let organisation = if kind == UserKind::External { "partners.example.net" } else { "example.com" };
    // Beside what another seed left here, an address has to be another one too.
    let host = if seed == 0 { String::new() } else { format!("{seed:x}.") };
    let email = format!("{}.{}{again}@{place}{host}{organisation}", plain(given), plain(family));
    Name { name: spoken(given, family, rng), email }
}

/// Prime, and no divisor of the number of pairs.
const STEP: usize = 7_919;

/// The name in full, at times with more of it.
fn spoken(given: &str, family: &str, rng: &mut Rng) -> String {
    let (middle, second) = (one(rng, &GIVEN).unwrap_or(&given), one(rng, &FAMILY).unwrap_or(&family));
    if often(rng, 2) {
        let long = one(rng, &LONG).unwrap_or(&family);
        format!("{given} {middle} {long}")
    } else if often(rng, 30) {
        format!("{given} {family}-{second}")
    } else if often(rng, 40) {
        format!("{given} {middle} {family}")
    } else {
        format!("{given} {family}")
    }
}

/// As it stands in an address: small letters without marks.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '-' => plain.push(letter),
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            'á' | 'å' | 'ã' | 'à' | 'ą' => plain.push('a'),
            'ç' | 'č' | 'ć' => plain.push('c'),
            'đ' => plain.push_str("dj"),
            'é' | 'è' | 'ë' | 'ễ' | 'ě' => plain.push('e'),
            'í' | 'ı' => plain.push('i'),
            'ł' => plain.push('l'),
            'ń' | 'ñ' => plain.push('n'),
            'ó' | 'ø' | 'ô' => plain.push('o'),
            'ř' => plain.push('r'),
            'ş' | 'ś' => plain.push('s'),
            'ú' => plain.push('u'),
            'ý' => plain.push('y'),
            'ğ' => plain.push('g'),
            'ž' => plain.push('z'),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_name_has_a_plain_spelling_of_its_own() {
        for list in [GIVEN.as_slice(), FAMILY.as_slice()] {
            let spellings: HashSet<_> = list.iter().map(|name| plain(name)).collect();
            assert_eq!(spellings.len(), list.len());
            for name in list {
                // A letter that was forgotten would be missing; an apostrophe may be.
                assert!(plain(name).len() + usize::from(name.contains('’')) >= name.chars().count(), "{name}");
            }
        }
    }

    #[test]
    fn the_first_pairs_of_names_are_all_different() {
        let pairs = u32::try_from(GIVEN.len() * FAMILY.len()).expect("few");
        let address = |number| name(0, number, UserKind::Regular, &mut Rng::with_seed(1)).email;
        let addresses: HashSet<_> = (0..pairs).map(address).collect();
        assert_eq!(addresses.len(), pairs as usize);
        assert_eq!(address(0).replace("@example.com", "@berlin.example.com"), address(pairs));
        assert_eq!(address(0).replace('@', "2@"), address(pairs * 8));
    }
}
