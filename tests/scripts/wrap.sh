#!/bin/sh
# wrap.sh FOLDER - a program whose Meson project has gradus.wrap and the archive, both from FOLDER, which make dist has
# written, and nothing else of Gradus: dependency('gradus') and dependency('gradus64') build the library, shared and
# static, and the program runs.  A changed archive is refused.  Compiled by $CFLAGS, which are -O1 here.
cd "$(dirname "$0")/../.." || exit 1
folder=$(cd "$1" && pwd) || exit 1
: "${CFLAGS:=-O1 -DGI_ONE_KERNEL}"
say() { echo "wrap.sh: $*" >&2; exit 1; }
if ! command -v meson >/dev/null || ! command -v ninja >/dev/null; then
    [ -z "${GRADUS_CI:-}" ] || say "meson and ninja are missing"
    echo "wrap.sh: meson and ninja are missing: passed over"
    exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
quietly() { "$@" >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; say "failed: $*"; }; }

mkdir -p "$work/try/subprojects/packagefiles"
cp "$folder/gradus.wrap" "$work/try/subprojects"
cp "$folder/$(sed -n 's/^source_filename = //p' "$folder/gradus.wrap")" "$work/try/subprojects/packagefiles" || exit 1
cp docs/examples/tensor.c "$work/try"
cat >"$work/try/meson.build" <<'END'
project('try', 'c', default_options: ['c_std=c11'])
foreach library : ['gradus', 'gradus64']
    executable('with_' + library, 'tensor.c', dependencies: dependency(library))
endforeach
END
sed -n 's/^ \*     //p' docs/examples/tensor.c >"$work/expected"
[ -s "$work/expected" ] || say "docs/examples/tensor.c does not say what it prints"

for kind in shared static; do
    quietly meson setup "$work/build" "$work/try" -Dbuildtype=plain -Dgradus:buildtype=plain -Dc_args="$CFLAGS" \
        -Ddefault_library=$kind
    quietly ninja -C "$work/build" -j "${JOBS:-1}"
    ! grep -q "warning:" "$work/log" || { grep "warning:" "$work/log" >&2; say "warnings"; }
    for library in gradus gradus64; do
        "$work/build/with_$library" 2>&1 | sed 's/ *$//' | diff "$work/expected" - >&2 ||
            say "with_$library, $kind, does not print what docs/examples/tensor.c says"
        loaded=$(readelf -d "$work/build/with_$library" | sed -n 's/.*NEEDED.*\[lib\(gradus[0-9]*\)\.so.*/\1/p')
        [ "$loaded" = "$([ $kind = static ] || echo $library)" ] || say "with_$library, $kind, loads: $loaded"
    done
    rm -rf "$work/build"
done

for archive in "$work"/try/subprojects/packagefiles/*; do echo changed >>"$archive"; done
rm -rf "$work"/try/subprojects/gradus-*
! meson setup "$work/build" "$work/try" >"$work/log" 2>&1 || say "a changed archive is taken"
grep -qi "hash" "$work/log" || { tail -n 5 "$work/log" >&2; say "a changed archive fails for another reason"; }
echo "wrap.sh: gradus.wrap builds both libraries, shared and static, by Meson $(meson --version)"
