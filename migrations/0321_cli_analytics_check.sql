-- In a transaction of its own: it reads the whole table, and locks out neither readers nor writers.
alter table projects validate constraint projects_personal_without_cli_analytics;
