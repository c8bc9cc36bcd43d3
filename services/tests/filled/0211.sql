insert into reauthentications (session_id, purpose, requested_at)
    select id, 'grant maintainer to 01990000-0000-7000-8000-000000000001', now() from sessions limit 1;
