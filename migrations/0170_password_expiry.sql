-- When a one-time password stops opening the account; null for passwords that users chose.
alter table users add column password_expires_at timestamptz;
