# SPDX-License-Identifier: MIT
"""Agents: the loop that one is, in both wire formats; what a model may choose and what it may not; people, labels, limits, resume, replay. Run inside of tests/ai/run."""
import http.server, signal, threading


class Shop(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), ShopHandler)
        self.url, self.seen, self.orders = f"http://127.0.0.1:{self.server_address[1]}", [], [{"id": 7, "total": 30.5}, {"id": 8, "total": 2}]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_): pass


class ShopHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_): pass

    def answer(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, json.loads(raw) if raw else None))
        status, value = (404, {"error": "no such order"}) if "/99/" in self.path else (200, self.server.orders if self.command == "GET" else {"done": True})
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = answer


shop = Shop()
write("shop2.yaml", f"""openapi: 3.1.0
info: {{title: Shop, version: "1"}}
servers: [{{url: "{shop.url}"}}]
paths:
  /orders:
    get:
      operationId: orders.list
      summary: List orders
      parameters: [{{name: status, in: query, schema: {{type: string, enum: [late, done]}}}}, {{name: limit, in: query, schema: {{type: integer}}}}]
      responses: {{"200": {{description: ok, content: {{application/json: {{schema: {{type: array, items: {{type: object, properties: {{id: {{type: integer}}, total: {{type: number}}}}}}}}}}}}}}}}
  /orders/{{id}}/refund:
    post:
      operationId: orders.refund
      summary: Refund an order
      parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]
      requestBody: {{required: true, content: {{application/json: {{schema: {{type: object, required: [amount], properties: {{amount: {{type: number}}, note: {{type: string}}}}}}}}}}}}
      responses: {{"200": {{description: ok, content: {{application/json: {{schema: {{type: object, properties: {{done: {{type: boolean}}}}}}}}}}}}}}
""")


def agent_project(api="openai", more=""):
    project(api, more)
    write("pilot.yaml", open(os.path.join(work, "pilot.yaml")).read() + "  shop: shop2.yaml\n")


AGENT = """Workflow: Agent
Use: ai
Use: shop
Input: who: text = "Ann"
Output: report

1. Find out what waits using ai.agent(goal="Find the late order of {who}", tools=[shop.orders.list, shop.orders.refund], about={customer: who}, max_steps=6) as {order: integer, cause: text} -> report
"""
LIST, ANSWER = {"call": ("shop_orders_list", {"status": "late", "limit": None})}, {"call": ("answer", {"order": 7, "cause": "snow"})}


def agent(*script, text=AGENT, args=()):
    shop.seen.clear()
    compile(text, "agent")
    return run(*script, name="agent", args=("--server", "shop=" + shop.url, *args))


def last_messages(): return provider.requests[-1]["body"]["messages"]


