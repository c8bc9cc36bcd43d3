insert into audit_seals (number, sealed_at, entries, hash) values (1, now(), '{}', '\x00');
