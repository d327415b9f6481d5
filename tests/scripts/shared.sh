#!/bin/sh
# shared.sh BUILD [SUFFIX] - the shared libraries loaded by a running program: as the library of a plug-in, linked
# into one, and from Python; and the thread-local memory they need, of which little is left at that time.
#     LIBRARIES=libgradus sh tests/scripts/shared.sh build       only that for float
set -eu
build=$1
suffix=${2:-}                               # -debug
out=$build/tests/shared
mkdir -p "$out"
: "${CC:=cc}" "${CFLAGS:=-O1}" "${LIBS:=-lm -pthread -lz}"
here=$(dirname "$0")
LIBRARIES=${LIBRARIES:-libgradus libgradus64}

fail() {
    echo "shared.sh: $*" >&2
    exit 1
}

# A library with more than this could fail to load beside others that need some.
if command -v readelf >/dev/null; then
    for library in $LIBRARIES; do
        name=$library$suffix
        bytes=$(readelf -lW "$build/$name.so" | awk '$1 == "TLS" { print $6 }')
        [ -n "$bytes" ] || fail "$name.so has no thread-local memory at all"
        [ $((bytes)) -le 320 ] || fail "$name.so has $((bytes)) bytes of thread-local memory; the limit is 320"
    done
fi

# shellcheck disable=SC2086   # flags are lists
{
    late= inside=
    for library in $LIBRARIES; do
        name=$library$suffix
        case $library in *64) double=-DGD_DOUBLE ;; *) double= ;; esac
        late="$late $out/late_$name.so" inside="$inside $out/inside_$name.so"
        $CC -std=c11 $CFLAGS $double -Iinclude -fPIC -shared "$here/shared/plugin.c" -o "$out/late_$name.so" \
            "$build/$name.so" -Wl,-rpath,"$(cd "$build" && pwd)"
        $CC -std=c11 $CFLAGS $double -Iinclude -fPIC -shared "$here/shared/plugin.c" -o "$out/inside_$name.so" \
            "$build/$name.a" $LIBS
    done
    $CC -std=c11 $CFLAGS "$here/shared/host.c" -o "$out/host" -ldl -pthread
}
# Threads that outlive the plug-in lose what they hold with its code: not a leak to report.
ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" \
"$out/host" $late $inside || fail "a plug-in did not work"

# A sanitizer's library cannot be loaded late.
case "$CFLAGS" in *-fsanitize*) exit 0 ;; esac
command -v python3 >/dev/null || exit 0
python3 - "$build" "$suffix" $LIBRARIES <<'PYTHON' || fail "the library does not work from Python"
import ctypes, sys, threading, time
for name in sys.argv[3:]:
    library = ctypes.CDLL(sys.argv[1] + "/" + name + sys.argv[2] + ".so")
    begin, end, live = (getattr(library, f, None) or getattr(library, f.replace("gd_", "gd64_"))
                        for f in ("gd_scope_begin", "gd_scope_end", "gd_memory_live"))
    live.restype = ctypes.c_size_t
    good = []
    def work():
        good.append(begin() & 1 and end() & 1)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert good == [1] * 8, good
    for _ in range(500):                # join returns a little before the thread itself has ended
        if live() == 0:
            break
        time.sleep(0.01)
    assert live() == 0, live()
PYTHON
