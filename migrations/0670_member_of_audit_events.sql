-- The e-mail address of the member that an event of a membership is about, in lower case.
create function audit_member(changes jsonb) returns text
language sql immutable parallel safe
return lower(coalesce(
    jsonb_path_query_first(changes, '$[*] ? (@.field == "person").after') #>> '{}',
    jsonb_path_query_first(changes, '$[*] ? (@.field == "person").before') #>> '{}'));
