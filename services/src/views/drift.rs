//! Where a user's last token and Bursar disagree, and who decided it here.

use crate::Services;
use crate::actor::{project_role, user_kind};
use crate::error::Error;
use crate::guard::Can;
use domain::drift::{About, ChangedBy, Difference, Drift, LastToken, differences};
use domain::permission::ViewUsers;
use domain::role::PlatformRole;
use domain::text::folded;
use domain::view::UserDetail;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// What a row of `user_identities` keeps of the user's last token; projects that exist are spelled as they are called.
#[derive(Debug, Deserialize)]
pub(super) struct KeptClaims {
    claimed_role: Option<String>,
    claimed_type: String,
    claimed_projects: Vec<String>,
    claimed_admin_of: Vec<String>,
    #[serde(with = "time::serde::rfc3339")]
    claimed_at: OffsetDateTime,
}

impl TryFrom<KeptClaims> for LastToken {
    type Error = Error;

    fn try_from(claims: KeptClaims) -> Result<Self, Error> {
        // The projects' own spelling, folded as the names they are compared with.
        let role = |name: &String| project_role(false, claims.claimed_admin_of.contains(name));
        Ok(Self {
            role: claims
                .claimed_role
                .map(|role| PlatformRole::from_flags(false, role == PlatformRole::Admin.key(), false)),
            kind: user_kind(&claims.claimed_type)?,
            projects: claims.claimed_projects.iter().map(|name| (folded(name), role(name))).collect(),
            claimed_at: claims.claimed_at,
        })
    }
}

/// The drift of a user; `None` for a user who is linked to no account at the identity provider. One statement where
/// they disagree.
///
/// # Errors
/// The database failed.
pub async fn load(services: &Services, _can: &Can<ViewUsers>, person: &UserDetail) -> Result<Option<Drift>, Error> {
    let Some(token) = &person.last_token else { return Ok(None) };
    let mut differences = differences(token, person.role, person.kind, &person.projects);
    if !differences.is_empty() {
        let mut changes = changes(services, person, &differences).await?;
        for difference in &mut differences {
            difference.changed = changes.remove(&difference.about);
        }
    }
    Ok(Some(Drift { claimed_at: token.claimed_at, differences }))
}

/// Who changed what differs last. Entries by the console itself came with a token and are left out.
async fn changes(
    services: &Services,
    person: &UserDetail,
    differences: &[Difference],
) -> Result<BTreeMap<About, ChangedBy>, Error> {
    let projects = differences.iter().filter_map(|difference| match &difference.about {
        About::Project(name) => Some(name.clone()),
        About::Role | About::Kind => None,
    });
    let rows = sqlx::query!(
        r#"select 'role' as "what!", '' as "name!", a.actor as "actor!", a.at as "at!" from (
             select actor, at from audit_log where target_id = $1 and action = 'user.role_changed'
             order by at desc, id desc limit 1) a
           union all
           select 'kind', '', a.actor, a.at from (
             select actor, at from audit_log where target_id = $1 and action = 'user.kind_changed'
             order by at desc, id desc limit 1) a
           union all
           select 'project', n.name, a.actor, a.at
           from unnest($2::text[]) as n(name) join projects p on lower(p.name) = lower(n.name) cross join lateral (
             select actor, at from audit_log a
             where a.target_id = p.id and a.actor_id is not null
               and (a.action = 'project.deleted'
                    or (a.action like 'project.member%' and (a.changes @> $3 or a.changes @> $4)))
             order by at desc, id desc limit 1) a"#,
        person.id.0,
        &projects.collect::<Vec<_>>(),
        json!([{"field": "person", "after": person.email}]),
        json!([{"field": "person", "before": person.email}])
    )
    .fetch_all(&services.pool)
    .await?;
    let entry = |what: String, name: String, actor: String, at: OffsetDateTime| {
        let about = match what.as_str() {
            "role" => About::Role,
            "kind" => About::Kind,
            _ => About::Project(name),
        };
        (about, ChangedBy { actor, at })
    };
    Ok(rows.into_iter().map(|row| entry(row.what, row.name, row.actor, row.at)).collect())
}
