#!/bin/sh
# The sanitizers, on what needs no C++: fuzz/sanitize.sh [SECONDS a fuzz target, 30]
#
# - the address sanitizer on every fuzz target;
# - the thread sanitizer on the tests of many threads: it needs the standard library's source (rust-src), for a
#   library that is not instrumented hides its own synchronisation and makes it see races where there are none;
# - Miri on the core's own tests, which use no file and no clock.
#
# What cannot run here is SKIPPED, loudly. Exit codes: 0 nothing found; other: something found, or nothing run.
set -u
seconds=${1:-30}
cd "$(dirname "$0")/.." || exit 1
build="${CARGO_TARGET_DIR:-$PWD/target}"
failed=0

skipped() {
    echo "SKIPPED $1: $2" >&2
    echo "PROOF {\"row\":\"$1\",\"skipped\":\"$2\"}"
}

# Runs a command as a row: its name, what it promises, and the command.
row() {
    name=$1 promise=$2 log="$build/$1.log"
    shift 2
    began=$(date +%s)
    if "$@" >"$log" 2>&1; then found=0; else found=1; fi
    tests=$(sed -n 's/^test result: .* \([0-9]*\) passed.*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
    [ "$tests" != 0 ] || found=1
    [ "$found" = 0 ] || { failed=1; tail -40 "$log"; }
    reports=$(grep -c 'WARNING: ThreadSanitizer\|Undefined Behavior' "$log")
    echo "PROOF {\"row\":\"$name\",\"promise\":\"$promise\",\"counts\":{\"tests\":$tests,\"reports\":$reports}," \
        "\"faults\":{},\"controls\":{},\"failed\":$found,\"seconds\":$(($(date +%s) - began))}"
}

SANITIZER=address ./fuzz/run.sh all "$seconds" || failed=1

if ! cargo +nightly --version >/dev/null 2>&1; then
    skipped threads 'no nightly compiler'
    skipped miri 'no nightly compiler'
    exit $failed
fi
host=$(rustc +nightly -vV | sed -n 's/^host: //p')
library="$(rustc +nightly --print sysroot)/lib/rustlib/src/rust/library"

if [ ! -d "$library" ]; then
    skipped threads 'nightly has no rust-src (rustup +nightly component add rust-src)'
else
    RUSTFLAGS='-Zsanitizer=thread' CARGO_TARGET_DIR="$build/threads" TSAN_OPTIONS='halt_on_error=0' \
        row threads 'no data race among the threads of an engine' \
        cargo +nightly test --release --locked --no-default-features -Zbuild-std --target "$host" --test main \
        concurrency
fi

if ! cargo +nightly miri --version >/dev/null 2>&1; then
    skipped miri 'nightly has no Miri (rustup +nightly component add miri)'
else
    CARGO_TARGET_DIR="$build/miri" MIRIFLAGS='-Zmiri-disable-isolation' \
        row miri 'no undefined behaviour in the core' \
        cargo +nightly miri test --locked --no-default-features --lib
fi
exit $failed
