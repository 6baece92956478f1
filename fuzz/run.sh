#!/bin/sh
# Fuzzes one target for some seconds: fuzz/run.sh TARGET SECONDS
#
# Needs a nightly compiler and a C++ compiler, nothing else: the flags below are those that `cargo fuzz run` sets,
# less the address sanitizer (the project has no unsafe code). Where cargo-fuzz is installed,
# `cargo +nightly fuzz run TARGET` does the same. What it finds is kept under fuzz/artifacts/TARGET; to see one
# again: fuzz/run.sh TARGET 0 fuzz/artifacts/TARGET/crash-...
#
# Exit codes: 0 nothing found, or SKIPPED because there is no nightly; other: something found.
set -eu
target=${1:?usage: fuzz/run.sh TARGET SECONDS [INPUT]}
seconds=${2:?usage: fuzz/run.sh TARGET SECONDS [INPUT]}
cd "$(dirname "$0")/.."

if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "SKIPPED: fuzzing $target needs a nightly compiler (rustup toolchain install nightly)" >&2
    exit 0
fi

host=$(rustc +nightly -vV | sed -n 's/^host: //p')
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0"
build="${CARGO_TARGET_DIR:-$PWD/fuzz/target}/fuzz"
# with --target the flags are for the target alone, not for build scripts
CARGO_TARGET_DIR=$build cargo +nightly build --quiet --release --manifest-path fuzz/Cargo.toml --target "$host" --bin "$target"

mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target"
program="$build/$host/release/$target"
if [ $# -ge 3 ]; then
    exec "$program" "$3"
fi
# -len_control=0: long histories from the start
exec "$program" -max_total_time="$seconds" -max_len=4096 -len_control=0 -timeout=20 -print_final_stats=1 \
    -artifact_prefix="fuzz/artifacts/$target/" "fuzz/corpus/$target"