for api in ("openai", "anthropic"):
    agent_project(api)
    got = agent(LIST, ANSWER)
    check(f"agent: {api}: it calls and answers", got.returncode == 0 and json.loads(got.stdout) == {"order": 7, "cause": "snow"}, got.stdout + got.stderr)
    check(f"agent: {api}: the call is the plan's", shop.seen == [("GET", "/orders?status=late", None)], shop.seen)
    check(f"agent: {api}: two turns", len(provider.requests) == 2, provider.requests)
    body = provider.requests[0]["body"]
    names = [t["function"]["name"] for t in body["tools"]] if api == "openai" else [t["name"] for t in body["tools"]]
    check(f"agent: {api}: the functions", names == ["shop_orders_list", "shop_orders_refund", "answer"], names)
    told = json.dumps(last_messages())
    check(f"agent: {api}: the result is told as data", "<data>" in told and '30.5' in told and "call_1" in told, told)
    system = body["system"] if api == "anthropic" else body["messages"][0]["content"]
    check(f"agent: {api}: the goal is an instruction, data is none", "Goal: Find the late order of Ann" in system and "customer" not in system, system)
    got = agent({"call": ("shop_orders_list", {"status": "early"})}, {"call": ("shop_orders_burn", {})}, LIST, ANSWER)
    check(f"agent: {api}: a choice that does not fit is asked for again", got.returncode == 0 and len(provider.requests) == 4 and len(shop.seen) == 1, got.stderr)
    check(f"agent: {api}: with what was wrong", "no function `shop_orders_burn`" in json.dumps(provider.requests[2]["body"]["messages"][-1]), provider.requests[2]["body"]["messages"][-1])
    got = agent(*[{"call": ("shop_orders_list", {"limit": "x"})}] * 3)
    check(f"agent: {api}: twice, then it fails, and nothing was called", got.returncode == 1 and len(provider.requests) == 3 and not shop.seen, got.stderr)
    got = agent(LIST, {"say": 'It is snow: {"order": 7, "cause": "snow"}'})
    check(f"agent: {api}: an answer without the function for it", got.returncode == 0 and json.loads(got.stdout)["order"] == 7, got.stderr)
    got = agent({"no_schema": True}, {"say": '{"function": "shop_orders_list", "arguments": {"status": "late"}}'},
                {"no_schema": True}, {"say": '{"answer": {"order": 7, "cause": "snow"}}'})
    check(f"agent: {api}: a server without functions", got.returncode == 0 and len(shop.seen) == 1 and len(provider.requests) == 4, got.stderr)
    check(f"agent: {api}: is told them in words", "shop_orders_refund" in json.dumps(provider.requests[1]["body"]), provider.requests[1])
    got = agent(*[LIST] * 5, ANSWER)
    choice = provider.requests[-1]["body"]["tool_choice"]
    check(f"agent: {api}: the last turn is for the answer", got.returncode == 0 and len(provider.requests) == 6 and "answer" in json.dumps(choice), f"{choice} {got.stderr}")
    got = agent(*[LIST] * 12)
    check(f"agent: {api}: no answer is an error, and no call is made in the last turn", got.returncode == 1 and len(shop.seen) == 5 and "no turn is left" in got.stderr, f"{len(shop.seen)} {got.stderr}")
    words = AGENT.replace(" as {order: integer, cause: text}", "")
    got = agent(LIST, {"say": "It was the snow."}, text=words)
    check(f"agent: {api}: an answer in words", got.returncode == 0 and json.loads(got.stdout) == "It was the snow.", got.stdout + got.stderr)
    got = agent(*[LIST] * 5, {"say": "Enough."}, text=words)
    check(f"agent: {api}: the last turn has no functions", got.returncode == 0 and "none" in json.dumps(provider.requests[-1]["body"]["tool_choice"]), got.stderr)

agent_project()
# a write needs a person
REFUND = {"call": ("shop_orders_refund", {"id": 7, "amount": 30.5})}
got = agent(REFUND, ANSWER)
check("agent: a write waits for a person", got.returncode == 5 and not shop.seen, f"{got.returncode} {got.stderr}")
inbox = call(pilotvm, "inbox").stdout
check("agent: who sees the request", "/orders/7/refund" in inbox and "30.5" in inbox, inbox)
path = (re.findall(r"(\d[\d.#~]*#[\d.]+)", inbox) or [""])[0]
said = call(pilotvm, "approve", got.run, path)
got2 = call(pilotvm, "resume", got.run)
check("agent: approved, it goes on where it was", got2.returncode == 0 and [s[0] for s in shop.seen] == ["POST"] and len(provider.requests) == 2, f"{path} {said.stderr} {got2.stderr} {shop.seen}")
provider.requests.clear()
replay = call(pilotvm, "replay", got.run)
check("agent: a replay asks and calls nobody", replay.returncode == 0 and not provider.requests and len(shop.seen) == 1, replay.stderr)
got = agent(REFUND, ANSWER)
path = (re.findall(r"(\d[\d.#~]*#[\d.]+)", call(pilotvm, "inbox").stdout) or [""])[0]
call(pilotvm, "deny", got.run, path)
got2 = call(pilotvm, "resume", got.run)
check("agent: a refusal is told to the model", got2.returncode == 0 and not shop.seen and "denied" in json.dumps(last_messages()).lower(), f"{got2.stderr} {last_messages()[-1]}")
got = agent({"call": ("shop_orders_refund", {"id": 99, "amount": 1})}, ANSWER, text=AGENT.replace("max_steps=6", "max_steps=6, without_asking=[shop.orders.refund]"))
check("agent: a failure is told to the model", got.returncode == 0 and "no such order" in json.dumps(last_messages()), got.stderr)
check("agent: what the plan trusts is not asked", len(shop.seen) == 1, shop.seen)

