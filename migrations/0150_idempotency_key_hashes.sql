-- The name of an Idempotency-Key is stored as its SHA-256 in base64, and the hash of the request as an HMAC-SHA-256
-- (RFC 2104) under that name: a request may hold a password, and a fast hash of one must not be stored.
--
-- The new version goes on repeating the answers that are stored. The previous one, while it still runs, does not find
-- converted keys, nor the new version those that the previous one stores from now on (deleted within a day): a call that
-- is sent to one and again to the other is done twice. A call under way at this moment keeps its key for ten minutes.
create function pg_temp.hmac_sha256(secret bytea, message bytea) returns bytea language plpgsql as $$
declare
    key bytea := case when length(secret) > 64 then sha256(secret) else secret end;
    inner_key bytea;
    outer_key bytea;
begin
    key := key || decode(repeat('00', 64 - length(key)), 'hex');
    inner_key := key;
    outer_key := key;
    for i in 0..63 loop
        inner_key := set_byte(inner_key, i, get_byte(key, i) # 54);
        outer_key := set_byte(outer_key, i, get_byte(key, i) # 92);
    end loop;
    return sha256(outer_key || sha256(inner_key || message));
end
$$;

update idempotency_keys set
    key = encode(sha256(convert_to(key, 'UTF8')), 'base64'),
    request_hash = pg_temp.hmac_sha256(convert_to(key, 'UTF8'), request_hash);

comment on column idempotency_keys.key is 'SHA-256 of the name that the API client chose, in base64';
comment on column idempotency_keys.request_hash is 'HMAC-SHA-256 of the SHA-256 of address and body, under that name';
