#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fit compiler/bind/weights.def and trees.def.

  fit_binder.py DATA [--features FILE] [--folds] [--write]

DATA is a folder with dev/SET/cases.jsonl and the catalogs that the cases name (../shared/data/resolver: development halves of public
tool-selection benchmarks; where each is from stands in the README beside them). Nothing else is read. FILE is what
`pilotc bind --batch --features < cases` printed for the cases of all sets (the first 24 candidates of each are read); without it, pilotc is run. The
arithmetic is fit_core.c and fit_trees.c beside this,
compiled here with ${CC:-cc}.

Score: softmax over the candidates of a case, the right ones taken together; every set weighs as the square root of its size; weights that change
with the situation (a long text, a large catalog, a text that is one command), and small trees added; the mean of four fits, in two of
which evidence for a candidate never weighs less than nothing before a situation changes it. Judgement of the first candidate: two
logistic functions and small trees, taught with scores of models that did not see the case.
Three figures a set: fitted on all; a fifth of the cases left out, by their texts, at a time; and, with --folds, the sets of the same benchmark
left out. --write puts the numbers into the tables.
Deterministic: a fixed seed, one thread.
"""
import argparse, array, collections, json, math, os, re, struct, subprocess, sys, tempfile, zlib

HERE = os.path.dirname(os.path.abspath(__file__))
BIND = os.path.join(HERE, "..", "..", "compiler", "bind")
ROW = re.compile(r'^PL_(WEIGHT|JUDGE)\((\w+), ([^"]*), "(.*)"\)$')
KEPT = 24
STEPS = ("jentic_arazzo", "taskplan_tmdb_steps", "livemcp_steps")
FAMILIES = (("bfcl", "acebench"), ("sgd", "hass", "workbench"), ("jentic",), ("restbench", "taskplan", "livemcp"), ("metatool", "toolalpaca", "tooltalk"),
            ("sealtools", "apibank", "stabletoolbench", "nestful"))
SPECIAL = {"MARGIN": -2, "SOFT": -3, "SCORE": -4, "MARGIN3": -5}
GROUPS = (("bfcl_simple_python bfcl_multiple", "bfcl_irrelevance"), ("bfcl_live_simple bfcl_live_multiple", "bfcl_live_irrelevance"),
          ("acebench_single", "acebench_irrelevant"), ("jentic_arazzo", "jentic_none"), ("metatool_single", "metatool_none"))


# What can only speak for a candidate, or only against it: the fit must not turn it round because something else says the same.
FOR = re.compile(r"(COV|HEAD|OBJ|REL|NTH|CLAUSE|LOCAL|BI|GOAL|PLAIN|LETTERS|GRAM|CHAR|FIELDED|BM|RARE|SEG|SAID)(_|$)|PLUGIN_(SAID|COV)|NAME_(SAID|HEAD|ALL|EXACT)|"
                 r"(TITLE|PATH|DESC)_SAID|VERB_(SAME|NEAR|ANY|NAME|TITLE|RARE)|(METHOD|LIST|ID|VALUE|COUNT|NUMBER|PLACE|DATE|ALL|SELF)_FIT|(ENUM|PARAM|REQ)_SAID|"
                 r"NAMED_SEARCH|VARY_(SAME|LIST_FIT|SEGMENT)|REQ_FILLED|FIND_LIST")
AGAINST = re.compile(r"\w+_(CLASH|MISS|LESS|LACK|OPEN|NEED)|VARY_READ_WRITE|DEPRECATED|FIND_ID")


def sign_of(name):
    return -1 if AGAINST.fullmatch(name) else 1 if FOR.match(name) else 0


def read_table():
    names = collections.defaultdict(list)
    for line in open(os.path.join(BIND, "weights.def")):
        m = ROW.match(line.strip())
        if m: names[m.group(1)].append(m.group(2))
    return names["WEIGHT"], names["JUDGE"]


def slots(c):
    alt = c.get("gold_alt") or {}
    return [set([g] + alt.get(g, [])) for g in c["gold"]]


def is_good(name, wanted):
    return any(name in s or ("::" in name and name.split("::", 1)[1] in s) for s in wanted)


def situations(judged):
    """As rank.c has them: a long text, a large catalog, one command."""
    if not judged: return [0, 0, 0]
    terms, size = math.exp(judged["TERMS"] * 4) - 1, math.exp(judged["SIZE"] * 8) - 1
    return [min(1, max(0, (terms - 8) / 16)), min(1, max(0, (size - 8) / 60)), judged["IMPERATIVE"]]


def pack(data, features, names, judges, out):
    """Writes the cases for fit_core.c; returns for each its set and whether nothing is right."""
    gold, sizes = {}, collections.Counter()
    sets = sorted(os.listdir(os.path.join(data, "dev")))
    for name in sets:
        for line in open(os.path.join(data, "dev", name, "cases.jsonl")):
            c = json.loads(line)
            gold.setdefault(c["id"], (name, slots(c), zlib.crc32(c["step"].strip().lower().encode()) % 5))
            sizes[name] += 1
    cases, body, rows = [], [], 0
    for line in features:
        p = json.loads(line)
        name, wanted, fold = gold[p["id"]]
        good = bytes(is_good(r, wanted) for r in p["ranked"][:KEPT])
        judged = dict(zip(judges, p["judged"]))
        family = next(i for i, f in enumerate(FAMILIES) if name.startswith(f))
        head = struct.pack("<5if3f", sets.index(name), family, fold, len(good), not wanted, 1 / math.sqrt(sizes[name]), *situations(judged))
        numbers = array.array("f", [x for row in p["features"][:KEPT] for x in row])
        body.append(head + good + numbers.tobytes() + array.array("f", [judged.get(j, 0) for j in judges]).tobytes())
        cases.append((name, not wanted))
        rows += len(good)
    froms = [SPECIAL.get(j, names.index(j) if j in names else -1) for j in judges]
    with open(out, "wb") as f:
        f.write(struct.pack("<4i", len(cases), len(names), len(judges), rows) + struct.pack(f"<{len(froms)}i", *froms) +
                struct.pack(f"<{len(names)}i", *map(sign_of, names)))
        for b in body: f.write(b)
    return cases


def fit(binary, folds):
    core = os.path.join(os.path.dirname(binary), "fit_core")
    sources = [os.path.join(HERE, name) for name in ("fit_core.c", "fit_trees.c")]
    subprocess.run([os.environ.get("CC", "cc"), "-O3", "-std=c17", "-o", core, *sources, "-lm"], check=True)
    return subprocess.run([core, binary] + (["--folds"] if folds else []), text=True, stdout=subprocess.PIPE, check=True).stdout


def read_fit(text):
    predictions, weights, judges, trees = collections.defaultdict(dict), {}, {}, []
    for line in text.splitlines():
        kind, *rest = line.split()
        if kind == "P": predictions[rest[0]][int(rest[1])] = (float(rest[2]), float(rest[3]), rest[4] == "1", rest[5] == "1")
        if kind == "W": weights[int(rest[0])] = rest[1:]
        if kind == "J": judges[int(rest[0])] = rest[1:]
        if kind == "T": trees.append(rest)
    return predictions, weights, judges, trees


def top1(cases, predicted):
    hits, n = collections.Counter(), collections.Counter()
    for i, (name, none) in enumerate(cases):
        if none or i not in predicted: continue
        n[name] += 1
        hits[name] += predicted[i][2]
    return {k: 100 * hits[k] / n[k] for k in n}, n


def report_judgement(cases, predicted, label):
    steps = sorted(((p[0], p[2]) for i, p in predicted.items() if cases[i][0] in STEPS), reverse=True)
    for want in (0.95, 0.97, 0.98):
        right, best = 0, (0, 1.0)
        for n, (probability, good) in enumerate(steps, 1):
            right += good
            if right / n >= want: best = (n, probability)
        print(f"{label}: steps bound at {want:.0%}: {best[0] / max(1, len(steps)):.1%} from {best[1]:.3f}")
    for some, none in GROUPS:
        pairs = sorted((p[1], cases[i][1]) for i, p in predicted.items() if cases[i][0] in some.split() + [none])
        total, tp, fp, best = sum(n for _, n in pairs), 0, 0, (0, 0)
        for f, n in pairs:
            tp, fp = tp + n, fp + (not n)
            best = max(best, (2 * tp / (tp + fp + total), f))
        at = {}
        for limit in (0.6, 0.65, 0.7, 0.75, 0.8):
            said = [n for f, n in pairs if f < limit]
            at[limit] = 2 * sum(said) / max(1, len(said) + total)
        print(f"{label}: {none}: best F1 of none {100 * best[0]:.1f} below {best[1]:.3f};", " ".join(f"{k}: {100 * v:.1f}" for k, v in at.items()))


def write_tables(names, judges, weights, judged, trees):
    lines = []
    for line in open(os.path.join(BIND, "weights.def")):
        m = ROW.match(line.strip())
        if m and m.group(1) == "WEIGHT": line = f'PL_WEIGHT({m.group(2)}, {", ".join(weights[names.index(m.group(2))])}, "{m.group(4)}")\n'
        if m and m.group(1) == "JUDGE": line = f'PL_JUDGE({m.group(2)}, {", ".join(judged[judges.index(m.group(2))])}, "{m.group(4)}")\n'
        lines.append(line)
    open(os.path.join(BIND, "weights.def"), "w").write("".join(lines))
    head = [line for line in open(os.path.join(BIND, "trees.def")) if not line.startswith("PL_TREE(")]
    situation = ["LONG", "LARGE", "COMMAND"]

    def column(kind, number):
        if kind != "score" and number < len(judges): return "PL_TREE_J(" + judges[number] + ")"
        if kind != "score": number -= len(judges)
        return f"PL_TREE_F({names[number]})" if number < len(names) else f"PL_TREE_S({situation[number - len(names)]})"

    def real(x):
        return x if "." in x or "e" in x else x + ".0"

    with open(os.path.join(BIND, "trees.def"), "w") as f:
        f.writelines(head)
        for kind, *t in trees:
            cuts = ", ".join(f"{column(kind, int(t[k]))}, {real(t[k + 1])}f" for k in (0, 2, 4))
            f.write(f"PL_TREE({kind.upper()}, {cuts}, {', '.join(t[6:])})\n")


def main():
    ap = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    ap.add_argument("data")
    ap.add_argument("--features")
    ap.add_argument("--folds", action="store_true")
    ap.add_argument("--write", action="store_true")
    a = ap.parse_args()
    names, judges = read_table()
    if a.features:
        stream = open(a.features)
    else:
        lines = "".join(open(os.path.join(a.data, "dev", s, "cases.jsonl")).read() for s in sorted(os.listdir(os.path.join(a.data, "dev"))))
        pilotc = os.path.join(os.environ.get("PILOT_BIN", os.path.join(HERE, "..", "..", "build", "bin")), "pilotc")
        done = subprocess.run([pilotc, "bind", "--batch", "--features", "--root", a.data], input=lines, text=True, stdout=subprocess.PIPE, check=True)
        stream = done.stdout.splitlines()
    with tempfile.TemporaryDirectory() as work:
        cases = pack(a.data, stream, names, judges, os.path.join(work, "cases.bin"))
        predictions, weights, judged, trees = read_fit(fit(os.path.join(work, "cases.bin"), a.folds))
    tops = {kind: top1(cases, p) for kind, p in predictions.items()}
    for kind, p in predictions.items(): report_judgement(cases, p, kind)
    kinds = [k for k in ("fitted", "case", "family") if k in tops]
    sizes = tops["fitted"][1]
    print(f"{'set':30}{'cases':>6}" + "".join(f"{k:>8}" for k in kinds))
    for k in sorted(sizes): print(f"{k:30}{sizes[k]:6}" + "".join(f"{tops[kind][0][k]:8.1f}" for kind in kinds))
    total = sum(sizes.values())
    print(f"{'mean over sets':36}" + "".join(f"{sum(tops[k][0].values()) / len(sizes):8.2f}" for k in kinds))
    print(f"{'mean over cases':36}" + "".join(f"{sum(tops[k][0][s] * sizes[s] for s in sizes) / total:8.2f}" for k in kinds))
    if a.write: write_tables(names, judges, weights, judged, trees)


if __name__ == "__main__":
    main()
