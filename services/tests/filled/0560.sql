insert into break_glass_codes (id, secret_hash, issued_by, issued_at, expires_at, session_seconds, used_at, used_from)
values ('01890000-0000-7000-8000-000000000560', '\x01', 'root@bursar-0', '2026-03-02 09:00Z', '2026-03-02 09:15Z', 1800,
        '2026-03-02 09:05Z', '192.0.2.7');
