#!/bin/sh
# deb.sh ARCHIVE FOLDER - Debian packages from the archive that make dist has written, built with packaging/debian below
# FOLDER, and looked at by lintian, whose errors are failures.  $JOBS processes; DEB_BUILD_OPTIONS as usual.
set -eu
unset BUILD MAKEFLAGS MFLAGS MAKELEVEL                 # BUILD is that of the archive, not of the make that calls this
archive=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
folder=$2
name=$(basename "$archive" .tar.gz)
version=${name#gradus-}
for tool in dpkg-buildpackage dh lintian; do
    command -v $tool >/dev/null || { echo "deb.sh: please install dpkg-dev, debhelper and lintian" >&2; exit 1; }
done

rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
cp "$archive" "gradus_$version.orig.tar.gz"
tar xzf "$archive"
cp -r "$name/packaging/debian" "$name/debian"
cd "$name"
# The version and the licence stand elsewhere already.
cat >debian/changelog <<END
gradus ($version-1) unstable; urgency=medium

  * What has changed is in CHANGELOG.md.

 -- Gradus contributors <gradus@example.org>  $(date -R -d "@$(stat -c %Y LICENSE)")
END
sed -n '/^Permission/,$p' LICENSE | sed 's/^/ /; s/^ $/ ./' >>debian/copyright

dpkg-buildpackage -us -uc -j"${JOBS:-1}"
cd ..
lintian --fail-on error ./*.changes
ls -l ./*.deb
