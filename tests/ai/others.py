# SPDX-License-Identifier: MIT
"""What others wrote: @copilotkit/aimock in both formats and with faults; and ajv, and Prism as a proxy before the
test's own provider, which hold each request against a vendor's published OpenAPI document and one of this project's (chat.yaml). AI_NPM names a folder where
`npm install @copilotkit/aimock ajv @stoplight/prism-cli` was run; run inside of tests/ai/run."""
import socket, urllib.error, urllib.request

NPM = os.path.join(os.environ.get("AI_NPM", ""), "node_modules/.bin")
VENDOR = os.path.join(HERE, "../../../shared/data/openapi/openai+openai-openapi/openapi.json")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Program:
    def __init__(self, *args):
        self.port = free_port()
        self.process = subprocess.Popen([a.replace("PORT", str(self.port)) for a in args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=work)

    def __enter__(self):
        for _ in range(300):
            try: return socket.create_connection(("127.0.0.1", self.port), 1).close() or self
            except OSError: time.sleep(0.1)
        check("a mock starts", False, self.process.args)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


def against_aimock():
    answer = '{"vendor":"ACME","amount":30,"due":null}'
    write("fixtures.json", json.dumps({"fixtures": [
        {"match": {"userMessage": "Invoice"}, "response": {"content": answer}},
        {"match": {"userMessage": "Tooled"}, "response": {"toolCalls": [{"name": "answer", "arguments": answer}]}},
        {"match": {"userMessage": "Broken"}, "response": {"content": "Sure: {vendor: 'ACME', amount: 30,}"}},
        {"match": {"userMessage": "long story"}, "response": {"content": "A story that is told in pieces, one behind the other."}},
        {"match": {"systemMessage": "Find the late order", "hasToolResult": False}, "response": {"toolCalls": [{"name": "shop_orders_list", "arguments": '{"status":"late"}'}]}},
        {"match": {"systemMessage": "Find the late order", "hasToolResult": True}, "response": {"toolCalls": [{"name": "answer", "arguments": '{"order":7,"cause":"snow"}'}]}},
        {"match": {"userMessage": "Fails"}, "response": {"error": {"message": "no luck", "type": "server_error"}, "status": 500}}]}))
    with Program(os.path.join(NPM, "llmock"), "-p", "PORT", "-f", "fixtures.json", "--log-level", "silent") as mock:
        for api, words in (("openai", "Invoice"), ("anthropic", "Tooled"), ("openai", "Broken")):
            project(api, server=f"http://127.0.0.1:{mock.port}")
            compile(EXTRACT.replace("Invoice", words))
            got = call(pilotvm, "run", "p.pbc", "--yes")
            check(f"aimock: {api}: {words}", got.returncode == 0 and got.stdout.strip() == '{"vendor":"ACME","amount":30}', got.stdout + got.stderr)
        for api in ("openai", "anthropic"):
            agent_project(api)
            write("pilot.yaml", open(os.path.join(work, "pilot.yaml")).read().replace(provider.url, f"http://127.0.0.1:{mock.port}"))
            compile(AGENT, "agent")
            compile(SUMMARY)
            for how in ((), ("--hook", "python3 hook.py heard.jsonl", "--pieces")):
                shop.seen.clear()
                got = call(pilotvm, "run", "agent.pbc", "--yes", "--server", "shop=" + shop.url, *how)
                check(f"aimock: {api}: an agent {how[-1:]}", got.returncode == 0 and json.loads(got.stdout) == {"order": 7, "cause": "snow"} and len(shop.seen) == 1, got.stdout + got.stderr)
            got = call(pilotvm, "run", "p.pbc", "--yes", *how)
            pieces = [json.loads(line) for line in open(os.path.join(work, "heard.jsonl")) if '"piece"' in line]
            check(f"aimock: {api}: in pieces", got.returncode == 0 and len(pieces) > 1 and "".join(p["text"] for p in pieces) == json.loads(got.stdout), f"{pieces} {got.stdout} {got.stderr}")
        project("openai", server=f"http://127.0.0.1:{mock.port}")
        compile(EXTRACT.replace("Invoice", "Fails"))
        got = call(pilotvm, "run", "p.pbc", "--yes")
        check("aimock: an error is told", got.returncode == 1 and "500: no luck" in got.stderr, got.stderr)
    for fault in ("ratelimit", "malformed", "disconnect"):
        with Program(os.path.join(NPM, "llmock"), "-p", "PORT", "-f", "fixtures.json", "--log-level", "silent", f"--chaos-{fault}", "1") as mock:
            project("openai", server=f"http://127.0.0.1:{mock.port}")
            compile(EXTRACT)
            got = call(pilotvm, "run", "p.pbc", "--yes")
            check(f"aimock: {fault}", got.returncode not in (0, 70) and "error[" in got.stderr, got.stderr)
            got = call(pilotvm, "run", "p.pbc", "--yes", "--hook", "python3 hook.py heard.jsonl", "--pieces")
            check(f"aimock: {fault} in pieces", got.returncode not in (0, 70) and "error[" in got.stderr, got.stderr)


def only(document, paths):
    """These operations, and the components that they lead to."""
    made = {"openapi": document["openapi"], "info": document["info"], "paths": {new: {"post": document["paths"][old]["post"]} for new, old in paths.items()}}
    made["components"], todo, seen = {"securitySchemes": document["components"].get("securitySchemes", {})}, [made["paths"]], set()
    while todo:
        node = todo.pop()
        todo += node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
        ref = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(ref, str) or ref in seen: continue
        seen.add(ref)
        _, kind, name = ref[2:].split("/")
        made["components"].setdefault(kind, {})[name] = document["components"][kind][name]
        todo.append(document["components"][kind][name])
    return made


VALIDATE = """
const Ajv = require("ajv/dist/2020"), fs = require("fs");
const ajv = new Ajv({strict: false, validateFormats: false, allErrors: false});
const clean = (key, v) => { if (v && typeof v === "object" && !v.type) delete v.nullable; return v; }; // ajv stops at a nullable without a type
const document = JSON.parse(fs.readFileSync(process.argv[2]), clean), bodies = JSON.parse(fs.readFileSync(process.argv[3]));
const fits = ajv.compile({$ref: "#/components/schemas/CreateChatCompletionRequest", components: document.components});
console.log(JSON.stringify(bodies.map(b => fits(b) ? "" : JSON.stringify(fits.errors.slice(0, 3)))));
"""


def against_vendor():
    """Each request's body against the schema of the vendor's own document, by ajv; and bodies that must fail."""
    write("vendor.json", json.dumps(only(json.load(open(VENDOR)), {"/chat/completions": "/chat/completions"})))
    write("validate.js", VALIDATE)
    project("openai", ", temperature: 0, max_completion_tokens: 500")
    compile(five, "five")
    check("vendor: five steps", run(name="five").returncode == 0)
    bodies = [r["body"] for r in provider.requests]
    project("openai")
    compile(EXTRACT)
    run('{"vendor":1}', "no", GOOD)
    bodies += [r["body"] for r in provider.requests]
    plain = len(bodies)
    agent_project()
    compile(AGENT, "agent")
    for how in ((), ("--hook", "python3 hook.py heard.jsonl", "--pieces")):
        run(LIST, {"call": ("shop_orders_list", {"limit": "x"})}, ANSWER, name="agent", args=("--server", "shop=" + shop.url, *how))
        bodies += [r["body"] for r in provider.requests]
    check("vendor: turns with functions, with results and in pieces", len(bodies) == plain + 6 and bodies[-1]["stream"] and "tool_calls" in json.dumps(bodies[-1]["messages"]), len(bodies))
    turn = bodies[-1]
    wrong = [dict(turn, tools=[{"type": "function"}]), dict(turn, tool_choice="always"), dict(turn, messages=[{"role": "tool", "content": "x"}]), dict(turn, stream="yes")]
    wrong += [dict(bodies[0], messages="none"), dict(bodies[0], messages=[]), {"messages": bodies[0]["messages"]}, dict(bodies[0], response_format={"type": "json_schema"})]
    write("bodies.json", json.dumps(bodies + wrong))
    got = call("node", "validate.js", "vendor.json", "bodies.json", NODE_PATH=os.path.join(os.environ["AI_NPM"], "node_modules"))
    said = json.loads(got.stdout or "[]")
    check("vendor: every request fits the published schema", len(said) == len(bodies + wrong) and not any(said[:len(bodies)]), got.stdout + got.stderr)
    check("vendor: what must fail does", len(said) == len(bodies + wrong) and all(said[len(bodies):]), said[len(bodies):])


def without_loose_nullable(node):
    """With `nullable` that stands without a type, Prism's validator gives the whole schema up, and every body passes: it says nothing there and goes."""
    if isinstance(node, dict) and "type" not in node: node.pop("nullable", None)
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []: without_loose_nullable(inner)
    return node


def through_prism(name, document, apis, wrong):
    with Program(os.path.join(NPM, "prism"), "proxy", document, provider.url, "--errors", "-p", "PORT") as prism:
        url = f"http://127.0.0.1:{prism.port}"
        for api in apis:
            agent_project(api)
            write("pilot.yaml", open(os.path.join(work, "pilot.yaml")).read().replace(provider.url, url))
            compile(EXTRACT)
            got = run('{"vendor":1}', GOOD)
            check(f"prism: {name}: {api}: a step, and its correction", got.returncode == 0 and len(provider.requests) == 2, got.stderr)
            compile(AGENT, "agent")
            got = run(LIST, ANSWER, name="agent", args=("--server", "shop=" + shop.url))
            check(f"prism: {name}: {api}: an agent's turns", got.returncode == 0 and len(provider.requests) == 2, got.stderr)
        for path, body in wrong:
            provider.reset()
            request = urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json", "Authorization": "Bearer x", "anthropic-version": "2023-06-01"})
            try: status = urllib.request.urlopen(request, timeout=20).status
            except urllib.error.HTTPError as refused: status = refused.code
            check(f"prism: {name}: {path}: what must fail does", status == 422 and not provider.requests, f"{status} {body}")


def against_prism():
    """In front of the provider: a request that does not fit the document is answered by Prism with 422 and never gets there."""
    chat, messages = "/v1/chat/completions", "/v1/messages"
    wrong = [(chat, {"model": "m", "messages": "none"}), (chat, {"messages": [{"role": "user", "content": "x"}] * 2}),
             (chat, {"model": "m", "messages": [{"role": "user", "content": "x"}] * 2, "tools": [{"type": "function"}]})]
    own = [(messages, {"model": "m", "messages": [{"role": "user", "content": "x"}]}), (messages, {"model": "m", "max_tokens": 9, "messages": [{"role": "system", "content": "x"}]})]
    through_prism("our document", os.path.join(HERE, "chat.yaml"), ("openai", "anthropic"), wrong + own)
    if not os.path.exists(VENDOR): return print("ai: the vendor's document is absent: Prism has only ours")
    document = without_loose_nullable(only(json.load(open(VENDOR)), {chat: "/chat/completions"}))
    write("prism.json", json.dumps({**document, "servers": [{"url": "/"}]}))
    through_prism("the vendor's document", "prism.json", ("openai",), wrong)


for wanted, test in ((os.path.join(NPM, "llmock"), against_aimock), (os.path.join(NPM, "../ajv/dist/2020.js"), against_vendor), (os.path.join(NPM, "prism"), against_prism)):
    if os.environ.get("AI_NPM") and os.path.exists(wanted) and (test is not against_vendor or os.path.exists(VENDOR)): test()
    else:
        skipped += 1
        print(f"ai: {test.__name__} skipped: AI_NPM names no folder with {os.path.basename(wanted)}, or the vendor's document is absent")
