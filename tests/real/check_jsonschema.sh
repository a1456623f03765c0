#!/bin/bash
# SPDX-License-Identifier: MIT
# The official JSON Schema tests: our types may refuse no valid value, apart from what is decided otherwise: a tuple's further items, texts
# that are no times, schemas without a type that are read as records.
set -u
cd "$(dirname "$0")/../.."
build=${PILOT_BUILD:-$PWD/build/release}
data=${PILOT_REAL_DATA:-$PWD/../shared/data}/jsonschema/tests
if [ ! -d "$data" ]; then
    echo "real jsonschema: skipped, no $data"
    exit 0
fi
status=0
for suite in draft4:10 draft2020-12:16; do
    line=$("$build/real/real_schema" "$data/${suite%:*}"/*.json | tail -1) || status=1
    refused=$(sed -n 's/.* refused \([0-9]*\);.*/\1/p' <<< "$line")
    echo "jsonschema ${suite%:*}: $line (at most ${suite#*:} refused)"
    [ "${refused:-1000}" -le "${suite#*:}" ] || { echo "real jsonschema: failed, more valid values are refused"; status=1; }
done
exit $status
