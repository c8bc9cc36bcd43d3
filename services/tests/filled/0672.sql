insert into audit_verifications (id, verified_at, sealed, waiting, seal_number, seal_hash, problems, problem)
values ('01890000-0000-7000-8000-000000000672', '2026-03-02 09:00Z', 12, 3, 2, repeat('ab', 32), 0, null),
       ('01890000-0000-7000-8000-000000000673', '2026-03-03 09:00Z', 12, 5, 2, repeat('ab', 32), 1, 'Seal 2 does not match.');
