#!/bin/sh
# chroot.sh ARCHIVE - Gradus on a clean Debian: a system is made by debootstrap with the packages that README.md asks
# for and nothing else, the archive of make dist is unpacked there, and chroot_inside.sh installs it, compiles
# the program of README.md in every way that is described, and uninstalls.  Needs root, debootstrap, a mirror, 1 GB.
#     MIRROR=http://deb.debian.org/debian SUITE=bookworm CFLAGS=-O1 sh tests/scripts/chroot.sh ..
cd "$(dirname "$0")/../.." || exit 1
archive=$1
: "${SUITE:=bookworm}" "${MIRROR:=http://deb.debian.org/debian}" "${CFLAGS:=-O1}"

# lacks WHAT - this is no failure, except where everything is expected to be there.
lacks() { echo "chroot.sh: not tried: $1"; [ -z "${GRADUS_CI:-}" ]; exit; }
say() { echo "chroot.sh: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || lacks "only root can make a system of its own"
command -v debootstrap >/dev/null || lacks "no debootstrap"

# Nothing is mounted in it, so that it can be removed as a folder.
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/gradus-chroot-XXXXXX") || exit 1
root=$folder/root
debootstrap --variant=minbase "$SUITE" "$root" "$MIRROR" >"$folder/log" 2>&1 ||
    { tail -n 5 "$folder/log" >&2; say "debootstrap fails; its log is $folder/log"; }

# inside COMMAND.. - in the new system, with nothing of this one's environment.
inside() {
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive CFLAGS="$CFLAGS" DEBUG_CFLAGS="$CFLAGS -g1" chroot "$root" "$@"
}
{ inside apt-get update && inside apt-get install -y --no-install-recommends gcc libc6-dev make pkg-config \
    g++ cmake meson libstb-dev zlib1g-dev; } >>"$folder/log" 2>&1 ||
    { tail -n 5 "$folder/log" >&2; say "packages cannot be installed; the log is $folder/log"; }

tar -C "$root/root" -xzf "$archive" || exit 1
. tests/scripts/data.sh
mkdir "$root/root/data"
if [ -n "${GRADUS_DATA:-}" ]; then
    cp "$GRADUS_DATA/airfoil_self_noise.dat" "$root/root/data" || exit 1
else                                        # any table of that size, and no numbers of the README to compare with
    awk 'BEGIN { for (i = 0; i < 1503; i++) print i % 7, i % 11, i % 13, i % 17, i % 19, i % 23 }' \
        >"$root/root/data/airfoil_self_noise.dat"
fi
inside sh "/root/$(basename "$archive" .tar.gz)/tests/scripts/chroot_inside.sh" "${GRADUS_DATA:+real}" ||
    say "the system is still there: $root"
echo "chroot.sh: Debian $(cat "$root/etc/debian_version"), gcc $(inside gcc -dumpfullversion)"
rm -rf "$folder"
