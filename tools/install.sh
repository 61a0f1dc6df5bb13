#!/usr/bin/env bash
# Makes .venv from a hash-pinned lock, compiled to bytecode. Does nothing when that lock is already in it.
#   tools/install.sh [requirements.lock | requirements-dev.lock]        PYTHON=python3.12 chooses the interpreter,
#                                                                       VENV=.venv-servers another environment
set -euo pipefail
cd "$(dirname "$0")/.."
lock=${1:-requirements.lock}
venv=${VENV:-.venv}
stamp=$venv/.terpasang-$(basename "$lock" .lock)
supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c "$supported" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Tidak ada Python 3.11 sampai 3.13. Tindakan: pasang salah satunya, atau sebutkan dengan PYTHON=/jalur/python." >&2
    return 1
}

# uv reads no pip configuration: pass on the index, certificates and wheels that this machine's pip uses.
use_pip_settings() {
    local pip=("$venv/bin/python" -m pip config get)
    local index extra links
    index=${PIP_INDEX_URL:-$("${pip[@]}" global.index-url 2>/dev/null || true)}
    extra=${PIP_EXTRA_INDEX_URL:-$("${pip[@]}" global.extra-index-url 2>/dev/null || true)}
    links=${PIP_FIND_LINKS:-$("${pip[@]}" global.find-links 2>/dev/null || true)}
    export UV_SYSTEM_CERTS=1
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX=$index; fi
    if [ -n "$extra" ]; then export UV_INDEX=$extra UV_INDEX_STRATEGY=unsafe-best-match; fi
    if [ -n "$links" ] && [ -d "$links" ]; then export UV_FIND_LINKS=$links; fi
}

install_packages() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-install.lock
    use_pip_settings
    # Hashes decide what is installed, so it does not matter who fetches it: pip where uv cannot reach the index.
    "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock" --compile-bytecode ||
        "$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes -r "$lock"
}

# The project is not a package to install: the interpreter finds it where it stands.
link_project() {
    local site
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
    pwd >"$site/satudata.pth"
    printf '#!/bin/sh\nexec "$(dirname "$0")/python" -P -m etl.cli "$@"\n' >"$venv/bin/satudata"
    chmod +x "$venv/bin/satudata"
    if [ -d etl ]; then
        "$venv/bin/python" -m compileall -q etl dags expectations portal
        "$venv/bin/pybabel" --quiet compile --domain django --directory portal/locale
    fi
}

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c "$supported" 2>/dev/null; then
    rm -rf "$venv"
    "$(find_python)" -m venv "$venv"
fi
wanted=$(cat requirements-install.lock "$lock" | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "Memasang paket dari $lock (sekali saja, sekitar setengah menit) …"
    install_packages
    echo "$wanted" >"$stamp"
fi
if [ "$venv" = .venv ]; then link_project; fi
