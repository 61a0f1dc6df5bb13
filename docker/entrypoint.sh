#!/bin/sh
# Airflow's simple auth manager reads passwords from a file that it must be able to write; ours comes from the environment.
set -eu
if [ -n "${WALIDATA_PASSWORD:-}" ]; then
    (umask 077 && python -c 'import json, os; print(json.dumps({"walidata": os.environ["WALIDATA_PASSWORD"]}))' \
        >"$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE")
    unset WALIDATA_PASSWORD
fi
exec "$@"
