//! The matrix as CSV: one line for each cell, so that a spreadsheet can filter and pivot it.

use super::Matrix;
use crate::csv::line;

/// Every cell of the grid.
pub fn csv(matrix: &Matrix) -> String {
    let head = "realm,role,resource,address,service,level,label,footnote\r\n".to_owned();
    let rows = matrix.roles.iter().flat_map(|role| {
        role.cells.iter().zip(matrix.column_resources()).map(|(entry, resource)| {
            let footnote = entry.footnote.and_then(|number| matrix.footnotes.get(number.checked_sub(1)?));
            line([
                role.realm.as_str(),
                &role.title(),
                &resource.label,
                &resource.address,
                &resource.service,
                entry.level.key(),
                entry.label.as_deref().unwrap_or_default(),
                footnote.map_or("", String::as_str),
            ])
        })
    });
    std::iter::once(head).chain(rows).collect()
}
