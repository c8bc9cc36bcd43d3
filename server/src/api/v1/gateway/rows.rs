//! Batches: each row is read and done by itself, and answered in its place.

use crate::api::body::{Misfit, parse_object};
use crate::api::error::{ApiError, wire_name};
use domain::form::FieldErrors;
use domain::spend::SpendRefusal;
use domain::violation::Violation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// The most rows of a batch.
const MAX_ROWS: usize = 500;

/// The rows of a batch as they were sent.
pub type Rows = Vec<Box<RawValue>>;

/// Why a row is refused; nothing was changed by it.
#[derive(Clone, Debug)]
pub struct RowRefusal {
    /// What gateways match on.
    pub code: String,
    /// The same as a sentence.
    pub reason: String,
    /// What is wrong with the fields of the row.
    pub problems: Vec<RowProblem>,
}

/// A problem at a field of a row.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"field": "amount", "code": "negative_amount", "msg": "Send 0 or more."}))]
pub struct RowProblem {
    /// The field, or `row` for the whole row.
    field: String,
    /// As in the errors of other calls.
    code: String,
    /// The same as a sentence.
    msg: String,
}

impl From<SpendRefusal> for RowRefusal {
    fn from(refusal: SpendRefusal) -> Self {
        Self { code: refusal.code().to_owned(), reason: refusal.to_string(), problems: Vec::new() }
    }
}

impl From<Misfit> for RowRefusal {
    fn from(misfit: Misfit) -> Self {
        let field = if misfit.path == "request" { "row".to_owned() } else { misfit.path };
        let (code, reason) = (misfit.code.as_str().to_owned(), misfit.reason);
        let problem = RowProblem { field, code: code.clone(), msg: reason.clone() };
        Self { code, reason, problems: vec![problem] }
    }
}

impl From<FieldErrors> for RowRefusal {
    fn from(errors: FieldErrors) -> Self {
        let problem = |(field, violation): (&str, &Violation)| RowProblem {
            field: wire_name(field).to_owned(),
            code: violation.code().to_owned(),
            msg: violation.to_string(),
        };
        let problems: Vec<RowProblem> = errors.iter().map(problem).collect();
        let code = errors.single().map_or("invalid_fields", Violation::code).to_owned();
        let reason = problems.iter().map(|problem| problem.msg.as_str()).collect::<Vec<_>>().join(" ");
        Self { code, reason, problems }
    }
}

/// Reads each row by its shape and then by its values, does the good ones together, and puts each answer into the place
/// of its row.
///
/// # Errors
/// 422 at `field` for a batch of no or too many rows; what `work` fails with: no row is done then.
pub async fn each_in_place<W: DeserializeOwned, T, O, R: From<O> + From<RowRefusal>>(
    field: &str,
    rows: &Rows,
    parse: impl Fn(W) -> Result<T, FieldErrors>,
    work: impl AsyncFnOnce(Vec<T>) -> Result<Vec<O>, services::Error>,
) -> Result<Vec<R>, ApiError> {
    if !(1..=MAX_ROWS).contains(&rows.len()) {
        return Err(ApiError::field(field, &format!("Send 1 to {MAX_ROWS} rows")));
    }
    let mut good = Vec::with_capacity(rows.len());
    let read = |row: &RawValue| -> Result<T, RowRefusal> { Ok(parse(parse_object::<W>(row.get().as_bytes())?)?) };
    let places: Vec<Result<(), RowRefusal>> = rows.iter().map(|row| read(row).map(|row| good.push(row))).collect();
    let mut done = if good.is_empty() { Vec::new() } else { work(good).await? }.into_iter();
    let answer = |place| match place {
        Ok(()) => next(&mut done).map(R::from),
        Err(refused) => Ok(R::from(refused)),
    };
    places.into_iter().map(answer).collect()
}

/// The answer to the next row; to the one row of a request that is no batch.
///
/// # Errors
/// A row was not answered, which is a fault.
pub fn next<O>(done: &mut impl Iterator<Item = O>) -> Result<O, ApiError> {
    done.next().ok_or_else(|| services::Error::Broken("a row was not answered".to_owned()).into())
}
