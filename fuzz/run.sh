#!/bin/sh
# Fuzzes: fuzz/run.sh TARGET SECONDS [INPUT], where TARGET is one of those below, or `all`, each for so many seconds.
#
# Needs a nightly compiler and a C++ compiler, nothing else: the flags below are those that `cargo fuzz run` sets,
# less the address sanitizer (the project has no unsafe code); SANITIZER=address adds it. Where cargo-fuzz is
# installed, `cargo +nightly fuzz run TARGET` does the same. All targets are built at once.
#
# Inputs begin with those of fuzz/corpus/TARGET. What a run of a minute or more finds interesting is kept with the
# build, for the next one; shorter runs begin with the same seed each time. What breaks a target is kept under
# fuzz/artifacts/TARGET; to see one again:
# fuzz/run.sh TARGET 0 fuzz/artifacts/TARGET/crash-...
#
# The last line is a row of the soak's table: inputs tried, by target, and inputs that broke one. As its control, a
# fault that is planted in the target `control` must be found.
#
# Exit codes: 0 nothing found, or SKIPPED because there is no nightly; other: something found, or nothing tried.
set -eu
wanted=${1:?usage: fuzz/run.sh TARGET|all SECONDS [INPUT]}
seconds=${2:?usage: fuzz/run.sh TARGET|all SECONDS [INPUT]}
sanitizer=${SANITIZER:-}
cd "$(dirname "$0")/.."
row="fuzz${sanitizer:+-$sanitizer}"
targets='commands journal values keys import apply scenario'

if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "SKIPPED $row: it needs a nightly compiler (rustup toolchain install nightly)" >&2
    echo "PROOF {\"row\":\"$row\",\"skipped\":\"no nightly compiler\"}"
    exit 0
fi

host=$(rustc +nightly -vV | sed -n 's/^host: //p')
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0\
${sanitizer:+ -Zsanitizer=$sanitizer}"
build="${CARGO_TARGET_DIR:-$PWD/fuzz/target}/$row"
# with --target the flags are for the target alone, not for build scripts
CARGO_TARGET_DIR=$build cargo +nightly build --quiet --release --manifest-path fuzz/Cargo.toml \
    --target "$host" --bins
programs="$build/$host/release"
mkdir -p "$build/logs"

if [ $# -ge 3 ]; then
    exec "$programs/$wanted" "$3"
fi

# Runs a target for some seconds. -len_control=0: long inputs from the start; -timeout: of one input, generous, for the
# machine may be busy.
fuzz() {
    target=$1
    if [ "$2" -ge 60 ]; then
        found="$build/corpus/$target"
    else
        found="$build/short/$target"
        rm -rf "$found"
    fi
    mkdir -p "$found" "fuzz/artifacts/$target"
    set -- -max_total_time="$2" -max_len=4096 -len_control=0 -timeout=180 -print_final_stats=1 \
        -artifact_prefix="fuzz/artifacts/$target/" "$found"
    [ ! -d "fuzz/corpus/$target" ] || set -- "$@" "fuzz/corpus/$target"
    [ ! -f "fuzz/words/$target.txt" ] || set -- -dict="fuzz/words/$target.txt" "$@"
    [ "$target" != scenario ] || set -- "$@" tests/scenarios
    # a short run is a check, and comes out the same on every machine; a long one looks for something new
    [ "$seconds" -ge 60 ] || set -- -seed=1 "$@"
    # what crashed commands leave behind is no leak of ours to look for
    ASAN_OPTIONS="detect_leaks=0" "$programs/$target" "$@" >"$build/logs/$target" 2>&1
}

figure() {
    sed -n "s/^stat::$2: *//p" "$build/logs/$1" | tail -1
}

began=$(date +%s)
[ "$wanted" = all ] || targets=$wanted
counts='' total=0 broken=0
for target in $targets; do
    ended=0
    fuzz "$target" "$seconds" || ended=$?
    tried=$(figure "$target" number_of_executed_units)
    tried=${tried:-0}
    if [ "$ended" = 0 ] && [ "$tried" -gt 0 ]; then
        echo "$target: $tried inputs, $(figure "$target" average_exec_per_sec) a second, none broke it"
    else
        broken=$((broken + 1))
        tail -40 "$build/logs/$target"
        input=$(sed -n 's/.*Test unit written to //p' "$build/logs/$target" | tail -1)
        again="again with: ${sanitizer:+SANITIZER=$sanitizer }fuzz/run.sh $target 0 $input"
        if [ "$ended" = 0 ]; then echo "$target: FAILED, it tried nothing"; else echo "$target: BROKEN; $again"; fi
    fi
    counts="$counts\"$target\":$tried,"
    total=$((total + tried))
done

# the planted fault: found, or the fuzzer is blind
if fuzz control 60; then
    seen=false
    echo 'control: the planted fault was NOT found: this fuzzer sees nothing'
elif grep -q planted "$build/logs/control"; then
    seen=true
else
    seen=false
    tail -40 "$build/logs/control"
fi
rm -rf fuzz/artifacts/control

echo "PROOF {\"row\":\"$row\",\"promise\":\"no input breaks a reader, and none that is refused enters\"," \
    "\"counts\":{$counts\"inputs\":$total,\"crashes\":$broken},\"faults\":{}," \
    "\"controls\":{\"a planted fault\":$seen},\"seconds\":$(($(date +%s) - began))}"
[ "$broken" = 0 ] && [ "$seen" = true ]
