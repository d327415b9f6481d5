# data.sh - sourced by scripts that use the airfoil data: sets and exports GRADUS_DATA where
# it is not set and the file is in a folder nearby.
[ -n "${GRADUS_DATA:-}" ] || for folder in data ../shared/data; do
    if [ -f "$folder/airfoil_self_noise.dat" ]; then
        GRADUS_DATA=$(cd "$folder" && pwd)
        export GRADUS_DATA
        break
    fi
done
