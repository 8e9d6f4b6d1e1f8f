#!/bin/sh
# tools/try.sh [--shell | --host]: installs what is missing, builds, and shows avahid at work: two
# hosts in network namespaces on one virtual link without DHCP. Exit status 0: each step was seen.
#   --shell   leaves the two hosts up, with a prompt in alpha; its end takes them down
#   --host    runs the daemon on this machine's own interfaces instead, until interrupted
# The machine's own network and files are not touched, except by --host, which may add 169.254
# addresses to interfaces without an address, for as long as it runs.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/dev/lib.sh"

case "$*" in
    "" | --shell | --host) ;;
    -h | --help)
        sed -n '/^#!/d; s/^# \{0,1\}//p; /^$/q' "$0"
        exit 0
        ;;
    *) die "unknown option '$*' (--help shows them)" ;;
esac
need_root "$@"

"$root/tools/dev/deps.sh" build run
folder=$root/build/release
say "building (release) into build/release"
build_tree "$folder" "avahid avahictl nss_avahid" -DAVAHID_TESTS=OFF "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1" || exit 1

program() { find "$folder" -type f -name "$1" -print -quit; }
AVAHID_DAEMON=$(program avahid)
AVAHID_CTL=$(program avahictl)
AVAHID_NSS_MODULE=$(program libnss_avahid.so.2)
export AVAHID_DAEMON AVAHID_CTL AVAHID_NSS_MODULE

if [ "$*" = --host ]; then
    run=$(mktemp -d)
    trap 'rm -rf "$run"' EXIT
    trap : INT TERM # the daemon gets them too, and ends by itself
    chmod 755 "$run"
    say "running on this machine's interfaces; stop it by Ctrl-C. In another terminal, for example:"
    echo "    $AVAHID_CTL --socket $run/control status"
    echo "    $AVAHID_CTL --socket $run/control browse --all"
    status=0
    "$AVAHID_DAEMON" --runtime-dir "$run" --state-dir "$run/state" || status=$?
    exit $status
fi
exec /usr/bin/python3 -B "$root/tools/demo/demo.py" "$@"
