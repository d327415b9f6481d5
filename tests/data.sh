# data.sh - sourced by scripts that use the airfoil data: GRADUS_DATA where it is set, else the folder data, if it is there.
if [ -z "${GRADUS_DATA:-}" ] && [ -f data/airfoil_self_noise.dat ]; then
    GRADUS_DATA=$(cd data && pwd)
    export GRADUS_DATA
fi
