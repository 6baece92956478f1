#!/bin/sh
# Is every event settled once, however often a settlement run is killed? tests/settle_kills.sh ACCRUEDB [EVENTS [KILLS]]
#
# Records EVENTS purchases (2,000,000) and submits a run over them; kills the process that executes it KILLS times (10) at
# random instants, and lets the last one end it. Then the run must have settled as many events as there are, each must
# have one line, and the audit, which replays the journal and recomputes every line, must find nothing.
# Exit codes: 0 so it is; 1 not so, or the run was over before it was killed so often; 2 wrong call.
set -u
accruedb=${1:?the program} events=${2:-2000000} kills=${3:-10}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
db=$work/db
run=170141183460469231731687303715884105727
state() {
    "$accruedb" settlement --db "$db" --program 1 --format csv run "$run" | sed -n 2p | tr -d '\r'
}
"$accruedb" load --db "$db" --settle "$events" --leave-run --accruals 1000 --threads 2 >"$work/load" || exit 1
"$accruedb" load --accruals 1 --settle "$events" 2>/dev/null | grep settled
killed=0 before=0
while [ "$killed" -lt "$kills" ]; do
    "$accruedb" sweep --db "$db" >/dev/null 2>&1 &
    pid=$!
    # between 0.1 and 0.45 seconds, opening included
    sleep "$(od -An -N2 -tu2 /dev/urandom | awk '{ printf "%.3f", 0.1 + $1 / 65536 * 0.35 }')"
    kill -9 "$pid" 2>/dev/null || { echo "the run was over after $killed kills: more events are needed"; exit 1; }
    wait "$pid" 2>/dev/null
    killed=$((killed + 1))
    now=$(state | cut -d, -f4)
    echo "killed at event $now"
    [ "${now:-0}" -lt "$before" ] && { echo "it was at event $before before"; exit 1; }
    before=${now:-0}
done
"$accruedb" sweep --db "$db" >/dev/null || exit 1
end=$(state)
lines=$("$accruedb" settlement --db "$db" --program 1 --format csv lines | sed 1d | wc -l)
echo "$end; $lines lines"
[ "$(echo "$end" | cut -d, -f2,4)" = "completed,$events" ] && [ "$lines" -eq "$events" ] || exit 1
"$accruedb" verify --db "$db" || exit 1
echo "PROOF: $events events settled once each over $kills kills"
