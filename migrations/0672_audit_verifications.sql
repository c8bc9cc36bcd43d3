-- When the chain of the audit log was computed again, and what was found.
create table audit_verifications (
    id uuid primary key,
    verified_at timestamptz not null,
    sealed bigint not null,
    waiting bigint not null,
    -- The last seal; null while nothing is sealed.
    seal_number bigint,
    seal_hash text,
    -- How many problems there are, and the first of them in words.
    problems bigint not null,
    problem text
);

create index audit_verifications_by_time on audit_verifications (verified_at desc, id desc);
