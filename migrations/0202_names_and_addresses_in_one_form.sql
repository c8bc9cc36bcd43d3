-- Addresses are read in Unicode normalization form C from now on. Where two users have the same one then, both stay.
update users u set email = normalize(u.email, nfc)
where octet_length(u.email) <> char_length(u.email) and u.email is not nfc normalized
  and not exists (
    select from users o
    where o.id <> u.id and octet_length(o.email) <> char_length(o.email)
      and lower(normalize(o.email, nfc)) = lower(normalize(u.email, nfc)));

-- Names from before invisible characters were refused lose them, on record like every change of a name. Joiners and
-- variation selectors stay, because they may be needed. Where nothing is left, `fallback` is displayed.
-- A technical name identifies the project in tokens and stays. The project is displayed without its invisible characters.
with found as (
    select 'user' as kind, id, email as label, 'name' as field, name as before, name as shown, email as fallback
    from users
    union all
    select 'project', id, name, 'display_name', display_name, title, case when display_name is null then id::text end
    from projects),
cleaned as (
    select *, nullif(btrim(regexp_replace(shown,
        '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff'
        '\uffa0\ufff0-\ufffb\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]+', '', 'g')), '') as visible
    from found where octet_length(shown) <> char_length(shown)),
changed as (
    select kind, id, label, field, before,
           left(coalesce(visible, fallback), case kind when 'project' then 150 else 255 end) as after
    from cleaned where visible is distinct from btrim(shown)),
renamed_users as (
    update users u set name = c.after, version = u.version + 1, updated_at = now()
    from changed c where c.kind = 'user' and u.id = c.id),
renamed_projects as (
    update projects p set display_name = c.after, version = p.version + 1, updated_at = now()
    from changed c where c.kind = 'project' and p.id = c.id),
entries as (
    insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
    -- A version 7 UUID: the time in milliseconds, then the random bits of a version 4 one. The log is sealed in this order.
    select encode(set_bit(set_bit(overlay(
               uuid_send(gen_random_uuid()) placing
               substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1), 52, 1), 53, 1),
               'hex')::uuid,
           now(), 'Bursar', kind || '.edited', kind, id, label,
           jsonb_build_array(jsonb_build_object('field', field, 'before', before, 'after', after))
    from changed
    returning id)
insert into audit_unsealed (entry) select id from entries;
