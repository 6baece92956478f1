#!/usr/bin/env bash
# Calls that a machine makes up from the document, against a running server: tests/contract/run.sh PATH_OF_ACCRUEDB
# [CALLS] [SEED]. No answer may be a 500, or one that the document does not have.
set -euo pipefail
accruedb=$(realpath "$1")
calls=${2:-2000}
seed=${3:-1}
here=$(cd "$(dirname "$0")" && pwd)
has_venv() { python3 -c 'import ensurepip, venv' 2>/dev/null; }
if ! has_venv && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing python3-venv ...'
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } >/dev/null 2>&1 || true
fi
has_venv || { echo 'SKIPPED contract: there is no python3 with venv (Debian: apt-get install python3-venv)'; exit 0; }
work=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
schemathesis=${SCHEMATHESIS:-}
if [ -z "$schemathesis" ]; then
  python3 -m venv "$work/venv"
  for attempt in 1 2 3; do
    "$work/venv/bin/pip" --quiet --disable-pip-version-check install schemathesis==4.32.5 && break
    [ $attempt -lt 3 ] || { echo 'SKIPPED contract: pip cannot install schemathesis'; exit 0; }
    sleep 5
  done
  schemathesis="$work/venv/bin/schemathesis"
fi

"$accruedb" --json serve --memory --listen 127.0.0.1:0 --log off > "$work/said" &
server=$!
for _ in $(seq 600); do
  [ -s "$work/said" ] && break
  sleep 0.1
done
said() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/said" "$1"; }
address=$(said address)
token=$(said token)

# something to look at, so that not every call ends at a program that is not there
{
  echo '{"kind":"create_program","program":1,"request_id":"p","enrolment":"on_first_accrual","transaction_at":"2026-01-01T00:00:00Z"}'
  echo '{"kind":"create_point_type","program":1,"request_id":"t","point_type":1}'
  echo '{"kind":"create_partner","program":1,"request_id":"c","partner":1,"rates":{"1":"1"}}'
  echo '{"kind":"purchase_block","program":1,"request_id":"b","partner":1,"block":1,"points":1000}'
  echo '{"kind":"approve_block","program":1,"request_id":"a","partner":1,"block":1}'
  echo '{"kind":"accrue","program":1,"request_id":"m","member":"M1","partner":1,"awards":[{"point_type":1,"points":100}]}'
} > "$work/lines"
metrics() {
  python3 - "$address" "$token" "$@" <<'PYTHON'
import re, sys, urllib.request
address, token, *lines = sys.argv[1:]
headers = {"Authorization": f"Bearer {token}"}
if lines:
    headers["Content-Type"] = "application/x-ndjson"
    data = open(lines[0], "rb").read()
    urllib.request.urlopen(urllib.request.Request(address + "/v1/commands", data, headers)).read()
else:
    text = urllib.request.urlopen(urllib.request.Request(address + "/metrics", None, headers)).read().decode()
    counts = re.findall(r'^accruedb_requests_total\{.*status="(\d+)"\} (\d+)$', text, re.M)
    by_status = {}
    for status, count in counts:
        by_status[status] = by_status.get(status, 0) + int(count)
    print("answered:", ", ".join(f"{status} {by_status[status]} times" for status in sorted(by_status)))
    total = sum(by_status.values())
    print(f"contract: {total} calls, {by_status.get('500', 0)} of them answered 500")
    sys.exit(1 if "500" in by_status else 0)
PYTHON
}
metrics "$work/lines"

"$accruedb" schema --openapi > "$work/openapi.json"
# lines of commands are in no JSON body: the batch is called above, and by the clients' cases
operations=$(( $(grep -c '"operationId"' "$work/openapi.json") - 1 ))
cp "$here/schemathesis.toml" "$work"
# 501 and 503 are answers of the document; a 500 is looked for in the metrics, where none can hide
status=0
(cd "$work" && "$schemathesis" --config-file schemathesis.toml run openapi.json --url "$address" \
  --header "Authorization: Bearer $token" --exclude-operation-id batch --phases fuzzing --max-examples $(( (calls + operations - 1) / operations )) \
  --checks status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
  --seed "$seed" --continue-on-failure --suppress-health-check all --warnings off --request-timeout 30 ${ARGUMENTS:-}) || status=$?
metrics || status=1
exit $status
