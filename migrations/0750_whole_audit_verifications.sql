-- Whether a verification computed the whole chain again, or the part since the verification before.
alter table audit_verifications add column is_whole boolean not null default true;
