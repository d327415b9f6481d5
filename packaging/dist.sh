#!/bin/sh
# dist.sh FOLDER - the archive of a release, FOLDER/gradus-VERSION.tar.gz, of what is committed; FOLDER/gradus.wrap, by
# which Meson finds it; and the library as two files, FOLDER/gradus-VERSION-two-files.tar.gz.
# dist.sh --check ARCHIVE WORK - unpacks it in WORK, builds, installs and uses the library, and tests a part of it.
cd "$(dirname "$0")/.." || exit 1
version=$(sed -n 's/^#define GD_VERSION "\(.*\)"$/\1/p' include/gradus/version.h)
name=gradus-$version

if [ "$1" != --check ]; then
    folder=$1
    git rev-parse --git-dir >/dev/null 2>&1 || { echo "dist.sh: an archive is made from a clone of git" >&2; exit 1; }
    [ -z "$(git status --porcelain -uno)" ] || echo "dist.sh: what is not committed is left out" >&2
    mkdir -p "$folder" || exit 1
    git archive --format=tar --prefix="$name/" HEAD | gzip -9n >"$folder/$name.tar.gz" || exit 1

    # Without a source_url Meson takes the archive from subprojects/packagefiles.
    cat >"$folder/gradus.wrap" <<END || exit 1
[wrap-file]
directory = $name
source_filename = $name.tar.gz
source_hash = $(sha256sum "$folder/$name.tar.gz" | cut -d ' ' -f 1)

[provide]
dependency_names = gradus, gradus64
END

    two=$name-two-files
    rm -rf "${folder:?}/$two"
    sh packaging/amalgamation.sh "$folder/$two" && cp LICENSE "$folder/$two" || exit 1
    tar -C "$folder" --owner=0 --group=0 --numeric-owner --sort=name --mtime="@$(git log -1 --format=%ct)" \
        -cf - "$two" | gzip -9n >"$folder/$two.tar.gz" || exit 1
    rm -rf "${folder:?}/$two"
    ls -l "$folder"/"$name"*.tar.gz "$folder/gradus.wrap"
    exit 0
fi

archive=$2 work=$3
make=${MAKE:-make}
unset BUILD MAKEFLAGS MFLAGS MAKELEVEL                 # BUILD is that of the archive, not of the make that calls this
rm -rf "$work"
mkdir -p "$work" && tar -C "$work" -xzf "$archive" && cd "$work/$name" || exit 1
tests="build/tests/test_tensor.double build/tests/test_backward.double build/tests/test_optimizers.double"
$make CFLAGS="${CFLAGS:--O1}" lib $tests && sh tests/scripts/run.sh $tests || exit 1
MAKE="$make CFLAGS=${CFLAGS:--O1} DEBUG_CFLAGS=-O1" sh tests/scripts/install.sh build
