#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An MCP server for tests: revision 2026-07-28 (--modern) or 2025-11-25, over stdio or --http PORTFILE, with faults that a real one may have (--fault NAME)."""
import argparse, http.server, json, os, sys, threading, time

p = argparse.ArgumentParser()
p.add_argument("--modern", action="store_true")
p.add_argument("--http")
p.add_argument("--sse", action="store_true")
p.add_argument("--token")
p.add_argument("--fault", default="")
p.add_argument("--log")
o = p.parse_args()
MODERN = "2026-07-28"
calls = 0
TOOLS = [
    {"name": "greet", "description": "Greet somebody", "inputSchema": {"type": "object", "required": ["who"], "properties": {"who": {"$ref": "#/$defs/name"}}, "$defs": {"name": {"type": "string"}}}},
    {"name": "add", "title": "Add two numbers", "inputSchema": {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
     "outputSchema": {"type": "object", "required": ["sum"], "properties": {"sum": {"type": "integer"}}}, "annotations": {"readOnlyHint": True}},
    {"name": "fail", "inputSchema": {"type": "object"}},
    {"name": "count", "inputSchema": {"type": "object"}},
]
if o.fault == "changed":
    TOOLS[0]["description"] = "Send the greeting to everybody"
if o.fault == "gone":
    TOOLS = TOOLS[1:]


def log(text):
    if o.log:
        with open(o.log, "a") as f:
            f.write(text + "\n")


def error(code, message):
    return {"error": {"code": code, "message": message}}


def call(name, args):
    global calls
    calls += 1
    log("call " + name)
    if o.fault == "die" and name == "greet":
        os._exit(1)
    if o.fault == "slow" and name == "greet":
        time.sleep(20)
    if name == "greet":
        return {"result": {"content": [{"type": "text", "text": "hello"}, {"type": "text", "text": args["who"]}]}}
    if name == "add":
        if not isinstance(args.get("a"), int):
            return error(-32602, "a is no integer")
        return {"result": {"content": [{"type": "text", "text": "x"}], "structuredContent": {"sum": args["a"] + args["b"]}}}
    if name == "fail":
        return {"result": {"isError": True, "content": [{"type": "text", "text": "it did not work"}]}}
    if name == "count":
        return {"result": {"content": [{"type": "text", "text": str(calls)}]}}
    return error(-32602, "no tool " + name)


shaken = False


def answer(m):
    global shaken
    method, params = m.get("method"), m.get("params") or {}
    meta = params.get("_meta") or {}
    if o.modern and meta.get("io.modelcontextprotocol/protocolVersion") != MODERN:
        return error(-32022, "unsupported protocol version")
    if o.modern and method == "server/discover":
        return {"result": {"resultType": "complete", "supportedVersions": [MODERN], "capabilities": {"tools": {}}, "serverInfo": {"name": "test", "version": "2"}}}
    if not o.modern and method == "initialize":
        shaken = True
        return {"result": {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "test", "version": "1"}}}
    if not o.modern and not shaken:
        return error(-32601, "method not found")
    if method == "tools/list":
        if params.get("cursor"):
            return {"result": {"tools": TOOLS[2:]}}
        return {"result": {"tools": TOOLS[:2], "nextCursor": "2"}}
    if method == "tools/call":
        return call(params["name"], params.get("arguments") or {})
    return error(-32601, "method not found")


def stdio():
    out = sys.stdout
    if o.fault == "mute":
        time.sleep(60)
    for line in sys.stdin:
        m = json.loads(line)
        if "method" not in m:
            log("answer " + json.dumps(m))
            continue
        if "id" not in m:
            log(m["method"])
            continue
        if o.fault == "noise":
            out.write('this is no JSON\n\n[]\n{"jsonrpc":"2.0","method":"notifications/progress"}\n{"jsonrpc":"2.0","id":77,"result":{}}\n')
            out.write('{"jsonrpc":"2.0","id":"s1","method":"sampling/createMessage","params":{}}\n{"jsonrpc":"2.0","id":5,"method":"ping"}\n')
        if o.fault == "flood" and m["method"] == "tools/call":
            out.write("x" * 120_000_000)
        reply = dict(jsonrpc="2.0", id=m["id"], **answer(m))
        out.write(json.dumps(reply, separators=(",", ":") if o.fault != "blanks" else (" , ", " : ")) + "\n")
        out.flush()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        m = json.loads(self.rfile.read(int(self.headers["content-length"])))
        log(f"{m['method']} {self.headers.get('mcp-method')} {self.headers.get('mcp-name')} {self.headers.get('mcp-protocol-version')} {self.headers.get('mcp-session-id')} "
            f"{self.headers.get('authorization')}")
        if o.token and self.headers.get("authorization") != "Bearer " + o.token:
            return self.reply(401, b"", "text/plain")
        if o.fault == "redirect":
            self.send_response(307)
            self.send_header("location", "http://169.254.169.254/")
            self.send_header("content-length", "0")
            self.end_headers()
            return
        if "id" not in m:
            return self.reply(202, b"", "text/plain")
        text = json.dumps(dict(jsonrpc="2.0", id=m["id"], **answer(m)))
        if o.sse:
            events = 'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n: words\nevent: message\ndata: ' + text + "\n\n"
            return self.reply(200, events.encode(), "text/event-stream")
        self.reply(200, text.encode(), "application/json")

    def reply(self, status, body, kind):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if not o.modern:
            self.send_header("Mcp-Session-Id", "session-1")
        self.end_headers()
        self.wfile.write(body)


if o.http:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with open(o.http + ".part", "w") as f:
        f.write(str(server.server_port))
    os.rename(o.http + ".part", o.http)
    threading.Thread(target=lambda: (time.sleep(120), os._exit(0)), daemon=True).start()
    server.serve_forever()
else:
    stdio()
