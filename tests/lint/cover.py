#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Coverage from a build with --coverage (make cover), lines and branches: an arm of a branch counts when it was taken.

    tests/lint/cover.py build/cov                 a row for each file and each room
    tests/lint/cover.py build/cov --rooms         the rooms alone
    tests/lint/cover.py build/cov --left PATH...  each line of these files (or folders) with an arm that was not taken, and which it is in gcov's order

What is not counted: the arm of an assertion that fails; and what stands on a line with the comment `not reached: REASON`, which says why no input, fault or order of
things takes it there. Such a comment where every arm was taken is named, and is a failure: it is not true."""
import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys

# What a run rests on, file by file: here no branch may be left out. All else belongs to the room of its folder.
CORE = {
    "journal": ["vm/port/journal.c", "vm/run/rows.c", "vm/run/row_index.c", "vm/run/call_rows.c", "vm/io/store_*.c"],
    "replay": ["vm/run/offline.c", "vm/run/fork.c"],
    "labels": ["vm/run/taint.c", "vm/code/label.c"],
    "policy": ["vm/run/policy.c"],
}
GOAL_CORE, GOAL = 100, 90
MARK = re.compile(r"not reached: *\S")
ASSERT = re.compile(r"^\s*(\(void\))?assert\(")


def room_of(path):
    for name, patterns in CORE.items():
        if any(re.fullmatch(p.replace("*", "[a-z_]*"), path) for p in patterns):
            return name
    return os.path.dirname(path)


def report(gcda):
    """What gcov says of one object, as (file, lines). A unit test's own object has the tables and headers that it looks at, which are not what is measured."""
    ours = "/unit/" not in gcda
    out = subprocess.run(["gcov", "-b", "-j", "-t", gcda], capture_output=True, text=True).stdout
    found = []
    for text in out.splitlines():
        for file in json.loads(text)["files"]:
            path = os.path.relpath(file["file"]) if os.path.isabs(file["file"]) else os.path.normpath(file["file"])
            if not path.startswith(("build", "tests", "..", "/")) and (ours or path.endswith(".c")):
                found.append((path, [(n["line_number"], n["count"], [b["count"] for b in n["branches"]]) for n in file["lines"]]))
    return found


def gather(build):
    """{file: {line: [count, {arm: count}]}}; a header's inline function is in many objects, and one that took the arm will do."""
    files = collections.defaultdict(dict)
    data = [os.path.join(at, n) for at, _, names in os.walk(build) for n in names if n.endswith(".gcda")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for found in pool.map(report, data):
            for path, lines in found:
                for number, count, arms in lines:
                    line = files[path].setdefault(number, [0, {}])
                    line[0] += count
                    for i, arm in enumerate(arms):
                        line[1][i] = line[1].get(i, 0) + arm
    return files


class Sum:
    def __init__(self):
        self.lines = self.hit = self.arms = self.taken = 0

    def add(self, other):
        self.lines, self.hit, self.arms, self.taken = self.lines + other.lines, self.hit + other.hit, self.arms + other.arms, self.taken + other.taken

    def text(self, name):
        def share(part, whole):
            return 100.0 * part / whole if whole else 100.0
        return "%6.1f %% of %6d lines  %6.1f %% of %5d branches  %s" % (share(self.hit, self.lines), self.lines, share(self.taken, self.arms), self.arms, name)


def look(path, lines, left):
    """A file's figures, and which marks are not true."""
    with open(path) as file:
        source = file.read().split("\n")
    total, wrong = Sum(), []
    for number, (count, arms) in sorted(lines.items()):
        text = source[number - 1] if number <= len(source) else ""
        missed = [i for i, n in arms.items() if not n]
        marked = bool(MARK.search(text))
        if marked and count and not missed:
            wrong.append("%s:%d: every arm of it was taken: %s" % (path, number, text.strip()))
        if marked or ASSERT.match(text):
            continue
        total.lines, total.hit = total.lines + 1, total.hit + bool(count)
        total.arms, total.taken = total.arms + len(arms), total.taken + len(arms) - len(missed)
        if left and (missed or not count):
            which = " (never run)" if not count else " (%s of %d)" % (",".join(str(i + 1) for i in missed), len(arms))
            print("%s:%d:%s %s" % (path, number, which, text.strip()))
    return total, wrong


def main():
    build, left = sys.argv[1], "--left" in sys.argv
    wanted = sys.argv[sys.argv.index("--left") + 1:] if left else []
    rooms, every, wrong = collections.defaultdict(Sum), Sum(), []
    for path, lines in sorted(gather(build).items()):
        if not os.path.exists(path) or (left and not path.startswith(tuple(wanted))):
            continue
        total, untrue = look(path, lines, left)
        if "--rooms" not in sys.argv:
            print(total.text(path))
        rooms[room_of(path)].add(total)
        every.add(total)
        wrong += untrue
    if not left:
        print()
        for name in list(CORE) + sorted(r for r in rooms if r not in CORE):
            print(rooms[name].text("%s%s" % (name, " (goal 100)" if name in CORE else "")))
        print(every.text("all"))
    for text in wrong:
        print("cover: " + text)
    return bool(wrong)


sys.exit(main())
