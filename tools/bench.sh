#!/bin/sh
# tools/bench.sh [NAME…]: measures beside other stacks, in namespaces; each NAME is a tests/bench/NAME.py
# (nss: lookups beside libnss-mdns and a bare echo). Figures move with the machine: read the ratios.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/dev/lib.sh"
need_root "$@"

"$root/tools/dev/deps.sh" build test
folder=$root/build/release
say "building (release) into build/release"
build_tree "$folder" "avahid avahictl nss_avahid" -DAVAHID_TESTS=OFF "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1" || exit 1

export AVAHID_DAEMON="$folder/avahid/avahid" AVAHID_CTL="$folder/tools/avahictl/avahictl"
export AVAHID_NSS_MODULE="$folder/nss-plugin/libnss_avahid.so.2" AVAHID_PEERS="$root/build/peers"
[ $# -gt 0 ] || set -- nss
for name; do
    [ -f "$root/tests/bench/$name.py" ] || die "there is no benchmark '$name'"
    /usr/bin/python3 -B "$root/tests/bench/$name.py"
done
