-- How names are sorted and searched, whatever the locale of the database: docs/operations.md, "Sorting and searching".

-- The order of names: the root of the Unicode Collation Algorithm. The owner of the tables can refresh a collation of its
-- own when the ICU library of the server changes, and only a superuser the one that comes with Postgres.
create collation name_order (provider = icu, locale = 'und');

-- What is stored and what is searched for, in one form: without case, accents, ligatures, widths and characters that
-- nobody sees. Letters that Unicode does not decompose are written as people without them on their keyboard do.
-- Short for ASCII, which most names are.
create function fold_for_search(value text) returns text language sql immutable parallel safe
return case when octet_length(value) = char_length(value) then lower(value collate "C") collate "default" else
    replace(replace(replace(replace(translate(lower(
        regexp_replace(normalize(value, nfkd),
            -- Marks on Latin, Greek and Cyrillic letters. Those of other scripts make other letters and stay.
            '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f'
            -- Default_Ignorable_Code_Point
            '\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164'
            '\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+',
            '', 'g')
        collate name_order) collate "default",
        'ıłøđðħŧς', 'ilodðhtσ'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
    end;

-- As before, in the order of names.
create or replace view budget_choices as
    select coalesce(json_agg(json_build_object(
               'id', b.id, 'name', b.name, 'category', b.category, 'soft_limit', b.soft_limit::text,
               'hard_limit', b.hard_limit::text) order by b.place, b.name collate name_order, b.id),
           '[]') as choices
    from (select *, array_position(array['platform', 'cli', 'premium_models'], category) as place
          from budgets order by place, name collate name_order, id limit 200) b;

create or replace view user_holdings as
    select u.id as user_id,
           (select coalesce(json_agg(json_build_object(
                     'id', p.id, 'name', p.name, 'title', p.title, 'project_type', p.project_type,
                     'is_project_admin', m.is_project_admin, 'granted_by', giver.name, 'since', m.created_at)
                   order by p.project_type = 'personal', p.title collate name_order, p.id), '[]')
            from user_projects m
            join projects p on p.id = m.project_id and p.deleted_at is null
            left join users giver on giver.id = m.granted_by
            where m.user_id = u.id) as projects,
           (select coalesce(json_agg(assigned_budget(b, giver.name, a.created_at)
                   order by array_position(array['platform', 'cli', 'premium_models'], b.category)), '[]')
            from user_budgets a
            join budgets b on b.id = a.budget_id
            left join users giver on giver.id = a.assigned_by
            where a.user_id = u.id) as budgets
    from users u;
