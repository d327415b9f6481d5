# data.sh - sourced by scripts that use the airfoil data: exports GRADUS_DATA where it is not set and the file is near.
[ -n "${GRADUS_DATA:-}" ] || for folder in data ../shared/data; do
    if [ -f "$folder/airfoil_self_noise.dat" ]; then
        GRADUS_DATA=$(cd "$folder" && pwd)
        export GRADUS_DATA
        break
    fi
done
