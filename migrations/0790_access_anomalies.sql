-- What the rules find in the snapshots of a realm: a row from the first snapshot that has it until one that no longer does.
create table access_anomalies (
    id uuid constraint access_anomalies_pkey primary key,
    realm text not null,
    rule text not null,
    -- The role, the resource or the address that it is about.
    about text not null,
    severity text not null constraint access_anomalies_severity_known check (severity in ('high', 'medium', 'low')),
    title text not null,
    explanation text not null,
    paths jsonb not null,
    owner text,
    -- Keycloak's ids of the users who are concerned.
    users jsonb not null,
    -- Grows when the users or the severity change: what a user accepts is what the page showed.
    version integer not null default 1,
    since_snapshot bigint not null constraint access_anomalies_since_fkey references access_snapshots (number),
    until_snapshot bigint constraint access_anomalies_until_fkey references access_snapshots (number),
    -- The name of the user who accepted it last; the last day, in UTC; what was accepted.
    accepted_by text,
    accepted_at timestamptz,
    accepted_until date,
    accepted_reason text,
    accepted_users jsonb,
    accepted_severity text,
    -- Whether it has become more than what was accepted.
    is_exceeded boolean not null default false,
    constraint access_anomalies_acceptance check (
        num_nulls(accepted_by, accepted_at, accepted_until, accepted_reason, accepted_users, accepted_severity) in (0, 6))
);
-- Whether an anomaly needs a decision on a day.
create function access_anomaly_state(anomaly access_anomalies, today date) returns text language sql immutable as $$
    select case when anomaly.until_snapshot is not null then 'resolved'
                when anomaly.accepted_until >= today and not anomaly.is_exceeded then 'accepted'
                else 'open' end
$$;
create unique index access_anomalies_current on access_anomalies (realm, rule, about) where until_snapshot is null;
create index access_anomalies_resolved on access_anomalies (realm, until_snapshot) where until_snapshot is not null;

-- How many anomalies were found; null where no declared matrix had roles of the realm.
alter table access_snapshots add column anomalies integer;
