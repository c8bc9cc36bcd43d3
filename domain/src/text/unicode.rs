//! What the Unicode Character Database says about characters (ICU4X, of the Unicode Consortium).

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{
    BinaryProperty, CanonicalCombiningClass, DefaultIgnorableCodePoint, EmojiModifier, ExtendedPictographic,
    GeneralCategory, GeneralCategoryGroup, JoiningType, NoncharacterCodePoint, PrependedConcatenationMark,
    UnifiedIdeograph, VariationSelector,
};
use icu_properties::{CodePointMapData, CodePointSetData};

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
/// Makes a key of the digit before it, with a variation selector between them.
const KEYCAP: char = '\u{20e3}';

/// The text in normalization form C.
pub(super) fn normal(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// Whether a character has no shape of its own, or one that every font may choose (private use). Unassigned characters
/// are left alone, because those of a newer Unicode than this table are among them; Unicode has told in advance which
/// of them will be ignorable.
pub(super) fn is_invisible(character: char) -> bool {
    has::<DefaultIgnorableCodePoint>(character)
        || has::<NoncharacterCodePoint>(character)
        || match category(character) {
            GeneralCategory::Control | GeneralCategory::PrivateUse => true,
            // Arabic number signs and their like are formats that are seen.
            GeneralCategory::Format => !has::<PrependedConcatenationMark>(character),
            _ => false,
        }
}

/// Whether something stands in a text that is more than marks on nothing and blanks.
pub(super) fn has_base(text: &str) -> bool {
    let is_base = |c: char| {
        let group =
            GeneralCategoryGroup::Mark.union(GeneralCategoryGroup::Separator).union(GeneralCategoryGroup::Control);
        !group.union(GeneralCategoryGroup::Format).contains(category(c))
    };
    text.chars().any(is_base)
}

/// Whether an invisible character changes how those beside it look: joiners where scripts need them (RFC 5892,
/// appendix A) and between emoji, variation selectors behind ideographs and emoji.
pub(super) fn shapes_neighbours(before: &str, character: char, after: &str) -> bool {
    let previous = before.chars().next_back();
    match character {
        NON_JOINER => follows_virama(previous) || breaks_a_join(before, after),
        JOINER => follows_virama(previous) || joins_emoji(before, after),
        _ if has::<VariationSelector>(character) => {
            after.starts_with(KEYCAP)
                || previous.is_some_and(|c| has::<UnifiedIdeograph>(c) || has::<ExtendedPictographic>(c))
        }
        _ => false,
    }
}

fn follows_virama(previous: Option<char>) -> bool {
    let class = CodePointMapData::<CanonicalCombiningClass>::new();
    previous.is_some_and(|previous| class.get(previous) == CanonicalCombiningClass::Virama)
}

/// Whether the letters on both sides would be joined without it.
fn breaks_a_join(before: &str, after: &str) -> bool {
    let joining = |c: &char| CodePointMapData::<JoiningType>::new().get(*c);
    let is_solid = |c: &char| joining(c) != JoiningType::Transparent;
    let previous = before.chars().rev().find(is_solid).map(|c| joining(&c));
    let next = after.chars().find(is_solid).map(|c| joining(&c));
    matches!(previous, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
        && matches!(next, Some(JoiningType::RightJoining | JoiningType::DualJoining))
}

fn joins_emoji(before: &str, after: &str) -> bool {
    let is_ornament = |c: &char| has::<VariationSelector>(*c) || has::<EmojiModifier>(*c);
    let previous = before.chars().rev().find(|c| !is_ornament(c));
    let is_emoji = |c: Option<char>| c.is_some_and(has::<ExtendedPictographic>);
    is_emoji(previous) && is_emoji(after.chars().next())
}

fn has<P: BinaryProperty>(character: char) -> bool {
    CodePointSetData::new::<P>().contains(character)
}

fn category(character: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(character)
}
