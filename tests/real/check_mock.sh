#!/bin/bash
# SPDX-License-Identifier: MIT
# Every operation of ../shared/data/openapi is asked once on a mock of its document, with a request made from the document. None may fail, and at
# most one of twenty may be refused or answer otherwise than the document says (schemas that contradict themselves, patterns with lookahead).
set -u
cd "$(dirname "$0")/../.."
build=$(realpath -m "${PILOT_BUILD:-build/release}")
data=${PILOT_REAL_DATA:-$PWD/../shared/data}/openapi
if [ ! -f "$data/index.tsv" ]; then
    echo "real mock: skipped, no $data"
    exit 0
fi
cd "$data" || exit 1
table=$(tail -n +2 index.tsv | cut -f1 | tr '\n' '\0' | timeout 600 xargs -0 "$build/real/real_mock") || { echo "$table"; echo "real mock: failed"; exit 1; }
echo "$table"
awk '{ gsub(/[:,]/, ""); for (i = 1; i < NF; i++) n[$i] += $(i + 1) }
    END { exit !(n["operations"] > 0 && n["failed"] == 0 && (n["refused"] + n["answers"]) * 20 <= n["operations"]) }' <<< "$table" ||
    { echo "real mock: failed, too many"; exit 1; }
