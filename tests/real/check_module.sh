#!/bin/bash
# SPDX-License-Identifier: MIT
# Every action of the real API documents goes into a module that is written, read and verified.
set -u
cd "$(dirname "$0")/../.."
data=${PILOT_REAL_DATA:-../shared/data}/openapi
program=${PILOT_BUILD:-build/release}/real/real_module
if [ ! -d "$data" ]; then
    echo "modules of real documents: skipped, there is no $data"
    exit 0
fi
if output=$(find "$data" -type f \( -name '*.json' -o -name '*.yaml' -o -name '*.yml' \) -print0 | sort -z | xargs -0 "$program"); then
    echo "modules of real documents: $(grep ' refused$' <<<"$output" | awk '{ d += $1; a += $3 } END { print d " documents, " a " actions" }')"
else
    grep -v ' refused$' <<<"$output" | head -n 20
    exit 1
fi
