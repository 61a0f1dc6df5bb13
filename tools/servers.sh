#!/usr/bin/env bash
# The real servers that the tests talk to, and the validators that judge our exports: Debian's packages, and a small environment of its own for what comes from PyPI
# (its libraries do not fit beside great-expectations). Does nothing when all of it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A package_of=(
    [smbd]=samba [sshd]=openssh-server [mariadbd]=mariadb-server [soffice]=libreoffice-calc [chromium]=chromium
    [wrk]=wrk [npm]=npm
)
missing=()
for program in "${!package_of[@]}"; do
    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || missing+=("${package_of[$program]}")
done
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "Tes memerlukan ${missing[*]}. Tindakan: pasang paketnya (sudo tools/servers.sh pada Debian)." >&2
        exit 1
    fi
    echo "Memasang server untuk tes: ${missing[*]} …"
    apt-get update -qq
    # A package would start its server at once; the tests start their own.
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d.satudata
    chmod +x /usr/sbin/policy-rc.d.satudata
    [ -e /usr/sbin/policy-rc.d ] || { mv /usr/sbin/policy-rc.d.satudata /usr/sbin/policy-rc.d; ours=1; }
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    rm -f /usr/sbin/policy-rc.d.satudata
    [ -z "${ours:-}" ] || rm -f /usr/sbin/policy-rc.d
fi
VENV=.venv-servers tools/install.sh requirements-servers.lock

# Judges of the pages, from npm: axe-core for the tests, Lighthouse for the bench.
judges=tools/audit/node_modules
wanted=$(cksum <tools/audit/package-lock.json)
if [ "$(cat "$judges/.terpasang" 2>/dev/null)" != "$wanted" ]; then
    (cd tools/audit && npm ci --ignore-scripts --no-audit --no-fund --silent)
    echo "$wanted" >"$judges/.terpasang"
fi
