# SPDX-License-Identifier: MIT
"""Signed heads: the program's verifier and tests/verify_audit.py against rows that were cut off, runs that were written anew, heads that were forged.
Called by tests/audit/run, which gives the store and a function that counts."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import verify_audit as other

PILOTVM = os.path.join(os.environ.get("PILOT_BIN", "build/bin"), "pilotvm")

# RFC 8032 section 7.1, tests 1 to 3: public key, message, signature
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]


def rechain(db, number, until=None):
    """What somebody does who may write the file: cut the rows behind `until`, and compute every hash anew. The chain is whole then."""
    if until is not None:
        db.execute("DELETE FROM row WHERE run = ? AND seq > ?", (number, until))
    run, module = db.execute("SELECT CAST(id AS BLOB), module FROM run WHERE n = ?", (number,)).fetchone()
    prev = other.first_hash(run, module)
    rows = list(other.store_rows(db, number))
    for row in rows:
        row["commit"] = other.commitment(row["salt"], row["body"], row["blob"])
        prev = other.row_hash(run, row, prev)
        db.execute("UPDATE row SET body_commit = ?, hash = ? WHERE run = ? AND seq = ?", (row["commit"], prev, number, row["seq"]))
    if until is not None:
        db.execute("UPDATE run SET state = 3 WHERE n = ?", (number,))
    db.execute("UPDATE run SET sealed_rows = ?, sealed_head = ? WHERE n = ?", (len(rows), prev, number))


def run_all(store, check):
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=os.path.join(folder, "config"))

        def vm(*args):
            return subprocess.run([PILOTVM, "audit", *map(str, args)], capture_output=True, text=True, timeout=60, env=env)

        def path(name, text=None):
            name = os.path.join(folder, name)
            if text is not None:
                with open(name, "w", encoding="utf-8") as file:
                    file.write(text)
            return name

        for key, message, signature in VECTORS:
            key, message, signature = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
            check("a vector of RFC 8032", other.is_signed(key, message, signature))
            check("not of another message", not other.is_signed(key, message + b"x", signature))
            check("not with another end", not other.is_signed(key, message, signature[:63] + bytes([signature[63] ^ 1])))

        # keys
        got = vm("keygen")
        public = got.stdout.strip()
        secret = os.path.join(folder, "config/pilot/audit.key")
        check("keygen", got.returncode == 0 and len(public) == 64, got.stderr)
        check("the key is for its owner alone", os.stat(secret).st_mode & 0o777 == 0o600)
        check("a key is not replaced", vm("keygen").returncode == 2)
        with open(secret, encoding="ascii") as file:
            seed = file.read().split()[-1]

        got = vm("head", "--all", "--store", store)
        heads = path("heads.jsonl", got.stdout)
        lines = [json.loads(line) for line in got.stdout.splitlines()]
        check("a head for each run", [h["run"] for h in sorted(lines, key=lambda h: h["run"])] == ["run-0", "run-1", "run-2"] and
              all(h["rows"] == 40 and h["key"] == public for h in lines), got.stdout + got.stderr)
        check("one run's head", vm("head", "run-1", "--store", store).stdout.count("\n") == 1)
        check("the key is not in what is printed", seed not in got.stdout + got.stderr)
        os.chmod(secret, 0o640)
        got = vm("head", "run-1", "--store", store)
        check("a key that others may read is refused", got.returncode == 4 and "0600" in got.stderr, got.stderr)
        os.chmod(secret, 0o600)
        check("no key", vm("head", "run-1", "--store", store, "--key", path("none")).returncode == 4)
        check("a key that is none", vm("head", "run-1", "--store", store, "--key", path("public")).returncode == 4)

        def both(name, at, good, heads=heads, key=public, run=None, say=""):
            ours = vm("verify", *([run] if run else ["--all"]), "--store", at, "--heads", heads, "--public", key)
            theirs = subprocess.run([sys.executable, other.__file__, "--heads", heads, "--public", key, at, *([run] if run else [])],
                                    capture_output=True, text=True, timeout=120)
            check(name + ": ours", (ours.returncode == 0) == good and say in ours.stdout + ours.stderr, ours.stdout + ours.stderr)
            check(name + ": the other", (theirs.returncode == 0) == good, theirs.stdout + theirs.stderr)

        both("what was signed is there", store, True, say="1 signed head fits")
        both("one run", store, True, run="run-1")
        check("the user's own key is trusted", vm("verify", "--all", "--store", store, "--heads", heads).returncode == 0)

        # what somebody who may write the file can do
        def tampered(name, *statements, until=None, anew=True):
            copy = path("copy.db")
            shutil.copy(store, copy)
            db = sqlite3.connect(copy)
            number = db.execute("SELECT n FROM run WHERE id = 'run-1'").fetchone()[0]
            for statement in statements:
                db.execute(statement, {"n": number})
            if anew:
                rechain(db, number, until)
            db.commit()
            db.close()
            if anew:
                check(name + ": the chain alone does not show it", vm("verify", "--all", "--store", copy).returncode == 0)
            return copy

        edited = "UPDATE row SET body = '{\"rewritten\":true}' WHERE run = :n AND seq = 7"
        both("written anew", tampered("written anew", edited), False, say="written anew")
        both("cut", tampered("cut", until=25), False, say="cut from its end")
        both("another module", tampered("another module", "UPDATE run SET module = zeroblob(32) WHERE n = :n"), False)
        both("edited", tampered("edited", edited, anew=False), False, say="BROKEN at row 7")
        both("taken out", tampered("taken out", "DELETE FROM row WHERE run = :n", "DELETE FROM run WHERE n = :n", anew=False), False,
             say="the run is missing")
        both("the order of two rows", tampered("order", "UPDATE row SET seq = 1000 WHERE run = :n AND seq = 5", "UPDATE row SET seq = 5 WHERE run = :n AND seq = 6",
                                               "UPDATE row SET seq = 6 WHERE run = :n AND seq = 1000", anew=False), False)

        # the same on exports
        export = vm("export", "run-1", "--store", store, "--bodies").stdout.splitlines(keepends=True)

        def exported(name, lines, good):
            got = subprocess.run([sys.executable, other.__file__, "--heads", heads, "--public", public, path("run.jsonl", "".join(lines))],
                                 capture_output=True, text=True, timeout=120)
            check("export " + name, (got.returncode == 0) == good, got.stdout + got.stderr)

        def rewritten(lines, change):
            head, rows = json.loads(lines[0]), [json.loads(line) for line in lines[1:]]
            change(rows)
            prev = other.first_hash(head["run"].encode(), bytes.fromhex(head["module"]))
            for row, whole in zip(rows, other.export_rows([json.dumps(r) for r in rows])):
                whole["commit"] = other.commitment(whole["salt"], whole["body"], whole["blob"])
                prev = other.row_hash(head["run"].encode(), whole, prev)
                row["commit"], row["hash"] = whole["commit"].hex(), prev.hex()
            head.update(rows=len(rows), head=prev.hex(), state=head["state"] if rows[-1]["name"] == "END" else "parked")
            return [json.dumps(line) + "\n" for line in [head] + rows]

        exported("whole", export, True)
        exported("whole, computed anew", rewritten(export, lambda rows: None), True)
        exported("edited", [line.replace('"attempt":1', '"attempt":2') for line in export], False)
        exported("with a row dropped", export[:9] + export[10:], False)
        exported("with two rows changed", export[:9] + [export[10], export[9]] + export[11:], False)
        exported("cut", export[:20], False)
        exported("cut, and computed anew", rewritten(export, lambda rows: rows.__delitem__(slice(20, None))), False)
        exported("written anew", rewritten(export, lambda rows: rows[11].__setitem__("body", "[1]")), False)

        # heads that are not what was signed
        def forged(name, **change):
            text = "".join(json.dumps(dict(h, **change)) + "\n" for h in lines if h["run"] == "run-1")
            both("a head with " + name, store, False, heads=path("forged.jsonl", text), run="run-1")

        forged("fewer rows", rows=39)
        forged("another hash", head="00" * 32)
        forged("another time", time="2020-01-01T00:00:00Z")
        forged("another signature", signature="00" * 64)
        vm("keygen", "--key", path("strange"))
        both("another key", store, False, heads=path("strange.jsonl", vm("head", "--all", "--store", store, "--key", path("strange")).stdout))
        both("no head of the run", store, True, heads=path("none.jsonl", ""))
        check("a run that is asked for must have one", vm("verify", "run-1", "--store", store, "--heads", path("none.jsonl"), "--public", public).returncode == 1)
        broken = tampered("broken", edited, anew=False)
        got = vm("head", "run-1", "--store", broken)
        check("a broken chain is not signed", got.returncode == 1 and got.stdout == "" and "not signed" in got.stderr, got.stderr)
        # an earlier head holds for a run that went on: redaction adds a row and changes no earlier one
        went_on = path("went_on.db")
        shutil.copy(store, went_on)
        got = subprocess.run([PILOTVM, "redact", "run-1", "--why", "test", "--store", went_on], capture_output=True, text=True, env=env)
        both("rows that came later", went_on, got.returncode == 0)
