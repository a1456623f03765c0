#!/bin/bash
# SPDX-License-Identifier: MIT
# The whole way of a plan, over real HTTP on loopback: a mock server that answers the two API documents, a compile, the review, a run, its journal.
set -eu
cd "$(dirname "$0")/.."
bin=${PILOT_BIN:-build/bin}
example=examples/01-expense-report
work=$(mktemp -d)
mock=
trap '[ -z "$mock" ] || kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT

say() { printf '\n== %s\n' "$*"; }

say "1. a server that answers the operations of two API documents"
"$bin/pilotd" mock "$example/receipts.yaml" "$example/mail.yaml" --port 0 --seed 7 >"$work/mock.out" 2>&1 &
mock=$!
for _ in $(seq 100); do
    grep -q 'listening on' "$work/mock.out" && break
    kill -0 "$mock" 2>/dev/null || { cat "$work/mock.out"; exit 1; }
    read -rt 0.05 <> <(:) || true
done
cat "$work/mock.out"
receipts=$(sed -n 's/^plugin receipts at \([^ ]*\).*/\1/p' "$work/mock.out")
mail=$(sed -n 's/^plugin mail at \([^ ]*\).*/\1/p' "$work/mock.out")

say "2. the plan"
cat "$example/plan.pilot"

say "3. pilotc checks it against the documents and writes bytecode"
"$bin/pilotc" "$example/plan.pilot" -o "$work/report.pbc"
ls -l "$work/report.pbc" | awk '{print $5 " bytes of bytecode"}'

say "4. the review: every effect the plan can have"
"$bin/pilotc" review "$work/report.pbc"

say "5. pilotvm runs it"
export PILOT_CREDENTIAL_RECEIPTS_API_KEY=demo-key PILOT_CREDENTIAL_MAIL_BEARER=demo-token
"$bin/pilotvm" "$work/report.pbc" --server "receipts=$receipts" --server "mail=$mail" --store "$work/runs.db" \
    --input recipient=finance@example.com --yes

say "6. the journal of the run, and its proof"
run=$("$bin/pilotvm" runs --store "$work/runs.db" --json | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | head -n 1)
"$bin/pilotvm" show "$run" --store "$work/runs.db"
"$bin/pilotvm" audit verify "$run" --store "$work/runs.db"
