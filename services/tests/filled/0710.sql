insert into access_snapshots (id, realm, state, requested_at, started_at, finished_at, users)
values ('01890000-0000-7000-8000-000000000710', 'main', 'complete', '2026-03-02 09:00Z', '2026-03-02 09:00Z',
        '2026-03-02 09:01Z', 12);
