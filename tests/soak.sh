#!/bin/sh
# The long tests, and one table of what they proved: tests/soak.sh [ROW...]
#
# Every row is a test of its own, small in `make test` and of any size here: ACCRUEDB_SIZE=N tests/soak.sh kill
# PERCENT=25: a quarter of every size.
# Several rows run at once (JOBS=5), the longest first: most of them wait for a disk.
# Exit code: 0 if no row failed.
set -u
cd "$(dirname "$0")/.."
log=${CARGO_TARGET_DIR:-target}/soak

# row, size: what each counts is in src/docs/promises.md
rows='fuzz 600
simulation 200000
fault_fs 20000
damage 20000
block_log 10000
schedules 2000000
recovery_crash 2000
kill 2000
power 1000
syscalls 3000
order 10000000
backup 500
retries 3000
clock 20000
overload 600
ack_order 10000
full_disk 10'

run_row() {
    row=$1
    whole=$(echo "$rows" | sed -n "s/^$row //p")
    size=${ACCRUEDB_SIZE:-$(((whole * ${PERCENT:-100} + 99) / 100))}
    echo "$(date -u +%T) $row, size $size ..." >&2
    rm -f "$log/$row.failed"
    case $row in
    fuzz) ./fuzz/run.sh all "$size" ;;
    schedules) ACCRUEDB_SIZE=$size make --no-print-directory schedules ;;
    *) ACCRUEDB_SIZE=$size cargo test --release --locked --test main "proof_$row" -- --nocapture ;;
    esac >"$log/$row" 2>&1 && echo "$(date -u +%T) $row: done" >&2 && return
    touch "$log/$row.failed"
    echo "$(date -u +%T) $row: FAILED, $log/$row ends with" >&2
    tail -20 "$log/$row" >&2
}

# this script, for one row
if [ "${1:-}" = --row ]; then
    run_row "$2"
    exit 0
fi

wanted=${*:-$(echo "$rows" | cut -d' ' -f1)}
for row in $wanted; do
    echo "$rows" | grep -q "^$row " ||
        { echo "no row $row; there are: $(echo "$rows" | cut -d' ' -f1 | tr '\n' ' ')"; exit 2; }
done
mkdir -p "$log"
echo "what each row says of its progress: tail -f $log/ROW" >&2
began=$(date +%s)
echo "$wanted" | xargs -n 1 -P "${JOBS:-5}" ./tests/soak.sh --row

echo
echo "commit $(git rev-parse --short HEAD 2>/dev/null), $(date -u +%F), $(($(date +%s) - began)) s"
failures=0
for row in $wanted; do
    sed -n 's/^.*PROOF //p' "$log/$row" | sed -e 's/[{}"]//g' -e 's/,/, /g' -e 's/:/ /g'
    grep -q PROOF "$log/$row" || echo "row $row: FAILED before it could say anything"
    [ ! -e "$log/$row.failed" ] || failures=$((failures + 1))
done
echo "failures: $failures"
[ "$failures" = 0 ]
