insert into undo_records (event, action, user_id, former, expires_at)
    select gen_random_uuid(), 'project.member_removed', id, '{}', now() from users limit 1;
