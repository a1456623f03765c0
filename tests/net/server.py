# SPDX-License-Identifier: MIT
"""A scripted HTTP server: each path is a way in which servers misbehave. Counts what it was asked, by path.

Server() listens on a port of 127.0.0.1; .counts is {path: requests that arrived whole or in part}; .seen the last request's text by path.
"""
import gzip
import socket
import struct
import threading
import time


def read_request(conn, buffer):
    """One request with its body from conn; (head, body, rest) or None at the end of the connection."""
    while b"\r\n\r\n" not in buffer:
        piece = conn.recv(65536)
        if not piece:
            return None
        buffer += piece
    head, rest = buffer.split(b"\r\n\r\n", 1)
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(rest) < length:
        piece = conn.recv(65536)
        if not piece:
            return None
        rest += piece
    return head.decode("latin-1"), rest[:length], rest[length:]


def answer(body=b"", status="200 OK", headers=(), length=True):
    lines = ["HTTP/1.1 " + status] + list(headers)
    if length:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()


class Server:
    def __init__(self, host="127.0.0.1", family=socket.AF_INET, context=None):
        self.counts, self.seen, self.connections = {}, {}, 0
        self.lock = threading.Lock()
        self.context = context
        self.tokens = 0
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((host, 0))
        self.listener.listen(512)
        self.port = self.listener.getsockname()[1]
        self.origin = "http%s://127.0.0.1:%d" % ("s" if context else "", self.port)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=self.serve, args=(conn,), daemon=True).start()

    def serve(self, conn):
        try:
            if self.context:
                conn = self.context.wrap_socket(conn, server_side=True)
            buffer, number = b"", 0
            while True:
                got = read_request(conn, buffer)
                if not got:
                    return
                head, body, buffer = got
                number += 1
                method, path, _ = head.split("\r\n")[0].split(" ", 2)
                path = path.split("?")[0]
                if "://" in path:  # asked as a proxy
                    path = "/" + path.split("/", 3)[3]
                with self.lock:
                    self.counts[path] = self.counts.get(path, 0) + 1
                    self.seen[path] = head + "\r\n\r\n" + body.decode("latin-1")
                name = path.strip("/").split("/")[0].replace("-", "_") or "ok"
                if not getattr(self, "do_" + name, self.do_ok)(conn, method, head, body, number):
                    return
        except (OSError, ValueError):
            pass
        finally:
            try:
                conn.close()
            except OSError:
                pass

    # Each returns True to keep the connection.
    def do_ok(self, conn, method, head, body, number):
        conn.sendall(answer(b'{"ok":true}' if method != "HEAD" else b"", headers=["Content-Type: application/json"]))
        return True

    def do_echo(self, conn, method, head, body, number):
        conn.sendall(answer((head + "\n\n").encode("latin-1") + body, headers=["Content-Type: text/plain", "X-Echo: " + head.replace("\r\n", "|")]))
        return True

    def do_slow(self, conn, method, head, body, number):
        time.sleep(3)
        conn.sendall(answer(b"late"))
        return True

    def do_drip(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            conn.sendall(b"x")
            time.sleep(0.05)
        return False

    def do_reset(self, conn, method, head, body, number):
        reset(conn)
        return False

    def do_close(self, conn, method, head, body, number):
        return False

    def do_die_reused(self, conn, method, head, body, number):
        """Answers the first request of a connection, closes at the second without a word: what makes libcurl send again."""
        if number == 1:
            conn.sendall(answer(b"first"))
            return True
        return False

    def do_reset_reused(self, conn, method, head, body, number):
        if number == 1:
            conn.sendall(answer(b"first"))
            return True
        reset(conn)
        return False

    def do_race(self, conn, method, head, body, number):
        """Closes an idle connection at once after its answer: the client may or may not have seen that when it sends again."""
        conn.sendall(answer(b"x"))
        return False

    def do_half(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly half")
        return False

    def do_half_head(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
        return False

    def do_half_chunk(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        return False

    def do_bad_chunk(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")
        return False

    def do_chunked(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n"
                     b"X-Late: trailer\r\n\r\n")
        return True

    def do_until_close(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end")
        return False

    def do_garbage(self, conn, method, head, body, number):
        conn.sendall(b"220 mail.example.com ESMTP\r\n")
        return False

    def do_old(self, conn, method, head, body, number):
        conn.sendall(b"<html>HTTP/0.9</html>")
        return False

    def do_limit(self, conn, method, head, body, number):
        conn.sendall(answer(b"slow down", "429 Too Many Requests", ["Retry-After: 2"]))
        return True

    def do_wrong_type(self, conn, method, head, body, number):
        conn.sendall(answer(b"<html>proxy error</html>", headers=["Content-Type: text/html"]))
        return True

    def do_interim(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nX-Early: 1\r\n\r\n" + answer(b"final", headers=["X-Final: 1"]))
        return True

    def do_endless(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        while True:
            conn.sendall(chunk)

    def do_large(self, conn, method, head, body, number):
        conn.sendall(answer(b"y" * 3000000))
        return True

    def do_bomb(self, conn, method, head, body, number):
        conn.sendall(answer(gzip.compress(b"\0" * 50000000), headers=["Content-Encoding: gzip"]))
        return True

    def do_empty_bomb(self, conn, method, head, body, number):
        """Deflate blocks without a byte in them, without end: decompresses to nothing, for ever."""
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n")
        data = b"\x00\x00\x00\xff\xff" * 8000
        chunk = ("%x\r\n" % len(data)).encode() + data + b"\r\n"
        while True:
            conn.sendall(chunk)

    def do_encoded(self, conn, method, head, body, number):
        """/encoded/NAME: self.encoded[NAME] is (encoding, bytes)."""
        encoding, data = self.encoded[head.split(" ", 2)[1].rsplit("/", 1)[1]]
        conn.sendall(answer(data, headers=["Content-Encoding: " + encoding]))
        return True

    def do_gzip(self, conn, method, head, body, number):
        conn.sendall(answer(gzip.compress(b"packed"), headers=["Content-Encoding: gzip"]))
        return True

    def do_bad_gzip(self, conn, method, head, body, number):
        conn.sendall(answer(b"\x1f\x8b\x08not really", headers=["Content-Encoding: gzip"]))
        return True

    def do_flood(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            conn.sendall(b"X-Flood: " + b"f" * 1000 + b"\r\n")

    def do_long_header(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while True:
            conn.sendall(b"l" * 65536)

    def do_interim_flood(self, conn, method, head, body, number):
        while True:
            conn.sendall(b"HTTP/1.1 102 Processing\r\nX-Pad: " + b"p" * 500 + b"\r\n\r\n")

    def do_redirect(self, conn, method, head, body, number):
        target = head.split(" ")[1].split("to=", 1)[1]
        conn.sendall(answer(b"", "302 Found", ["Location: " + target, "Alt-Svc: h2=\"127.0.0.1:1\"", "Set-Cookie: a=b",
                                               "Strict-Transport-Security: max-age=1000"]))
        return True

    def do_unauthorized(self, conn, method, head, body, number):
        conn.sendall(answer(b"", "401 Unauthorized", ["WWW-Authenticate: Basic realm=\"x\""]))
        return True

    def do_no_content(self, conn, method, head, body, number):
        conn.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        return True

    def do_early(self, conn, method, head, body, number):
        conn.sendall(answer(b"too big", "413 Payload Too Large", ["Connection: close"]))
        return False

    def do_token(self, conn, method, head, body, number):
        """Client credentials by Basic: client "id", secret "s3cret/+value"."""
        time.sleep(0.05)
        good = "Basic " in head and b"grant_type=client_credentials" in body and b"scope=read" in body
        with self.lock:
            self.tokens += 1
            token = "token-%d-abcdef" % self.tokens
        reply = b'{"access_token":"%s","token_type":"bearer","expires_in":3600,"x":{"y":[1]}}' % token.encode()
        conn.sendall(answer(reply) if good else answer(b'{"error":"invalid_client"}', "401 Unauthorized"))
        return True

    def do_token_post(self, conn, method, head, body, number):
        good = "Authorization" not in head and b"client_secret=s3cret%2F%2Bvalue" in body
        conn.sendall(answer(b'{"access_token":"posted-token","expires_in":"60"}') if good
                     else answer(b'{"error":"invalid_client"}', "401 Unauthorized"))
        return True

    def do_token_refused(self, conn, method, head, body, number):
        conn.sendall(answer(b'{"error":"unauthorized_client"}', "403 Forbidden"))
        return True

    def do_guarded(self, conn, method, head, body, number):
        """Takes only the newest token."""
        good = "Authorization: Bearer token-%d-abcdef" % self.tokens in head
        conn.sendall(answer(b"in") if good else answer(b"out", "401 Unauthorized"))
        return True

    def do_revoke(self, conn, method, head, body, number):
        with self.lock:
            self.tokens += 1000
        conn.sendall(answer(b""))
        return True
