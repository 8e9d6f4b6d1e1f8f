#!/bin/sh
# tools/test.sh [--long] [--release] [--filter RE]: installs what is missing, builds, runs all tests.
#   --long        more seeds, longer waits, each fuzz target for a minute, the packages installed on
#                 Debian (tools/dev/package), and the rules of the RFC broken one by one
#                 (tools/dev/mutants)
#   --asan        with address and undefined behaviour sanitizers (the default)
#   --release     the release build instead, without them
#   --filter RE   only tests whose name matches
# The unit tests run first, then the black-box tests: the daemon in network namespaces, beside other
# stacks. The machine's own network is not touched. Exit status: 0 all passed, 1 not, 2 cannot run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/dev/lib.sh"

case " $* " in
    *" --help "* | *" -h "*)
        sed -n '/^#!/d; s/^# \{0,1\}//p; /^$/q' "$0"
        exit 0
        ;;
esac
need_root "$@"

build=asan filter=. long=
while [ $# -gt 0 ]; do
    case $1 in
        --long) long=1 ;;
        --asan) build=asan ;;
        --release) build=release ;;
        --filter)
            [ $# -ge 2 ] || die "--filter needs a regular expression"
            filter=$2
            shift
            ;;
        *) die "unknown option '$1' (--help shows them)" ;;
    esac
    shift
done

"$root/tools/dev/deps.sh" build test package
folder=$root/build/$build
case $build in
    # -O1 keeps the reports readable and the build short. There g++ 12 warns of uninitialized values
    # and of operator delete where nothing is wrong; the dev, release and clang builds warn rightly.
    asan) set -- -DAVAHID_SANITIZE=address,undefined \
        "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g1" "-DCMAKE_C_FLAGS_RELWITHDEBINFO=-O1 -g1" \
        "-DCMAKE_CXX_FLAGS=-Wno-maybe-uninitialized -Wno-mismatched-new-delete" ;;
    release) set -- "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1" ;;
esac
say "building ($build) into build/$build"
build_tree "$folder" all -DCMAKE_INSTALL_PREFIX=/usr -DAVAHID_WERROR=ON -DAVAHID_TESTS=ON "$@" || exit 1

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export CTEST_OUTPUT_ON_FAILURE=1
status=0
if [ -n "$long" ]; then
    export AVAHID_LONG=1
    "$root/tools/dev/package" --lintian || status=1
fi
run_tests() {  # WHAT JOBS CTEST-ARGUMENT…
    say "$1"
    result=$folder/results-$1.xml jobs=$2
    rm -f "$result"
    shift 2
    ctest --test-dir "$folder" -R "$filter" -j "$jobs" \
        --output-junit "$result" --test-output-size-passed 100000 "$@" || status=1
}
run_tests unit "$(nproc)" -LE blackbox
# These mostly wait for protocol time to pass, so more of them run than there are processors.
run_tests blackbox "$(($(nproc) * 3))" -L blackbox
if [ -n "$long" ]; then
    "$root/tools/dev/fuzz.sh" 1 || status=1
    say "mutants"
    "$root/tools/dev/mutants" || status=1
fi

"$root/tools/dev/requirements" || status=1
/usr/bin/python3 "$root/tools/dev/summary.py" "$folder"/results-unit.xml \
    "$folder"/results-blackbox.xml || status=1
exit $status
