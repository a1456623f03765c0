#!/bin/bash
# SPDX-License-Identifier: MIT
# The binder on the development halves of public tool-selection benchmarks: no set may fall below its floor, which stands just under what was
# measured on 2026-11-21 (spec/binding.md, "Figures"). --table prints each set beside the best of six other methods on the same cases.
# The scorer is the data's own.
set -u
cd "$(dirname "$0")/../.."
bin=${PILOT_BIN:-$PWD/build/bin}
data=${PILOT_REAL_DATA:-$PWD/../shared/data}/resolver
if [ ! -d "$data/dev" ]; then
    echo "real bind: skipped, no $data"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat "$data"/dev/*/cases.jsonl | "$bin/pilotc" bind --batch --root "$data" > "$work/predictions.jsonl" || { echo "real bind: failed, the batch ended with $?"; exit 1; }
python3 "$data/score.py" "$work/predictions.jsonl" --json "$work/score.json" > "$work/score.txt" || { echo "real bind: failed, the scorer"; exit 1; }
python3 - "$work/score.json" "${1:-}" <<'PY'
import json, sys
groups = json.load(open(sys.argv[1]))
sets, groups = groups["sets"], {g["group"]: g for g in groups["abstention"]}
# set: floor, the best of the other methods
first = {
FLOORS
}
STEPS = ("jentic_arazzo", "taskplan_tmdb_steps", "livemcp_steps")
def share(s, k): return 100 * s[k] if k in s else float("nan")
answerable = {k: s for k, s in sets.items() if "top1" in s}
problems = [f"{k}: first right in {100 * s['top1']:.1f} %, floor {first[k][0]}" for k, s in answerable.items() if k in first and 100 * s["top1"] < first[k][0]]
for k in STEPS:
    if 100 * sets[k].get("prec", 1) < 97: problems.append(f"{k}: of those bound {100 * sets[k]['prec']:.1f} % are right")
for k, v in NONES:
    if 100 * groups[k]["f1"] < v: problems.append(f"{k}: F1 of none {100 * groups[k]['f1']:.1f}, floor {v}")
if sys.argv[2] == "--table":
    print("| set | cases | best other | first right | bound | of those right | asked | among the first three |\n|---|---|---|---|---|---|---|---|")
    for k, s in answerable.items():
        numbers = [first[k][1] if k in first else float("nan"), share(s, "top1"), share(s, "bound"), share(s, "prec"), share(s, "amb"), share(s, "ambhit")]
        print(f"| {k} | {s['n']} | " + " | ".join("-" if x != x else f"{x:.1f}" for x in numbers) + " |")
    for k, g in groups.items(): print(f"none, {k}: F1 {100 * g['f1']:.1f}, at best {100 * g['best_f1']:.1f}")
under = [k for k, s in answerable.items() if k in first and 100 * s["top1"] < first[k][1] - 0.05]
print(f"bind: {len(answerable)} sets, first right in {100 * sum(s['top1'] for s in answerable.values()) / len(answerable):.2f} % (mean of sets), "
      f"{100 * sum(s['top1'] * s['n'] for s in answerable.values()) / sum(s['n'] for s in answerable.values()):.2f} % (of cases); "
      f"below the best other method: {', '.join(under) or 'none'}")
for p in problems: print("real bind: failed,", p)
sys.exit(bool(problems))
PY
