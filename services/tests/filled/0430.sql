insert into issuer_origins (issuer, origin) values ('https://login.example.com/realms/main', 'https://id.example.com/realms/main');
