#!/bin/bash
# SPDX-License-Identifier: MIT
# The binder on the development halves of public tool-selection benchmarks: no set may fall below its floor, which stands just under what was
# measured on 2026-11-20 (spec/binding.md, "Figures"). The scorer is the data's own.
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
python3 - "$work/score.json" <<'PY'
import json, sys
sets = json.load(open(sys.argv[1]))
groups = {g["group"]: g for g in sets["abstention"]}
sets = sets["sets"]
first = {"acebench_single": 95, "acebench_single_pooled": 84, "apibank": 82, "bfcl_live_multiple": 91.5, "bfcl_live_multiple_pooled": 77, "bfcl_live_simple_pooled": 55,
         "bfcl_multiple_pooled": 85, "bfcl_simple_python_pooled": 78, "hass_en": 72, "jentic_arazzo": 78, "jentic_arazzo_pooled": 64, "livemcp_steps": 53, "livemcp_tasks": 37,
         "metatool_multi": 75, "metatool_single": 48, "nestful": 83, "restbench_spotify": 59, "restbench_tmdb": 58, "sealtools_multi": 96, "sealtools_single": 95, "sgd": 83,
         "sgd_x5": 81, "stabletoolbench": 92, "stabletoolbench_pooled": 68, "taskplan_tmdb_steps": 63, "toolalpaca_real": 75, "toolalpaca_simulated": 86, "tooltalk": 54, "workbench": 52}
problems = [f"{k}: first right in {100 * sets[k]['top1']:.1f} %, floor {v}" for k, v in first.items() if 100 * sets[k]["top1"] < v]
for k in ("jentic_arazzo", "taskplan_tmdb_steps", "livemcp_steps"):
    if 100 * sets[k].get("prec", 1) < 95: problems.append(f"{k}: of those bound {100 * sets[k]['prec']:.1f} % are right")
for k, v in (("bfcl (non-live)", 77), ("bfcl (live)", 70), ("jentic", 85), ("metatool", 49)):
    if 100 * groups[k]["f1"] < v: problems.append(f"{k}: F1 of none {100 * groups[k]['f1']:.1f}, floor {v}")
answerable = [s for s in sets.values() if "top1" in s]
print(f"bind: {len(answerable)} sets, first right in {100 * sum(s['top1'] for s in answerable) / len(answerable):.2f} % (mean of sets), "
      f"{100 * sum(s['top1'] * s['n'] for s in answerable) / sum(s['n'] for s in answerable):.2f} % (of cases)")
for p in problems: print("real bind: failed,", p)
sys.exit(bool(problems))
PY
