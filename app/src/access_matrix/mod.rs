//! The access matrix: which role reaches which resource of the platform, and what the roles of Bursar may do.

pub mod actions;
pub mod anomalies;
pub mod anomaly;
mod changes;
pub mod data;
mod declared;
mod grid;
mod own;
pub mod page;
pub mod snapshots;
mod tabs;
