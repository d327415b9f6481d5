# relative.sh - sourced by pkgconfig.sh and cmake.sh.  Folders below PREFIX are told from where the file that names them
# is, so that the whole tree can be moved.
version=$(sed -n 's/^#define GD_VERSION "\(.*\)"$/\1/p' "$(dirname "$0")/../include/gradus/version.h")

# prefix_from FOLDER HERE - PREFIX as it is seen from FOLDER: HERE/../.., or PREFIX itself where FOLDER is not below it.
prefix_from() {
    case $1 in
        "$prefix"/*) up=$(printf '%s' "${1#"$prefix"/}" | sed 's,//*,/,g; s,^/,,; s,/$,,; s,[^/][^/]*,..,g')
                     printf '%s/%s' "$2" "$up" ;;
        *)           printf '%s' "${prefix:-/}" ;;
    esac
}
# below FOLDER NAME - FOLDER, with NAME for PREFIX.
below() {
    case $1 in "$prefix"/*) printf '%s/%s' "$2" "${1#"$prefix"/}" ;; *) printf '%s' "$1" ;; esac
}
