#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A real server: PowerDNS on loopback with its own published API description. Fills a zone, then does the same while the VM is killed at ten
random moments and resumed: every record is there exactly once, the audit chain verifies, and dig agrees.

Prints "suite powerdns: N passed, N failed, N skipped". Skipped where PowerDNS, dig or the description are absent."""
import glob, json, os, random, re, shutil, signal, socket, subprocess, sys, tempfile, time, urllib.request, urllib.error

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
bin_dir = os.environ.get("PILOT_BIN", os.path.join(root, "build/bin"))
pilotc, pilotvm = os.path.join(bin_dir, "pilotc"), os.path.join(bin_dir, "pilotvm")
passed = failed = 0
KEY = "powerdns-test-key"


def skip(why):
    print(f"powerdns: {why}")
    print("suite powerdns: 0 passed, 0 failed, 1 skipped")
    sys.exit(0)


def verdict(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"powerdns: {name}: {detail}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def description():
    for path in sorted(glob.glob(os.path.join(root, "../shared/data/openapi/**/*.yaml"), recursive=True)):
        with open(path, encoding="utf-8", errors="replace") as f:
            if "PowerDNS Authoritative HTTP API" in f.read(2000):
                return path
    return None


server_program = shutil.which("pdns_server") or next((p for p in ["/usr/sbin/pdns_server"] if os.path.exists(p)), None)
document = description()
if not server_program: skip("pdns_server is not installed (packages pdns-server pdns-backend-sqlite3)")
if not shutil.which("dig"): skip("dig is not installed (package bind9-dnsutils)")
if not document: skip("its API description is absent from ../shared/data/openapi")
schemas = glob.glob("/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql") + glob.glob("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql") + \
    glob.glob("/usr/share/dbconfig-common/data/pdns-backend-sqlite3/install/sqlite3")
if not schemas: skip("the schema of pdns-backend-sqlite3 is absent")

work = tempfile.mkdtemp(prefix="pilot-pdns-")
api_port, dns_port = free_port(), free_port()
base = f"http://127.0.0.1:{api_port}/api/v1"


def start_server():
    import sqlite3
    db = os.path.join(work, "pdns.db")
    con = sqlite3.connect(db)
    con.executescript(open(schemas[0]).read())
    con.close()
    os.mkdir(os.path.join(work, "conf"))
    with open(os.path.join(work, "conf", "pdns.conf"), "w") as f:
        f.write(f"launch=gsqlite3\ngsqlite3-database={db}\nlocal-address=127.0.0.1\nlocal-port={dns_port}\napi=yes\napi-key={KEY}\nwebserver=yes\n"
                f"webserver-address=127.0.0.1\nwebserver-port={api_port}\nsocket-dir={work}\ndaemon=no\nguardian=no\ncache-ttl=0\nquery-cache-ttl=0\n"
                f"negquery-cache-ttl=0\nzone-cache-refresh-interval=0\ngsqlite3-pragma-synchronous=0\n")
    log = open(os.path.join(work, "pdns.log"), "w")
    server = subprocess.Popen([server_program, f"--config-dir={work}/conf"], stdout=log, stderr=log)
    for _ in range(100):
        try:
            api("GET", "/servers")
            return server
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    print(open(os.path.join(work, "pdns.log")).read())
    server.kill()
    skip("pdns_server does not start here")


def api(method, path, body=None):
    request = urllib.request.Request(base + path, method=method, headers={"X-API-Key": KEY, "Content-Type": "application/json"},
                                     data=json.dumps(body).encode() if body is not None else None)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def call(*args):
    return subprocess.run(args, capture_output=True, text=True, timeout=120, cwd=work, env=env)


env = dict(os.environ, PILOT_CREDENTIAL_PDNS_API_KEY_HEADER=KEY)


def inputs_for(zone):
    names = [f"host{i}.{zone}" for i in range(200)]
    return {"zone": zone, "names": names, "change": names[:20], "remove": names[20:40]}


def dig(name):
    got = call("dig", "+short", "+time=2", "+tries=2", "@127.0.0.1", "-p", str(dns_port), name, "A")
    return got.stdout.split()


def check_zone(label, zone):
    want = inputs_for(zone)
    rrsets = [r for r in api("GET", f"/servers/localhost/zones/{zone}")["rrsets"] if r["type"] == "A"]
    names = [r["name"] for r in rrsets]
    verdict(f"{label}: every record exactly once", sorted(names) == sorted(set(want["names"]) - set(want["remove"])),
            f"{len(names)} records, {len(set(names))} names")
    verdict(f"{label}: one address each", all(len(r["records"]) == 1 for r in rrsets))
    wrong = [n for n in want["names"] if dig(n) != ([] if n in want["remove"] else ["192.0.2.2"] if n in want["change"] else ["192.0.2.1"])]
    verdict(f"{label}: dig agrees", not wrong, f"{len(wrong)} names differ: {wrong[:3]}")


def run_args(zone, store):
    path = os.path.join(work, f"{zone}json")
    with open(path, "w") as f:
        json.dump(inputs_for(zone), f)
    return [pilotvm, "plan.pbc", "--trust", "--input", "@" + path, "--yes", "--store", store]


def run_id(store):
    got = call(pilotvm, "runs", "--store", store, "--json")
    return re.search(r'"id":"([^"]+)"', got.stdout).group(1)


def settle(run, store, zone):
    """What a person would do about the one write that may not be sent twice: look whether the zone is there, and say so."""
    rows = [json.loads(line) for line in call(pilotvm, "show", run, "--store", store, "--json").stdout.splitlines()]
    doubt = [r["path"] for r in rows if r.get("kind") == "INDOUBT"]
    settled = [r["path"] for r in rows if r.get("kind") == "RESOLVE"]
    for path in [p for p in doubt if p not in settled]:
        try:
            api("GET", f"/servers/localhost/zones/{zone}")
            what = "applied"
        except urllib.error.HTTPError:
            what = "not-applied"
        got = call(pilotvm, "settle", run, path, what, "--store", store)
        if got.returncode:
            print("powerdns: settle:", got.stderr)


def plain_run():
    store = os.path.join(work, "plain.db")
    got = call(*run_args("plain.example.", store))
    verdict("plain run ends with 0", got.returncode == 0, got.stderr[-800:])
    if got.returncode == 0:
        out = json.loads(got.stdout)
        verdict("plain run: nothing is missing", out["missing"] == [])
        verdict("plain run: the table has 180 rows", out["table"].count("| host") == 180, out["table"][:200])
    check_zone("plain", "plain.example.")
    got = call(pilotvm, "audit", "verify", run_id(store), "--store", store)
    verdict("plain run: the chain verifies", got.returncode == 0, got.stdout + got.stderr)


def killed_run(seed, kills):
    rng, zone, store = random.Random(seed), "killed.example.", os.path.join(work, "killed.db")
    args, done = run_args(zone, store), 0
    while True:
        process = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=work, env=env)
        if done < kills:
            try:
                process.wait(timeout=rng.uniform(0.01, 0.12))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                done += 1
        out, err = process.communicate(timeout=120)
        if process.returncode == 0:
            break
        if process.returncode == 1 or not os.path.exists(store):
            if os.path.exists(store):
                verdict("killed run goes on", False, err[-800:])
                return
            continue
        listed = call(pilotvm, "runs", "--store", store, "--json").stdout
        if '"id"' not in listed:
            continue
        run = run_id(store)
        if process.returncode == 2 and "nothing was done" in err:
            args = run_args(zone, store)
            continue
        if process.returncode == 5:
            settle(run, store, zone)
        args = [pilotvm, "resume", run, "--trust", "--store", store]
    verdict(f"killed {done} times: the run ends with 0", process.returncode == 0, err[-800:])
    verdict("it was killed ten times", done >= kills, f"{done} times")
    check_zone("killed", zone)
    got = call(pilotvm, "audit", "verify", run_id(store), "--store", store)
    verdict("killed run: the chain verifies", got.returncode == 0, got.stdout + got.stderr)


server = start_server()
try:
    with open(os.path.join(work, "pilot.yaml"), "w") as f:
        f.write(f"plugins:\n  pdns:\n    document: {os.path.abspath(document)}\n    server: {base}\n    idempotent: [patchZone]\n")
    shutil.copy(os.path.join(here, "plan.pilot"), work)
    made = call(pilotc, "plan.pilot", "-o", "plan.pbc")
    verdict("the plan compiles against the published description", made.returncode == 0, made.stderr[-2000:])
    if made.returncode == 0:
        plain_run()
        killed_run(int(os.environ.get("SEED", "7")), 10)
finally:
    server.kill()
    server.wait()
    shutil.rmtree(work, ignore_errors=True)
print(f"suite powerdns: {passed} passed, {failed} failed")
sys.exit(failed != 0)
