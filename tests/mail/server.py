# SPDX-License-Identifier: MIT
"""A small mail server for tests: one thread a connection, faults by name, every letter kept. Not here: queues, policies, anything of a real one."""
import base64, re, socket, socketserver, ssl, threading


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, tls=None, context=None, auth=("PLAIN", "LOGIN"), login="anna:s3cret-word", refuse=None, fault=None):
        """tls: None, "starttls" or "tls"; refuse: {verb: reply}; fault: "drop-after-data", "drop-in-data", "silent-after-data", "no-starttls", "close"."""
        super().__init__(("127.0.0.1", 0), Session)
        self.tls, self.context, self.auth, self.login, self.refuse, self.fault = tls, context, auth, login, refuse or {}, fault
        self.letters, self.lines, self.connections = [], [], 0
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Session(socketserver.BaseRequestHandler):
    def say(self, text):
        self.request.sendall((text + "\r\n").encode())

    def line(self):
        while b"\n" not in self.buffer:
            got = self.request.recv(65536)
            if not got:
                return None
            self.buffer += got
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def ehlo(self):
        s = self.server
        able = ["mail.test", "SIZE 40000000", "8BITMIME"]
        if s.tls == "starttls" and not self.secure and s.fault != "no-starttls":
            able.append("STARTTLS")
        elif s.auth:
            able.append("AUTH " + " ".join(s.auth))
        for i, word in enumerate(able):
            self.say(("250 " if i + 1 == len(able) else "250-") + word)

    def authenticate(self, words):
        kind = words[1].upper() if len(words) > 1 else ""
        if kind == "PLAIN":
            if len(words) < 3:
                self.say("334 ")
                words.append(self.line())
            user, password = base64.b64decode(words[2]).decode().split("\0")[1:]
        else:
            self.say("334 " + base64.b64encode(b"Username:").decode())
            user = base64.b64decode(self.line()).decode()
            self.say("334 " + base64.b64encode(b"Password:").decode())
            password = base64.b64decode(self.line()).decode()
        self.user = user if f"{user}:{password}" == self.server.login else None
        self.say("235 welcome" if self.user else f"535 no, {password} is wrong")

    def take(self):
        s, text = self.server, []
        while (line := self.line()) is not None:
            if line == ".":
                letter = {"from": self.sender, "to": self.to, "text": "".join(x + "\r\n" for x in text), "secure": self.secure, "user": self.user}
                if s.fault == "drop-after-data":
                    s.letters.append(letter)
                    return False
                if s.fault == "silent-after-data":
                    s.letters.append(letter)
                    while self.request.recv(65536):
                        pass
                    return False
                if "." in s.refuse:
                    self.say(s.refuse["."])
                else:
                    s.letters.append(letter)
                    self.say("250 taken as 42")
                return True
            text.append(line[1:] if line.startswith("..") else line)
            if s.fault == "drop-in-data" and len(text) > 3:
                return False
        return False

    def handle(self):
        s = self.server
        s.connections += 1
        self.buffer, self.secure, self.user, self.sender, self.to = b"", s.tls == "tls", None, None, []
        try:
            if s.tls == "tls":
                self.request = s.context.wrap_socket(self.request, server_side=True)
            if s.fault == "close":
                return
            self.say("220 mail.test ready")
            while (line := self.line()) is not None:
                s.lines.append(line)
                words = line.split(" ")
                verb = words[0].upper()
                if verb in s.refuse:
                    self.say(s.refuse[verb])
                elif verb == "EHLO":
                    self.ehlo()
                elif verb == "STARTTLS":
                    self.say("220 go on")
                    self.request = s.context.wrap_socket(self.request, server_side=True)
                    self.secure, self.buffer = True, b""
                elif verb == "AUTH":
                    self.authenticate(words)
                elif verb == "MAIL":
                    self.sender, self.to = re.search("<(.*?)>", line).group(1), []
                    self.say("250 sender")
                elif verb == "RCPT":
                    name = re.search("<(.*?)>", line).group(1)
                    self.to.append(name)
                    self.say("550 5.1.1 no such user here" if name.startswith("nobody@") else "250 recipient")
                elif verb == "DATA":
                    self.say("354 go on")
                    if not self.take():
                        return
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")
        except (OSError, ssl.SSLError):
            pass
