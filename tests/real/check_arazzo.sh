#!/bin/bash
# SPDX-License-Identifier: MIT
# The published workflows of ../shared/data/arazzo against their API documents: every one imports, and each finding has a place on both sides.
set -u
cd "$(dirname "$0")/../.."
data=${PILOT_REAL_DATA:-$PWD/../shared/data}/arazzo
if [ ! -d "$data" ]; then
    echo "real arazzo: skipped, no $data"
    exit 0
fi
timeout 600 tests/real/arazzo "$data"
