#!/bin/sh
# tools/dev/deps.sh [GROUP…]: installs the Debian 12 packages that avahid needs.
#   build   compiler and libraries                    (tools/try.sh, tools/test.sh)
#   run     what the demo calls                       (tools/try.sh)
#   test    test libraries, other stacks to test with (tools/test.sh)
#   dev     clang, formatter and linter               (tools/dev/check)
#   package what makes Debian packages, and a Debian root to try them in (tools/dev/package)
# Without GROUP: build run test. Nothing is asked, no daemon is started, and nothing at all is done
# when everything is there. Packages that would change the machine (Avahi's daemon would start, and
# edit nsswitch.conf) are not installed but unpacked into build/peers, where only the tests look.
# Two stacks come from npm into build/peers/npm, if node and npm are there already: Debian's npm would
# be hundreds of packages more. Without them the tests say what they skip.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tools/dev/lib.sh"
need_root "$@"

build="g++ cmake ninja-build ccache pkg-config libboost1.81-dev libnl-3-dev libnl-route-3-dev
    libfmt-dev libsdbus-c++-dev libsystemd-dev libpugixml-dev libutf8proc-dev nlohmann-json3-dev
    libcli11-dev libseccomp-dev libcap-dev"
run="iproute2 iputils-ping bind9-dnsutils python3 python3-zeroconf"
test="$run nftables libgtest-dev libgmock-dev libbenchmark-dev dbus-daemon python3-dbus
    python3-gi gcc libcups2 valgrind curl openssh-client"
package="dpkg-dev file debootstrap"
dev="$build $test clang clang-format clang-tidy libclang-rt-14-dev llvm"
peers="avahi-daemon avahi-utils avahi-dnsconfd libavahi-core7 libavahi-common3 libavahi-common-data
    libavahi-client3 libdaemon0 libgdbm6 libnss-mdns mdnsd libmdnsd1 mdns-scan avahi-autoipd dhcpcd-base busybox
    libavahi-client-dev libavahi-common-dev libavahi-compat-libdnssd1 libavahi-compat-libdnssd-dev
    cups-ipp-utils nscd"
npm_peers="multicast-dns@7.2.5 bonjour-service@1.3.0 dns-packet@5.6.1 @leichtgewicht/ip-codec@2.0.5
    thunky@1.1.0 fast-deep-equal@3.1.3"

missing() {  # of the given packages, those not installed
    for package; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
            echo "$package"
    done
}

apt() {  # quiet unless it fails; waits for another apt to end
    quietly "apt-get $1" apt-get -q -y -o DPkg::Lock::Timeout=120 -o APT::Sandbox::User=root "$@"
}

update_lists() {  # once a run
    [ -n "${lists_updated:-}" ] && return
    say "updating the package lists (apt-get update)"
    apt update || say "some package lists could not be updated; trying with what is there"
    lists_updated=yes
}

# Lists that are missing or from another day name packages that the mirror no longer has: the
# first try may fail, the one after an update counts.
with_lists() {
    if apt-cache show g++ >/dev/null 2>&1 && (apt "$@") 2>/dev/null; then return 0; fi
    update_lists
    apt "$@"
}

install_packages() {
    say "installing $(echo "$@" | wc -w) Debian packages: $*"
    # Should a package bring a service along, it is not to be started.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        trap 'exit 130' INT TERM
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    DEBIAN_FRONTEND=noninteractive with_lists install --no-install-recommends "$@" ||
        die "the packages could not be installed (see above)"
}

unpack_peers() {
    folder=$root/build/peers
    stamp="$folder/.unpacked $peers"
    [ "$(cat "$folder/.unpacked" 2>/dev/null)" = "$stamp" ] && return
    say "unpacking other stacks for the tests into build/peers: $(echo $peers)"
    rm -rf "$folder.new"
    mkdir -p "$folder.new/archives"
    (cd "$folder.new/archives" && with_lists download $peers) ||
        die "the peers could not be downloaded"
    for archive in "$folder.new"/archives/*.deb; do dpkg-deb -x "$archive" "$folder.new"; done
    rm -r "$folder.new/archives"
    echo "$stamp" >"$folder.new/.unpacked"
    rm -rf "$folder"
    mv "$folder.new" "$folder"
}

# Pinned, dependencies too. Not having them is no failure: the tests say what they skip.
fetch_npm_peers() {
    command -v node >/dev/null && command -v npm >/dev/null || return 0
    folder=$root/build/peers/npm
    [ "$(cat "$folder/.fetched" 2>/dev/null)" = "$npm_peers" ] && return
    say "fetching two stacks for the tests from npm into build/peers/npm"
    rm -rf "$folder"
    mkdir -p "$folder"
    if quietly "npm install" npm install --prefix "$folder" --cache "$folder/.cache" --no-save \
        --ignore-scripts --no-audit --no-fund --no-update-notifier $npm_peers; then
        echo "$npm_peers" >"$folder/.fetched"
    else
        say "their tests will be skipped"
    fi
    rm -rf "$folder/.cache"
}

[ -x /usr/bin/apt-get ] || die "this is not a Debian machine: install by hand: $(echo $build $test)"
[ $# -gt 0 ] || set -- build run test
wanted=
for group; do
    case $group in
        build | run | test | dev | package) eval "wanted=\"\$wanted \$$group\"" ;;
        *) die "unknown group '$group'; there are: build run test dev package" ;;
    esac
done
lacking=$(missing $wanted | sort -u)
[ -z "$lacking" ] || install_packages $lacking
case " $* " in
    *" test "* | *" dev "*)
        unpack_peers
        fetch_npm_peers
        ;;
esac
