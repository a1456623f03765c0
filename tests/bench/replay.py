#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reading a long run back: `pilotvm audit verify` and `pilotvm replay` over a run of a million rows of notes and over one of 150,000 calls (an INTENT and a RESULT
each) against pilotd mock. Prints rows, seconds by the clock and of processor time, rows a second and the largest memory; the least of three rounds.

usage: replay.py [--notes N] [--calls N]"""
import json, os, socket, subprocess, sys, tempfile, time

here = os.path.dirname(os.path.abspath(__file__))
bin_dir = os.path.abspath(os.environ.get("PILOT_BIN", os.path.join(here, "../../build/bin")))
work = tempfile.mkdtemp(prefix="pilot-replay-bench-")


def option(name, otherwise):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else otherwise


SHOP = """openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "http://127.0.0.1:%d"}]
paths:
  /stock:
    get:
      operationId: get_stock
      parameters: [{name: item, in: query, required: true, schema: {type: integer}}]
      responses: {"200": {description: done, content: {application/json: {schema: {type: object, required: [left], properties: {left: {type: integer}}}}}}}
"""
NOTES = "Workflow: notes\n\n1. For each n in range(1, %d):\n   1.1. Note \"number {n}\"\n"
CALLS = "Workflow: calls\nLimit: 2000000 calls, 1 hour\nUse: shop from \"shop.yaml\"\n\n1. For each n in range(1, %d), up to 50 at a time:\n   1.1. Look using shop.get_stock(item=n)\n"


def put(name, text):
    with open(os.path.join(work, name), "w") as file: file.write(text)


def command(*args):
    """Seconds by the clock, of the processor, and megabytes."""
    began = time.monotonic()
    child = subprocess.Popen([os.path.join(bin_dir, args[0]), *args[1:]], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    clock = time.monotonic() - began
    if status: raise SystemExit("replay.py: %s ended with %d: %s" % (" ".join(args), status >> 8, said[-2000:]))
    return clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def fields(*args):
    said = subprocess.run([os.path.join(bin_dir, args[0]), *args[1:]], cwd=work, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in said.splitlines()]


def measure(name, plan, *more):
    put(name + ".pilot", plan)
    subprocess.run([os.path.join(bin_dir, "pilotc"), name + ".pilot", "-o", name + ".pbc", "--no-project"], cwd=work, check=True, stderr=subprocess.DEVNULL)
    store = ("--store", name + ".db", "--no-project")
    row = "%-10s %-7s %9d rows  %6.2f s by the clock %6.2f s of a processor %9.0f rows/s by the clock %9.0f of a processor %5.0f MB"
    ran = command("pilotvm", name + ".pbc", *store, "-q", *more)
    run = next(r for r in fields("pilotvm", "runs", *store, "--json") if r.get("type") == "run")
    for what, args in (("run", None), ("verify", ("audit", "verify", run["id"])), ("replay", ("replay", run["id"]))):
        least = ran if args is None else min(command("pilotvm", *args, *store) for _ in range(3))
        print(row % (name, what, run["rows"], least[0], least[1], run["rows"] / least[0], run["rows"] / least[1], least[2]), flush=True)


def main():
    notes, calls = option("--notes", 999997), option("--calls", 150000)
    print("load before: %.1f" % os.getloadavg()[0])
    measure("notes", NOTES % notes)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    put("shop.yaml", SHOP % port)
    mock = subprocess.Popen([os.path.join(bin_dir, "pilotd"), "mock", "shop.yaml", "--port", str(port), "--quiet"], cwd=work, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError: time.sleep(0.1)
        measure("calls", CALLS % calls, "--server", "shop=http://127.0.0.1:%d" % port)
    finally: mock.terminate()


if __name__ == "__main__": main()
