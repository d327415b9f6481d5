# data.sh - sourced by scripts that use the airfoil data: sets GRADUS_DATA, where it is not set, to the folder data if
# the file is there.
if [ -z "${GRADUS_DATA:-}" ] && [ -f data/airfoil_self_noise.dat ]; then
    GRADUS_DATA=$(cd data && pwd)
    export GRADUS_DATA
fi
