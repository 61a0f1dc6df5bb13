#!/bin/sh
# A backup every night at 02.30 in Asia/Makassar (18.30 UTC), an hour after the maintenance. Looked at every quarter of an
# hour, so that one that failed, or whose time passed while the machine was off, is made up for.
set -eu
while :; do
    due=$(date -u -d "@$((($(date +%s) - 66600) / 86400 * 86400 + 66600))" +satudata-%Y%m%dT%H%M%SZ)
    newest=$(find "$SATUDATA_BACKUP" -maxdepth 1 -name 'satudata-*' -exec basename {} \; | sort | tail -n 1)
    if expr "${newest:-satudata-0}" \< "$due" >/dev/null; then
        satudata backup || echo "Cadangan gagal; dicoba lagi dalam 15 menit." >&2
    fi
    sleep 900
done
