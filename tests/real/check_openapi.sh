#!/bin/bash
# SPDX-License-Identifier: MIT
# Every document of ../shared/data/openapi must load, all its operations must become actions, and loading may take at most four times
# what libyaml or jansson need only to parse it (all documents together; single ones are listed).
set -u
cd "$(dirname "$0")/../.."
build=$PWD/${PILOT_BUILD:-build/release}
[ "${PILOT_BUILD#/}" != "${PILOT_BUILD-}" ] && build=$PILOT_BUILD
data=${PILOT_REAL_DATA:-$PWD/../shared/data}/openapi
if [ ! -f "$data/index.tsv" ]; then
    echo "real openapi: skipped, no $data"
    exit 0
fi
cd "$data" || exit 1
files() { tail -n +2 index.tsv | cut -f1 | tr '\n' '\0'; }
table=$(files | timeout 300 xargs -0 "$build/real/real_openapi") || { echo "$table"; echo "real openapi: failed"; exit 1; }
echo "$table"
documents=$(sed -n 's/^documents \([0-9]*\), .*/\1/p' <<< "$table")
unread=$(sed -n 's/^documents .* API documents \([0-9]*\)$/\1/p' <<< "$table")
operations=$(sed -n 's/^operations \([0-9]*\), actions \([0-9]*\),.*/\1 \2/p' <<< "$table")
status=0
[ "$unread" = 0 ] || { echo "real openapi: failed, $unread of $documents documents are not read"; status=1; }
[ "${operations% *}" = "${operations#* }" ] || { echo "real openapi: failed, operations and actions: $operations"; status=1; }
if [ "${PILOT_MODE:-release}" = release ]; then
    speed=$(files | timeout 300 xargs -0 "$build/real/bench_documents")
    echo "$speed"
    awk '/ not read; /{ for (i = 1; i < NF; i++) if ($(i + 1) == "x)," && substr($i, 2) + 0 > 4) bad = 1; seen = 1 } END { exit bad || !seen }' <<< "$speed" ||
        { echo "real openapi: failed, too slow"; status=1; }
fi
exit $status
