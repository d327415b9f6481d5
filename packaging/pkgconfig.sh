#!/bin/sh
# pkgconfig.sh LIBRARY PREFIX INCLUDEDIR LIBDIR PKGCONFIGDIR - prints LIBRARY.pc for make install.  LIBS in the
# environment is what the library itself was linked with.
library=$1 prefix=${2%/} include=$3 lib=$4 here=$5
. "$(dirname "$0")/relative.sh"

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
prefix=$(prefix_from "$here" '${pcfiledir}')
includedir=$(below "$include" '${prefix}')
libdir=$(below "$lib" '${prefix}')

Name: $library
Description: $about
Version: $version
Cflags: -I\${includedir}$double
Libs: -L\${libdir} -l$library -lm
Libs.private:$private
END
