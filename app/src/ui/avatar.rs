//! Avatars: a person is round, a project is square. The tint helps to recognise and never means anything.

use leptos::prelude::*;

/// What an avatar stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvatarShape {
    /// A person.
    #[default]
    Person,
    /// A project.
    Project,
}

/// How large an avatar is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvatarSize {
    /// 20 px: in a sentence.
    Small,
    /// 28 px: in a row.
    #[default]
    Default,
    /// 52 px: in a page head.
    Large,
}

/// Twelve hues, far enough apart to tell neighbours from each other.
const TINTS: [&str; 12] = [
    "tint-10", "tint-40", "tint-70", "tint-100", "tint-130", "tint-160", "tint-190", "tint-220", "tint-250",
    "tint-280", "tint-310", "tint-340",
];

/// Initials on a tint, hidden from readers: the name stands beside it.
#[component]
pub fn Avatar(
    /// The name it is made from.
    #[prop(into)]
    name: String,
    /// What decides the tint: an id, so that it stays when the name changes.
    #[prop(into)]
    seed: String,
    /// Person or project.
    #[prop(optional)]
    shape: AvatarShape,
    /// How large it is.
    #[prop(optional)]
    size: AvatarSize,
) -> impl IntoView {
    let class = [
        "inline-grid flex-none place-content-center leading-none font-semibold tracking-none text-ink select-none",
        measure(shape, size),
        tint(&seed),
    ];
    view! {
        <span class=class.join(" ") aria-hidden="true">
            {initials(&name, shape)}
        </span>
    }
}

const fn measure(shape: AvatarShape, size: AvatarSize) -> &'static str {
    match (shape, size) {
        (AvatarShape::Person, AvatarSize::Small) => "size-5 rounded-full text-[0.5625rem]",
        (AvatarShape::Person, AvatarSize::Default) => "size-7 rounded-full text-2xs",
        (AvatarShape::Person, AvatarSize::Large) => "size-13 rounded-full text-lg",
        (AvatarShape::Project, AvatarSize::Small) => "size-5 rounded-sm text-[0.5625rem]",
        (AvatarShape::Project, AvatarSize::Default) => "size-7 rounded-md text-2xs",
        (AvatarShape::Project, AvatarSize::Large) => "size-13 rounded-lg text-lg",
    }
}

/// FNV-1a over the seed: the same tint everywhere and always.
fn tint(seed: &str) -> &'static str {
    let hash = seed.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    TINTS[hash as usize % TINTS.len()]
}

/// The first letters of a person's first and last name, or the first two letters of a single word or of a project.
fn initials(name: &str, shape: AvatarShape) -> String {
    let words: Vec<&str> = name.split([' ', '-', '_', '.', '@']).filter(|word| !word.is_empty()).collect();
    let spaced: Vec<&str> = name.split_whitespace().collect();
    let (first, last) = match (shape, spaced.as_slice(), words.as_slice()) {
        (AvatarShape::Person, [first, .., last], _) => (*first, *last),
        (AvatarShape::Project, _, [first, second, ..]) => (*first, *second),
        (_, _, [word, ..]) => return word.chars().take(2).collect::<String>().to_uppercase(),
        (_, _, []) => return "?".to_owned(),
    };
    first.chars().take(1).chain(last.chars().take(1)).collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tint_never_changes() {
        assert_eq!(tint(""), "tint-40", "the offset basis of FNV-1a, 2166136261, modulo 12 is 1");
        let seen: std::collections::BTreeSet<_> = (0..200).map(|n| tint(&format!("person-{n}"))).collect();
        assert_eq!(seen.len(), TINTS.len(), "every tint is used");
    }

    #[test]
    fn initials_come_from_first_and_last_name() {
        for (name, expected) in [
            ("Amara Okafor", "AO"),
            ("Zoë van der Meer", "ZM"),
            ("wei-ling Chou", "WC"),
            ("Ada", "AD"),
            ("ß", "SS"),
            (" ", "?"),
        ] {
            assert_eq!(initials(name, AvatarShape::Person), expected, "{name}");
        }
        for (name, expected) in [("Atlas knowledge base", "AK"), ("billing-api", "BA"), ("tutor", "TU")] {
            assert_eq!(initials(name, AvatarShape::Project), expected, "{name}");
        }
    }
}
