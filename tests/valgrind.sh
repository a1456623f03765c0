#!/bin/bash
# SPDX-License-Identifier: MIT
# Under valgrind (`make check-valgrind`): the unit tests, and the programs themselves in the suites named, by default those that are short and go
# through scanner, checker, emitter, interpreter, net, store and mock: regress and demo. All of cli and spec takes some ten minutes.
set -u
cd "$(dirname "$0")/.."
export PILOT_BUILD=$PWD/build/debug PILOT_MODE=debug PILOT_VALGRIND=1
valgrind="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite"
bin=$PILOT_BUILD/valgrind
mkdir -p "$bin"
for program in pilotc pilotvm pilotd; do
    printf '#!/bin/sh\nexec %s %s/bin/%s "$@"\n' "$valgrind" "$PILOT_BUILD" "$program" >"$bin/$program"
    chmod +x "$bin/$program"
done
failed=0
if [ $# -eq 0 ]; then
    PILOT_BIN=$PILOT_BUILD/bin PILOT_WRAP=$valgrind tests/run.sh unit || failed=1
    set -- regress demo
fi
PILOT_BIN=$bin tests/run.sh "$@" || failed=1
exit $failed
