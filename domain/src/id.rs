//! Identifiers. All are UUIDs (version 7), except that a user's id equals the identity provider's subject
//! when that is a UUID.

macro_rules! id_type {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(raw: &str) -> Result<Self, Self::Err> {
                raw.parse().map(Self)
            }
        }
    };
}

id_type! {
    /// A person.
    UserId
}
id_type! {
    /// A project, personal or shared.
    ProjectId
}
id_type! {
    /// A budget.
    BudgetId
}
id_type! {
    /// A request for a budget.
    BudgetRequestId
}
id_type! {
    /// A budget group of a project.
    GroupId
}
id_type! {
    /// An event of the audit log.
    EventId
}
id_type! {
    /// A session as its owner sees it; not the secret in the cookie.
    SessionId
}
id_type! {
    /// A message to another system, and its idempotency key.
    DeliveryId
}
id_type! {
    /// A program that reserves and reports spend.
    GatewayId
}
id_type! {
    /// A reservation of spend.
    ReservationId
}
id_type! {
    /// An anomaly of the access matrix.
    AnomalyId
}
