-- A request that another user withdrew is told to its requester, as a decision is.
create or replace function latest_budget_requests(holder uuid, since timestamptz) returns json language sql stable as $$
    select coalesce(json_agg(budget_request_facts(l.request)), '[]')
    from (select distinct on (r.category) r as request from budget_requests r
          where coalesce(r.user_id, r.project_id) = holder
          order by r.category, r.requested_at desc, r.id desc) l
    where (l.request).state = 'waiting'
       or ((l.request).state in ('approved', 'declined') and (l.request).decided_at > since)
       or ((l.request).state = 'withdrawn' and (l.request).decided_by is distinct from (l.request).requested_by
           and (l.request).decided_at > since)
$$;
