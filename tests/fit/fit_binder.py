#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fit compiler/bind/weights.def.

  fit_binder.py DATA [--features FILE] [--folds] [--write]

DATA is a folder with dev/SET/cases.jsonl and the catalogs that the cases name (../shared/data/resolver: development halves of public
tool-selection benchmarks; where each is from stands in the README beside them). Nothing else is read. FILE is what
`pilotc bind --batch --features < cases` printed for the cases of all sets; without it, pilotc is run.

Ranking: softmax over the candidates of a case, the right ones taken together; every set weighs as the square root of its size. Judgement: two
logistic regressions over the first candidate. --folds also fits, six times, with the sets of some benchmarks left out and reports what those
weights reach on them: what the figures are on texts of a kind that was never seen. --write puts the weights into the table.
Deterministic: a fixed seed, the standard library only.
"""
import argparse, collections, json, math, os, random, re, subprocess, sys
from operator import mul

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "..", "..", "compiler", "bind", "weights.def")
ROW = re.compile(r'^PL_(WEIGHT|JUDGE|LIMIT_OF)\((\w+), ([^"]*?), "(.*)"\)$')
KEPT = 16
EPOCHS, RATE, RIDGE = 30, 0.05, 2e-4
FOLD_EPOCHS = 12
STEPS = ("jentic_arazzo", "taskplan_tmdb_steps", "livemcp_steps")
FAMILIES = (("bfcl", "acebench"), ("sgd", "hass", "workbench"), ("jentic",), ("restbench", "taskplan", "livemcp"), ("metatool", "toolalpaca", "tooltalk"),
            ("sealtools", "apibank", "stabletoolbench", "nestful"))
COPIED = ("COV_ALL COV_HEAD COV_EXACT RARE NAME_SAID NAME_EXACT TITLE_SAID NAME_MISS BI_TITLE CHAR_NAME VERB_SAME VERB_CLASH "
          "REQ_OPEN PLAIN OBJ_ALL HEAD_EXACT SEG_SAID VERB_NAME COV_PDESC").split()


def read_table():
    weights, judges = [], []
    for line in open(TABLE):
        m = ROW.match(line.strip())
        if m and m.group(1) == "WEIGHT":
            weights.append(m.group(2))
        elif m and m.group(1) == "JUDGE":
            judges.append(m.group(2))
    return weights, judges


class Case:
    __slots__ = ("set", "weight", "rows", "good", "judged", "none")


def slots(c):
    alt = c.get("gold_alt") or {}
    return [set([g] + alt.get(g, [])) for g in c["gold"]]


def is_good(name, wanted):
    return any(name in s or ("::" in name and name.split("::", 1)[1] in s) for s in wanted)


def load(data, features):
    gold, sizes = {}, collections.Counter()
    for name in sorted(os.listdir(os.path.join(data, "dev"))):
        for line in open(os.path.join(data, "dev", name, "cases.jsonl")):
            c = json.loads(line)
            gold.setdefault(c["id"], (name, slots(c)))
            sizes[name] += 1
    out = []
    for line in features:
        p = json.loads(line)
        name, wanted = gold[p["id"]]
        case = Case()
        case.set, case.weight, case.none = name, 1 / math.sqrt(sizes[name]), not wanted
        case.judged = p["judged"]
        good = [is_good(r, wanted) for r in p["ranked"]]
        keep = [i for i in range(len(good)) if i < KEPT or good[i]]
        case.rows = [p["features"][i] for i in keep]
        case.good = [good[i] for i in keep]
        out.append(case)
    return out


def dot(a, b):
    return sum(map(mul, a, b))


def fit_ranking(cases, n, epochs=EPOCHS, seed=1):
    """Adam over batches of 64 cases; returns the mean of the last third of the epochs."""
    rng = random.Random(seed)
    cases = [c for c in cases if any(c.good) and not all(c.good)]
    w, m, v, mean, steps, averaged = [0.0] * n, [0.0] * n, [0.0] * n, [0.0] * n, 0, 0
    for epoch in range(epochs):
        rng.shuffle(cases)
        rate = RATE * (1 - epoch / epochs) + 0.002
        for start in range(0, len(cases), 64):
            g, total = [RIDGE * x for x in w], 0.0
            batch = cases[start:start + 64]
            weight = sum(c.weight for c in batch)
            for c in batch:
                s = [dot(r, w) for r in c.rows]
                top = max(s)
                e = [math.exp(x - top) for x in s]
                z = sum(e)
                zg = sum(x for x, k in zip(e, c.good) if k)
                for r, x, k in zip(c.rows, e, c.good):
                    d = x / z - (x / zg if k and zg > 0 else 0)
                    if abs(d) > 1e-3:
                        d *= c.weight / weight
                        g = [a + d * b for a, b in zip(g, r)]
            steps += 1
            for i in range(n):
                m[i] = 0.9 * m[i] + 0.1 * g[i]
                v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i]
                w[i] -= rate * (m[i] / (1 - 0.9 ** steps)) / (math.sqrt(v[i] / (1 - 0.999 ** steps)) + 1e-8)
        if epoch >= epochs * 2 // 3:
            averaged += 1
            mean = [a + b for a, b in zip(mean, w)]
    return [a / averaged for a in mean]


def judge(case, w, names, judges):
    """What rank.c puts into its judgement, with these weights; and whether the first candidate is right."""
    s = [dot(r, w) for r in case.rows]
    if not s:
        return None
    best = max(range(len(s)), key=lambda i: (s[i], -i))
    j = dict(zip(judges, case.judged))
    rest = max([x for i, x in enumerate(s) if i != best], default=None)
    margin = 8 if rest is None else s[best] - rest
    j["MARGIN"] = min(margin, 8) / 8
    j["SOFT"] = 1 / sum(math.exp(x - s[best]) for x in s)
    for name in COPIED:
        j[name] = case.rows[best][names.index(name)]
    j["SCORE"] = s[best] / 10
    order = sorted(range(len(s)), key=lambda i: -s[i])
    j["MARGIN3"] = min(8, s[best] - s[order[2]]) / 8 if len(s) > 2 else 1
    j["IMP_COV"], j["IMP_SAID"] = j["IMPERATIVE"] * j["COV_ALL"], j["IMPERATIVE"] * j["TITLE_SAID"]
    return [j[k] for k in judges], case.good[best], any(case.good[i] for i in order[:3])


def solve(m, b):
    """Gauss with pivots; m is symmetric and positive."""
    n = len(b)
    m = [row[:] + [x] for row, x in zip(m, b)]
    for i in range(n):
        p = max(range(i, n), key=lambda r: abs(m[r][i]))
        m[i], m[p] = m[p], m[i]
        for r in range(i + 1, n):
            f = m[r][i] / m[i][i]
            if f:
                m[r] = [x - f * y for x, y in zip(m[r], m[i])]
    out = [0.0] * n
    for i in range(n - 1, -1, -1):
        out[i] = (m[i][n] - sum(m[i][k] * out[k] for k in range(i + 1, n))) / m[i][i]
    return out


def fit_logistic(rows, n, rounds=9, ridge=2e-4):
    """rows of (weight, x, y); Newton's method."""
    w, total = [0.0] * n, sum(r[0] for r in rows)
    for _ in range(rounds):
        g = [ridge * x for x in w]
        h = [[ridge if i == k else 0.0 for k in range(n)] for i in range(n)]
        for weight, x, y in rows:
            p = 1 / (1 + math.exp(-max(-30, min(30, dot(w, x)))))
            d, c = weight * (p - y) / total, weight * p * (1 - p) / total
            g = [a + d * b for a, b in zip(g, x)]
            for i, xi in enumerate(x):
                if xi:
                    f = c * xi
                    h[i] = [a + f * b for a, b in zip(h[i], x)]
        w = [a - b for a, b in zip(w, solve(h, g))]
    return w


