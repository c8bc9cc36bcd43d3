//! The matrix as a page of documentation, in Markdown.

use super::{DefaultUser, Level, Matrix, Realm, Resource};

/// The whole page: endpoints, legend, roles, footnotes, other ways in, default users.
pub fn markdown(matrix: &Matrix) -> String {
    let mut sections = vec![format!("# {}", line(&matrix.title))];
    sections.extend(matrix.introduction.clone());
    sections.push(endpoints(matrix));
    sections.push("## Role-Based Access Matrix".to_owned());
    sections.extend(matrix.source.clone());
    sections.push(format!("### Legend\n\n{}", legend()));
    sections.extend(matrix.realms.iter().filter_map(|realm| roles(matrix, realm)));
    sections.extend(footnotes(matrix));
    sections.extend(matrix.resources.iter().filter_map(mechanisms));
    sections.extend(default_users(matrix));
    sections.join("\n\n") + "\n"
}

fn endpoints(matrix: &Matrix) -> String {
    let heading = matrix.platform.as_ref().map_or("Endpoints".to_owned(), |platform| format!("{platform} Endpoints"));
    let rows = matrix.resources.iter().map(|resource| {
        vec![
            code(&resource.address),
            resource.service.clone(),
            resource.authentication_realm(),
            resource.clients.iter().map(|client| code(client)).collect::<Vec<_>>().join(" / "),
        ]
    });
    format!("## {}\n\n{}", line(&heading), table(&["Path / Port", "Service", "Auth realm", "OIDC Client"], rows))
}

fn legend() -> String {
    let rows = Level::ALL.into_iter().map(|level| vec![level.symbol().to_owned(), level.meaning().to_owned()]);
    table(&["Symbol", "Meaning"], rows)
}

/// The roles of a realm; `None` where it has none.
fn roles(matrix: &Matrix, realm: &Realm) -> Option<String> {
    let labels: Vec<&str> = matrix.column_resources().map(|resource| resource.label.as_str()).collect();
    let rows: Vec<_> = matrix
        .roles_of(&realm.name)
        .map(|role| {
            let cells = role.cells.iter().map(|entry| {
                let label = entry.label.iter().map(|label| format!(" {label}"));
                let footnote = entry.footnote.iter().map(|number| format!("[^{number}]"));
                std::iter::once(entry.level.symbol().to_owned()).chain(label).chain(footnote).collect()
            });
            std::iter::once(code(&role.title())).chain(cells).collect::<Vec<String>>()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let head: Vec<&str> = std::iter::once("Role").chain(labels).collect();
    let description = realm.description.iter().map(|text| format!("{text}\n\n")).collect::<String>();
    Some(format!("### {} realm roles\n\n{description}{}", line(&realm.name), table(&head, rows)))
}

fn footnotes(matrix: &Matrix) -> Option<String> {
    let texts = matrix.footnotes.iter().zip(1..).map(|(text, number)| format!("[^{number}]: {}", line(text)));
    (!matrix.footnotes.is_empty()).then(|| format!("### Footnotes\n\n{}", texts.collect::<Vec<_>>().join("\n")))
}

/// How a resource is reached that roles do not open.
fn mechanisms(resource: &Resource) -> Option<String> {
    let rows = resource.mechanisms.iter();
    let rows = rows.map(|way| vec![way.mechanism.clone(), way.who.clone(), way.purpose.clone()]);
    let note = resource.note.iter().map(|text| format!("{text}\n\n")).collect::<String>();
    let table = || table(&["Mechanism", "Who", "Purpose"], rows);
    (!resource.mechanisms.is_empty()).then(|| format!("## {} Access\n\n{note}{}", line(&resource.label), table()))
}

fn default_users(matrix: &Matrix) -> Option<String> {
    let section = |realm: &Realm| {
        let users = matrix.default_users.iter().filter(|user| user.realm == realm.name);
        let rows: Vec<_> = users.map(default_user).collect();
        (!rows.is_empty())
            .then(|| format!("#### {} realm\n\n{}", line(&realm.name), table(&["Username", "Email", "Roles"], rows)))
    };
    let sections: Vec<String> = matrix.realms.iter().filter_map(section).collect();
    let heading = "## Current User Assignments\n\n### Default users (from realm templates)";
    (!sections.is_empty()).then(|| format!("{heading}\n\n{}", sections.join("\n\n")))
}

fn default_user(user: &DefaultUser) -> Vec<String> {
    let roles: Vec<String> = user.roles.iter().map(|role| code(role)).collect();
    vec![code(&user.username), user.email_or_origin().to_owned(), roles.join(", ")]
}

/// A table; what its cells contain ends neither the cell nor the row.
pub(super) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let row = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|text| line(text).replace('|', "\\|")).collect();
        format!("| {} |", cells.join(" | "))
    };
    let rule = format!("|{}", "---|".repeat(head.len()));
    let head = row(head.iter().map(|text| (*text).to_owned()).collect());
    let lines: Vec<String> = [head, rule].into_iter().chain(rows.into_iter().map(row)).collect();
    lines.join("\n")
}

/// As code. A text with a backtick in it has no such form.
fn code(text: &str) -> String {
    if text.is_empty() || text.contains('`') { text.to_owned() } else { format!("`{text}`") }
}

/// A text of several lines as one.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
