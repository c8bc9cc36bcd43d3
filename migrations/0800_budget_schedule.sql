-- When the windows of a budget begin and end, as its windows keep it (domain: Schedule::key): a window of another schedule
-- is over for the budget that pays, whatever its end says.
create function budget_schedule(budget budgets) returns text language sql immutable as $$
    select case when budget.reset_minutes % 1440 = 0 then budget.reset_minutes / 1440 || 'd'
                when budget.reset_minutes % 60 = 0 then budget.reset_minutes / 60 || 'h'
                else budget.reset_minutes || 'm' end
           || case when budget.calendar then ' ' || budget.time_zone else '' end
$$;
