#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the hash chain of a journal, written from spec/journal.md and not from the program's sources.

    verify_audit.py STORE.db [RUN...]     every run of a store, or those named
    verify_audit.py EXPORT.jsonl          an exported run
    verify_audit.py --head HEX ...        also: the last row must have this hash, as it was noted elsewhere
    verify_audit.py --heads FILE --public HEX|FILE ...   also: each signed head of FILE must be of this key and fit; of a whole store
                                          each run that a head names must be there

Prints a line for each run and ends with 0 when all are whole, else 1. Needs nothing but Python 3.
"""
import base64
import hashlib
import json
import os
import re
import sqlite3
import struct
import sys

KINDS = range(1, 21)
START, RESULT, END, FORKED, REDACT = 1, 3, 18, 19, 20
NO_SITE = 0xFFFFFFFF


class Bad(Exception):
    def __init__(self, seq, why):
        super().__init__("row %d: %s" % (seq, why))


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def text(data):
    return struct.pack("<I", len(data)) + data


def first_hash(run, module):
    return sha(b"\x00", struct.pack("<I", 1), text(run), module)


def commitment(salt, body, blob_hash):
    return sha(salt, struct.pack("<Q", len(body)), body, blob_hash or b"")


def row_hash(run, row, prev):
    return sha(b"\x01", struct.pack("<I", 1), text(run), struct.pack("<QBII", row["seq"], row["kind"], row["site"], row["attempt"]),
               text(row["path"]), struct.pack("<q", row["wall_us"]), row["commit"], prev)


# ---- Ed25519, RFC 8032 section 5.1.7: only verification, so nothing here is secret and time may show ----
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return x if x & 1 == sign else P - x


def point(data):
    number = int.from_bytes(data, "little")
    y = number & (2**255 - 1)
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    out = (0, 1, 1, 0)
    while n:
        out, p, n = add(out, p) if n & 1 else out, add(p, p), n >> 1
    return out


BASE_Y = 4 * pow(5, -1, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def is_signed(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(key) != 32 or len(signature) != 64 or a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def read_heads(path, key):
    """The signed heads of a file by run: {run: {rows: hash}}."""
    heads = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            h = json.loads(line)
            message = "pilot head 1\n%s\n%d\n%s\n%s\n" % (h["run"], h["rows"], h["head"], h["time"])
            if h["pilot"] != "head" or h["version"] != 1 or "\n" in h["run"] + h["head"] + h["time"]:
                raise Bad(0, "line %d of the heads is no signed head" % number)
            if bytes.fromhex(h["key"]) != key:
                raise Bad(0, "line %d of the heads is signed with another key" % number)
            if not is_signed(key, message.encode(), bytes.fromhex(h["signature"])):
                raise Bad(0, "line %d of the heads is not signed by its key" % number)
            if heads.setdefault(h["run"], {}).setdefault(h["rows"], h["head"]) != h["head"]:
                raise Bad(h["rows"], "two heads of %s contradict each other" % h["run"])
    return heads


def has_file(folder, body):
    """An answer that was too large for the store lies beside it, in a file whose name is the hash of its bytes."""
    try:
        body = json.loads(body)
    except ValueError:
        return True
    if not isinstance(body, dict) or "status" not in body or not isinstance(body.get("file"), str):
        return True
    name, size, hashing = body["file"], 0, hashlib.sha256()
    try:
        with open(os.path.join(folder, os.path.basename(name)), "rb") as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                size += len(piece)
                hashing.update(piece)
    except OSError:
        return False
    return hashing.hexdigest() == name and size == body.get("bytes")


def check_run(run, module, state, sealed_rows, sealed_head, rows, heads):
    """The number of rows and the last hash; Bad when anything does not fit. heads: {rows: hash}, what was signed."""
    prev, seq, last = first_hash(run, module), 0, None
    heads = dict(heads)
    for row in rows:
        if heads.pop(seq, prev.hex()) != prev.hex():
            raise Bad(seq, "the row is not the one that was signed")
        seq += 1
        if row["seq"] != seq:
            raise Bad(seq, "a row is missing")
        if row["kind"] not in KINDS:
            raise Bad(seq, "no such kind of row")
        redact = row["kind"] == REDACT
        if redact != (last in (END, FORKED)) and not (last == END and row["kind"] == FORKED):
            raise Bad(seq, "a row behind the end of the run")
        if (seq == 1) != (row["kind"] == START):
            raise Bad(seq, "a run begins with START, once")
        if row["salt"] is not None:
            if commitment(row["salt"], row["body"], row["blob"]) != row["commit"]:
                raise Bad(seq, "the body is not what was committed to")
            if row["blob"] is not None and row["bytes"] is not None and sha(row["bytes"]) != row["blob"]:
                raise Bad(seq, "the blob is changed")
            if row["blob"] is not None and row["bytes"] is None and row["bytes_expected"]:
                raise Bad(seq, "the blob is missing")
            if row["kind"] == RESULT and row.get("files") and not has_file(row["files"], row["body"]):
                raise Bad(seq, "the file beside the store is missing or changed")
        elif row["body"] or row["blob"] is not None:
            raise Bad(seq, "a body without a salt")
        if row_hash(run, row, prev) != row["hash"]:
            raise Bad(seq, "the hash does not follow from the row before")
        prev, last = row["hash"], last if redact else row["kind"]
    if heads.pop(seq, prev.hex()) != prev.hex():
        raise Bad(seq, "the row is not the one that was signed")
    if heads:
        raise Bad(min(heads), "rows were cut from the end: more were signed")
    never_began = seq == 0 and sealed_rows == 0  # its input did not fit, say
    if state in ("done", "failed") and last != END and not never_began:
        raise Bad(seq, "the run has ended, but its END row is missing")
    if state == "forked" and last != FORKED:
        raise Bad(seq, "the run went on as another, but its FORKED row is missing")
    if sealed_rows is not None:
        if sealed_rows > seq:
            raise Bad(seq, "rows were cut from the end")
        if sealed_rows == seq and sealed_head != prev:
            raise Bad(seq, "the last row is not the one that the run ended with")
    return seq, prev


def store_rows(db, number, files=None):
    for r in db.execute("SELECT r.seq, r.kind, r.site, r.attempt, CAST(r.path AS BLOB), r.wall_us, r.salt, CAST(r.body AS BLOB), r.blob,"
                        " b.bytes, r.body_commit, r.hash FROM row r LEFT JOIN blob b ON b.hash = r.blob WHERE r.run = ? ORDER BY r.seq", (number,)):
        yield {"seq": r[0], "kind": r[1], "site": NO_SITE if r[2] is None else r[2], "attempt": r[3], "path": r[4], "wall_us": r[5], "salt": r[6],
               "body": r[7] or b"", "blob": r[8], "bytes": r[9], "bytes_expected": True, "files": files, "commit": r[10], "hash": r[11]}


def check_store(path, wanted, heads):
    db = sqlite3.connect("file:%s?mode=ro" % path.replace("%", "%25").replace("?", "%3f").replace("#", "%23"), uri=True)
    db.text_factory = bytes
    states = {0: "running", 1: "done", 2: "failed", 3: "parked", 4: "forked"}
    for number, run, module, state, rows, head in db.execute(
            "SELECT n, CAST(id AS BLOB), module, state, sealed_rows, sealed_head FROM run ORDER BY n"):
        if not wanted or run.decode() in wanted:
            yield run.decode(), lambda: check_run(run, module, states.get(state), rows, head, store_rows(db, number, path + ".files"), heads.pop(run.decode(), {}))


def export_rows(lines):
    def plain(value):
        return value.encode("utf-8", "surrogatepass")

    def from_hex(record, name):
        return bytes.fromhex(record[name]) if name in record else None

    for line in lines:
        r = json.loads(line)
        yield {"seq": r["seq"], "kind": r["kind"], "site": r.get("site", NO_SITE), "attempt": r["attempt"], "path": plain(r["path"]),
               "wall_us": r["wall_us"], "salt": from_hex(r, "salt"), "body": plain(r.get("body", "")), "blob": from_hex(r, "blob"),
               "bytes": base64.b64decode(r["bytes"]) if "bytes" in r else None, "files": None, "bytes_expected": False, "commit": from_hex(r, "commit"),
               "hash": from_hex(r, "hash")}


def check_export(path, heads):
    with open(path, encoding="utf-8") as file:
        head = json.loads(file.readline())
        if head.get("pilot") != "journal" or head.get("version") != 1:
            raise Bad(0, "not an exported journal of version 1")

        def check():
            return check_run(head["run"].encode(), bytes.fromhex(head["module"]), head["state"], head["rows"], bytes.fromhex(head["head"]),
                             export_rows(file), heads.pop(head["run"], {}))
        yield head["run"], check


def read_public(text):
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        with open(text, encoding="ascii") as file:
            text = file.read().split()[-1]
    return bytes.fromhex(text)


def main(arguments):
    options = {}
    while arguments[:1] and arguments[0] in ("--head", "--heads", "--public"):
        options[arguments[0][2:]], arguments = arguments[1], arguments[2:]
    if not arguments or ("heads" in options) != ("public" in options):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    wanted_head = bytes.fromhex(options["head"]) if "head" in options else None
    try:
        heads = read_heads(options["heads"], read_public(options["public"])) if "heads" in options else {}
    except (Bad, KeyError, TypeError, ValueError) as error:
        print("heads: %s" % error)
        return 1
    with open(arguments[0], "rb") as file:
        is_store = file.read(16) == b"SQLite format 3\0"
    bad = count = 0
    for run, check in (check_store if is_store else check_export)(*([arguments[0], arguments[1:], heads] if is_store else [arguments[0], heads])):
        count += 1
        try:
            rows, head = check()
            if wanted_head and head != wanted_head:
                raise Bad(rows, "the last hash is not the one that was noted")
            print("%s: %d rows, whole, head %s" % (run, rows, head.hex()))
        except (Bad, KeyError, TypeError, ValueError, struct.error) as error:
            bad += 1
            print("%s: %s" % (run, error if isinstance(error, Bad) else "damaged: %r" % error))
    for run in sorted(heads) if is_store and not arguments[1:] else []:
        bad += 1
        print("%s: the run is missing: it was signed" % run)
    if not count:
        print("no such run")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
