#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mutate.py PILOTC FILE: damages workflow JSON in the ways that models do. A comma or the quotes of a name less, commas too many, single quotes, comments: the
plan stays the same. A file cut off anywhere, or a bracket less, is read without a crash, and says so."""
import random, re, subprocess, sys, tempfile, os

pilotc, source = sys.argv[1:]
text = open(source).read()
pick = random.Random(7)


def read(damaged):
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as f: f.write(damaged)
    run = subprocess.run([pilotc, "import", f.name], capture_output=True, text=True, timeout=20)
    os.unlink(f.name)
    return run


def at(pattern):
    return pick.choice([m.start() for m in re.finditer(pattern, text)])


def comma_less():
    i = at(r",\n")
    return text[:i] + text[i + 1:]


def comma_more():
    i = at(r"},")
    return text[:i + 1] + ",," + text[i + 1:]


def bare_name():
    i = at(r'"(?=\w+":)')
    j = text.index('"', i + 1)
    return text[:i] + text[i + 1:j] + text[j + 1:]


def single_quotes():
    i = at(r'"(?=\w+":)')
    j = text.index('"', i + 1)
    return text[:i] + "'" + text[i + 1:j] + "'" + text[j + 1:]


def comment():
    i = at(r",\n")
    return text[:i + 1] + " // as agreed\n" + text[i + 1:]


def talk():
    return "Sure, here it is:\n```json\n" + text + "```\nAnything else?"


whole = read(text).stdout
failed = 0
for damage in (comma_less, comma_more, bare_name, single_quotes, comment, talk):
    for _ in range(12):
        damaged = damage()
        run = read(damaged)
        if run.stdout != whole or "P1501" not in run.stderr:
            failed += 1
            print(f"{damage.__name__} changes the plan")
for _ in range(40):
    run = read(text[:pick.randrange(10, len(text) - 2)])
    if run.returncode not in (1, 5) or not re.search("P15", run.stderr):
        failed += 1
        print(f"a cut ends with {run.returncode}: {run.stderr[:200]}")
sys.exit(failed != 0)
