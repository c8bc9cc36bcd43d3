//! The audit log as a file: every event that the filters of the page leave, read as fast as the browser takes them.

use crate::download;
use crate::state::AppState;
use app::paths;
use app::request::RequestInfo;
use axum::body::{Body, Bytes};
use axum::extract::{Query, Request, State};
use axum::response::Response;
use axum::{Extension, Router};
use domain::actor::Target;
use domain::audit::{AuditEvent, AuditQuery};
use domain::csv;
use domain::page::{PageSize, Params};
use domain::permission::ViewAuditLog;
use futures_util::stream;
use serde_json::json;
use services::exports::{self, Export};
use services::guard::{Caller, Can};
use services::views::audit;
use services::{Error, Services};
use time::format_description::well_known::Rfc3339;

/// How events are written.
struct Format {
    export: Export,
    file_name: &'static str,
    file: fn(&str, Body) -> Response,
    header: &'static str,
    line: fn(&AuditEvent) -> String,
}

const CSV: Format = Format {
    export: Export::AuditLogCsv,
    file_name: "audit-log.csv",
    file: download::csv,
    header: "Time,Actor,Actor id,Action,Target type,Target,Target id,Changes,Reason,Request id,Session id,Event id\r\n",
    line: csv_line,
};

const JSON_LINES: Format = Format {
    export: Export::AuditLogJson,
    file_name: "audit-log.jsonl",
    file: download::json_lines,
    header: "",
    line: json_line,
};

/// The addresses of the files, for users who are signed in.
pub fn routes(state: &AppState) -> Router<AppState> {
    let route = |path: &str, format: &'static Format| {
        let send = move |State(state): State<AppState>,
                         Query(pairs): Query<Vec<(String, String)>>,
                         Extension(info): Extension<RequestInfo>,
                         request: Request| async move {
            let services = state.services.clone();
            download::answer(&state, info, request, |caller| async move {
                let lines = Lines::begin(services, &caller, pairs, format).await?;
                Ok((format.file)(format.file_name, Body::from_stream(lines.stream())))
            })
            .await
        };
        download::route(state, path, send)
    };
    route(paths::AUDIT_LOG_CSV, &CSV).merge(route(paths::AUDIT_LOG_JSON, &JSON_LINES))
}

/// What is not sent yet.
struct Lines {
    services: Services,
    can: Can<ViewAuditLog>,
    query: AuditQuery,
    /// The next page; `None` after the last one.
    rows: Option<Vec<AuditEvent>>,
    /// Empty once it is sent.
    header: &'static str,
    line: fn(&AuditEvent) -> String,
}

impl Lines {
    /// Records the export and reads the first events, before the answer begins: a database that fails is no file.
    async fn begin(
        services: Services,
        caller: &Caller,
        pairs: Vec<(String, String)>,
        format: &Format,
    ) -> Result<Self, Error> {
        let can: Can<ViewAuditLog> = caller.can(Target::Platform)?;
        let filter = AuditQuery::from_params(&mut Params::new(pairs)).filter;
        let recorded = AuditQuery::from(filter.clone()).to_params();
        exports::record(&services, caller, format.export, recorded).await?;
        let size = PageSize::for_programs(PageSize::MOST_FOR_PROGRAMS).unwrap_or_default();
        let query = AuditQuery { size, ..AuditQuery::from(filter) };
        let mut lines = Self { services, can, query, rows: None, header: format.header, line: format.line };
        lines.read().await?;
        Ok(lines)
    }

    async fn read(&mut self) -> Result<(), Error> {
        let page = audit::list(&self.services, &self.can, &self.query).await?;
        self.query.cursor = page.next;
        self.rows = Some(page.rows);
        Ok(())
    }

    fn stream(self) -> impl futures_util::Stream<Item = Result<Bytes, Error>> {
        stream::try_unfold(self, |mut lines| async move {
            let Some(rows) = lines.rows.take() else { return Ok(None) };
            let mut text = std::mem::take(&mut lines.header).to_owned();
            text.extend(rows.iter().map(lines.line));
            if lines.query.cursor.is_some() {
                lines.read().await?;
            }
            Ok(Some((Bytes::from(text), lines)))
        })
    }
}

fn csv_line(event: &AuditEvent) -> String {
    let optional = |value: Option<String>| value.unwrap_or_default();
    csv::line([
        event.at.format(&Rfc3339).unwrap_or_default(),
        event.actor.recorded.clone(),
        optional(event.actor_id.map(|id| id.to_string())),
        event.action.key().to_owned(),
        event.target.kind.map(|kind| kind.key().to_owned()).unwrap_or_default(),
        event.target.name.clone(),
        event.target.id.to_string(),
        changes(event).to_string(),
        optional(event.reason.clone()),
        optional(event.request_id.clone()),
        optional(event.session_id.map(|id| id.to_string())),
        event.id.to_string(),
    ])
}

/// The columns of the database.
fn json_line(event: &AuditEvent) -> String {
    let line = json!({
        "id": event.id.to_string(),
        "at": event.at.format(&Rfc3339).unwrap_or_default(),
        "actor_id": event.actor_id,
        "actor": event.actor.recorded,
        "session_id": event.session_id,
        "request_id": event.request_id,
        "action": event.action.key(),
        "target_type": event.target.kind.map(domain::audit::TargetType::key),
        "target_id": event.target.id,
        "target": event.target.name,
        "changes": changes(event),
        "reason": event.reason,
    });
    line.to_string() + "\n"
}

fn changes(event: &AuditEvent) -> serde_json::Value {
    let change = |change: &domain::audit::FieldChange| json!({"field": change.field, "before": change.before, "after": change.after});
    event.changes.iter().map(change).collect()
}
