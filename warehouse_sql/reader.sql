{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 40 PASSWORD {password};
REVOKE portal_reader, walidata_reader, produsen_reader FROM {role};
GRANT {group} TO {role};
ALTER ROLE {role} SET statement_timeout = {timeout};
ALTER ROLE {role} SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE {role} SET default_transaction_read_only = on;
ALTER ROLE {role} SET search_path = {schemas};
DELETE FROM audit.account WHERE login = {login};
INSERT INTO audit.account (login, skpd) SELECT {login}, {skpd} WHERE {skpd} IS NOT NULL;
