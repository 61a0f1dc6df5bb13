#!/usr/bin/env bash
# Builds portal/static/vendor from npm packages of exactly the versions and checksums in tools/vendor/package-lock.json.
# The built files are committed: whoever installs the portal needs no node. Needs node 20 or later and npm.
#   tools/vendor.sh            builds
#   tools/vendor.sh --check    builds elsewhere and compares
set -euo pipefail
cd "$(dirname "$0")/.."
target=portal/static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp tools/vendor/package.json tools/vendor/package-lock.json tools/vendor/echarts.js "$work"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --silent)
built=$work/built
mkdir "$built"

version() { node -p "require('$work/node_modules/$1/package.json').version"; }

"$work/node_modules/.bin/esbuild" "$work/echarts.js" --bundle --minify --format=iife --global-name=echarts \
    --target=es2020 --legal-comments=none --log-level=warning \
    --banner:js="/* Apache ECharts $(version echarts), Apache-2.0: see echarts.LICENSE.txt. Built by tools/vendor.sh. */" \
    --outfile="$built/echarts.js"
{ echo "/* htmx $(version htmx.org), 0BSD: see htmx.LICENSE.txt. */"; cat "$work/node_modules/htmx.org/dist/htmx.min.js"; } >"$built/htmx.js"
{
    cat "$work/node_modules/echarts/NOTICE"
    echo
    cat "$work/node_modules/echarts/LICENSE"
    printf '\nIn the same file: zrender %s (BSD-3-Clause)\n\n' "$(version zrender)"
    cat "$work/node_modules/zrender/LICENSE"
    printf '\nIn the same file: tslib %s (0BSD)\n' "$(version tslib)"
} >"$built/echarts.LICENSE.txt"
cp "$work/node_modules/htmx.org/LICENSE" "$built/htmx.LICENSE.txt"

if [ "${1:-}" = --check ]; then
    diff -rq "$built" "$target" || {
        echo "portal/static/vendor bukan hasil tools/vendor.sh. Tindakan: jalankan tools/vendor.sh dan commit hasilnya." >&2
        exit 1
    }
else
    mkdir -p "$target"
    cp "$built"/* "$target"
    (cd "$target" && wc -c -- *.js)
fi
