#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures Pilot against its peers: the same work, in turn, in one run; prints medians and ratios (Pilot / peer; below 1 Pilot is faster).

usage: peers.py [start] [loop] [build] [json] [fanout] [journal] [effects] [arazzo] [--rounds N]

A peer that is not installed is left out with a word. Inputs come from seeded scripts; servers are local nginx and pilotd mock."""
import json, os, random, shutil, socket, statistics, subprocess, sys, tempfile, time

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
bin_dir = os.environ.get("PILOT_BIN", os.path.join(root, "build/bin"))
pilotc, pilotvm, pilotd = (os.path.join(bin_dir, p) for p in ("pilotc", "pilotvm", "pilotd"))
work = tempfile.mkdtemp(prefix="pilot-bench-")
rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 5
wanted = [a for a in sys.argv[1:] if not a.startswith("--") and not a.isdigit()]
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def path(name, text=None):
    p = os.path.join(work, name)
    if text is not None:
        with open(p, "w") as f:
            f.write(text)
    return p


def compile_plan(name, text, *args):
    plan, out = path(name + ".pilot", text), path(name + ".pbc")
    made = subprocess.run([pilotc, plan, "-o", out, "--no-project", *args], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"{name}: {made.stderr}")
    return out


def timed(command):
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=work, **quiet)
    seconds = time.perf_counter() - begin
    if done.returncode:
        again = subprocess.run(command, cwd=work, capture_output=True, text=True)
        sys.exit(f"{command[:3]}... ends with {done.returncode}: {again.stderr[-600:]}")
    return seconds


def compare(title, ours, peers, before=None):
    """Rounds of ours and each peer in turn; the ratio is taken within a round."""
    peers = [(name, command) for name, command in peers if command and shutil.which(command[0])]
    times = {name: [] for name, _ in [("pilot", ours)] + peers}
    for name, command in [("pilot", ours)] + peers:
        if before: before()
        timed(command)
    for _ in range(rounds):
        for name, command in [("pilot", ours)] + peers:
            if before: before()
            times[name].append(timed(command))
    print(f"\n{title}\n  {'pilot':<24} {statistics.median(times['pilot']) * 1000:10.1f} ms")
    for name, _ in peers:
        ratio = statistics.median(a / b for a, b in zip(times["pilot"], times[name]))
        print(f"  {name:<24} {statistics.median(times[name]) * 1000:10.1f} ms   pilot takes {ratio:.2f} x its time")
    sys.stdout.flush()


def vm(pbc, *args):
    store = os.path.join(work, "runs") + "/"
    return [pilotvm, pbc, "--quiet", "--yes", "--no-project", "--store", store, *args]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_port(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.02)
    sys.exit("a server does not start")


# ---- start ----

def bench_start():
    pbc = compile_plan("hello", 'Output: "hello"\n\n1. Set x to 1\n')
    compare("start: a hello plan, its journal written and synced", vm(pbc),
            [("lua5.4", ["lua5.4", "-e", 'print("hello")']), ("node", ["node", "-e", 'console.log("hello")']),
             ("python3", ["python3", "-c", 'print("hello")'])])


# ---- arithmetic and branches: 10 million iterations of five operations ----

LOOP_PLAN = """Output: total

1. Set total to 0
2. Repeat 10000000 times:
   2.1. Increase total by 3
   2.2. If total % 7 is 0:
      2.2.1. Set total to total - 5
   2.3. If total > 1000000:
      2.3.1. Set total to total - 1000000
"""
LOOP_LUA = """local total = 0
for i = 1, 10000000 do
  total = total + 3
  if total % 7 == 0 then total = total - 5 end
  if total > 1000000 then total = total - 1000000 end
end
print(total)
"""
BUILD_PLAN = """Output: {n: count(rows), last: rows[-1]}

1. Set i to 0
2. Repeat 1000000 times:
   2.1. Increase i by 1
   2.2. Add {id: i, name: "item", price: i * 2} to rows
