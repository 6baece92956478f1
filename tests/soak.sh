#!/bin/sh
# The long tests, and one table of what they proved: tests/soak.sh [ROW...]
#
# Every row is a test of its own, small in `make test` and of any size here: ACCRUEDB_SIZE=N tests/soak.sh kill
# PERCENT=25: a quarter of every size.
# Several rows run at once (JOBS=5), the longest first: most of them wait for a disk. Each has three hours
# (ROW_SECONDS=10800). What cannot be tested here is SKIPPED: told and counted, and no failure.
# Exit codes: 0 no row failed; 1 some did; 2 nothing was run.
set -u
cd "$(dirname "$0")/.." || exit 2
target=${CARGO_TARGET_DIR:-target}
log=$target/soak

# row, size: what each counts is in src/docs/promises.md
rows='fuzz 600
simulation 200000
fault_fs 20000
damage 20000
block_log 10000
schedules 2000000
recovery_crash 2000
kill 2000
serve 200
commands 200
power 1000
syscalls 3000
order 10000000
drain 1000000
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
    export ACCRUEDB_SIZE="$size"
    case $row in
    fuzz) set -- ./fuzz/run.sh all "$size" ;;
    schedules) set -- "$schedules" schedules --nocapture ;;
    *) set -- "$tests" "proof_$row" --nocapture ;;
    esac
    # in a session of its own, as the kernel shares the processor fairly among sessions: a row that mostly waits for
    # its own threads would else wait for each of them behind all that others run
    setsid timeout -k 60 "${ROW_SECONDS:-10800}" "$@" >"$log/$row" 2>&1 &
    pid=$!
    trap 'kill "$pid"' INT TERM
    if wait "$pid" && grep -q PROOF "$log/$row"; then
        touch "$log/$row.ok"
        echo "$(date -u +%T) $row: done" >&2
    else
        case $? in
        124) echo "it took more than ${ROW_SECONDS:-10800} s" >>"$log/$row" ;;
        137) echo 'it was killed' >>"$log/$row" ;;
        esac
        echo "$(date -u +%T) $row: FAILED, $log/$row ends with" >&2
        tail -20 "$log/$row" >&2
    fi
}

# Builds tests, and gives the program that has them: of the kind that cargo calls test or lib.
build() {
    kind=$1
    shift
    "${CARGO:-cargo}" test --release --locked --no-run --message-format json "$@" |
        sed -n "s/.*\"kind\":\[\"$kind\"\].*\"executable\":\"\([^\"]*\)\".*/\1/p"
}

# as `make schedules` does
build_schedules() {
    export RUSTFLAGS='--cfg shuttle' CARGO_TARGET_DIR="$target/schedules"
    build lib --no-default-features --lib
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
# what an earlier soak left must not be taken for this one's
for row in $wanted; do
    rm -f "$log/$row" "$log/$row.ok"
done
commit=$(git rev-parse --short HEAD 2>/dev/null)
[ -z "$(git status --porcelain 2>/dev/null)" ] || commit="$commit, dirty"
# built once, so that all rows run the same; the fuzzer builds its own
tests='' schedules=''
for row in $wanted; do
    case $row in
    fuzz) built=./fuzz/run.sh ;;
    schedules) built=${schedules:=$(build_schedules)} ;;
    *) built=${tests:=$(build test --test main)} ;;
    esac
    [ -x "$built" ] || { echo "row $row does not build"; exit 2; }
done
export tests schedules
echo "what each row says of its progress: tail -f $log/ROW" >&2
began=$(date +%s)
echo "$wanted" | xargs -n 1 -P "${JOBS:-5}" ./tests/soak.sh --row

echo
echo "commit $commit, $(date -u +%F), $(($(date +%s) - began)) s"
skipped=0 failures=0
for row in $wanted; do
    touch "$log/$row"
    sed -n '/"skipped"/!s/^.*PROOF //p' "$log/$row" | sed -e 's/[{}"]//g' -e 's/,/, /g' -e 's/:/ /g'
    # some of a row, or all of it
    if grep -q '\(^\|\.\.\. \)SKIPPED ' "$log/$row"; then
        sed -n 's/^\(.*\.\.\. \)*SKIPPED /SKIPPED /p' "$log/$row"
        skipped=$((skipped + 1))
    fi
    if [ ! -e "$log/$row.ok" ]; then
        when=''
        grep -q PROOF "$log/$row" || when=' before it could say anything'
        echo "row $row: FAILED$when, see $log/$row"
        failures=$((failures + 1))
    fi
done
echo "skipped: $skipped"
echo "failures: $failures"
[ "$failures" = 0 ]
