#!/bin/sh
# tools/bench.sh [--quick] [NAME…]: measures the daemon beside avahi-daemon and beside the limits of the
# kernel, in namespaces, in turns. Each NAME is a tests/bench/NAME.py; without one all are run, in less
# than 10 minutes on a quiet machine. Figures move with the machine: read the ratios.
# Writes build/bench/table.txt, table.json and bench.svg; the chart is also copied to
# tools/bench.svg when all was run.   --quick: tiny counts, to see that it works.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/dev/lib.sh"
need_root "$@"

quick=
if [ "${1:-}" = --quick ]; then
    quick=1
    shift
    export AVAHID_BENCH_QUICK=1
fi
if [ -z "${AVAHID_DAEMON:-}" ]; then
    "$root/tools/dev/deps.sh" build test
    folder=$root/build/release
    say "building (release) into build/release"
    build_tree "$folder" "avahid avahictl nss_avahid" -DAVAHID_TESTS=OFF \
        "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1" || exit 1
    export AVAHID_DAEMON="$folder/avahid/avahid" AVAHID_CTL="$folder/tools/avahictl/avahictl"
    export AVAHID_NSS_MODULE="$folder/nss-plugin/libnss_avahid.so.2"
fi
export AVAHID_PEERS="${AVAHID_PEERS:-$root/build/peers}"

rows=$(mktemp -d)
out=${AVAHID_BENCH_OUT:-$root/build/bench}
export AVAHID_BENCH_ROWS="$rows" AVAHID_BENCH_LOCK="$rows/lock"
trap 'rm -rf "$rows"' EXIT
all=
if [ $# -eq 0 ]; then
    all=1
    set -- quiet answers publish cache start traffic nss
fi
python=/usr/bin/python3
waited=
status=0
for name; do
    [ -f "$root/tests/bench/$name.py" ] || die "there is no benchmark '$name'"
    if [ "$name" = quiet ]; then  # it waits most of its time, beside the others
        "$python" -B "$root/tests/bench/quiet.py" >"$rows/quiet.log" 2>&1 &
        waited=$!
        continue
    fi
    say "$name"
    flock "$rows/lock" "$python" -B "$root/tests/bench/$name.py" || status=1
done
if [ -n "$waited" ]; then
    wait "$waited" || status=1
    cat "$rows/quiet.log"
fi
say "the table"
"$python" -B "$root/tests/bench/table.py" "$rows" "$out" "$@"
if [ -n "$all" ] && [ -z "$quick" ] && [ $status -eq 0 ]; then cp "$out/bench.svg" "$root/tools/bench.svg"; fi
exit $status
