#!/usr/bin/env bash
# A browser walks the console of the demo: tests/browser/run.sh PATH_OF_ACCRUEDB. Pictures of the pages go into the
# folder that ACCRUEDB_PICTURES names, if it does.
set -euo pipefail
accruedb=$(realpath "$1")
cd "$(dirname "$0")"
for tool in node npm; do
  command -v $tool >/dev/null || { echo "SKIPPED browser: there is no $tool"; exit 0; }
done
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$browser" ] || { echo 'SKIPPED browser: there is no chromium (Debian: apt-get install chromium)'; exit 0; }
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
cp package.json walk.mjs "$work"
(cd "$work" && npm install --no-audit --no-fund --no-package-lock --silent)
"$accruedb" --json serve --demo --db "$work/db" --listen 127.0.0.1:0 --log off > "$work/said" 2> "$work/problems" &
server=$!
for _ in $(seq 300); do
  [ -s "$work/said" ] && break
  kill -0 "$server" 2>/dev/null || { cat "$work/problems"; exit 1; }
  sleep 0.2
done
cd "$work" && CHROMIUM="$browser" node walk.mjs "$(cat said)"
