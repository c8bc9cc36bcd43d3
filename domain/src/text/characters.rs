//! Which characters of a text are invisible, and what they are called.

use super::unicode;

/// Looks blank in every font, and no property of Unicode says so.
const BRAILLE_BLANK: char = '\u{2800}';

/// The first invisible character of a text, and its place, that does not change how its neighbours look.
/// Line feeds, carriage returns and tabs are blanks.
pub(crate) fn first_invisible(text: &str) -> Option<(usize, char)> {
    text.char_indices()
        .find(|(place, character)| is_out_of_place(&text[..*place], *character, &text[place + character.len_utf8()..]))
}

/// Whether a character is invisible and changes nothing between the text before and after it.
pub(super) fn is_out_of_place(before: &str, character: char, after: &str) -> bool {
    is_invisible(character) && !unicode::shapes_neighbours(before, character, after)
}

/// Whether a character is invisible, wherever it stands.
pub(crate) fn is_invisible(character: char) -> bool {
    let is_blank = matches!(character, '\n' | '\r' | '\t');
    character == BRAILLE_BLANK || (!is_blank && (character.is_control() || unicode::is_invisible(character)))
}

/// A character in words: "invisible character U+202E RIGHT-TO-LEFT OVERRIDE".
pub(crate) fn described(character: char) -> String {
    let kind = match character {
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. => "private-use",
        _ if character.is_control() => "control",
        _ => "invisible",
    };
    let name = name(character).map(|name| format!(" {name}")).unwrap_or_default();
    format!("{kind} character U+{:04X}{name}", u32::from(character))
}

/// The Unicode name of the characters that are met most. Others are told by their number: a table of all names would be
/// larger than the program around it.
const fn name(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{ad}' => "SOFT HYPHEN",
        '\u{34f}' => "COMBINING GRAPHEME JOINER",
        '\u{61c}' => "ARABIC LETTER MARK",
        '\u{115f}' => "HANGUL CHOSEONG FILLER",
        '\u{1160}' => "HANGUL JUNGSEONG FILLER",
        '\u{180e}' => "MONGOLIAN VOWEL SEPARATOR",
        '\u{200b}' => "ZERO WIDTH SPACE",
        '\u{200c}' => "ZERO WIDTH NON-JOINER",
        '\u{200d}' => "ZERO WIDTH JOINER",
        '\u{200e}' => "LEFT-TO-RIGHT MARK",
        '\u{200f}' => "RIGHT-TO-LEFT MARK",
        '\u{202a}' => "LEFT-TO-RIGHT EMBEDDING",
        '\u{202b}' => "RIGHT-TO-LEFT EMBEDDING",
        '\u{202c}' => "POP DIRECTIONAL FORMATTING",
        '\u{202d}' => "LEFT-TO-RIGHT OVERRIDE",
        '\u{202e}' => "RIGHT-TO-LEFT OVERRIDE",
        '\u{2060}' => "WORD JOINER",
        '\u{2066}' => "LEFT-TO-RIGHT ISOLATE",
        '\u{2067}' => "RIGHT-TO-LEFT ISOLATE",
        '\u{2068}' => "FIRST STRONG ISOLATE",
        '\u{2069}' => "POP DIRECTIONAL ISOLATE",
        BRAILLE_BLANK => "BRAILLE PATTERN BLANK",
        '\u{3164}' => "HANGUL FILLER",
        '\u{fe0e}' => "VARIATION SELECTOR-15",
        '\u{fe0f}' => "VARIATION SELECTOR-16",
        '\u{feff}' => "ZERO WIDTH NO-BREAK SPACE",
        '\u{ffa0}' => "HALFWIDTH HANGUL FILLER",
        '\u{e0020}'..='\u{e007f}' => "(TAG)",
        _ => return None,
    })
}
