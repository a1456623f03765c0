# SPDX-License-Identifier: MIT
"""pilotc plan, --review-by-model, --ask-model: what the model is shown, what it may change, what it may not. Run inside of tests/ai/run."""
write("shop.yaml", """openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: "https://shop.example.com"}]
paths:
  /orders:
    get:
      operationId: orders.list
      summary: List orders
      parameters: [{name: status, in: query, schema: {type: string}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: array, items: {type: object, properties: {id: {type: integer}, total: {type: number}}}}}}}}
  /orders/{id}/refund:
    post:
      operationId: orders.refund
      summary: Refund an order
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [amount], properties: {amount: {type: number}}}}}}
      responses: {"200": {description: ok}}
""")
project("openai")
BASE = open(os.path.join(work, "pilot.yaml")).read()
write("pilot.yaml", BASE + "  shop: shop.yaml\n")
GOOD_PLAN = """Workflow: Late orders
Goal: List late orders

1. List late orders using shop.orders.list(status="late") -> found
2. Note "{count(found)} orders are late"
"""


def plan(*script, args=()):
    provider.reset(*script)
    got = call(pilotc, "plan", "Say how many orders are late", *args)
    check("plan: requests are as the format says", not provider.faults, provider.faults)
    return got


def sent(n): return provider.requests[n]["body"]["messages"][1]["content"]


got = plan("Sure! Here is the plan:\n```\n" + GOOD_PLAN + "```\n", args=("-o", "made.pilot"))
check("plan: one call", got.returncode == 0 and len(provider.requests) == 1, got.stderr)
check("plan: it stands in the file and compiles", call(pilotc, "check", "made.pilot").returncode == 0, got.stderr)
check("plan: the review is printed", "shop.orders.list" in got.stdout and "Approval hash" in got.stdout, got.stdout)
check("plan: tokens, rounds and time", re.search(r"test-model: 1 request, 0 rounds of corrections, 120 tokens, 0\.000600 dollars, \d", got.stderr), got.stderr)
check("plan: the actions are shown", "shop.orders.list" in sent(0) + provider.requests[0]["body"]["messages"][0]["content"])

bad = GOOD_PLAN.replace("count(found)", "cuont(found)")
got = plan(bad, json.dumps({"answers": [], "lines": [{"line": 5, "text": '2. Note "{count(found)} orders are late"'}, {"line": 1, "text": "Workflow: Stolen"}]}))
check("plan: an error is mended in a round", got.returncode == 0 and "count(found)} orders" in got.stdout and "1 round of" in got.stderr, got.stdout + got.stderr)
check("plan: only lines that were shown", "Stolen" not in got.stdout, got.stdout)
check("plan: never the whole plan", "shop.orders.list" not in sent(1) and "cuont" in sent(1), sent(1))
got = plan(bad, *[json.dumps({"answers": [], "lines": [{"line": 5, "text": '2. Note "{cuont(found)} orders"'}]})] * 4)
check("plan: two rounds, then its errors", got.returncode == 1 and len(provider.requests) == 3 and "cuont" in got.stderr, got.stderr)

open_plan = GOOD_PLAN.replace('2. Note "{count(found)} orders are late"', "2. For each order in found, up to 2 at a time:\n   2.1. Refund it using shop.orders.refund(id=order.id)")
got = plan(open_plan, "answers", '{"answers": [], "lines": []}', "x", "y")
question = next(iter(re.findall(r'"id":"([^"]+)"', sent(1))), "")
check("plan: an open question is asked", "amount" in question, sent(1))
got = plan(open_plan, json.dumps({"answers": [{"id": question, "value": "order.total"}, {"id": "no/such", "value": "1"}], "lines": []}))
check("plan: and answered", got.returncode == 0 and "order.total" in got.stdout and f"answered by test-model: {question}" in got.stderr, got.stdout + got.stderr)
write("open.pilot", open_plan)
got = plan(open_plan, '{"answers": [], "lines": []}')
check("plan: what nobody answers stays open", got.returncode == 5, got.stderr)

provider.reset(json.dumps({"answers": [{"id": question, "value": "order.total"}], "lines": []}))
got = call(pilotc, "check", "open.pilot", "--ask-model")
check("ask-model: answers stand in the plan", got.returncode == 0 and "order.total" in open(os.path.join(work, "open.pilot")).read(), got.stderr)
write("open.pilot", open_plan)
provider.reset(json.dumps({"answers": [{"id": question, "value": "((("}], "lines": []}))
got = call(pilotc, "check", "open.pilot", "--ask-model")
check("ask-model: an answer that does not fit is said and left", got.returncode == 5 and open(os.path.join(work, "open.pilot")).read() == open_plan, got.stderr)

for verdict, code in (("approve", 0), ("block", 1)):
    got = plan(GOOD_PLAN, json.dumps({"verdict": verdict, "reasons": ["step 2 says it"], "lines": []}), args=("--review-by-model",))
    check(f"review: {verdict}", got.returncode == code and "step 2 says it" in got.stderr, got.stderr)
    check(f"review: {verdict}: the goal and the exact plan are shown", "orders are late" in sent(1) and '"review":' in sent(1) and "how many orders" in sent(1), sent(1))
got = plan(GOOD_PLAN, json.dumps({"verdict": "repair", "reasons": ["r"], "lines": [{"line": 5, "text": '2. Note "late: {count(found)}"'}]}), args=("--review-by-model",))
check("review: repair", got.returncode == 0 and 'Note "late: ' in got.stdout and '+2. Note "late' in got.stderr, got.stdout + got.stderr)
got = plan(GOOD_PLAN, json.dumps({"verdict": "repair", "reasons": ["r"], "lines": [{"line": 5, "text": "2. Note nosuch(1"}]}), args=("--review-by-model",))
check("review: a repair that does not compile is none", got.returncode != 0 and "orders are late" in got.stdout, got.stdout + got.stderr)
got = plan({"status": 401, "message": "bad key"})
check("plan: no answer", got.returncode not in (0, 70) and "bad key" in got.stderr, got.stderr)
write("pilot.yaml", "plugins: {shop: shop.yaml}\n")
got = plan()
check("plan: no model", got.returncode == 2 and "names no model" in got.stderr, got.stderr)
