# SPDX-License-Identifier: MIT
"""The shop that the suites of faults, kills and power cuts call: a server that keeps books of what it did, one set for each test (the first word of the path), and
the person who looks into them. Also: the plans, how a program is called, and how a run is brought to its end when nothing goes wrong any more."""
import collections
import http.server
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.abspath(os.environ.get("PILOT_BIN", os.path.join(HERE, "../../build/bin")))
BUILD = os.path.abspath(os.environ.get("PILOT_BUILD", os.path.join(HERE, "../../build/release")))
MODE = os.environ.get("PILOT_MODE", "release")
SHIM = os.path.join(BUILD, "fault/shim.so")
ITEMS = ["a", "b", "c"]
SLOW = 4 if MODE != "release" else 1

PLANS = {
    "reads": "1. List the items using shop.list_items() -> found\n2. For each item in found.items:\n"
             "   2.1. Read it using shop.get_item(id=item.id) -> detail\n   2.2. Add detail.price to prices\n3. Return {total: sum(prices), n: count(prices)}\n",
    "writes": "1. List the items using shop.list_items() -> found\n2. For each item in found.items:\n"
              "   2.1. Note its stock using shop.put_stock(id=item.id, count=1)\n   2.2. Pay using shop.create_payment(item=item.id) -> payment\n"
              "   2.3. Order it using shop.create_order(item=item.id) -> order\n   2.4. Add order.id to orders\n3. Return orders\n",
    "parallel": "1. List the items using shop.list_items() -> found\n2. For each item in found.items, up to 3 at a time:\n"
                "   2.1. Read it using shop.get_item(id=item.id) -> detail\n   2.2. Pay using shop.create_payment(item=item.id) -> payment\n"
                "   2.3. Order it using shop.create_order(item=item.id) -> order\n   2.4. Add order.id to orders\n"
                "3. At the same time:\n   3.1. Order one using shop.create_order(item=\"x\") -> x\n   3.2. Order one using shop.create_order(item=\"y\") -> y\n"
                "4. Return {orders: orders, x: x.id, y: y.id}\n",
    "approval": "1. Ask \"Which?\" as one of \"red\", \"blue\" -> colour\n2. Order it using shop.create_order(item=colour) -> order, ask first\n"
                "3. Approve \"Go on with {order.id}?\"\n4. Pay using shop.create_payment(item=colour) -> payment\n5. Return {o: order.id, p: payment.id}\n",
    "timers": "1. Order it using shop.create_order(item=\"busy\") -> order, retry 3 times\n2. Wait 0.01 seconds\n3. Set at to now\n4. Note \"ordered {order.id}\"\n"
              "5. Order it using shop.create_order(item=\"second\") -> second\n6. Return {o: order.id, s: second.id}\n",
    "errors": "1. Try:\n   1.1. Read it using shop.get_item(id=\"missing\") -> detail\n2. If it fails:\n   2.1. Order it using shop.create_order(item=\"instead\") -> order\n"
              "3. Order it using shop.create_order(item=\"last\") -> last\n4. Return last.id\n",
    "values": "Input: names: list of text = [\"ann\", \"bob\", \"cy\"]\n\n1. For each name in names:\n   1.1. Set long to upper(name) + \"-\" + text(length(name))\n"
              "   1.2. If length(name) > 2:\n      1.2.1. Add {name: long, n: length(name)} to rows\n2. Set sorted to sort_by(rows, \"name\")\n3. Repeat 50 times:\n"
              "   3.1. Set text to replace(\"a.b.c\", \".\", \"-\")\n   3.2. Add text to texts\n4. Return {rows: sorted, texts: count(texts), json: from_json(\"[1, 2.5, null]\")}\n",
    "broken": "1. Order it using shop.create_order(item=\"first\") -> a\n2. Order it using shop.create_order(item=\"broken\") -> b\n"
              "3. Order it using shop.create_order(item=\"third\") -> c\n4. Return {a: a.id, b: b.id, c: c.id}\n",
    "large": "1. Read it using shop.get_item(id=\"large\") -> detail\n2. Order it using shop.create_order(item=\"large\") -> order\n3. Read it using shop.get_item(id=\"larger\") -> more\n"
             "4. Order it using shop.create_order(item=\"larger\") -> other\n5. Return {a: detail.price, b: order.id, c: more.price, d: other.id}\n",
}


