# SPDX-License-Identifier: MIT
"""Files that are too large for the memory: two hundred megabytes (or PILOT_LARGE_FILE bytes) come from a server, from an input, and go out as a body and as a part of a form, and the program stays small. What is
sent is what the journal says: a file that is gone or was changed stops the run before anything is sent."""
import hashlib, http.server, json, os, re, resource, signal, socket, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.abspath(os.environ.get("PILOT_BIN", os.path.join(HERE, "../../build/bin")))
pilotc, pilotvm = (os.path.join(BIN, p) for p in ("pilotc", "pilotvm"))
MEMORY = 8388608  # PL_LIMIT(FILE_MEMORY)
SIZE = int(os.environ.get("PILOT_LARGE_FILE", 200000000)) + 13
MODE = os.environ.get("PILOT_MODE", "release")
work = tempfile.mkdtemp(prefix="pilot-large-", dir=os.environ.get("TMPDIR"))
env = dict(os.environ, HOME=work, XDG_CONFIG_HOME=os.path.join(work, "config"), PILOT_CREDENTIAL_SHOP_TOKEN="canary-secret-token-77")
passed = failed = 0
BLOCK = hashlib.sha256(b"block").digest() * 8192  # 256 KiB


def check(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good: print(f"files: large: {name}: {str(detail)[:600]}")


def call(*args, **more):
    return subprocess.run(args, capture_output=True, text=True, timeout=240, cwd=work, env=dict(env, **more), stdin=subprocess.DEVNULL)


def measured(*args):
    """(exit code, stderr, KiB of memory at the most)"""
    with open(os.path.join(work, "err"), "w+") as err:
        p = subprocess.Popen(args, cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err)
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        return p.returncode, err.read(), usage.ru_maxrss


def write(name, text):
    with open(os.path.join(work, name), "w") as f: f.write(text)


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen, wait, size, mode = [], threading.Event(), SIZE, "plain"

    def log_message(self, *args): pass

    def parts(self):
        left = Server.size
        while left:
            piece = BLOCK[:min(left, len(BLOCK))]
            yield piece
            left -= len(piece)

    def do_GET(self):
        Server.seen.append(("GET", self.path, 0, "", b""))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-disk")
        self.send_header("Content-Disposition", 'attachment; filename="disk.img"')
        if Server.mode == "endless": self.send_header("Connection", "close")
        else: self.send_header("Content-Length", str(Server.size + (len(Server.echo) if Server.mode == "echo" else 0)))
        self.end_headers()
        for i, piece in enumerate(self.parts()):
            if Server.mode == "broken" and i > 40:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if Server.mode == "echo" and i == 36: self.wfile.write(Server.echo)
            self.wfile.write(piece)

    echo = b"before " + b"canary-secret-token-77" + b" behind"

    def do_POST(self):
        left, hashing, begin, end = int(self.headers["Content-Length"]), hashlib.sha256(), b"", b""
        Server.begun = True
        boundary = re.search(r"boundary=([^;]+)", self.headers["Content-Type"] or "")
        total = left
        while left:
            piece = self.rfile.read(min(left, 1 << 20))
            if not piece: break
            hashing.update(piece)
            if len(begin) < 4096: begin += piece[:4096]
            end = (end + piece)[-4096:]
            left -= len(piece)
        Server.seen.append((self.command, self.path, total - left, hashing.hexdigest(), begin + b"..." + end))
        if self.path == "/slow": Server.wait.wait(30)
        self.send_response(201)
        self.send_header("Content-Length", "2")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    do_PUT = do_POST


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
server.daemon_threads = True
server.handle_error = lambda *args: None
threading.Thread(target=server.serve_forever, daemon=True).start()
FORM = "requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, required: [disk], properties: {disk: {type: string, format: binary}, title: {type: string}}}}}}"
BYTES = "{type: string, format: binary}"
write("shop.yaml", f"""openapi: 3.0.3
info: {{title: Shop, version: "1"}}
servers: [{{url: "http://127.0.0.1:{server.server_port}"}}]
components: {{securitySchemes: {{token: {{type: http, scheme: bearer}}}}}}
paths:
  /disk:
    get: {{operationId: get_disk, responses: {{"200": {{description: it, content: {{application/x-disk: {{schema: {BYTES}}}}}}}}}}}
    put: {{operationId: put_disk, requestBody: {{required: true, content: {{application/x-disk: {{schema: {BYTES}}}}}}}, responses: {{"201": {{description: done}}}}}}
  /mine: {{get: {{operationId: get_mine, security: [{{token: []}}], responses: {{"200": {{description: it, content: {{application/x-disk: {{schema: {BYTES}}}}}}}}}}}}}
  /forms: {{post: {{operationId: upload, {FORM}, responses: {{"201": {{description: done}}}}}}}}
  /slow: {{post: {{operationId: slow_upload, {FORM}, responses: {{"201": {{description: done}}}}}}}}
  /texts: {{post: {{operationId: note, requestBody: {{required: true, content: {{application/json: {{schema: {{type: object, required: [disk], properties: {{disk: {{}}}}}}}}}}}}, responses: {{"201": {{description: done}}}}}}}}
""")
at = ["--server", f"shop=http://127.0.0.1:{server.server_port}", "--no-project", "--timeout", "200"]


def compile(name, steps, head=""):
    write(name + ".pilot", f'Use: shop from "shop.yaml"\n{head}\n' + "".join(f"{i + 1}. {s}\n" for i, s in enumerate(steps)))
    got = call(pilotc, name + ".pilot", "-o", name + ".pbc", "--no-project")
    check(f"{name} compiles", got.returncode == 0, got.stdout + got.stderr)
    return name + ".pbc"


def hash_of(size):
    h, left = hashlib.sha256(), size
    while left:
        h.update(BLOCK[:min(left, len(BLOCK))])
        left -= min(left, len(BLOCK))
    return h.hexdigest()


def kept(store):
    folder = os.path.join(work, store + ".files")
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def run_of(store):
    return call(pilotvm, "runs", "--store", store).stdout.split()[0]


HASH = hash_of(SIZE)
copy = compile("copy", ["Get using shop.get_disk() -> disk", "Put using shop.put_disk(body=disk)", 'Send using shop.upload(disk=disk, title="t")'], "Output: disk\n")

# ---- in and out
code, err, memory = measured(pilotvm, copy, "--yes", "--store", "copy.db", *at)
check("a large file is copied", code == 0, err)
check("it goes out as it came, as a body", Server.seen[1][1:4] == ("/disk", SIZE, HASH), Server.seen[1:2])
form = Server.seen[2] if len(Server.seen) > 2 else ("", "", 0, "", b"")
check("and as a part of a form, with its name and type", form[2] > SIZE and b'filename="disk.img"' in form[4] and b"application/x-disk" in form[4] and b"--pilot-" in form[4][-200:], form[:3])
check("each call is made once", len(Server.seen) == 3, [s[:3] for s in Server.seen])
if MODE == "release": check("in less than 64 MiB", memory < 65536, f"{memory} KiB")
check("the file lies beside the store, by its hash", kept("copy.db") == [HASH], kept("copy.db"))
check("and the store is small", os.path.getsize(os.path.join(work, "copy.db")) < 1 << 20)
folder = os.stat(os.path.join(work, "copy.db.files"))
check("for its owner alone", folder.st_mode & 0o77 == 0 and os.stat(os.path.join(work, "copy.db.files", HASH)).st_mode & 0o77 == 0)
run = run_of("copy.db")
check("it replays", "same" in call(pilotvm, "replay", run, "--store", "copy.db").stdout)
check("and verifies", call(pilotvm, "audit", "verify", run, "--store", "copy.db").returncode == 0)
check("as the other verifier says", call(sys.executable, os.path.join(HERE, "../verify_audit.py"), "copy.db").returncode == 0)
got = call(pilotvm, "file", run, HASH[:12], "--store", "copy.db", "--out", "out.img")
check("it can be taken out", got.returncode == 0 and os.path.getsize(os.path.join(work, "out.img")) == SIZE, got.stderr)

# ---- changed or gone
Server.seen.clear()
path = os.path.join(work, "copy.db.files", HASH)
os.chmod(path, 0o600)
with open(path, "r+b") as f:
    f.seek(SIZE // 2)
    f.write(b"X")
got = call(pilotvm, "audit", "verify", run, "--store", "copy.db")
check("a changed file is seen by the audit", got.returncode == 1 and "file is missing or changed" in got.stdout + got.stderr, got.stdout + got.stderr)
check("and by the other verifier", call(sys.executable, os.path.join(HERE, "../verify_audit.py"), "copy.db").returncode == 1)
check("and is not given out", call(pilotvm, "file", run, HASH, "--store", "copy.db", "--out", "bad.img").returncode == 1 and not os.path.exists(os.path.join(work, "bad.img")))
got = call(pilotvm, "redact", run, "--why", "a test", "--store", "copy.db")
check("redacting takes the file away", got.returncode == 0 and kept("copy.db") == [], (got.stderr, kept("copy.db")))
check("and the chain is whole", call(pilotvm, "audit", "verify", run, "--store", "copy.db").returncode == 0)

# ---- killed while it sends
Server.size = 3 * MEMORY + 5
HASH = hash_of(Server.size)
plan = compile("killed", ["Get using shop.get_disk() -> disk", "Send using shop.slow_upload(disk=disk)", "Put using shop.put_disk(body=disk)"])


def killed(store):
    Server.seen.clear()
    Server.wait.clear()
    p = subprocess.Popen([pilotvm, plan, "--yes", "--store", store, *at], cwd=work, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.time() + 60
    while time.time() < end and not any(s[1] == "/slow" for s in Server.seen): time.sleep(0.02)
    p.send_signal(signal.SIGKILL)
    p.wait()
    Server.wait.set()
    run = run_of(store)
    check("what was under way is in doubt", call(pilotvm, "resume", run, "--store", store, *at).returncode == 5)
    call(pilotvm, "settle", run, "not-applied", "--store", store)
    return run


run = killed("killed.db")
got = call(pilotvm, "resume", run, "--store", "killed.db", *at)
names = [s[1] for s in Server.seen]
check("the run goes on with the file that it has", got.returncode == 0 and names == ["/disk", "/slow", "/slow", "/disk"], (names, got.stderr))
check("byte for byte", Server.seen[-1][2:4] == (Server.size, HASH) and Server.seen[1][3] == Server.seen[2][3])
for how in "changed", "gone":
    run = killed(how + ".db")
    path, before = os.path.join(work, how + ".db.files", HASH), len(Server.seen)
    if how == "gone": os.rename(path, path + ".away")
    else:
        with open(path, "r+b") as f: f.write(b"Y")
    got = call(pilotvm, "resume", run, "--store", how + ".db", *at)
    check(f"a file that is {how} stops the run as corrupt", got.returncode == 1 and "P0963" in got.stderr and len(Server.seen) == before, (got.returncode, got.stderr))
    if how == "gone":
        os.rename(path + ".away", path)
        got = call(pilotvm, "resume", run, "--store", how + ".db", *at)
        check("put back, it goes on", got.returncode == 0 and len(Server.seen) == before + 2, got.stderr)

# ---- at the edge of the memory
for size, files in ((MEMORY, 0), (MEMORY + 1, 1)):
    Server.size = size
    Server.seen.clear()
    got = call(pilotvm, copy, "--yes", "--store", f"edge{size}.db", *at)
    check(f"a file of {size} bytes", got.returncode == 0 and Server.seen[1][2:4] == (size, hash_of(size)), got.stderr)
    check(f"{'lies beside the store' if files else 'is in the store'}", len(kept(f"edge{size}.db")) == files, kept(f"edge{size}.db"))

# ---- an input
Server.seen.clear()
with open(os.path.join(work, "given.img"), "wb") as f: f.write(BLOCK * 70)
plan = compile("given", ['Send using shop.upload(disk=disk)', "Put using shop.put_disk(body=disk)"], "Input: disk: file\n")
code, err, memory = measured(pilotvm, plan, "--yes", "--input", "disk=@given.img", "--store", "given.db", *at)
check("a large file as input", code == 0 and Server.seen[1][2:4] == (70 * len(BLOCK), hash_of(70 * len(BLOCK))), err)
check("has its name", b'filename="given.img"' in Server.seen[0][4], Server.seen[0][4][:300])
check("and is copied beside the store", len(kept("given.db")) == 1)
check("it replays, too", "same" in call(pilotvm, "replay", run_of("given.db"), "--store", "given.db").stdout)
got = call(pilotvm, plan, "--yes", "--input", "disk=@nothing.img", "--store", "none.db", *at)
check("one that is not there is refused", got.returncode == 2 and not os.path.exists(os.path.join(work, "none.db")), got.stderr)

# ---- within JSON, up to what an answer may be
Server.size = MEMORY + 1000
Server.seen.clear()
plan = compile("within", ["Get using shop.get_disk() -> disk", "Note using shop.note(disk=disk)"])
got = call(pilotvm, plan, "--yes", "--store", "within.db", *at)
check("a file within JSON is read into it", got.returncode == 0 and Server.seen[1][2] > Server.size * 4 // 3, (got.stderr, Server.seen[1:]))
check("and replays", "same" in call(pilotvm, "replay", run_of("within.db"), "--store", "within.db").stdout)

# ---- limits, and what is not whole
Server.seen.clear()
got = call(pilotvm, copy, "--yes", "--max-body", str(MEMORY + 999), "--store", "max.db", *at)
check("--max-body counts for files", got.returncode not in (0, 5, 70) and "larger than the limit" in got.stderr, got.stderr)
check("and leaves nothing behind", kept("max.db") == [] and all(s[0] == "GET" for s in Server.seen), kept("max.db"))
got = call(pilotvm, copy, "--yes", "--max-body", str(MEMORY + 1000), "--store", "max1.db", *at)
check("at its edge it is taken", got.returncode == 0, got.stderr)
Server.mode, Server.size = "endless", 2 * MEMORY
got = call(pilotvm, copy, "--yes", "--max-body", str(MEMORY + 1000), "--store", "endless.db", *at)
check("also where no length is said", got.returncode not in (0, 5, 70) and kept("endless.db") == [], got.stderr)
Server.mode, Server.size = "broken", 4 * MEMORY
Server.seen.clear()
got = call(pilotvm, copy, "--yes", "--store", "broken.db", *at)
check("half a file is none", got.returncode not in (0, 5, 70) and kept("broken.db") == [] and all(s[0] == "GET" for s in Server.seen), (got.stderr, kept("broken.db")))
Server.mode, Server.size = "plain", 2 * MEMORY
got = subprocess.run(["bash", "-c", f"ulimit -f 10240; exec {pilotvm} copy.pbc --yes --store room.db {' '.join(at)}"], capture_output=True, text=True, timeout=100, cwd=work, env=env)
check("without room the step fails, with nothing left", got.returncode not in (0, 5, 70) and kept("room.db") == [], (got.returncode, got.stderr, kept("room.db")))

# ---- a secret that the server reflects, across the pieces
Server.mode, Server.size = "echo", 2 * MEMORY
plan = compile("mine", ["Get using shop.get_mine() -> disk", "Put using shop.put_disk(body=disk)"])
got = call(pilotvm, plan, "--yes", "--store", "mine.db", *at)
names = kept("mine.db")
text = open(os.path.join(work, "mine.db.files", names[0]), "rb").read() if names else b""
check("a reflected secret is taken out of a large file", got.returncode == 0 and text and b"canary-secret-token-77" not in text and b"before [shop.token] behind" in text, got.stderr)

subprocess.run(["rm", "-rf", work])
print(f"suite files: {passed} passed, {failed} failed")
sys.exit(failed > 0)
