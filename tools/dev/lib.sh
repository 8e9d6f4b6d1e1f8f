# tools/dev/lib.sh: what the scripts share; sourced, with $root set to the top of the tree.

# Compiled objects are found again by ccache also in another clone.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1

say() { printf '==> %s\n' "$*"; }
die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 2
}

# Installing packages and making network namespaces need root: get it, or say so.
need_root() {
    [ "$(id -u)" -eq 0 ] && return
    command -v sudo >/dev/null || die "needs root, and there is no sudo: run it as root"
    exec sudo -- "$0" "$@"
}

# quietly WHAT COMMAND…: its output is shown only when it fails
quietly() {
    what=$1
    shift
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    printf '%s failed:\n' "$what" >&2
    tail -n 60 "$log" >&2
    rm -f "$log"
    return 1
}

# build_tree FOLDER TARGETS CMAKE-ARGUMENT…: configures and builds; TARGETS is a list in one word
build_tree() {
    folder=$1 targets=$2
    shift 2
    quietly "cmake" cmake -S "$root" -B "$folder" -G Ninja "$@" || return 1
    if [ -t 1 ]; then
        cmake --build "$folder" --target $targets -j "$(nproc)"
    else
        # One line in twenty-five is progress enough where lines cannot be overwritten.
        { cmake --build "$folder" --target $targets -j "$(nproc)" 2>&1 && echo built; } |
            awk '/^\[[0-9]+\/[0-9]+\]/ && !/FAILED/ { if (n++ % 25) next; print; fflush(); next }
                 $0 == "built" { ok = 1; next }
                 { print; fflush() }
                 END { exit !ok }'
    fi
}
