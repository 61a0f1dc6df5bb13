#!/bin/bash
# Runs once, in the new server. The owner only migrates; what runs every day is a loader that cannot rewrite decisions,
# and Airflow has a role and a database of its own.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    -v airflow="$AIRFLOW_DB_PASSWORD" -v pipa="$PIPELINE_DB_PASSWORD" <<'SQL'
CREATE ROLE satudata_loader NOLOGIN;
CREATE ROLE pipa LOGIN PASSWORD :'pipa' IN ROLE satudata_loader;
CREATE ROLE airflow LOGIN PASSWORD :'airflow';
CREATE DATABASE airflow OWNER airflow;
REVOKE ALL ON DATABASE airflow FROM PUBLIC;
SQL
