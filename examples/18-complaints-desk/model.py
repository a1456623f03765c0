#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A language model's server that is none: it answers chat completions from answers.json, by the words that a request holds. `python3 model.py [PORT]`; it prints where it
listens; GET says how often it was asked. So the example runs without a model, a network or money, and gives the same each time."""
import http.server, json, os, sys

ANSWERS = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "answers.json"), encoding="utf-8"))


class Model(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_): pass

    def do_GET(self):
        self.answer(200, {"asked": self.server.asked})

    def do_POST(self):
        self.server.asked += 1
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        found = next((a for a in ANSWERS if all(words in raw for words in a["when"])), None)
        if found is None: return self.answer(500, {"error": {"message": "answers.json has nothing for this"}})
        message = {"role": "assistant", "content": None, "refusal": None}
        if "call" in found:
            name, arguments = found["call"]
            message["tool_calls"] = [{"id": "x", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}]
        else:
            message["content"] = found["say"] if isinstance(found["say"], str) else json.dumps(found["say"])
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if "call" in found else "stop"}
        self.answer(200, {"id": "c1", "object": "chat.completion", "created": 0, "model": "some-model", "choices": [choice],
                          "usage": {"prompt_tokens": 400, "completion_tokens": 40, "total_tokens": 440}})

    def answer(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8090), Model)
server.asked = 0
print(f"model at http://127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
