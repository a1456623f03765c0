#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""damage.py FILE.pbc CODE: makes bytecode whose hash is right and that gives the code: the first single change that does."""
import hashlib, subprocess, sys

path, code = sys.argv[1:3]
whole = open(path, "rb").read()
body = whole[:-32]


def gives(data):
    with open(path, "wb") as f: f.write(data + hashlib.sha256(data).digest())
    got = subprocess.run(["pilotvm", path], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20)
    return f"[{code}]" in got.stderr


for value in (0xff, 0x7f, 0x01):
    for at in range(16, len(body)):
        if body[at] != value and gives(body[:at] + bytes([value]) + body[at + 1:]): sys.exit(0)
sys.exit(f"no change of one byte gives {code}")
