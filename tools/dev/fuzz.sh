#!/bin/sh
# tools/dev/fuzz.sh [MINUTES [TARGET…]]: builds the fuzz targets with clang and runs each for MINUTES
# (1). What they learn stays in build/fuzz/corpus, a crash too, and the exit status is 1. What is worth
# keeping goes to tests/fuzz/corpus/TARGET, which every test run replays.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tools/dev/lib.sh"
minutes=${1:-1}
[ $# -eq 0 ] || shift
[ -x "$(command -v clang++)" ] || "$root/tools/dev/deps.sh" dev
cd "$root"
quietly "configuring the fuzz targets" cmake --preset fuzz
targets=$(ninja -C build/fuzz -t targets all | sed -n 's/^\(fuzz_[a-z0-9_]*\): phony$/\1/p' | sort -u)
[ -n "$targets" ] || die "there are no fuzz targets"
say "building the fuzz targets"
cmake --build build/fuzz -j "$(nproc)" --target $targets

[ $# -gt 0 ] || set -- $targets
status=0
for target; do
    name=${target#fuzz_}
    program=$(find build/fuzz -type f -perm -u+x -name "fuzz_$name")
    [ -n "$program" ] || die "there is no fuzz target '$name'"
    found=build/fuzz/corpus/$name seeds=tests/fuzz/corpus/$name
    mkdir -p "$found"
    [ -d "$seeds" ] || seeds=
    say "$name, $minutes min"
    log=build/fuzz/$name.log
    if "$program" -max_total_time=$((minutes * 60)) -max_len=9000 -timeout=10 \
        -rss_limit_mb=2048 -artifact_prefix="$found/" "$found" $seeds >"$log" 2>&1; then
        grep -E '^Done ' "$log" || tail -n 1 "$log"
    else
        tail -n 40 "$log"
        status=1
    fi
done
exit $status
