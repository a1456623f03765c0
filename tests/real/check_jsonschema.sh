#!/bin/bash
# SPDX-License-Identifier: MIT
# The official JSON Schema tests. Our validator must pass all required ones, and as many optional ones as are listed here (spec/schema.md section 6 says
# which fail and why). Our types may refuse no valid value, apart from what is decided otherwise: a tuple's further items, texts
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
# expect NAME DRAFT FAILURES FILE...: how many tests fail, exactly
expect() {
    local name=$1 draft=$2 most=$3
    shift 3
    line=$("$build/real/schema_suite" "$draft" "${data%/tests}/remotes" "$@" | tail -1)
    read -r tests passed < <(sed -nE 's/^tests ([0-9]+), passed ([0-9]+)$/\1 \2/p' <<<"$line")
    echo "jsonschema $name: ${passed:-0} of ${tests:-0} pass, $most are known to fail"
    [ "${tests:-0}" -gt 0 ] && [ $((tests - passed)) = "$most" ] || { echo "real jsonschema: failed, $name"; status=1; }
}
expect "2020-12 required" 2020 0 "$data"/draft2020-12/*.json
expect "2020-12 optional" 2020 0 "$data"/draft2020-12/optional/*.json
expect "2020-12 formats" 2020 69 "$data"/draft2020-12/optional/format/*.json
expect "4 required" 4 0 "$data"/draft4/*.json
expect "4 optional and formats" 4 1 "$data"/draft4/optional/*.json "$data"/draft4/optional/format/*.json
for suite in draft4:10 draft2020-12:16; do
    line=$("$build/real/real_schema" "$data/${suite%:*}"/*.json | tail -1) || status=1
    refused=$(sed -n 's/.* refused \([0-9]*\);.*/\1/p' <<< "$line")
    echo "jsonschema ${suite%:*}: $line (at most ${suite#*:} refused)"
    [ "${refused:-1000}" -le "${suite#*:}" ] || { echo "real jsonschema: failed, more valid values are refused"; status=1; }
done
exit $status
