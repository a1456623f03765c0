#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the hash chain of a journal, written from spec/journal.md and not from the program's sources.

    verify_audit.py STORE.db [RUN...]     every run of a store, or those named
    verify_audit.py EXPORT.jsonl          an exported run
    verify_audit.py --head HEX ...        also: the last row must have this hash, as it was noted elsewhere

Prints a line for each run and ends with 0 when all are whole, else 1. Needs nothing but Python 3.
"""
import base64
import hashlib
import json
import sqlite3
import struct
import sys

KINDS = range(1, 21)
START, END, FORKED, REDACT = 1, 18, 19, 20
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


def check_run(run, module, state, sealed_rows, sealed_head, rows):
    """The number of rows and the last hash; Bad when anything does not fit."""
    prev, seq, last = first_hash(run, module), 0, None
    for row in rows:
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
        elif row["body"] or row["blob"] is not None:
            raise Bad(seq, "a body without a salt")
        if row_hash(run, row, prev) != row["hash"]:
            raise Bad(seq, "the hash does not follow from the row before")
        prev, last = row["hash"], last if redact else row["kind"]
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


def store_rows(db, number):
    for r in db.execute("SELECT r.seq, r.kind, r.site, r.attempt, CAST(r.path AS BLOB), r.wall_us, r.salt, CAST(r.body AS BLOB), r.blob,"
                        " b.bytes, r.body_commit, r.hash FROM row r LEFT JOIN blob b ON b.hash = r.blob WHERE r.run = ? ORDER BY r.seq", (number,)):
        yield {"seq": r[0], "kind": r[1], "site": NO_SITE if r[2] is None else r[2], "attempt": r[3], "path": r[4], "wall_us": r[5], "salt": r[6],
               "body": r[7] or b"", "blob": r[8], "bytes": r[9], "bytes_expected": True, "commit": r[10], "hash": r[11]}


def check_store(path, wanted):
    db = sqlite3.connect("file:%s?mode=ro" % path.replace("%", "%25").replace("?", "%3f").replace("#", "%23"), uri=True)
    db.text_factory = bytes
    states = {0: "running", 1: "done", 2: "failed", 3: "parked", 4: "forked"}
    for number, run, module, state, rows, head in db.execute(
            "SELECT n, CAST(id AS BLOB), module, state, sealed_rows, sealed_head FROM run ORDER BY n"):
        if not wanted or run.decode() in wanted:
            yield run.decode(), lambda: check_run(run, module, states.get(state), rows, head, store_rows(db, number))


def export_rows(lines):
    def plain(value):
        return value.encode("utf-8", "surrogatepass")

    def from_hex(record, name):
        return bytes.fromhex(record[name]) if name in record else None

    for line in lines:
        r = json.loads(line)
        yield {"seq": r["seq"], "kind": r["kind"], "site": r.get("site", NO_SITE), "attempt": r["attempt"], "path": plain(r["path"]),
               "wall_us": r["wall_us"], "salt": from_hex(r, "salt"), "body": plain(r.get("body", "")), "blob": from_hex(r, "blob"),
               "bytes": base64.b64decode(r["bytes"]) if "bytes" in r else None, "bytes_expected": False, "commit": from_hex(r, "commit"),
               "hash": from_hex(r, "hash")}


def check_export(path):
    with open(path, encoding="utf-8") as file:
        head = json.loads(file.readline())
        if head.get("pilot") != "journal" or head.get("version") != 1:
            raise Bad(0, "not an exported journal of version 1")

        def check():
            return check_run(head["run"].encode(), bytes.fromhex(head["module"]), head["state"], head["rows"], bytes.fromhex(head["head"]),
                             export_rows(file))
        yield head["run"], check


def main(arguments):
    wanted_head = None
    if arguments[:1] == ["--head"]:
        wanted_head, arguments = bytes.fromhex(arguments[1]), arguments[2:]
    if not arguments:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    with open(arguments[0], "rb") as file:
        is_store = file.read(16) == b"SQLite format 3\0"
    bad = count = 0
    for run, check in check_store(arguments[0], arguments[1:]) if is_store else check_export(arguments[0]):
        count += 1
        try:
            rows, head = check()
            if wanted_head and head != wanted_head:
                raise Bad(rows, "the last hash is not the one that was noted")
            print("%s: %d rows, whole, head %s" % (run, rows, head.hex()))
        except (Bad, KeyError, TypeError, ValueError, struct.error) as error:
            bad += 1
            print("%s: %s" % (run, error if isinstance(error, Bad) else "damaged: %r" % error))
    if not count:
        print("no such run")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
