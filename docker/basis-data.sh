#!/bin/bash
# Runs once, in the new server: Airflow gets a role and a database of its own, apart from the warehouse.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" -v sandi="$AIRFLOW_DB_PASSWORD" <<'SQL'
CREATE ROLE airflow LOGIN PASSWORD :'sandi';
CREATE DATABASE airflow OWNER airflow;
SQL
