#!/bin/bash
# SPDX-License-Identifier: MIT
# Line coverage by file from a build with --coverage: tests/lint/cover.sh build/cov
set -eu
build=${1:-build/cov}
find "$build" -name '*.gcda' -not -path '*/unit/*' | xargs -r gcov -n 2>/dev/null | awk '
    /^File / { file = $2; gsub(/\047/, "", file) }
    /^Lines executed/ && file !~ /^\/|^build|^tests|^$/ {
        split($0, part, /[:% ]+/)
        percent = part[3]; lines = part[5]
        if (!(file in of) || percent > best[file]) { best[file] = percent; of[file] = lines }
        file = ""
    }
    END {
        for (f in of) { printf "%6.1f %% of %5d  %s\n", best[f], of[f], f | "sort -k5"; sum += of[f]; hit += best[f] * of[f] / 100 }
        close("sort -k5")
        if (sum) printf "%6.1f %% of %5d  all\n", 100 * hit / sum, sum
    }'
