#!/bin/sh
# shared.sh BUILD [SUFFIX] - the shared libraries loaded by a running program: as the library of a plug-in, linked
# into one, and from Python; and the thread-local memory they need, of which little is left at that time.
set -eu
build=$1
suffix=${2:-}                               # -debug
out=$build/tests/shared
mkdir -p "$out"
: "${CC:=cc}" "${CFLAGS:=-O1}" "${LIBS:=-lm -pthread -lz}"
here=$(dirname "$0")

fail() {
    echo "shared.sh: $*" >&2
    exit 1
}

# A library with more than this could fail to load beside others that need some.
if command -v readelf >/dev/null; then
    for name in libgradus$suffix libgradus64$suffix; do
        bytes=$(readelf -lW "$build/$name.so" | awk '$1 == "TLS" { print $6 }')
        [ -n "$bytes" ] || fail "$name.so has no thread-local memory at all"
        [ $((bytes)) -le 320 ] || fail "$name.so has $((bytes)) bytes of thread-local memory; the limit is 320"
    done
fi

# shellcheck disable=SC2086   # flags are lists
{
    for kind in "libgradus$suffix" "libgradus64$suffix -DGD_DOUBLE"; do
        set -- $kind
        name=$1
        shift
        $CC -std=c11 $CFLAGS "$@" -Iinclude -fPIC -shared "$here/shared/plugin.c" -o "$out/late_$name.so" \
            "$build/$name.so" -Wl,-rpath,"$(cd "$build" && pwd)"
        $CC -std=c11 $CFLAGS "$@" -Iinclude -fPIC -shared "$here/shared/plugin.c" -o "$out/inside_$name.so" \
            "$build/$name.a" $LIBS
    done
    $CC -std=c11 $CFLAGS "$here/shared/host.c" -o "$out/host" -ldl -pthread
}
# Threads that outlive the plug-in lose what they hold with its code: not a leak to report.
ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" \
"$out/host" "$out/late_libgradus$suffix.so" "$out/late_libgradus64$suffix.so" "$out/inside_libgradus$suffix.so" \
    "$out/inside_libgradus64$suffix.so" || fail "a plug-in did not work"

# A sanitizer's library cannot be loaded late.
case "$CFLAGS" in *-fsanitize*) exit 0 ;; esac
command -v python3 >/dev/null || exit 0
python3 - "$build" "$suffix" <<'PYTHON' || fail "the library does not work from Python"
import ctypes, sys, threading, time
for name in "libgradus", "libgradus64":
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
