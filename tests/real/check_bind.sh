#!/bin/bash
# SPDX-License-Identifier: MIT
# The binder on the development halves of public tool-selection benchmarks: no set may fall below its floor, which stands just under what was
# measured on 2026-11-21 (spec/binding.md, "Figures"). --table prints each set beside the best of six other methods on the same cases. Where nothing is right,
# "none" must be said better than a plain BM25 with a threshold does on the same cases (tests/bench/none_bm25.py).
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
    "acebench_parallel": (97.4, 100.0),
    "acebench_single": (97.1, 97.2),
    "acebench_single_pooled": (89.5, 90.0),
    "apibank": (85.7, 74.2),
    "bfcl_live_multiple": (93.5, 90.7),
    "bfcl_live_multiple_pooled": (80.0, 74.8),
    "bfcl_live_simple": (99.0, 100.0),
    "bfcl_live_simple_pooled": (77.0, 66.0),
    "bfcl_multiple": (98.7, 100.0),
    "bfcl_multiple_pooled": (87.2, 88.5),
    "bfcl_parallel_multiple": (98.9, 100.0),
    "bfcl_simple_python": (99.0, 100.0),
    "bfcl_simple_python_pooled": (85.0, 84.4),
    "hass_en": (83.9, 49.0),
    "jentic_arazzo": (89.0, 77.8),
    "jentic_arazzo_pooled": (74.6, 62.9),
    "livemcp_steps": (75.0, 60.7),
    "livemcp_tasks": (60.0, 40.0),
    "metatool_multi": (84.8, 62.3),
    "metatool_single": (55.0, 46.6),
    "nestful": (90.7, 90.1),
    "restbench_spotify": (92.6, 63.0),
    "restbench_tmdb": (87.7, 56.1),
    "sealtools_multi": (97.5, 97.8),
    "sealtools_single": (96.6, 98.4),
    "sgd": (88.8, 76.0),
    "sgd_x5": (88.5, 74.0),
    "stabletoolbench": (96.0, 94.7),
    "stabletoolbench_pooled": (82.2, 77.0),
    "taskplan_tmdb_steps": (85.3, 44.3),
    "toolalpaca_real": (97.3, 86.5),
    "toolalpaca_real_pooled": (97.3, 64.9),
    "toolalpaca_simulated": (95.6, 88.9),
    "toolalpaca_simulated_pooled": (95.6, 88.9),
    "tooltalk": (72.0, 60.0),
    "workbench": (94.2, 51.9),
}
STEPS = ("jentic_arazzo", "taskplan_tmdb_steps", "livemcp_steps")
def share(s, k): return 100 * s[k] if k in s else float("nan")
answerable = {k: s for k, s in sets.items() if "top1" in s}
problems = [f"{k}: first right in {100 * s['top1']:.1f} %, floor {first[k][0]}" for k, s in answerable.items() if k in first and 100 * s["top1"] < first[k][0]]
for k in STEPS:
    if 100 * sets[k].get("prec", 1) < 97: problems.append(f"{k}: of those bound {100 * sets[k]['prec']:.1f} % are right")
for k, v in (("bfcl (non-live)", 82), ("bfcl (live)", 78), ("jentic", 89), ("metatool", 55)):
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
good=$?
python3 tests/bench/none_bm25.py "$data" "$work/predictions.jsonl" || { echo "real bind: failed, none is said worse than BM25 with a threshold says it"; good=1; }
exit $good
