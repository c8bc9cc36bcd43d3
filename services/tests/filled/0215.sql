insert into sign_in_addresses (address_hash, tries, ends_at) values (sha256('nobody@example.com'), 3, now());
