//! The component kit.

pub mod form;
