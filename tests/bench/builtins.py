#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builtins in a loop of a plan against the same call in a loop of node and lua5.4 (builtins.txt): processor time, less that of an empty loop, in one run.

    tests/bench/builtins.py [NAME...]       prints a table; a ratio below 1 is faster than the peer
"""
import json, os, re, resource, shutil, subprocess, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
bin_dir = os.environ.get("PILOT_BIN", os.path.join(root, "build/bin"))
work = tempfile.mkdtemp(prefix="pilot-bench-")
words = ["w%d%s" % (i * 7919 % 97, "xyz"[i % 3]) for i in range(200)]
data = {"s": "  Hello World, this is Pilot  ", "long": " ".join("word%d needl fox" % i for i in range(120))[:2000], "n": [(i * 7919) % 1009 + 0.5 for i in range(200)],
        "w": words, "rows": [{"id": i, "name": words[i], "kind": "abc"[i % 3], "price": i * 1.25} for i in range(100)], "day": "2026-11-20", "k": 1234567.891}
data["csv"] = "id,name,price\n" + "".join(f'{r["id"]},"{r["name"]}",{r["price"]}\n' for r in data["rows"])
data["json"] = json.dumps(data["rows"])
TYPES = {"s": "text", "long": "text", "n": "list of number", "w": "list of text", "day": "text", "k": "number", "csv": "text", "json": "text",
         "rows": "list of {id: integer, name: text, kind: text, price: number}"}
HELPERS = r"""
const crypto = require("crypto");
const chunk = (l, k) => { const o = []; for (let i = 0; i < l.length; i += k) o.push(l.slice(i, i + k)); return o; };
const frequencies = l => { const m = new Map(); for (const x of l) m.set(x, (m.get(x) || 0) + 1); return [...m].map(([value, count]) => ({value, count})); };
const groupBy = l => { const m = new Map(); for (const x of l) { const g = m.get(x.kind); if (g) g.push(x); else m.set(x.kind, [x]); } return [...m].map(([key, items]) => ({key, items})); };
const joinOn = (a, b) => { const m = new Map(b.map(x => [x.id, x])); return a.filter(x => m.has(x.id)).map(x => ({...m.get(x.id), ...x})); };
const parseUrl = t => { const u = new URL(t); return {scheme: u.protocol, host: u.hostname, port: u.port, path: u.pathname, query: Object.fromEntries(u.searchParams), fragment: u.hash}; };
const toCsv = l => { const names = Object.keys(l[0]); return [names.join(","), ...l.map(r => names.map(k => { const t = String(r[k]); return /[",\r\n]/.test(t) ? '"' + t.replaceAll('"', '""') + '"' : t; }).join(","))].join("\n") + "\n"; };
const parseCsv = t => { const rows = []; let row = [], cell = "", quoted = false;
  for (let i = 0; i < t.length; i++) { const c = t[i];
    if (quoted) { if (c === '"') { if (t[i + 1] === '"') { cell += '"'; i++; } else quoted = false; } else cell += c; }
    else if (c === '"') quoted = true; else if (c === ",") { row.push(cell); cell = ""; }
    else if (c === "\n") { row.push(cell); rows.push(row); row = []; cell = ""; } else cell += c; }
  const names = rows.shift(); return rows.map(r => Object.fromEntries(names.map((k, i) => [k, r[i]]))); };
"""
LUA = r"""
local function split(t) local o = {} for x in t:gmatch("[^ ]+") do o[#o + 1] = x end return o end
local function sum(l) local a = 0 for i = 1, #l do a = a + l[i] end return a end
local function reverse(l) local o, n = {}, #l for i = n, 1, -1 do o[n - i + 1] = l[i] end return o end
local function chunk(l, k) local o = {} for i = 1, #l, k do o[#o + 1] = table.move(l, i, math.min(i + k - 1, #l), 1, {}) end return o end
local function pluck(l, f) local o = {} for i = 1, #l do o[i] = l[i][f] end return o end
local function sum_by(l, f) local a = 0 for i = 1, #l do a = a + l[i][f] end return a end
local function filter_by(l, f, v) local o = {} for i = 1, #l do if l[i][f] == v then o[#o + 1] = l[i] end end return o end
local function group_by(l, f) local by, o = {}, {} for i = 1, #l do local k = l[i][f] local g = by[k]
  if not g then g = {key = k, items = {}} by[k] = g o[#o + 1] = g end g.items[#g.items + 1] = l[i] end return o end
local function merge(a, b) local o = {} for k, v in pairs(a) do o[k] = v end for k, v in pairs(b) do o[k] = v end return o end
local function keys(r) local o = {} for k in pairs(r) do o[#o + 1] = k end return o end
local function unique(l) local seen, o = {}, {} for i = 1, #l do if not seen[l[i]] then seen[l[i]] = true o[#o + 1] = l[i] end end return o end
local function lines(t) local o = {} for x in t:gmatch("[^\n]+") do o[#o + 1] = x end return o end
local function extract_all(t, p) local o = {} for x in t:gmatch(p) do o[#o + 1] = x end return o end
local function slug(t) return (t:lower():gsub("[^%w]+", "-"):gsub("^%-", ""):gsub("%-$", "")) end
local function sorted(l) local o = table.move(l, 1, #l, 1, {}) table.sort(o) return o end
"""


def cpu(args):
    """User time of a child, the least of three."""
    best = None
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        got = subprocess.run(args, capture_output=True, text=True, timeout=300)
        if got.returncode: sys.exit(f"builtins: {args}: {got.stderr[:600]}")
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        best = used if best is None else min(best, used)
    return best, got.stdout


def pilot(expr, times):
    """Seconds of the loop: that of N turns less that of none."""
    used = [k for k in TYPES if re.search(rf"\b{k}\b", re.sub(r'"[^"]*"', "", expr))]
    seconds = []
    for n in (times, 1):
        path = os.path.join(work, "b.pilot")
        with open(path, "w") as f:
            f.write("".join(f"Input: {k}: {TYPES[k]}\n" for k in used) + f"1. Set x to nothing\n2. Repeat {n} times:\n   2.1. Set x to {expr}\n")
        with open(os.path.join(work, "in.json"), "w") as f: json.dump({k: data[k] for k in used}, f)
        subprocess.run([os.path.join(bin_dir, "pilotc"), path, "--no-project"], check=True, capture_output=True)
        args = [os.path.join(bin_dir, "pilotvm"), path[:-6] + ".pbc", "--no-project", "--quiet", "--store", ":memory:", "--input", "@" + os.path.join(work, "in.json")]
        seconds.append(cpu(args)[0])
    return seconds[0] - seconds[1]


def script(program, name, text):
    path = os.path.join(work, name)
    with open(path, "w") as f: f.write(text)
    return float(cpu([program, path])[1])


def node(expr, times):
    decl = "".join(f"const {k} = {json.dumps(v)};\n" for k, v in data.items())
    return script("node", "b.js", HELPERS + decl + f"""let sink; const t = process.cpuUsage();
for (let i = 0; i < {times}; i++) sink = {expr};
const u = process.cpuUsage(t); if (sink === 1e99) console.log(sink); console.log(u.user / 1e6);""")


def lua(expr, times):
    def show(v):
        if isinstance(v, dict): return "{" + ", ".join(f"{k} = {show(x)}" for k, x in v.items()) + "}"
        return "{" + ", ".join(map(show, v)) + "}" if isinstance(v, list) else json.dumps(v)
    decl = "".join(f"local {k} = {show(data[k])}\n" for k in ("s", "long", "n", "w", "k", "csv", "rows"))
    return script("lua5.4", "b.lua", LUA + decl + f"local sink\nlocal t = os.clock()\nfor i = 1, {times} do sink = {expr} end\nprint(os.clock() - t)\n")


print(f"{'builtin':<18}{'ns a call':>10}{'node':>10}{'lua5.4':>10}{'to node':>9}{'to lua':>8}")
slower = []
for line in open(os.path.join(here, "builtins.txt"), encoding="utf-8"):
    if line.startswith("#") or not line.strip(): continue
    name, times, ours, js, lu = [p.strip() for p in line.rstrip("\n").split(" | ")]
    if sys.argv[1:] and name not in sys.argv[1:]: continue
    n = int(times)
    a = pilot(ours, n) / n * 1e9
    b = node(js, n) / n * 1e9 if shutil.which("node") else None
    c = lua(lu, n) / n * 1e9 if lu != "-" and shutil.which("lua5.4") else None
    cell = lambda v: f"{v:10.0f}" if v is not None else f"{'-':>10}"
    ratio = lambda v, width: f"{a / v:{width}.2f}" if v else f"{'-':>{width}}"
    print(f"{name:<18}{cell(a)}{cell(b)}{cell(c)}{ratio(b, 9)}{ratio(c, 8)}", flush=True)
    peers = [v for v in (b, c) if v]
    if peers and a > max(peers): slower.append(name)
print(f"slower than both, or than the only peer there is: {', '.join(slower) or 'none'}")
shutil.rmtree(work, ignore_errors=True)
