-- Passwords that were issued before and never changed: nobody knows since when they wait, so they have a day left.
update users set password_expires_at = now() + interval '1 day' where password_change_due;
