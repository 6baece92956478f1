#!/bin/sh
# How long every report takes over 20,000,000 accruals of 730 days, 200 sources and 3 point types, with redemptions and
# expiries; and a page of a hundred of the audit log by each filter alone: tests/reports_at_size.sh ACCRUEDB [DIR [COMMANDS]]
#
# The database is made in DIR, if there is none yet: some minutes, 5 GB; without DIR, in a temporary folder that is removed.
# Reports are timed inside of one process, the shortest of five calls after a first one: opening is apart. A line of the table: what was got,
# what was wanted, rows, report.
# Exit codes: 0 every report is within its limit; 1 one is not, or something failed; 2 wrong call.
set -u
accruedb=${1:?the program} dir=${2:-} commands=${3:-22300000}
work=
if [ -z "$dir" ]; then
    work=$(mktemp -d) || exit 2
    trap 'rm -rf "$work"' EXIT
    dir=$work/db
fi
options="--db $dir --accruals $commands --redemptions 10 --members 1000000 --spread 730 --sources 200 --types 3"
if [ ! -e "$dir" ]; then
    # shellcheck disable=SC2086
    "$accruedb" load $options >&2 || exit 1
fi
# shellcheck disable=SC2086
table=$("$accruedb" load $options --only-reports) || exit 1
echo "$table"
late=$(echo "$table" | grep -c 'TOO LONG')
echo "$(echo "$table" | wc -l) reports, $late of them beyond their limit"
[ "$late" -eq 0 ]
