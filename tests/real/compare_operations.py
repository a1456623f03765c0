#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the operations that other readers see (operations.py) with ours (real_openapi -p).
usage: compare_operations.py THEIRS OURS   prints what is missing; exit code 1 when an operation or a parameter is

A path parameter that no template takes may stand in our query."""
import collections
import json
import sys


def read(path):
    found = collections.defaultdict(list)
    with open(path, errors="replace") as f:
        for line in f:
            parts = line.rstrip("\n").split("\t")
            if len(parts) == 4 and parts[3].startswith("["):
                found[parts[0], parts[1], parts[2]].append(set(json.loads(parts[3])))
    return found


theirs, ours = read(sys.argv[1]), read(sys.argv[2])
operations = faithful = 0
bad = []
for key, many in theirs.items():
    for i, names in enumerate(many):
        operations += 1
        if i >= len(ours.get(key, [])):
            bad.append((key, "operation missing"))
            continue
        have = ours[key][i]
        missing = {n for n in names if n not in have and not (n.startswith("path ") and "query " + n[5:] in have)}
        faithful += not missing
        if missing:
            bad.append((key, "parameters missing: " + ", ".join(sorted(missing))))
for key, why in bad[:20]:
    print(*key, why, sep="\t")
print(f"operations of other readers {operations}, ours {sum(map(len, ours.values()))}, with every parameter and body {faithful}")
sys.exit(bool(bad) or operations == 0)
