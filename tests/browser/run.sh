#!/usr/bin/env bash
# A browser walks the console of the demo: tests/browser/run.sh PATH_OF_ACCRUEDB. Pictures of the pages go into the
# folder that ACCRUEDB_PICTURES names, if it does. What it needs and cannot have makes it say SKIPPED.
set -euo pipefail
accruedb=$(realpath "$1")
cd "$(dirname "$0")"
for tool in node npm; do
  command -v $tool >/dev/null || { echo "SKIPPED browser: there is no $tool"; exit 0; }
done
find_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }
browser=$(find_browser)
if [ -z "$browser" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing chromium ...'
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
    >/dev/null 2>&1 || true
  browser=$(find_browser)
fi
[ -n "$browser" ] || { echo 'SKIPPED browser: there is no chromium (Debian: apt-get install chromium)'; exit 0; }
work=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
cp package.json ./*.mjs "$work"
mkdir "$work/backups"
for attempt in 1 2 3; do
  (cd "$work" && npm install --no-audit --no-fund --no-package-lock --silent) && break
  [ $attempt -lt 3 ] || { echo 'SKIPPED browser: npm cannot install playwright-core and axe'; exit 0; }
  sleep 5
done
"$accruedb" --json serve --demo --db "$work/db" --listen 127.0.0.1:0 --backups "$work/backups" \
  --log off > "$work/said" 2> "$work/problems" &
server=$!
for _ in $(seq 1500); do
  [ -s "$work/said" ] && break
  kill -0 "$server" 2>/dev/null || { cat "$work/problems"; exit 1; }
  sleep 0.2
done
(cd "$work" && CHROMIUM="$browser" node walk.mjs "$(cat said)")