def fit_judges(cases, w, names, judges):
    right, fits = [], []
    for c in cases:
        j = judge(c, w, names, judges)
        if j:
            right.append((c.weight, j[0], float(j[1])))
            fits.append((c.weight, j[0], float(not c.none)))
    n = len(judges)
    return fit_logistic(right, n), fit_logistic(fits, n)


def top1(cases, w):
    hits, n = collections.Counter(), collections.Counter()
    for c in cases:
        if c.none:
            continue
        n[c.set] += 1
        s = [dot(r, w) for r in c.rows]
        if s:
            best = max(range(len(s)), key=lambda i: (s[i], -i))
            hits[c.set] += c.good[best]
    return {k: 100 * hits[k] / n[k] for k in n}, n


def probabilities(cases, w, right, fits, names, judges):
    out = []
    for c in cases:
        j = judge(c, w, names, judges)
        if j:
            p = [1 / (1 + math.exp(-dot(x, j[0]))) for x in (right, fits)]
            out.append((c, p[0], p[1], j[1], j[2]))
    return out


def report_judgement(probs, label):
    steps = sorted(((p, ok) for c, p, f, ok, three in probs if c.set in STEPS), reverse=True)
    for want in (0.95, 0.97, 0.98):
        ok, best = 0, (0, 1.0)
        for i, (p, good) in enumerate(steps):
            ok += good
            if ok / (i + 1) >= want:
                best = (i + 1, p)
        print(f"{label}: steps bound at {want:.0%}: {best[0] / max(1, len(steps)):.1%} from {best[1]:.3f}")
    nones = sorted((f, c.none) for c, p, f, ok, three in probs)
    best, tp, fp, total = (0, 0), 0, 0, sum(1 for f, n in nones if n)
    for f, none in nones:
        tp, fp = tp + none, fp + (not none)
        score = 2 * tp / (tp + fp + total)
        best = max(best, (score, f))
    print(f"{label}: best F1 of none over all: {best[0]:.3f} below {best[1]:.3f}")


