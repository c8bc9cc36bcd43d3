-- Whether each member may spend a share of the project's own budgets only.
alter table projects add column member_limits_enforced boolean not null default false;
