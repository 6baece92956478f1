#!/usr/bin/env bash
# Both clients are built as their users get them, installed, and put through the same cases against a running server:
# tests/clients/run.sh PATH_OF_ACCRUEDB. The wheel and the npm package are kept in the folder that ACCRUEDB_PACKAGES
# names, if it does.
set -euo pipefail
accruedb=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
sources=$(realpath "$here/../../src/clients")
command -v python3 >/dev/null || { echo 'SKIPPED clients: there is no python3'; exit 0; }
work=$(mktemp -d)
running=()
finish() {
  if [ ${#running[@]} != 0 ]; then kill "${running[@]}" 2>/dev/null || true; wait "${running[@]}" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT

# A registry may not answer at once.
again() {
  for _ in 1 2 3; do
    "$@" && return
    sleep 5
  done
  return 1
}

# Waits for the first line that a process writes into a file, and prints it.
first_line() {
  for _ in $(seq 1200); do
    if [ -s "$1" ]; then head -1 "$1"; return; fi
    sleep 0.05
  done
  echo "nothing in $1" >&2
  return 1
}

# A server of its own for a language, with a bad line before it: sets `server`, `token` and `proxy`.
serve() {
  "$accruedb" --json serve --memory --listen 127.0.0.1:0 --log off --tokens "$work/tokens.json" > "$work/$1.server" &
  running+=($!)
  server=$(first_line "$work/$1.server" | python3 -c 'import json, sys; print(json.load(sys.stdin)["address"])')
  python3 "$here/proxy.py" "${server##*:}" > "$work/$1.proxy" &
  running+=($!)
  proxy=$(first_line "$work/$1.proxy")
}

token() {
  "$accruedb" --json token new --file "$work/tokens.json" "$@" 2> "$work/remarks" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])'
}

# The code of a README, with the address and the token of the server.
readme() {
  python3 - "$1" "$server" "$all" <<'PYTHON'
import re, sys
text = open(sys.argv[1]).read()
code = re.search(r"```(?:python|ts)\n(.*?)```", text, re.S).group(1)
print(code.replace("http://127.0.0.1:8480", sys.argv[2]).replace("acr_...", sys.argv[3]))
PYTHON
}

"$accruedb" schema --openapi > "$work/openapi.json"
python3 "$sources/generate.py" "$work/openapi.json" --check
all=$(token all --scope read --scope post --scope adjust --scope catalog --scope approve --scope feed --scope admin)
till=$(token till --scope post --largest 500 --granted-a-day 1000)
partner=$(token partner --scope read --scope post --program 900 --partner 1)
expired=$(token expired --scope read --expires 2020-01-01T00:00:00Z)
stranger="acr_000000000000_${all##*_}"
printf '{"all":"%s","till":"%s","partner":"%s","expired":"%s","stranger":"%s"}' \
  "$all" "$till" "$partner" "$expired" "$stranger" > "$work/tokens-by-name.json"

has_venv() { python3 -c 'import ensurepip, venv' 2>/dev/null; }
if ! has_venv && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing python3-venv ...'
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } >/dev/null 2>&1 || true
fi
if ! has_venv; then
  echo 'SKIPPED the Python client: python3 has no venv (Debian: apt-get install python3-venv)'
else
  cp -r "$sources/python" "$work/python"
  python3 -m venv "$work/venv"
  again "$work/venv/bin/pip" --quiet --disable-pip-version-check wheel --no-deps -w "$work/packages" "$work/python"
  "$work/venv/bin/pip" --quiet --disable-pip-version-check install --no-index "$work"/packages/*.whl
  serve python
  readme "$sources/python/README.md" > "$work/readme.py"
  (cd "$work" && venv/bin/python readme.py) | diff - <(printf 'short by 150 of 100\n[100]\n')
  (cd "$work" && venv/bin/python "$here/run.py" "$here/cases.json" "$proxy" tokens-by-name.json)
fi

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo 'SKIPPED the TypeScript client: there is no node, or no npm'
else
  cp -r "$sources/typescript" "$work/typescript"
  rm -rf "$work/typescript/node_modules" "$work/typescript/dist"
  (cd "$work/typescript" && again npm install --no-audit --no-fund --no-package-lock --silent && npm run --silent build)
  mkdir -p "$work/packages" "$work/app"
  (cd "$work/packages" && npm pack --silent "$work/typescript" > /dev/null)
  echo '{"type":"module"}' > "$work/app/package.json"
  (cd "$work/app" && npm install --no-audit --no-fund --no-package-lock --silent --offline "$work"/packages/*.tgz)
  rm "$work/tokens.json.spent" 2>/dev/null || true
  serve typescript
  readme "$sources/typescript/README.md" > "$work/app/readme.mjs"
  (cd "$work/app" && node readme.mjs) | diff - <(printf 'short by 150 of 100\n100\n')
  cp "$here/run.mjs" "$work/app"
  (cd "$work/app" && node run.mjs "$here/cases.json" "$proxy" "$work/tokens-by-name.json")
fi

if [ -n "${ACCRUEDB_PACKAGES:-}" ]; then
  mkdir -p "$ACCRUEDB_PACKAGES"
  cp "$work"/packages/* "$ACCRUEDB_PACKAGES"
fi
