#!/bin/bash
# SPDX-License-Identifier: MIT
# Coverage by file from a build with --coverage, lines and branches (an arm of a branch counts when it was taken): tests/lint/cover.sh build/cov
# An arm that gcov does not count: of a call that does not return, and of what the compiler made itself.
set -eu
build=${1:-build/cov}
find "$build" -name '*.gcda' -not -path '*/unit/*' | xargs -r gcov -b -n 2>/dev/null | awk '
    /^File / { file = $2; gsub(/\047/, "", file); if (file ~ /^\/|^build|^tests/) file = "" }
    /^Lines executed/ && file != "" {
        split($0, part, /[:% ]+/)
        if (!(file in lines) || part[3] > line[file]) { line[file] = part[3]; lines[file] = part[5] }
    }
    /^Taken at least once/ && file != "" {
        split($0, part, /[:% ]+/)
        if (!(file in arms) || part[5] > arm[file]) { arm[file] = part[5]; arms[file] = part[7] }
    }
    END {
        for (f in lines) {
            printf "%6.1f %% of %5d lines  %6.1f %% of %5d branches  %s\n", line[f], lines[f], arm[f], arms[f], f | "sort -k10"
            sum += lines[f]; hit += line[f] * lines[f] / 100; all += arms[f]; taken += arm[f] * arms[f] / 100
        }
        close("sort -k10")
        if (sum) printf "%6.1f %% of %5d lines  %6.1f %% of %5d branches  all\n", 100 * hit / sum, sum, 100 * taken / all, all
    }'
