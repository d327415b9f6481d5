#!/bin/sh
# cmake.sh config PREFIX INCLUDEDIR LIBDIR CMAKEDIR - prints gradus-config.cmake for make install, with which
#     find_package(Gradus REQUIRED)
#     target_link_libraries(program gradus::gradus)
# finds the library.  Targets: gradus::gradus and gradus::gradus64; with _static the archives, with _debug those that
# check tensors, gradus::gradus64_debug_static for example.  LIBS is what the library itself was linked with.
# cmake.sh version - prints gradus-config-version.cmake.
prefix=${2%/} include=$3 lib=$4 here=$5
. "$(dirname "$0")/relative.sh"

if [ "$1" = version ]; then
    cat <<END
# Before 1.0 the interface may change with the second number: 0.2.1 serves a program that asks for 0.2.0, 0.3 does not.
set(PACKAGE_VERSION "$version")
string(REGEX MATCH "^[0-9]+\\\\.[0-9]+" _gradus_series "\${PACKAGE_FIND_VERSION}.0")
if("\${PACKAGE_FIND_VERSION}" VERSION_LESS_EQUAL "$version" AND "\${_gradus_series}" STREQUAL "${version%.*}")
    set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
if("\${PACKAGE_FIND_VERSION}" VERSION_EQUAL "$version")
    set(PACKAGE_VERSION_EXACT TRUE)
endif()
unset(_gradus_series)
END
    exit 0
fi

# The libraries for static programs; -pthread by CMake's name for it.
private=
for word in $LIBS; do
    case $word in -pthread) word=Threads::Threads ;; -l*) word=${word#-l} ;; esac
    private="$private${private:+;}$word"
done

cat <<END
# gradus-config.cmake - Gradus $version for find_package(Gradus); see the targets at the end.
get_filename_component(_gradus_here "\${CMAKE_CURRENT_LIST_DIR}" REALPATH)
get_filename_component(_gradus_prefix "$(prefix_from "$here" '${_gradus_here}')" ABSOLUTE)
set(_gradus_include "$(below "$include" '${_gradus_prefix}')")
set(_gradus_lib "$(below "$lib" '${_gradus_prefix}')")
set(THREADS_PREFER_PTHREAD_FLAG TRUE)
include(CMakeFindDependencyMacro)
find_dependency(Threads)

function(_gradus_target name kind file defines links)
    if(NOT TARGET gradus::\${name})
        if(NOT EXISTS "\${_gradus_lib}/\${file}")
            return()                        # the package with the debug libraries need not be installed
        endif()
        add_library(gradus::\${name} \${kind} IMPORTED)
        set_target_properties(gradus::\${name} PROPERTIES
            IMPORTED_LOCATION "\${_gradus_lib}/\${file}"
            INTERFACE_INCLUDE_DIRECTORIES "\${_gradus_include}"
            INTERFACE_COMPILE_DEFINITIONS "\${defines}"
            INTERFACE_LINK_LIBRARIES "\${links}")
        if(kind STREQUAL SHARED)
            set_target_properties(gradus::\${name} PROPERTIES IMPORTED_SONAME "\${file}.${version%%.*}")
        endif()
    endif()
endfunction()

END
for library in gradus gradus64 gradus-debug gradus64-debug; do
    name=$(printf '%s' "$library" | tr - _)
    case $library in *64*) double=GD_DOUBLE ;; *) double= ;; esac
    echo "_gradus_target($name SHARED lib$library.so \"$double\" \"m\")"
    echo "_gradus_target(${name}_static STATIC lib$library.a \"$double\" \"$private\")"
done
