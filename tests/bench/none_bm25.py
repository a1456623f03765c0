#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""none_bm25.py DATA PREDICTIONS [--json OUT]: where no action of the catalog is right, how well is that seen? F1 of the answer "none".

PREDICTIONS is what `pilotc bind --batch` printed for the cases of DATA/dev (../shared/data/resolver). Beside its decisions stands a plain BM25 (k1 1.2, b 0.75, over words of
names, summaries, descriptions and parameters) whose best score is held against a threshold: once with the threshold that is best on these very cases,
which no method can know, and once with the one that is best on every other case, counted on the rest, both ways. A case counts for as much as the other cases of
its group.
"""
import collections, json, math, os, re, sys

GROUPS = (("bfcl_simple_python bfcl_multiple", "bfcl_irrelevance"), ("bfcl_live_simple bfcl_live_multiple", "bfcl_live_irrelevance"),
          ("acebench_single", "acebench_irrelevant"), ("jentic_arazzo", "jentic_none"), ("metatool_single", "metatool_none"))
STOP = set("a an the of to in on for and or is are be with by from at as it this that i me my you your can please what which how do does".split())


def words(text):
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    return [w[:-1] if w.endswith("s") and len(w) > 3 else w for w in re.findall(r"[a-z0-9]+", text.lower()) if w not in STOP]


def documents(data, files, known={}):
    key = tuple(files)
    if key in known: return known[key]
    texts = []
    for name in files:
        path = os.path.join(data, name)
        if name.endswith(".list"):
            texts += documents(data, [l.strip() for l in open(path) if l.strip()])[0]
            continue
        for where, item in json.load(open(path)).get("paths", {}).items():
            for op in item.values():
                if not isinstance(op, dict): continue
                body = op.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("properties", {})
                parts = [where, op.get("operationId", ""), op.get("summary", ""), op.get("description", "")]
                parts += [f"{p.get('name', '')} {p.get('description', '')}" for p in op.get("parameters", [])]
                parts += [f"{n} {s.get('description', '') if isinstance(s, dict) else ''}" for n, s in body.items()]
                texts.append(collections.Counter(words(" ".join(map(str, parts)))))
    frequency = collections.Counter(w for t in texts for w in t)
    mean = sum(sum(t.values()) for t in texts) / max(1, len(texts))
    known[key] = texts, frequency, mean
    return known[key]


def best_score(data, case):
    texts, frequency, mean = documents(data, case["catalog"])
    n, best = len(texts), 0
    asked = set(words(case["step"]))
    for t in texts:
        norm = 1.2 * (0.25 + 0.75 * sum(t.values()) / mean)
        best = max(best, sum(math.log(1 + (n - frequency[w] + 0.5) / (frequency[w] + 0.5)) * t[w] * 2.2 / (t[w] + norm) for w in asked if w in t))
    return best


def f1(said, total):
    """`said`: of those called none, which are."""
    return 200 * sum(said) / max(1, len(said) + total)


def threshold(pairs):
    total, said, best = sum(n for _, n in pairs), [], (0, -1)
    for i, (score, none) in enumerate(sorted(pairs)):
        said.append(none)
        best = max(best, (f1(said, total), score))
    return best


def main():
    data, predictions = sys.argv[1], {}
    for line in open(sys.argv[2]):
        p = json.loads(line)
        predictions[p["id"]] = p["decision"]
    table = {}
    for some, none in GROUPS:
        pairs, ours = [], []
        for name in some.split() + [none]:
            for line in open(os.path.join(data, "dev", name, "cases.jsonl")):
                case = json.loads(line)
                is_none = not case["gold"]
                pairs.append((best_score(data, case), is_none))
                if predictions.get(case["id"]) == "none": ours.append(is_none)
        total, crossed = sum(n for _, n in pairs), []
        for half in (0, 1):
            limit = threshold(pairs[half::2])[1]
            crossed += [n for s, n in pairs[1 - half::2] if s <= limit]
        table[none] = f1(ours, total), f1(crossed, total), threshold(pairs)[0], len(pairs), total
    print("| right answer \"none\" | cases | of them none | F1 of ours | BM25 with a threshold | its best threshold |\n|---|---|---|---|---|---|")
    for name, (a, b, c, n, t) in table.items(): print(f"| {name} | {n} | {t} | {a:.1f} | {b:.1f} | {c:.1f} |")
    worse = [name for name, (a, b, _, _, _) in table.items() if a <= b]
    print(f"none: better than BM25 with a threshold on {len(table) - len(worse)} of {len(table)}" + (f", not on {', '.join(worse)}" if worse else ""))
    return bool(worse)


if __name__ == "__main__":
    sys.exit(main())
