{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 40 PASSWORD {password};
GRANT portal_reader TO {role};
ALTER ROLE {role} SET statement_timeout = '15s';
ALTER ROLE {role} SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE {role} SET default_transaction_read_only = on;
ALTER ROLE {role} SET search_path = portal;