def write_table(w, right, fits, names, judges):
    lines = []
    for line in open(TABLE):
        m = ROW.match(line.strip())
        if m and m.group(1) == "WEIGHT":
            line = f'PL_WEIGHT({m.group(2)}, {w[names.index(m.group(2))]:.4f}, "{m.group(4)}")\n'
        elif m and m.group(1) == "JUDGE":
            i = judges.index(m.group(2))
            line = f'PL_JUDGE({m.group(2)}, {right[i]:.4f}, {fits[i]:.4f}, "{m.group(4)}")\n'
        lines.append(line)
    open(TABLE, "w").write("".join(lines))


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
    cases = load(a.data, stream)
    w = fit_ranking(list(cases), len(names))
    fitted, sizes = top1(cases, w)
    right, fits = fit_judges(cases, w, names, judges)
    report_judgement(probabilities(cases, w, right, fits, names, judges), "fitted")
    held, probs = {}, []
    for family in FAMILIES if a.folds else ():
        inside = [c for c in cases if not c.set.startswith(family)]
        outside = [c for c in cases if c.set.startswith(family)]
        wf = fit_ranking(inside, len(names), FOLD_EPOCHS)
        rf, ff = fit_judges(inside, wf, names, judges)
        held.update(top1(outside, wf)[0])
        probs += probabilities(outside, wf, rf, ff, names, judges)
    if probs:
        report_judgement(probs, "left out")
    for k in sorted(fitted):
        print(f"{k:30}{sizes[k]:6}{fitted[k]:8.1f}" + (f"{held[k]:8.1f}" if k in held else ""))
    total = sum(sizes.values())
    print(f"{'mean over sets':36}{sum(fitted.values()) / len(fitted):8.2f}" + (f"{sum(held.values()) / len(held):8.2f}" if held else ""))
    print(f"{'mean over cases':36}{sum(fitted[k] * sizes[k] for k in fitted) / total:8.2f}"
          + (f"{sum(held[k] * sizes[k] for k in held) / total:8.2f}" if held else ""))
    if a.write:
        write_table(w, right, fits, names, judges)
    else:
        for k, x in sorted(zip(names, w), key=lambda t: -abs(t[1])):
            print(f"  {k:16}{x:8.3f}")


if __name__ == "__main__":
    main()
