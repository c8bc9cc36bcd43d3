//! The page of the access matrix.

use crate::Services;
use crate::guard::Can;
use domain::access_matrix::{Matrix, MatrixQuery};
use domain::permission::ViewAccessMatrix;

/// The declared matrix as far as it matches; `None` where the configuration names no declaration.
pub fn access_matrix(services: &Services, _: &Can<ViewAccessMatrix>, query: &MatrixQuery) -> Option<Matrix> {
    services.settings().access_matrix.as_ref().map(|matrix| query.narrowed(matrix))
}
