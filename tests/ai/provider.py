# SPDX-License-Identifier: MIT
"""A provider of language models on loopback, of this test's own: OpenAI chat completions and Anthropic messages. It answers from a script, and when that is
used up by reading the question; faults are steps of the script. Every request is kept, and held against what the formats say of it."""
import http.server, json, re, threading, time


def is_strict(schema):
    """The subset of JSON Schema that strict mode takes: what is said of it in the format's own description."""
    if not isinstance(schema, dict): return False
    if "anyOf" in schema: return all(is_strict(s) for s in schema["anyOf"])
    kind = schema.get("type")
    if kind == "object":
        return (schema.get("additionalProperties") is False and set(schema.get("required", [])) == set(schema.get("properties", {}))
                and all(is_strict(s) for s in schema.get("properties", {}).values()))
    if kind == "array": return is_strict(schema.get("items"))
    return kind in ("string", "integer", "number", "boolean", "null")


def example(schema, data):
    """Something that fits the schema, taken from the data where a name fits."""
    if "anyOf" in schema: return example(schema["anyOf"][0], data)
    if "enum" in schema: return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {k: (data[k] if isinstance(data, dict) and k in data else example(s, data)) for k, s in schema.get("properties", {}).items()}
    if kind == "array": return [example(schema["items"], data)]
    if kind == "string": return {"date": "2026-01-02", "date-time": "2026-01-02T03:04:05Z", "email": "a@example.com"}.get(schema.get("format"), "some text")
    return {"integer": 7, "number": 7.5, "boolean": True, "null": None}.get(kind)


