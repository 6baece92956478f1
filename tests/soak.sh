#!/bin/sh
# The long tests, and one table of what they proved: tests/soak.sh [ROW...]
#
# Every row is a test of its own, small in `make test` and of any size here: ACCRUEDB_SIZE=N tests/soak.sh kill
# Exit code: 0 if no row failed.
set -u
cd "$(dirname "$0")/.."

# row, size
rows='kill 2000
ack_order 1000
power 600
syscalls 3000
recovery_crash 2000
damage 10000
full_disk 10
backup 200
simulation 100000
retries 3000
clock 20000
order 4000000
schedules 500000
fuzz 90'

wanted=${*:-$(echo "$rows" | cut -d' ' -f1)}
log=${CARGO_TARGET_DIR:-target}/soak
mkdir -p "$log"
failures=0
for row in $wanted; do
    size=${ACCRUEDB_SIZE:-$(echo "$rows" | sed -n "s/^$row //p")}
    [ -n "$size" ] || { echo "no row $row; there are: $(echo "$rows" | cut -d' ' -f1 | tr '\n' ' ')"; exit 2; }
    echo "$(date -u +%T) $row, size $size ..." >&2
    case $row in
    fuzz) ./fuzz/run.sh all "$size" ;;
    schedules) ACCRUEDB_SIZE=$size make --no-print-directory schedules ;;
    *) ACCRUEDB_SIZE=$size cargo test --release --locked --test main "proof_$row" -- --nocapture ;;
    esac >"$log/$row" 2>&1 || {
        failures=$((failures + 1))
        echo "FAILED $row: $log/$row" >&2
        tail -20 "$log/$row" >&2
    }
done

echo
echo "commit $(git rev-parse --short HEAD 2>/dev/null), $(date -u +%F)"
for row in $wanted; do
    sed -n 's/^.*PROOF //p' "$log/$row" | sed -e 's/[{}"]//g' -e 's/,/, /g' -e 's/:/ /g'
    grep -q PROOF "$log/$row" || echo "row $row: FAILED before it could say anything"
done
echo "failures: $failures"
[ "$failures" = 0 ]