# resumed in the middle: the process is killed while the model thinks
compile(AGENT, "agent")
shop.seen.clear()
provider.reset(LIST, {"wait": 20, **ANSWER}, ANSWER)
child = subprocess.Popen([pilotvm, "run", "agent.pbc", "--yes", "--server", "shop=" + shop.url], cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
for _ in range(200):
    if len(provider.requests) == 2: break
    time.sleep(0.05)
time.sleep(0.3) # rows of reads are handed over: milliseconds later they are in the file
child.send_signal(signal.SIGKILL)
child.wait()
listed = re.findall(r"r-\w+", call(pilotvm, "list", "--json").stdout + call(pilotvm, "runs").stdout)
provider.script = [ANSWER]
got = call(pilotvm, "resume", listed[0] if listed else "")
check("agent: killed in the middle, it goes on from the journal", got.returncode == 0 and len(shop.seen) == 1 and len(provider.requests) == 3, f"{listed[:1]} {got.stderr} {shop.seen} {len(provider.requests)}")

# limits and errors
got = agent(*[LIST] * 6, text=AGENT.replace("Output", "Limit: 3 calls\nOutput"))
check("agent: calls are the plan's calls", got.returncode == 7, got.stderr)
got = agent({"say": "", "refusal": "I will not"}, text=AGENT)
check("agent: a refusal of the model ends it", got.returncode == 1 and "refuses" in got.stderr, got.stderr)
got = agent({**LIST, "times": 2}, ANSWER)
check("agent: of two calls the first counts", got.returncode == 0 and len(shop.seen) == 1, got.stderr)

# the exact plan
write("agent2.pilot", call(pilotc, "fmt", "--exact", "agent.pilot").stdout)
exact = open(os.path.join(work, "agent2.pilot")).read()
check("agent: the exact plan has the loop", "ai.agent" not in exact and exact.count("ask first") == 1 and "at most 6 times" in exact, exact)
check("agent: and is its own exact plan", call(pilotc, "fmt", "--exact", "agent2.pilot").stdout == exact)
hashes = [re.findall(r"Approval hash: (\w+)", call(pilotc, "review", f"{name}.pilot").stdout) for name in ("agent", "agent2")]
check("agent: one approval is for both", hashes[0] and hashes[0] == hashes[1], hashes)
review = call(pilotc, "review", "agent.pilot").stdout
check("agent: the review says all it can do", "shop.orders.refund, 6 times at most" in review and "before each shop.orders.refund" in review, review)

# what a model said chooses nobody: labels ask also where the plan does not
write("post.yaml", """openapi: 3.1.0
info: {title: Post, version: "1"}
servers: [{url: "https://post.example.com"}]
paths:
  /send:
    post:
      operationId: send
      summary: Send a message
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [to, text], properties: {to: {type: string, format: email}, text: {type: string}}}}}}
      responses: {"200": {description: ok}}
""")
POST = 'Workflow: P\nUse: ai\nUse: post from "post.yaml"\n\n1. Tell them using ai.agent(goal="Tell everybody", tools=[post.send], without_asking=[post.send])\n'
write("post.pilot", POST)
agent_project()
base = open(os.path.join(work, "pilot.yaml")).read()
exact = call(pilotc, "fmt", "--exact", "post.pilot")
check("agent: a recipient from a model is asked about", "ask first" in exact.stdout and "P1601" in exact.stderr, exact.stdout + exact.stderr)
write("pilot.yaml", base + 'trust: ["ai.turn.* -> post.send.to"]\n')
exact = call(pilotc, "fmt", "--exact", "post.pilot").stdout
check("agent: unless the project trusts it", exact and "ask first" not in exact, exact)
write("post.pilot", POST.replace(", without_asking=[post.send]", ""))
exact = call(pilotc, "fmt", "--exact", "post.pilot").stdout
check("agent: a write is asked about all the same", "ask first" in exact, exact)
write("pilot.yaml", base)

# where agents stand
write("places.pilot", """Workflow: Places
Use: ai
Use: shop
Output: found

1. For each n in [1, 2], up to 2 at a time:
   # what for
   1.1. Find it using ai.agent(goal="Find {n}", tools=[shop.orders.list], max_steps=3) as {order: integer} -> hit, retry 2 times, within 5 minutes
   1.2. Add hit.order to found
2. Try:
   2.1. Look around using ai.agent(tools=["orders.list"])
3. If it fails:
   3.1. Look again using ai.agent("Look again", [shop.orders.list])
4. Note "done"
""")
got = call(pilotc, "fmt", "--exact", "places.pilot")
write("places2.pilot", got.stdout)
check("agent: in loops, handlers, without a name", got.returncode == 0 and got.stdout.count("ai.turn(") == 3 and "# what for" in got.stdout, got.stdout + got.stderr)
check("agent: retry is the turn's, within the loop's", "retry 2 times" in got.stdout and "at most 3 times, for up to 5 minutes" in got.stdout, got.stdout)
check("agent: the step's words are the goal", 'goal="Look around"' in got.stdout and 'goal="Look again"' in got.stdout, got.stdout)
check("agent: and all of it stays", call(pilotc, "fmt", "--exact", "places2.pilot").stdout == got.stdout)
compile(open(os.path.join(work, "places.pilot")).read(), "places")
provider.reset()
provider.answers = {"Find 1": {"call": ("answer", {"order": 1})}, "Find 2": {"call": ("answer", {"order": 2})}, "Look around": {"say": "Nothing."}}
got = call(pilotvm, "run", "places.pbc", "--yes", "--server", "shop=" + shop.url)
provider.answers = {}
check("agent: two at a time", got.returncode == 0 and json.loads(got.stdout) == [1, 2], got.stdout + got.stderr)
write("never.pilot", AGENT.replace("Output", "Never: shop.orders.refund\nOutput"))
got = call(pilotc, "check", "never.pilot")
check("agent: what the plan never does, no agent does", got.returncode == 1 and "shop.orders.refund" in got.stderr, got.stderr)
write("both.pilot", """Workflow: Both
Use: ai
Use: shop

1. At the same time:
   1.1. Look here using ai.agent(tools=[shop.orders.list])
   1.2. Look there using ai.agent(tools=[shop.orders.list]) -> there
2. Note "{there}"
""")
got = call(pilotc, "fmt", "--exact", "both.pilot")
write("both2.pilot", got.stdout)
check("agent: two branches", got.returncode == 0 and got.stdout.count("Repeat 1 times") == 2 and call(pilotc, "fmt", "--exact", "both2.pilot").stdout == got.stdout, got.stdout + got.stderr)
compile(open(os.path.join(work, "both.pilot")).read(), "both")
provider.answers = {"Look here": {"say": "Nothing."}, "Look there": {"say": "Something."}}
got = call(pilotvm, "run", "both.pbc", "--yes", "--server", "shop=" + shop.url)
provider.answers = {}
check("agent: both at the same time", got.returncode == 0 and "Something." in got.stderr, got.stdout + got.stderr)
