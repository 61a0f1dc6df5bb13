#!/bin/bash
# The server's logins. Runs once in a new server; run again it adds what is missing and sets the passwords anew:
#   docker compose exec postgres bash /docker-entrypoint-initdb.d/basis-data.sh
# The owner only migrates. What runs every day is a loader that cannot rewrite decisions. Airflow has a role and a database
# of its own; the portal's login reads what the public may read. The backup reads everything past row-level security, the
# SCRAM verifiers of passwords too (pg_read_all_data has no smaller measure), and writes nothing: its password is as secret
# as what it backs up.
# Passwords come from the environment: no list of processes and no log of the server shows them.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv pipa PIPELINE_DB_PASSWORD
\getenv airflow AIRFLOW_DB_PASSWORD
\getenv cadangan BACKUP_DB_PASSWORD
\getenv situs PORTAL_DB_PASSWORD
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET client_min_messages = 'warning';

SELECT format('CREATE ROLE %I', peran) FROM unnest(ARRAY['satudata_loader', 'portal_reader', 'pipa', 'airflow', 'cadangan', 'situs']) AS peran
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = peran) \gexec
ALTER ROLE pipa LOGIN PASSWORD :'pipa';
ALTER ROLE airflow LOGIN PASSWORD :'airflow';
ALTER ROLE cadangan LOGIN BYPASSRLS PASSWORD :'cadangan';
ALTER ROLE cadangan SET default_transaction_read_only = on;
ALTER ROLE situs LOGIN CONNECTION LIMIT 40 PASSWORD :'situs';
ALTER ROLE situs SET default_transaction_read_only = on;
ALTER ROLE situs SET statement_timeout = '15s';
GRANT satudata_loader TO pipa;
GRANT portal_reader TO situs;
GRANT pg_read_all_data TO cadangan;
GRANT CONNECT ON DATABASE :"DBNAME" TO cadangan;

SELECT 'CREATE DATABASE airflow OWNER airflow'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'airflow') \gexec
REVOKE ALL ON DATABASE airflow FROM PUBLIC;
SQL
