-- Requests for a budget with a higher hard limit: of users for themselves, and of project admins for their project.
create table budget_requests (
    id uuid primary key,
    -- Who would have the budget: a user or a project.
    user_id uuid constraint budget_requests_user_fkey references users on delete cascade,
    project_id uuid constraint budget_requests_project_fkey references projects on delete cascade,
    category text not null
        constraint budget_requests_category_known check (category in ('platform', 'cli', 'premium_models')),
    hard_limit numeric(18, 9) not null constraint budget_requests_hard_limit_positive check (hard_limit > 0),
    reason text not null constraint budget_requests_reason_length check (char_length(reason) between 1 and 500),
    requested_by uuid not null constraint budget_requests_requester_fkey references users on delete cascade,
    requested_at timestamptz not null,
    -- Closed: the user was deactivated or the project was deleted while it waited.
    state text not null default 'waiting' constraint budget_requests_state_known
        check (state in ('waiting', 'approved', 'declined', 'withdrawn', 'closed')),
    -- Who approved, declined or withdrew it, unless a break-glass session did.
    decided_by uuid constraint budget_requests_decider_fkey references users on delete set null,
    decided_at timestamptz,
    decision_reason text
        constraint budget_requests_decision_reason_length check (char_length(decision_reason) between 1 and 500),
    -- The name of the budget that was assigned.
    budget text,
    -- The order of the list: those that wait first, the oldest first; then the others, the newest first.
    place numeric not null generated always as (
        case when state = 'waiting' then extract(epoch from requested_at at time zone 'UTC')
             else 1e12 - extract(epoch from requested_at at time zone 'UTC') end) stored,
    constraint budget_requests_one_holder check (num_nonnulls(user_id, project_id) = 1)
);
create unique index budget_requests_one_waiting on budget_requests (coalesce(user_id, project_id), category)
    where state = 'waiting';
create index budget_requests_by_holder on budget_requests (coalesce(user_id, project_id), category, requested_at desc, id desc);
create index budget_requests_by_project on budget_requests (project_id) where project_id is not null;
create index budget_requests_by_user on budget_requests (user_id) where user_id is not null;
create index budget_requests_by_requester on budget_requests (requested_by);
create index budget_requests_by_decider on budget_requests (decided_by) where decided_by is not null;
create index budget_requests_in_order on budget_requests (place, id);
create index budget_requests_by_state on budget_requests (state, place, id);

-- A holder who cannot have a budget any more leaves no request behind that waits.
create function close_budget_requests() returns trigger language plpgsql as $$
begin
    update budget_requests set state = 'closed' where coalesce(user_id, project_id) = new.id and state = 'waiting';
    return null;
end
$$;
create trigger users_close_budget_requests after update of is_active on users
    for each row when (old.is_active and not new.is_active) execute function close_budget_requests();
create trigger projects_close_budget_requests after update of deleted_at on projects
    for each row when (old.deleted_at is null and new.deleted_at is not null) execute function close_budget_requests();

-- The budget that pays for a user or a project now, as pages read it; null where there is none.
create function present_budget(of_user uuid, of_project uuid, of_category text) returns json language sql stable as $$
    select assigned_budget(b, null, a.created_at, latest)
    from user_budgets a join budgets b on b.id = a.budget_id
    left join lateral latest_user_window(a.user_id, a.category) latest on true
    where a.user_id = of_user and a.category = of_category
    union all
    select assigned_budget(b, null, a.created_at, latest)
    from project_budgets a join budgets b on b.id = a.budget_id
    left join lateral latest_project_window(a.project_id, a.category) latest on true
    where a.project_id = of_project and a.category = of_category
    union all
    select d.value from json_array_elements(default_budgets(of_user)) d
    where of_user is not null and d.value ->> 'category' = of_category
    limit 1
$$;

-- A request without its holder, as pages read it.
create function budget_request_facts(request budget_requests) returns json language sql stable as $$
    select json_build_object(
        'id', request.id, 'category', request.category, 'hard_limit', request.hard_limit::text,
        'reason', request.reason, 'requested_at', request.requested_at, 'state', request.state,
        'requested_by', (select name from users where id = request.requested_by),
        'requester_id', request.requested_by,
        'decided_by', (select name from users where id = request.decided_by), 'decided_at', request.decided_at,
        'decision_reason', request.decision_reason, 'budget', request.budget)
$$;

-- The latest request of a holder in each category: one that waits, or one that was decided after `since`.
create function latest_budget_requests(holder uuid, since timestamptz) returns json language sql stable as $$
    select coalesce(json_agg(budget_request_facts(l.request)), '[]')
    from (select distinct on (r.category) r as request from budget_requests r
          where coalesce(r.user_id, r.project_id) = holder
          order by r.category, r.requested_at desc, r.id desc) l
    where (l.request).state = 'waiting'
       or ((l.request).state in ('approved', 'declined') and (l.request).decided_at > since)
$$;
