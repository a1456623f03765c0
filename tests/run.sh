#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the suites named (or each tests/NAME/run there is) and adds up. A suite prints lines
#     suite NAME: N passed, N failed[, N skipped]
# and one that prints none, or that ends in failure with none failed, counts as one failure. All suites run, whatever fails.
# The last line is "N passed, N failed[, N skipped]". The environment: PILOT_BUILD, PILOT_BIN, PILOT_MODE.
set -u
cd "$(dirname "$0")/.."
export PILOT_BUILD=${PILOT_BUILD:-build/release} PILOT_BIN=${PILOT_BIN:-build/bin} PILOT_MODE=${PILOT_MODE:-release}
PILOT_BIN=$(realpath -m "$PILOT_BIN") PILOT_BUILD=$(realpath -m "$PILOT_BUILD")
suite_seconds=${SUITE_SECONDS:-1800}
passed=0 failed=0 skipped=0

if [ $# -eq 0 ]; then
    set -- unit
    for run in tests/*/run; do
        name=${run#tests/} name=${name%/run}
        [ "$name" = unit ] || [ ! -x "$run" ] || set -- "$@" "$name"
    done
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for name; do
    if [ ! -x "tests/$name/run" ]; then
        echo "suite $name: 0 passed, 1 failed (there is no tests/$name/run)"
        failed=$((failed + 1))
        continue
    fi
    timeout -k 10 "$suite_seconds" "tests/$name/run" 2>&1 </dev/null | tee "$log"
    code=${PIPESTATUS[0]}
    read -r p f s lines < <(awk '/^suite [^ ]+: [0-9]+ passed, [0-9]+ failed/ {
            p += $3; f += $5; lines++
            for (i = 6; i < NF; i++) if ($(i + 1) ~ /^skipped/) s += $i
        } END { print p + 0, f + 0, s + 0, lines + 0 }' "$log")
    if [ "$lines" = 0 ] || { [ "$code" != 0 ] && [ "$f" = 0 ]; }; then
        echo "suite $name: 0 passed, 1 failed (ended with $code)"
        f=$((f + 1))
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ]