class Books:
    """What the server did in one test."""

    def __init__(self, old=None):
        self.orders = collections.Counter(old.orders if old else {})
        self.payments = dict(old.payments if old else {})
        self.keys = collections.defaultdict(set, {k: set(v) for k, v in old.keys.items()} if old else {})
        self.stock = collections.Counter(old.stock if old else {})
        self.requests, self.busy = (old.requests if old else 0), (old.busy if old else 0)
        self.mended = old.mended if old else False

    def answer(self, method, path, headers, body):
        self.requests += 1
        if path == "/items":
            return 200, {"items": [{"id": i, "price": n} for n, i in enumerate(ITEMS)]}
        if path == "/items/missing":
            return 404, {"message": "no"}
        if path.startswith("/items/large"):
            return 200, {"id": path[7:], "price": len(path), "text": "0123456789abcdef" * (6000 if path.endswith("r") else 2000)}
        if path.startswith("/items/"):
            return 200, {"id": path[7:], "price": ITEMS.index(path[7:])}
        if path.startswith("/stock/"):
            self.stock[path[7:]] += 1
            return 200, {"count": body["count"]}
        item = body["item"]
        if path == "/payments":
            self.keys[item].add(headers.get("Idempotency-Key"))
            return 201, {"id": self.payments.setdefault(item, "pay-" + item)}
        if item == "busy" and self.busy == 0:
            self.busy = 1
            return 429, {"message": "later"}
        if item == "broken" and not self.mended:
            return 400, {"message": "not now"}
        self.orders[item] += 1
        return 201, {"id": "order-" + item}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    books, lock, wbufsize = {}, threading.Lock(), 65536

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def work(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _, test, path = self.path.split("/", 2)
        with self.lock:
            status, value = self.books[test].answer(self.command, "/" + path, self.headers, json.loads(body) if body else {})
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in (("Content-Type", "application/json"), ("Content-Length", str(len(data)))):
            self.send_header(name, text)
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    do_GET = do_PUT = do_POST = work


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, address):
        pass


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
counter = iter(range(10 ** 9))


def libasan():
    if MODE not in ("asan",):
        return ""
    return subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True).stdout.strip() + " "


ASAN = libasan()