"""
BUILD_LUA = """local rows = {}
for i = 1, 1000000 do rows[#rows + 1] = {id = i, name = "item", price = i * 2} end
print(#rows, rows[#rows].id)
"""


def bench_loop():
    compare("loop: 50 million arithmetic and branching operations", vm(compile_plan("loop", LOOP_PLAN)),
            [("lua5.4", ["lua5.4", path("loop.lua", LOOP_LUA)])])


def bench_build():
    compare("build: a list of a million records", vm(compile_plan("build", BUILD_PLAN)), [("lua5.4", ["lua5.4", path("build.lua", BUILD_LUA)])])


# ---- JSON ----

JSON_PLAN = """Input: orders: list of {id: integer, status: text, customer: {name: text, country: text}, items: list of {sku: text, price: number, quantity: integer}}
Output: result

1. Set paid to orders where status is "paid"
2. Set lines to paid select {country: it.customer.country, total: sum(it.items select it.price * it.quantity)}
3. Set groups to lines grouped by country
4. Set result to groups select {country: it.key, orders: count(it.items), total: round(sum(it.items.total), 2)} sorted by total descending
"""
JSON_JQ = """[.orders[] | select(.status == "paid") | {country: .customer.country, total: ([.items[] | .price * .quantity] | add)}]
| group_by(.country) | map({country: .[0].country, orders: length, total: (map(.total) | add)}) | sort_by(-.total)"""
JSON_NODE = """const orders = JSON.parse(require('fs').readFileSync(process.argv[2])).orders;
const lines = orders.filter(o => o.status === 'paid').map(o => ({country: o.customer.country, total: o.items.reduce((s, i) => s + i.price * i.quantity, 0)}));
const groups = new Map();
for (const l of lines) { if (!groups.has(l.country)) groups.set(l.country, []); groups.get(l.country).push(l); }
const result = [...groups].map(([country, items]) => ({country, orders: items.length, total: Math.round(items.reduce((s, l) => s + l.total, 0) * 100) / 100}));
result.sort((a, b) => b.total - a.total);
console.log(JSON.stringify(result));
"""


def bench_json():
    rng = random.Random(1)
    countries = ["de", "fr", "it", "es", "pl", "nl", "se", "at"]
    orders = [{"id": i, "status": rng.choice(["paid", "open", "cancelled"]),
               "customer": {"name": f"Customer {rng.randrange(5000)}", "country": rng.choice(countries)},
               "items": [{"sku": f"S-{rng.randrange(10000)}", "price": round(rng.uniform(1, 500), 2), "quantity": rng.randrange(1, 9)}
                         for _ in range(rng.randrange(1, 6))]} for i in range(100000)]
    data = path("orders.json", json.dumps({"orders": orders}))
    print(f"\n(orders.json: {os.path.getsize(data) / 1e6:.1f} MB)")
    compare("json: 100,000 nested orders filtered, grouped, summed, sorted", vm(compile_plan("json", JSON_PLAN), "--input", "@" + data),
            [("jq", ["jq", "-c", JSON_JQ, data]), ("node", ["node", path("orders.js", JSON_NODE), data])])


# ---- fan-out ----

API = """openapi: 3.0.3
info: {title: Files, version: "1"}
servers: [{url: "http://127.0.0.1:%d"}]
paths:
  /item-{n}.json:
    get:
      operationId: getItem
      parameters: [{name: n, in: path, required: true, schema: {type: integer}}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {type: object, required: [text], properties: {text: {type: string}}}}}}
