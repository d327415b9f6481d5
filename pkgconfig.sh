#!/bin/sh
# pkgconfig.sh LIBRARY PREFIX INCLUDEDIR LIBDIR PKGCONFIGDIR - prints LIBRARY.pc for make install.  LIBS in the
# environment is what the library itself was linked with.  Folders below PREFIX are told from where the .pc file is,
# so that the whole tree can be moved.
version=$(sed -n 's/^#define GD_VERSION "\(.*\)"$/\1/p' "$(dirname "$0")/include/gradus/version.h")
library=$1 prefix=${2%/} include=$3 lib=$4 here=$5

case $here in
    "$prefix"/*) up=$(printf '%s' "${here#"$prefix"/}" | sed 's,//*,/,g; s,^/,,; s,/$,,; s,[^/][^/]*,..,g')
                 from="\${pcfiledir}/$up" ;;
    *)           from=${prefix:-/} ;;
esac
below() {
    case $1 in "$prefix"/*) printf '${prefix}/%s' "${1#"$prefix"/}" ;; *) printf '%s' "$1" ;; esac
}
private=
for word in $LIBS; do
    [ "$word" = -lm ] || private="$private $word"
done
case $library in
    *-debug) about="Gradus with checks of tensors, for debugging" ;;
    *)       about="small tensor library with reverse-mode autodiff" ;;
esac
case $library in *64*) double=' -DGD_DOUBLE' ;; *) double= ;; esac

cat <<END
prefix=$from
includedir=$(below "$include")
libdir=$(below "$lib")

Name: $library
Description: $about
Version: $version
Cflags: -I\${includedir}$double
Libs: -L\${libdir} -l$library -lm
Libs.private:$private
END
