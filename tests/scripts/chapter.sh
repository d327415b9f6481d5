#!/bin/sh
# chapter.sh - runs each program of demos/chapter at a small size, checks the numbers it must print, and decodes its
# picture.
#     sh tests/scripts/chapter.sh [build folder]
. tests/scripts/demo_rows.sh

summary