"""
NODE_FANOUT = """const {request, Agent} = (() => { try { return require('undici'); } catch { return {}; } })();
const [base, total, width] = [process.argv[2], +process.argv[3], +process.argv[4]];
const http = require('http'); const agent = new http.Agent({keepAlive: true, maxSockets: width});
let next = 0, bytes = 0;
const get = url => new Promise((ok, bad) => http.get(url, {agent}, r => { let s = ''; r.on('data', d => s += d); r.on('end', () => ok(s)); }).on('error', bad));
const one = global.fetch ? async url => (await fetch(url)).text() : get;
async function worker() { while (next < total) { const n = next++ % 10; bytes += JSON.parse(await one(`${base}/item-${n}.json`)).text.length; } }
Promise.all(Array.from({length: width}, worker)).then(() => console.log(bytes));
"""


def start_nginx():
    port, site = free_port(), os.path.join(work, "site")
    os.makedirs(site, exist_ok=True)
    for n in range(10):
        with open(os.path.join(site, f"item-{n}.json"), "w") as f:
            json.dump({"text": "x" * 2030}, f)
    conf = path("nginx.conf", f"""daemon off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections 4096; }}
http {{ access_log off; types {{ application/json json; }} keepalive_requests 1000000;
 client_body_temp_path {work}/b; proxy_temp_path {work}/p; fastcgi_temp_path {work}/f; uwsgi_temp_path {work}/u; scgi_temp_path {work}/s;
 server {{ listen 127.0.0.1:{port} backlog=4096; root {site}; }} }}""")
    os.chmod(work, 0o755)
    server = subprocess.Popen(["nginx", "-c", conf], **quiet)
    wait_port(port)
    return server, port


def fanout_plan(width):
    several = f", up to {width} at a time" if width > 1 else ""
    return f"""Use: files from "files.yaml"
Input: numbers: list of integer
Limit: 20000 calls
Output: total

1. Set total to 0
2. For each n in numbers{several}:
   2.1. Get the item using files.getItem(n=n) -> item
   2.2. Increase total by length(item.text)
"""


def bench_fanout():
    if not shutil.which("nginx"):
        return print("\nfanout: nginx is not installed")
    server, port = start_nginx()
    base, total = f"http://127.0.0.1:{port}", 10000
    try:
        path("files.yaml", API % port)
        numbers = path("numbers.json", json.dumps({"numbers": [i % 10 for i in range(total)]}))
        urls = path("urls.txt", "".join(f'url = "{base}/item-{i % 10}.json"\noutput = "/dev/null"\n' for i in range(total)))
        bare = os.path.join(os.environ.get("PILOT_BUILD", os.path.join(root, "build/release")), "bench", "fanout_curl")
        for width in (1, 100, 1000):
            pbc = compile_plan(f"fanout{width}", fanout_plan(width))
            peers = [("bare curl_multi in C", [bare, base + "/item-1.json", str(total), str(width)]),
                     ("node fetch (undici)", ["node", path("fanout.js", NODE_FANOUT), base, str(total), str(width)])]
            if width <= 300:
                peers.append(("curl --parallel", ["curl", "-s", "--parallel", "--parallel-max", str(max(width, 1)), "-K", urls]))
            compare(f"fanout: {total} GETs of 2 KB, {width} in flight", vm(pbc, "--input", "@" + numbers, "--server", f"files={base}"), peers)
        if shutil.which("wrk"):
            got = subprocess.run(["wrk", "-t1", "-c100", "-d3", base + "/item-1.json"], capture_output=True, text=True).stdout
            print("  wrk, 100 connections: " + next((line.strip() for line in got.splitlines() if "Requests/sec" in line), "?"))
    finally:
        server.terminate()
        server.wait()


# ---- sequential journaled steps ----

def bench_journal():
    if not shutil.which("nginx"):
        return print("\njournal: nginx is not installed")
    server, port = start_nginx()
    base, total = f"http://127.0.0.1:{port}", 2000
    bare = os.path.join(os.environ.get("PILOT_BUILD", os.path.join(root, "build/release")), "bench", "steps_curl_sqlite")
    try:
        path("files.yaml", API % port)
        numbers = path("numbers.json", json.dumps({"numbers": [i % 10 for i in range(total)]}))
        pbc = compile_plan("steps", fanout_plan(1))
        compare(f"journal: {total} sequential steps, each journaled", vm(pbc, "--input", "@" + numbers, "--server", f"files={base}"),
                [("libcurl + SQLite in C", [bare, base, str(total), path("bare.db")])])
    finally:
        server.terminate()
        server.wait()


# ---- sequential writes, each on the disk before it is sent ----

SHOP = """openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "http://127.0.0.1:%d"}]
paths:
  /orders:
    post:
      operationId: createOrder
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [item], properties: {item: {type: string}}}}}}
      responses: {"201": {description: made, content: {application/json: {schema: {type: object, properties: {item: {type: string}}}}}}}
