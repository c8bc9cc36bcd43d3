//! Finding people to add to a project.

use crate::Services;
use crate::actor::user_kind;
use crate::error::Error;
use crate::guard::Can;
use crate::search::{Hits, Searched};
use domain::actor::Target;
use domain::id::UserId;
use domain::permission::FindPeople;
use domain::text::SearchTerm;
use domain::user::FoundPerson;
use sqlx::QueryBuilder;
use uuid::Uuid;

/// At most ten active people whose name or e-mail address holds the term, by name; nobody for a term of fewer than
/// three characters. Whether they are members is told for the project the proof was made for. Two statements.
///
/// # Errors
/// The database failed.
pub async fn find_people(
    services: &Services,
    can: &Can<FindPeople>,
    term: &SearchTerm,
) -> Result<Vec<FoundPerson>, Error> {
    if !term.is_telling() {
        return Ok(Vec::new());
    }
    let project = match can.target() {
        Target::Project(project) => Some(project.0),
        Target::Platform | Target::Own => None,
    };
    let hits = Hits::of(services, Searched::Users, Some(term)).await?;
    let mut sql = QueryBuilder::new(
        "select u.id, u.name, u.email, coalesce(u.email_verified, u.auth_source = 'local'), u.user_type,
                exists (select from user_projects m where m.user_id = u.id and m.project_id = ",
    );
    sql.push_bind(project).push(") from users u where u.is_active");
    hits.push_condition(&mut sql, "u");
    sql.push(" order by u.name collate name_order, u.id limit 10");
    let rows: Vec<(Uuid, String, String, bool, String, bool)> = sql.build_query_as().fetch_all(&services.pool).await?;
    let person = |(id, name, email, email_verified, kind, is_member): (_, _, _, _, String, _)| {
        Ok(FoundPerson { id: UserId(id), name, email, email_verified, kind: user_kind(&kind)?, is_member })
    };
    rows.into_iter().map(person).collect()
}
