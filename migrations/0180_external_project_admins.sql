-- External users cannot be project admins. Where one is, the role becomes member, on record like every change of a role.
with revoked as (
    update user_projects m set is_project_admin = false
    from users u, projects p
    where m.is_project_admin and u.id = m.user_id and u.user_type = 'external' and p.id = m.project_id
    returning m.project_id, p.name as project, u.email),
entries as (
    insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
    -- A version 7 UUID: the time in milliseconds, then the random bits of a version 4 one. The log is sealed in this order.
    select encode(set_bit(set_bit(overlay(
               uuid_send(gen_random_uuid()) placing
               substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1), 52, 1), 53, 1),
               'hex')::uuid,
           now(), 'Bursar', 'project.member_role_changed', 'project', project_id, project,
           jsonb_build_array(
               jsonb_build_object('field', 'person', 'before', null, 'after', email),
               jsonb_build_object('field', 'role', 'before', 'admin', 'after', 'member'))
    from revoked
    returning id)
insert into audit_unsealed (entry) select id from entries;