"""
EFFECTS_PLAN = """Use: shop from "shop.yaml"
Input: numbers: list of integer
Limit: 20000 calls
Output: done

1. Set done to 0
2. For each n in numbers:
   2.1. Order it using shop.createOrder(item="abc") -> order
   2.2. Increase done by 1
"""


def bench_effects():
    port, total = free_port(), 1000
    path("shop.yaml", SHOP % port)
    server = subprocess.Popen([pilotd, "mock", path("shop.yaml"), "--port", str(port), "--quiet"], **quiet)
    wait_port(port)
    base = f"http://127.0.0.1:{port}"
    bare = os.path.join(os.environ.get("PILOT_BUILD", os.path.join(root, "build/release")), "bench", "steps_curl_sqlite")
    try:
        numbers = path("numbers.json", json.dumps({"numbers": [i % 10 for i in range(total)]}))
        pbc = compile_plan("effects", EFFECTS_PLAN)
        compare(f"effects: {total} sequential POSTs, each on the disk before it is sent", vm(pbc, "--input", "@" + numbers, "--server", f"shop={base}"),
                [("libcurl + SQLite in C", [bare, base, str(total), path("bare.db"), "post"])])
        together = os.path.join(os.path.dirname(bare), "runs_at_once")
        few = path("few.json", json.dumps({"numbers": [i % 10 for i in range(total // 50)]}))
        store = path("together.db")

        def forget():
            for suffix in ("", "-wal", "-shm", ".lock", ".reserve"):
                if os.path.exists(store + suffix): os.remove(store + suffix)
        compare(f"effects: {total} POSTs of 50 runs at once, in one process and one store", [together, pbc, "shop", base, store, "50", few],
                [("libcurl + SQLite in C, one after the other", [bare, base, str(total), path("bare.db"), "post"])], before=forget)
    finally:
        server.terminate()
        server.wait()


# ---- Arazzo ----

def bench_arazzo():
    respect = os.environ.get("REDOCLY") or shutil.which("redocly")
    if not respect:
        return print("\narazzo: @redocly/cli is not installed (npm install @redocly/cli, then REDOCLY=.../redocly)")
    server, port = start_nginx()
    base, total = f"http://127.0.0.1:{port}", 100
    try:
        path("files.yaml", API % port)
        steps = "".join(f"      - stepId: s{i}\n        operationId: files.getItem\n        parameters: [{{name: n, in: path, value: {i % 10}}}]\n"
                        f"        successCriteria: [{{condition: $statusCode == 200}}]\n" for i in range(total))
        arazzo = path("plan.arazzo.yaml", "arazzo: 1.0.1\ninfo: {title: Steps, version: '1'}\nsourceDescriptions:\n"
                      f"  - {{name: files, url: ./files.yaml, type: openapi}}\nworkflows:\n  - workflowId: all\n    steps:\n{steps}")
        numbers = path("numbers.json", json.dumps({"numbers": [i % 10 for i in range(total)]}))
        pbc = compile_plan("arazzo", fanout_plan(1))
        compare(f"arazzo: {total} sequential GETs", vm(pbc, "--input", "@" + numbers, "--server", f"files={base}"),
                [("redocly respect", [respect, "respect", arazzo])])
    finally:
        server.terminate()
        server.wait()


cases = {"start": bench_start, "loop": bench_loop, "build": bench_build, "json": bench_json, "fanout": bench_fanout, "journal": bench_journal, "effects": bench_effects,
         "arazzo": bench_arazzo}
try:
    for name, run in cases.items():
        if not wanted or name in wanted:
            run()
finally:
    shutil.rmtree(work, ignore_errors=True)