class Provider(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.lock, self.answers = threading.Lock(), {} # answers: by words of the question, for those that come in any order
        self.reset()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def reset(self, *script):
        self.script, self.requests, self.faults = list(script), [], []

    def handle_error(self, *_): pass # who asked has hung up

    def complain(self, words): self.faults.append(words)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_): pass

    def do_POST(self):
        server = self.server
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with server.lock:
            body = json.loads(raw)
            server.requests.append({"path": self.path, "headers": dict(self.headers), "body": body})
            step = server.script.pop(0) if server.script else {}
            step = next((a for words, a in server.answers.items() if words in raw.decode()), step)
            if isinstance(step, str): step = {"say": step}
            anthropic = self.path.endswith("/messages")
            if not isinstance(body["messages"], list):
                server.complain("messages are no list")
                return self.send(200, json.dumps({"id": "c1", "object": "chat.completion", "created": 0, "model": "m", "choices": []}).encode())
            (self.check_anthropic if anthropic else self.check_openai)(body)
        if "wait" in step: time.sleep(step["wait"])
        status = step.get("status", 200)
        if status != 200: return self.send(status, json.dumps({"error": {"message": step.get("message", "scripted"), "type": "test"}}).encode(), step.get("headers"))
        if "raw" in step: return self.send(200, step["raw"].encode())
        if step.get("no_stream") and body.get("stream"): return self.send(400, b'{"error":{"message":"stream is not supported"}}')
        if step.get("no_schema") and ("response_format" in body or "tools" in body):
            return self.send(400, b'{"error":{"message":"response_format is not supported"}}')
        value = (self.anthropic if anthropic else self.openai)(body, step)
        if body.get("stream"): return self.stream(anthropic, value, step)
        data = json.dumps(value).encode()
        if step.get("truncate"):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
            return
        self.send(200, data)

    def send(self, status, data, headers=None):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}.items(): self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def check_openai(self, body):
        f = self.server.complain
        if not self.path.endswith("/v1/chat/completions"): f(f"path {self.path}")
        known = {"model", "messages", "response_format", "temperature", "max_tokens", "max_completion_tokens", "tools", "tool_choice", "stream", "stream_options"}
        if set(body) - known: f(f"unknown keys {set(body) - known}")
        roles = [m["role"] for m in body["messages"]]
        if roles[:2] != ["system", "user"] or any(r not in (("assistant",), ("user", "tool"))[i % 2] for i, r in enumerate(roles[2:])): f(f"roles {roles}")
        before = []
        for m in body["messages"]:
            calls = m.get("tool_calls", [])
            if m["role"] == "tool" and m["tool_call_id"] not in before: f(f"a result of no call {m}")
            if m["content"] is None if not calls else m["content"] is not None: f("a message without content")
            if not calls and (not isinstance(m["content"], str) or not m["content"]): f("a message without content")
            for c in calls:
                if set(c) != {"id", "type", "function"} or not isinstance(json.loads(c["function"]["arguments"]), dict): f(f"a call {c}")
            before = [c["id"] for c in calls]
        for tool in body.get("tools", []):
            if not re.fullmatch("[a-zA-Z0-9_-]{1,64}", tool["function"]["name"]): f(f"the name of a function {tool}")
            if tool["function"].get("strict") and not is_strict(tool["function"]["parameters"]): f(f"not strict: {tool}")
        if ("tools" in body) != ("tool_choice" in body): f("tool_choice")
        form = body.get("response_format")
        if form and (form["type"] != "json_schema" or set(form["json_schema"]) != {"name", "strict", "schema"}): f(f"response_format {form}")
        if form and form["json_schema"]["strict"] and not is_strict(form["json_schema"]["schema"]): f(f"not strict: {form['json_schema']['schema']}")

    def check_anthropic(self, body):
        f = self.server.complain
        if not self.path.endswith("/v1/messages"): f(f"path {self.path}")
        if self.headers.get("anthropic-version") != "2023-06-01": f("no anthropic-version")
        if not isinstance(body.get("max_tokens"), int): f("no max_tokens")
        roles = [m["role"] for m in body["messages"]]
        if any(r != ("user", "assistant")[i % 2] for i, r in enumerate(roles)): f(f"roles {roles}")
        before = []
        for m in body["messages"]:
            parts = m["content"] if isinstance(m["content"], list) else []
            for p in parts:
                if p["type"] == "tool_result" and p["tool_use_id"] not in before: f(f"a result of no call {p}")
                if p["type"] == "tool_use" and not isinstance(p["input"], dict): f(f"a call {p}")
            before = [p["id"] for p in parts if p["type"] == "tool_use"]
        choice = body.get("tool_choice", {})
        if "tools" in body and choice.get("type") not in ("tool", "auto", "any", "none"): f("tool_choice")
        if choice.get("type") == "tool" and choice["name"] not in [t["name"] for t in body["tools"]]: f("tool_choice names no tool")
        if any(t["input_schema"].get("type") != "object" for t in body.get("tools", [])): f("input_schema is no object")

    def answer(self, schema, user, step):
        if "say" in step: return step["say"]
        if "call" in step: return ""
        start, end = user.find("<data>"), user.find("</data>")
        data = json.loads(user[start + 6:end]) if start >= 0 else None
        return json.dumps(example(schema, data)) if schema else "A short text."

    def openai(self, body, step):
        form = body.get("response_format")
        text = self.answer(form and form["json_schema"]["schema"], body["messages"][1]["content"], step)
        message = {"role": "assistant", "content": text, "refusal": step.get("refusal")}
        if "call" in step:
            name, arguments = step["call"]
            call = {"id": "x1", "type": "function", "function": {"name": name, "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments)}}
            message = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call] * step.get("times", 1)}
            step = {"finish": "tool_calls", **step}
        return {"id": "c1", "object": "chat.completion", "created": 0, "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": step.get("finish", "stop"), "logprobs": None}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}}

    def anthropic(self, body, step):
        tools = body.get("tools")
        text = self.answer(tools and tools[0]["input_schema"], body["messages"][0]["content"], step)
        part = {"type": "text", "text": text}
        if "call" in step: part = {"type": "tool_use", "id": "t1", "name": step["call"][0], "input": step["call"][1]}
        elif tools and "say" not in step: part = {"type": "tool_use", "id": "t1", "name": "answer", "input": json.loads(text)}
        return {"id": "m1", "type": "message", "role": "assistant", "model": body["model"], "content": [part],
                "stop_reason": step.get("finish", "tool_use" if tools else "end_turn"), "stop_sequence": None, "usage": {"input_tokens": 100, "output_tokens": 20}}

    # ---- in pieces ----

    def stream(self, anthropic, value, step):
        """The same answer as server-sent events: a few characters at a time; `cut`: the connection ends in the middle, `broken`: an error among the events."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        events = list((self.events_anthropic if anthropic else self.events_openai)(value))
        if step.get("cut"): events = events[: len(events) // 2]
        if step.get("broken"): events = events[: len(events) // 2] + [("error", {"type": "error", "error": {"type": "overloaded_error", "message": "overloaded"}})]
        for name, data in events:
            text = (f"event: {name}\n" if anthropic else "") + f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n"
            for i in range(0, len(text.encode()), 37): # in portions that end anywhere
                part = text.encode()[i:i + 37]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
            if "slow" in step: time.sleep(step["slow"])
        if step.get("hang_up"):
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")

    def events_openai(self, value):
        message = value["choices"][0]["message"]
        head = {k: value[k] for k in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
        say = lambda delta, finish=None: (None, {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
        yield say({"role": "assistant", "content": ""})
        text = message["content"] or ""
        for i in range(0, len(text), 5): yield say({"content": text[i:i + 5]})
        if message.get("refusal"): yield say({"refusal": message["refusal"]})
        for n, call in enumerate(message.get("tool_calls", [])):
            arguments = call["function"]["arguments"]
            yield say({"tool_calls": [{"index": n, "id": call["id"], "type": "function", "function": {"name": call["function"]["name"], "arguments": ""}}]})
            for i in range(0, len(arguments), 7): yield say({"tool_calls": [{"index": n, "function": {"arguments": arguments[i:i + 7]}}]})
        yield say({}, value["choices"][0]["finish_reason"])
        yield None, {**head, "choices": [], "usage": value["usage"]}
        yield None, "[DONE]"

    def events_anthropic(self, value):
        yield "message_start", {"type": "message_start", "message": {**value, "content": [], "stop_reason": None, "usage": {**value["usage"], "output_tokens": 1}}}
        yield "ping", {"type": "ping"}
        for n, part in enumerate(value["content"]):
            is_text = part["type"] == "text"
            yield "content_block_start", {"type": "content_block_start", "index": n, "content_block": {**part, **({"text": ""} if is_text else {"input": {}})}}
            text = part["text"] if is_text else json.dumps(part["input"])
            for i in range(0, len(text), 6):
                delta = {"type": "text_delta", "text": text[i:i + 6]} if is_text else {"type": "input_json_delta", "partial_json": text[i:i + 6]}
                yield "content_block_delta", {"type": "content_block_delta", "index": n, "delta": delta}
            yield "content_block_stop", {"type": "content_block_stop", "index": n}
        yield "message_delta", {"type": "message_delta", "delta": {"stop_reason": value["stop_reason"], "stop_sequence": None}, "usage": {"output_tokens": value["usage"]["output_tokens"]}}
        yield "message_stop", {"type": "message_stop"}
