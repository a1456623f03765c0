# SPDX-License-Identifier: MIT
"""Answers that come in pieces: hooks hear them as they come, the journal has the whole, and what breaks off is asked for again. Run inside of tests/ai/run."""
write("hook.py", """import json, sys, time
out = open(sys.argv[1], "w")
for line in sys.stdin:
    event = json.loads(line)
    if event["event"] == "before": print('{"allow": true}', flush=True)
    out.write(json.dumps({**event, "at": time.time()}) + "\\n")
    out.flush()
""")


def heard(*script, args=("--pieces",), name="p"):
    got = run(*script, args=("--hook", "python3 hook.py heard.jsonl", *args), name=name)
    got.events = [json.loads(line) for line in open(os.path.join(work, "heard.jsonl"))]
    got.pieces = [e for e in got.events if e["event"] == "piece"]
    got.text = "".join(e["text"] for e in got.pieces if e["part"] == got.pieces[-1]["part"])
    return got


def body_of(got):
    rows = [json.loads(line) for line in call(pilotvm, "audit", "export", got.run).stdout.splitlines()]
    return [json.loads(r["body"]) for r in rows if r.get("name") == "RESULT"]


SUMMARY = """Workflow: Sum
Use: ai
Input: mail: text = "A long story"
Output: s

1. Sum it up using ai.summarize(text=mail) -> s
"""
STORY = "Once upon a time there was a plan, and everybody liked it. " * 4
for api in ("openai", "anthropic"):
    project(api)
    compile(SUMMARY)
    got = heard({"say": STORY, "slow": 0.01})
    check(f"stream: {api}: the answer", got.returncode == 0 and json.loads(got.stdout) == STORY.strip(), got.stdout + got.stderr)
    check(f"stream: {api}: pieces are the answer", len(got.pieces) > 5 and got.text == STORY, f"{len(got.pieces)} {got.text}")
    check(f"stream: {api}: as they come", got.pieces[-1]["at"] - got.pieces[0]["at"] > 0.2, got.pieces[:1])
    check(f"stream: {api}: they say of what", got.pieces[0]["path"] == "1" and got.pieces[0]["action"] == "ai.summarize" and got.pieces[0]["part"] == 1, got.pieces[0])
    rows = body_of(got)
    check(f"stream: {api}: the journal has the whole", len(rows) == 1 and json.loads(rows[0]["body"]) == STORY.strip() if isinstance(rows[0]["body"], str) else rows[0]["body"] == STORY.strip(), rows)
    check(f"stream: {api}: tokens are counted", (header(got, "x-pilot-tokens-in"), header(got, "x-pilot-tokens-out")) == ("100", "20"), header(got, "x-pilot-tokens-in"))
    got = heard({"say": STORY}, args=())
    check(f"stream: {api}: nobody who did not ask is told", not got.pieces if got.pieces else "stream" not in provider.requests[0]["body"], provider.requests[0]["body"].keys())
    got = heard({"say": STORY, "cut": True}, {"say": "Short."})
    check(f"stream: {api}: what breaks off is asked for again", got.returncode == 0 and json.loads(got.stdout) == "Short." and len(provider.requests) == 2, got.stderr)
    check(f"stream: {api}: and begins anew", got.pieces[-1]["part"] == 2 and got.text == "Short.", got.pieces[-1])
    got = heard({"say": STORY, "hang_up": True}, {"say": "Short."})
    check(f"stream: {api}: a connection that is cut", got.returncode == 0 and len(provider.requests) == 2, got.stderr)
    got = heard(*[{"say": STORY, "broken": True}] * 4)
    check(f"stream: {api}: three retries, then the provider's words", got.returncode == 1 and len(provider.requests) == 4 and "overloaded" in got.stderr, got.stderr)
    got = heard({"no_stream": True}, {"say": "Whole."})
    check(f"stream: {api}: a server without", got.returncode == 0 and json.loads(got.stdout) == "Whole." and not got.pieces and "stream" not in provider.requests[1]["body"], got.stderr)
    got = heard({"say": "My key is sk-very-secret, and that is that."})
    check(f"stream: {api}: no secret in pieces or journal", got.returncode == 0 and "sk-very" not in json.dumps(got.events) + call(pilotvm, "audit", "export", got.run).stdout, got.text)
    compile(EXTRACT)
    got = heard(GOOD)
    check(f"stream: {api}: with a type", got.returncode == 0 and json.loads(got.stdout) == {"vendor": "ACME", "amount": 30} and json.loads(got.text) == json.loads(GOOD), got.stdout + got.stderr + str(got.pieces))
    got = heard('{"vendor": 1}', GOOD)
    check(f"stream: {api}: a correction is another part", got.returncode == 0 and [e["part"] for e in got.pieces][0] == 1 and got.pieces[-1]["part"] == 2, got.pieces)
    agent_project(api)
    compile(AGENT, "agent")
    shop.seen.clear()
    got = heard(LIST, ANSWER, name="agent", args=("--pieces", "--server", "shop=" + shop.url))
    check(f"stream: {api}: an agent's turns", got.returncode == 0 and json.loads(got.stdout)["order"] == 7 and len(shop.seen) == 1, got.stderr)

# the run is killed while pieces come: the resumed run asks again, since a model's answer changes nothing
project()
compile(SUMMARY)
os.remove(os.path.join(work, "heard.jsonl"))
provider.reset({"say": STORY, "slow": 0.5}, {"say": "Short."})
child = subprocess.Popen([pilotvm, "run", "p.pbc", "--yes", "--hook", "python3 hook.py heard.jsonl", "--pieces"], cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
for _ in range(200):
    if os.path.exists(os.path.join(work, "heard.jsonl")) and "piece" in open(os.path.join(work, "heard.jsonl")).read(): break
    time.sleep(0.05)
child.kill()
child.wait()
listed = re.findall(r"r-\w+", call(pilotvm, "list", "--json").stdout + call(pilotvm, "runs").stdout)
got = call(pilotvm, "resume", listed[0])
check("stream: killed in the middle, it is asked again", got.returncode == 0 and json.loads(got.stdout) == "Short.", got.stderr)