class World:
    """A folder with a store, and books of its own. A run keeps the address that it began with: `test` is that of the world where it did, and only one of its
    copies may be alive."""

    def __init__(self, like=None, books=None, test=None):
        self.dir = tempfile.mkdtemp(prefix="pilot-fault-")
        if like:
            shutil.copytree(like, self.dir, dirs_exist_ok=True, symlinks=True)
        self.test = test or "t%d" % next(counter)
        self.books = Handler.books[self.test] = Books(books)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("PILOT_FAULT", "SHIM"))}
        self.env.update(HOME=self.dir, ASAN_OPTIONS="detect_leaks=1:exitcode=99", UBSAN_OPTIONS="print_stacktrace=1", NO_COLOR="1")

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        Handler.books.pop(self.test, None)

    def url(self):
        return "shop=http://127.0.0.1:%d/%s" % (server.server_address[1], self.test)

    def call(self, args, limit=30, **env):
        """(exit code, output, errors); `SERVER` among the arguments is this world's."""
        program, *rest = [a.replace("SERVER", self.url()) for a in args]
        if env:
            env = dict(self.env, **env)
            if "SHIM" in env or "SHIM_LOG" in env:
                env["LD_PRELOAD"] = ASAN + SHIM
        child = subprocess.Popen([os.path.join(BIN, program), *rest], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 cwd=self.dir, env=env or self.env)
        try:
            out, err = child.communicate(timeout=limit * SLOW)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            return 124, out.decode(errors="replace"), "timed out\n" + err.decode(errors="replace")
        return child.returncode, out.decode(errors="replace"), err.decode(errors="replace")

    def rows(self, run):
        out = self.call(["pilotvm", "show", run, "--store", "runs.db", "--no-project", "--json"])[1]
        return [r for r in map(json.loads, out.splitlines()) if r.get("type") == "row"]

    def run_of(self):
        """The store's last run, by its id; None when there is none."""
        if not os.path.exists(os.path.join(self.dir, "runs.db")):
            return None
        out = self.call(["pilotvm", "runs", "--store", "runs.db", "--no-project", "--json"])[1]
        runs = [r for r in map(json.loads, out.splitlines()) if r.get("type") == "run" or "id" in r]
        return runs[0]["id"] if runs else None

    def settle(self, run):
        """A person answers what is open, and looks into the shop's books for each call in doubt. How many."""
        count, rows = 0, self.rows(run)
        for row in rows:
            later = [r["kind"] for r in rows if r["path"] == row["path"] and r["seq"] > row["seq"]]
            if row["kind"] == "INDOUBT" and "RESOLVE" not in later and "INTENT" not in later and "RESULT" not in later:
                intent = [r for r in rows if r["kind"] == "INTENT" and r["path"] == row["path"]][-1]
                body = intent["body"] if isinstance(intent["body"], dict) else json.loads(intent["body"])
                sent = body["sends"]["body"]
                item = (json.loads(sent) if isinstance(sent, str) else sent)["item"]
                words = ["applied", "--result", json.dumps({"id": "order-" + item})] if self.books.orders[item] else ["not-applied"]
                self.call(["pilotvm", "settle", run, row["path"], *words, "--store", "runs.db", "--no-project"])
                count += 1
            if row["kind"] == "ASK" and "ANSWER" not in later:
                code = self.call(["pilotvm", "approve", run, row["path"], "--store", "runs.db", "--no-project"])[0]
                if code != 0:
                    self.call(["pilotvm", "answer", run, row["path"], "red", "--store", "runs.db", "--no-project"])
                count += 1
        return count

    def finish(self, run, start):
        """Brings the run to its end; without one, begins it; one that failed goes on as a fork. (what is wrong or None, output). Its last id is in self.run."""
        self.run, self.books.mended = run, True
        if not run:
            if self.books.orders or self.books.payments:
                return "something was sent, and there is no run", ""
            code, out, err = self.call(start)
            run = self.run = self.run_of()
        else:
            code, out, err = self.call(["pilotvm", "resume", run, "--store", "runs.db", "--no-project"])
            if "never began" in err or ("set aside" in err and "there is no run" in err):
                return self.finish(None, start)
        for _ in range(20):
            if code == 5 and self.settle(run):
                code, out, err = self.call(["pilotvm", "resume", run, "--store", "runs.db", "--no-project"])
            elif code not in (0, 5) and run and any(r["kind"] == "END" for r in self.rows(run)):
                got = self.call(["pilotvm", "fork", run, "--yes", "-q", "--store", "runs.db", "--no-project"])
                doubts = [line for line in got[2].splitlines() if re.search(r"\(row \d+\)", line)]
                if doubts and all("Idempotency-Key" in line for line in doubts):  # made again under the same key
                    got = self.call(["pilotvm", "fork", run, "--yes", "-q", "--again", "--store", "runs.db", "--no-project"])
                went_on = re.search(r"went on as (r-\w+)", got[2])
                if got[0] != 0 and not went_on:
                    return "the run failed, and is not forked: %d %s" % (got[0], got[2][-400:]), out
                run = self.run = went_on.group(1) if went_on else got[1].strip()
                code, out, err = self.call(["pilotvm", "resume", run, "--store", "runs.db", "--no-project"])
            else:
                break
        return (None if code == 0 else "does not end: %d: %s" % (code, err[-400:])), out

    def wrong(self, want):
        """What in the books is not as it must be; `want`: orders."""
        if self.books.orders != want:
            return "orders %s, wanted %s" % (dict(self.books.orders), dict(want))
        if any(len(keys) != 1 for keys in self.books.keys.values()):
            return "two keys for one payment: %s" % self.books.keys
        return None


def start_of(plan):
    return ["pilotvm", "run", plan + ".pbc", "--server", "SERVER", "--store", "runs.db", "--yes", "--no-project"]


def prepare():
    """A folder with the shop's document and all plans compiled."""
    folder = tempfile.mkdtemp(prefix="pilot-fault-")
    shutil.copy(os.path.join(HERE, "../crash/shop.yaml"), folder)
    problems = []
    for name, text in PLANS.items():
        with open(os.path.join(folder, name + ".pilot"), "w") as file:
            file.write("Workflow: %s\nUse: shop from \"shop.yaml\"\n%s%s" % (name, "" if text.startswith("Input") else "\n", text))
        got = subprocess.run([os.path.join(BIN, "pilotc"), name + ".pilot", "-o", name + ".pbc", "--no-project"], capture_output=True, text=True, cwd=folder)
        if got.returncode != 0:
            problems.append("%s: %s" % (name, got.stderr))
    return folder, problems


def told(path):
    """The lines that the library wrote."""
    if not os.path.exists(path):
        return []
    with open(path, errors="replace") as file:
        return file.read().splitlines()


BAD = re.compile(r"Sanitizer|runtime error:|Assertion|core dumped|double free|corrupted|free\(\)")
