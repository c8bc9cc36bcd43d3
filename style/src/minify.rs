//! Minification with the official command line's targets, so that its output is the measure of ours.

use crate::Error;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions, StyleSheet};
use lightningcss::targets::{Browsers, Features, Targets};

const fn version(major: u32, minor: u32) -> Option<u32> {
    Some(major << 16 | minor << 8)
}

/// Minifies what Tailwind wrote.
///
/// # Errors
/// When `css` is not CSS.
pub fn minify(css: &str) -> Result<String, Error> {
    // A first pass unnests and merges what only the second can then join.
    let once = pass(css)?;
    Ok(pass(&once)?.replace("@media not (", "@media not all and ("))
}

fn pass(css: &str) -> Result<String, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Minify(error.to_string());
    let targets = Targets {
        browsers: Some(Browsers {
            safari: version(16, 4),
            ios_saf: version(16, 4),
            firefox: version(128, 0),
            chrome: version(111, 0),
            ..Browsers::default()
        }),
        include: Features::Nesting | Features::MediaQueries,
        exclude: Features::LogicalProperties | Features::DirSelector | Features::LightDark,
    };
    let mut sheet = StyleSheet::parse(css, ParserOptions { error_recovery: true, ..ParserOptions::default() })
        .map_err(|error| failed(&error))?;
    sheet.minify(MinifyOptions { targets, ..MinifyOptions::default() }).map_err(|error| failed(&error))?;
    let printed = sheet.to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() });
    Ok(printed.map_err(|error| failed(&error))?.code)
}
