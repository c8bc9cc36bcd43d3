alter table budgets validate constraint budgets_alert_at;
