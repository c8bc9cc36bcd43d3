//! Log lines on standard error.

use super::log_level::Filter;
use super::traces;
use crate::config::LogFormat;
use std::io::IsTerminal as _;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::{Layer, Registry, fmt};

/// The lines that `filter` lets through; spans for traces alone do not show in them.
pub(super) fn lines(format: LogFormat, filter: Filter) -> Box<dyn Layer<Registry> + Send + Sync> {
    let lines = fmt::layer().with_writer(std::io::stderr);
    let filter = filter.and(filter_fn(|metadata| metadata.target() != traces::TARGET));
    match format {
        LogFormat::Text => {
            lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).with_filter(filter).boxed()
        }
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_current_span(true).with_span_list(false);
            lines.with_filter(filter).boxed()
        }
    }
}
