#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Durable steps per second, one run at a time and fifty, each step a POST to the same local server (pilotd mock), against a C loop over libcurl and SQLite and against
Restate, in turn in one run. Prints medians, ratios and the largest memory.

usage: RESTATE=FOLDER durable.py [--rounds N]      FOLDER: where `npm i @restatedev/restate-server @restatedev/restate-sdk` was done; left out without it"""
import json, os, socket, statistics, subprocess, sys, tempfile, threading, time, urllib.request

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
bin_dir = os.path.abspath(os.environ.get("PILOT_BIN", os.path.join(root, "build/bin")))
build = os.path.abspath(os.environ.get("PILOT_BUILD", os.path.join(root, "build/release")))
rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 3
restate = os.environ.get("RESTATE", "")
work = tempfile.mkdtemp(prefix="pilot-durable-")
ALONE, TOGETHER, EACH = 400, 50, 20
started = []

SHOP = """openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "http://127.0.0.1:%d"}]
paths:
  /orders:
    post:
      operationId: create_order
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [item], properties: {item: {type: integer}}}}}}
      responses: {"201": {description: done, content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}}
"""
PLAN = "Workflow: durable\nUse: shop from \"shop.yaml\"\nInput: numbers: list of integer\n\n1. For each n in numbers:\n   1.1. Order it using shop.create_order(item=n)\n"
SERVICE = """import * as restate from "@restatedev/restate-sdk";
Promise.withResolvers ??= () => { let resolve, reject; const promise = new Promise((a, b) => { resolve = a; reject = b; }); return {promise, resolve, reject}; };
const post = (base, n) => fetch(base + "/orders", {method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({item: n %% 10})});
const steps = restate.service({name: "steps", handlers: {run: async (ctx, {n, base}) => {
  for (let i = 0; i < n; i++) await ctx.run("order" + i, async () => { const answer = await post(base, i); await answer.text(); return answer.status; });
  return n; }}});
restate.endpoint().bind(steps).listen(%d);
"""


def put(name, text):
    with open(os.path.join(work, name), "w") as file: file.write(text)
    return os.path.join(work, name)


def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(args, at, env=None, cwd=None):
    child = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=open(os.path.join(work, "log%d" % len(started)), "w"), env=env, cwd=cwd)
    started.append(child)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", at), 1).close()
            return child
        except OSError: time.sleep(0.1)
    raise SystemExit("durable: %s does not answer" % args[0])


def memory(pid):
    """The most that it ever held, in MB."""
    with open("/proc/%d/status" % pid) as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


def forget(*names):
    for name in names:
        for suffix in ("", "-wal", "-shm", ".lock", ".reserve"):
            if os.path.exists(os.path.join(work, name + suffix)): os.remove(os.path.join(work, name + suffix))


def child(args):
    """(seconds, MB)"""
    begin, most = time.monotonic(), 0
    process = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:  # wait4 would count the memory of this very program, which the child had before its exec
        try: most = max(most, memory(process.pid))
        except (OSError, StopIteration): pass
        time.sleep(0.01)
    if process.returncode: raise SystemExit("durable: %s ended with %d" % (args[0], process.returncode))
    return time.monotonic() - begin, most


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    return urllib.request.urlopen(request, timeout=300).read()


def main():
    os.chdir(work)
    at = port()
    put("shop.yaml", SHOP % at)
    plan, pbc = put("plan.pilot", PLAN), os.path.join(work, "plan.pbc")
    subprocess.run([bin_dir + "/pilotc", plan, "-o", pbc, "--no-project"], check=True, stderr=subprocess.DEVNULL)
    start([bin_dir + "/pilotd", "mock", "shop.yaml", "--port", str(at), "--quiet"], at)
    base = "http://127.0.0.1:%d" % at
    alone = put("alone.json", json.dumps({"numbers": [i % 10 for i in range(ALONE)]}))
    few = put("few.json", json.dumps({"numbers": [i % 10 for i in range(EACH)]}))
    cases = {"one run": {}, "50 runs at a time": {}}

    def pilot_one():
        forget("one.db")
        return child([bin_dir + "/pilotvm", pbc, "--input", "@" + alone, "--server", "shop=" + base, "--store", "one.db", "--yes", "--no-project", "-q"])

    def pilot_many():
        forget("many.db")
        return child([build + "/bench/runs_at_once", pbc, "shop", base, "many.db", str(TOGETHER), few])
    cases["one run"]["Pilot"], cases["50 runs at a time"]["Pilot"] = pilot_one, pilot_many
    bare = build + "/bench/steps_curl_sqlite"
    cases["one run"]["libcurl + SQLite in C"] = lambda: child([bare, base, str(ALONE), "bare.db", "post"])
    cases["50 runs at a time"]["libcurl + SQLite in C, one after the other"] = lambda: child([bare, base, str(TOGETHER * EACH), "bare.db", "post"])
    if restate:
        ingress, admin, node, service = port(), port(), port(), port()
        env = dict(os.environ, RESTATE_INGRESS__BIND_ADDRESS="127.0.0.1:%d" % ingress, RESTATE_ADMIN__BIND_ADDRESS="127.0.0.1:%d" % admin,
                   RESTATE_BIND_ADDRESS="127.0.0.1:%d" % node, RESTATE_ADVERTISED_ADDRESS="http://127.0.0.1:%d" % node, RESTATE_BASE_DIR=os.path.join(work, "restate"),
                   RESTATE_NODE_NAME="one", RESTATE_DISABLE_TELEMETRY="true", RESTATE_LOG_FILTER="warn")
        server = start([os.path.join(restate, "node_modules/.bin/restate-server")], admin, env)
        put("service.mjs", SERVICE % service)
        os.symlink(os.path.join(restate, "node_modules"), os.path.join(work, "node_modules"))
        worker = start(["node", "service.mjs"], service, cwd=work)
        for _ in range(50):
            try:
                post("http://127.0.0.1:%d/deployments" % admin, {"uri": "http://127.0.0.1:%d" % service})
                break
            except OSError: time.sleep(0.5)
        url = "http://127.0.0.1:%d/steps/run" % ingress
        server_memory = lambda: max(memory(int(p)) for p in subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True).stdout.split() + [str(server.pid)])

        def restate_runs(count, steps):
            begin = time.monotonic()
            threads = [threading.Thread(target=post, args=(url, {"n": steps, "base": base})) for _ in range(count)]
            for t in threads: t.start()
            for t in threads: t.join()
            return time.monotonic() - begin, server_memory() + memory(worker.pid)
        restate_runs(1, 5)
        cases["one run"]["Restate"] = lambda: restate_runs(1, ALONE)
        cases["50 runs at a time"]["Restate"] = lambda: restate_runs(TOGETHER, EACH)
    else:
        print("durable: no RESTATE, so it is left out")
    for title, programs in cases.items():
        steps = ALONE if title == "one run" else TOGETHER * EACH
        seconds, held = {n: [] for n in programs}, {n: 0 for n in programs}
        for _ in range(rounds):
            for name, run in programs.items():
                took, mb = run()
                seconds[name].append(took)
                held[name] = max(held[name], mb)
        ours = statistics.median(seconds["Pilot"])
        for name in programs:
            took = statistics.median(seconds[name])
            print("durable: %s: %-45s %7.0f steps/s  %6.1f MB   Pilot is %.2f x as fast" % (title, name, steps / took, held[name], took / ours), flush=True)


try:
    main()
finally:
    for process in started: process.terminate()
