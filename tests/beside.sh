#!/bin/sh
# Does looking disturb the writer? Loads at a steady rate, alone and beside reading processes, in turns, and compares the
# 99.9th percentile of the writer's latency: tests/beside.sh ACCRUEDB [RATE [SECONDS [READERS]]]
#
# Each reader opens the database that the load has open, asks for a member's balances, closes it, and rests for a second.
# It fails where a reader could not open, or showed an older entry than before. Looks run only where a processor has
# nothing else to do: what else runs on the machine takes time from them, and from the writer, so nothing else should.
# Exit codes: 0 the middle ratio of three turns is at most 1.5 and no reader failed; 1 else; 2 wrong call.
set -u
accruedb=${1:?the program} rate=${2:-5000} seconds=${3:-20} readers=${4:-8}
work=$(mktemp -d) || exit 2
trap 'touch "$work/stop"; wait; rm -rf "$work"' EXIT

read_on() {
    number=$1 db=$2 before=0 reads=0
    while [ ! -e "$work/stop" ]; do
        if [ -e "$db/guard" ]; then
            "$accruedb" balances --limit 1 --db "$db" --json >"$work/out.$number" 2>"$work/told.$number" ||
                { [ "$before" -gt 0 ] && echo "reader $number: $(cat "$work/told.$number")" >>"$work/failed"; }
            # told where the load has it open
            now=$(sed -n 's/.*shown up to its entry \([0-9]*\).*/\1/p' "$work/told.$number")
            [ "${now:-$before}" -lt "$before" ] && echo "reader $number: entry $now after $before" >>"$work/failed"
            before=${now:-$before} reads=$((reads + 1))
        fi
        sleep 1
    done
    echo "$reads" >"$work/reads.$number"
}

# The writer's p99.9 in microseconds, on a new database: nobody may have it open before the load.
load() {
    "$accruedb" load --db "$1" --rate "$rate" --accruals $((rate * seconds)) --json |
        sed -n 's/.*"p999_us":\([0-9]*\).*/\1/p'
}

ratios=
for turn in 1 2 3; do
    alone=$(load "$work/alone.$turn")
    rm -f "$work/stop"
    number=0
    while [ "$number" -lt "$readers" ]; do
        number=$((number + 1))
        read_on "$number" "$work/beside.$turn" &
    done
    beside=$(load "$work/beside.$turn")
    touch "$work/stop"
    wait
    reads=$(cat "$work"/reads.* | awk '{ sum += $1 } END { print sum }')
    ratio=$(awk "BEGIN { printf \"%.2f\", $beside / $alone }")
    ratios="$ratios $ratio"
    echo "turn $turn: p99.9 $alone us alone, $beside us beside $readers readers ($reads looks): $ratio times"
done
[ -e "$work/failed" ] && cat "$work/failed"
middle=$(echo "$ratios" | tr ' ' '\n' | sort -n | sed -n '3p')
echo "the middle ratio is $middle"
[ ! -e "$work/failed" ] && awk "BEGIN { exit !($middle <= 1.5) }"
