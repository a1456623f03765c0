# SPDX-License-Identifier: MIT
"""The commands that are made to fail, are killed, or lose power: each with what comes before it, and what must be true behind it."""
import collections
import json
import os
import threading

import shop

ORDERS = {"reads": {}, "values": {}, "writes": {"a": 1, "b": 1, "c": 1}, "parallel": {"a": 1, "b": 1, "c": 1, "x": 1, "y": 1}, "approval": {"red": 1},
          "timers": {"busy": 1, "second": 1}, "errors": {"instead": 1, "last": 1}, "large": {"large": 1, "larger": 1},
          "broken": {"first": 1, "broken": 1, "third": 1}}
AT = ["--store", "runs.db", "--no-project"]


LOCKS = collections.defaultdict(threading.Lock)


class Case:
    """`folder`: what is there before; `args`: the command; `plan`: the run that it belongs to, else it only reads."""

    def __init__(self, name, folder, args, plan=None, of=None, run=None, leaves=None, again=False):
        self.name, self.folder, self.args, self.plan, self.of, self.run, self.leaves = name, folder, args, plan, of, run, leaves
        self.again = again  # what it left undone the same command does
        self.books = shop.Books(of.books) if of else None
        self.lock = LOCKS[of.test] if of else None
        world = self.world()
        self.code, self.out, self.err = world.call(args)
        self.made = self.result(world)
        self.problem = self.judge_end(world)[0] if plan or again else None
        if not plan and self.code != 0:
            self.problem = "the command fails: %d %s" % (self.code, self.err[-300:])
        world.close()

    def world(self):
        return shop.World(self.folder, self.books, self.of.test if self.of else None)

    def result(self, world):
        """The file that the command writes."""
        path = os.path.join(world.dir, self.leaves) if self.leaves else None
        if not path or not os.path.exists(path):
            return None
        with open(path, "rb") as file:
            return file.read()

    def judge_end(self, world):
        """With nothing in its way any more the run comes to its end, and the server did what the plan says."""
        if self.again:
            code, out, err = world.call(self.args)
            good = code == 0 or "nothing" in err
            return (None if good else "a second time: %d %s" % (code, err[-300:])) or self.verify(world, self.run), out
        run = self.run or world.run_of()
        why, out = world.finish(run, shop.start_of(self.plan))
        why = why or world.wrong(collections.Counter(ORDERS[self.plan]))
        return why or self.verify(world, world.run), out

    def verify(self, world, run):
        code, told, err = world.call(["pilotvm", "audit", "verify", run, *AT])
        return "audit verify: " + told + err if code != 0 else None


def stopped(folder, plan, spec):
    """A world whose run was killed at a point, or waits."""
    world = shop.World(folder)
    world.call(shop.start_of(plan), **({"SHIM": spec} if spec else {}))
    return world


def runs(folder):
    return [Case("run " + plan, folder, shop.start_of(plan), plan) for plan in shop.PLANS]


def resumes(folder):
    cases, kept = [], []
    for plan, spec in ("writes", "send:6:kill"), ("parallel", "send:9:kill"), ("large", "send:3:kill"), ("timers", "recv:3:kill"):
        world = stopped(folder, plan, spec)
        kept.append(world)
        run = world.run_of()
        if run:
            cases.append(Case("resume " + plan, world.dir, ["pilotvm", "resume", run, *AT], plan, world, run))
    return cases, kept


def people(folder):
    """answer, approve, settle, fork, redact: they write to the journal of a run that waits."""
    world = stopped(folder, "approval", None)
    run = world.run_of()
    cases, kept = [Case("answer", world.dir, ["pilotvm", "answer", run, "1", "red", *AT], "approval", world, run)], [world]
    second = shop.World(world.dir, world.books, world.test)
    second.call(["pilotvm", "answer", run, "1", "red", *AT])
    second.call(["pilotvm", "resume", run, *AT])
    cases.append(Case("approve", second.dir, ["pilotvm", "approve", run, "2", *AT], "approval", second, run))
    doubt = stopped(folder, "writes", "recv:4:kill")
    last = doubt.run_of()
    doubt.call(["pilotvm", "resume", last, *AT])
    path = [r["path"] for r in doubt.rows(last) if r["kind"] == "INDOUBT"]
    if path:
        cases.append(Case("settle", doubt.dir, ["pilotvm", "settle", last, path[0], "applied", "--result", json.dumps({"id": "order-a"}), *AT], "writes", doubt, last))
    broken = stopped(folder, "broken", None)
    ended = broken.run_of()
    broken.books.mended = True
    cases.append(Case("fork", broken.dir, ["pilotvm", "fork", ended, "--yes", *AT], "broken", broken, ended))
    whole = stopped(folder, "writes", None)
    cases.append(Case("redact", whole.dir, ["pilotvm", "redact", whole.run_of(), "--why", "asked", *AT[:2]], of=whole, run=whole.run_of(), again=True))
    return cases, kept + [second, doubt, broken, whole]


def readers(folder):
    world = shop.World(folder)
    world.call(shop.start_of("parallel"))
    run = world.run_of()
    lists = [["replay", run], ["why", run], ["runs"], ["show", run], ["show", run, "--json"], ["inbox"], ["audit", "verify", run], ["audit", "verify", "--all"], ["audit", "export", run]]
    lists += [["audit", "export", run, "--format", f, "--bodies"] for f in ("har", "otlp", "cloudevents")]
    cases = [Case(" ".join(a for a in args if a != run), world.dir, ["pilotvm", *args, *AT]) for args in lists]
    return cases, [world]


def compiles(folder):
    world = shop.World(folder)
    yaml = open(os.path.join(world.dir, "shop.yaml")).read()
    import yaml_json
    with open(os.path.join(world.dir, "shop.json"), "w") as file:
        file.write(yaml_json.to_json(yaml))
    with open(os.path.join(world.dir, "json.pilot"), "w") as file:
        file.write(open(os.path.join(world.dir, "parallel.pilot")).read().replace("shop.yaml", "shop.json"))
    with open(os.path.join(world.dir, "prose.pilot"), "w") as file:
        file.write("Workflow: prose\nUse: shop from \"shop.yaml\"\n\n1. List the items\n2. For each item, order it\n")
    lists = [["parallel.pilot", "-o", "new.pbc"], ["json.pilot", "-o", "new.pbc"], ["check", "writes.pilot"], ["check", "prose.pilot", "--no-ask"], ["review", "parallel.pbc"],
             ["dump", "parallel.pbc"], ["fmt", "--exact", "writes.pilot"], ["catalog", "shop.yaml"], ["catalog", "shop.json"], ["emit", "--dsl", "writes.pilot"]]
    cases = []
    for args in lists:
        case = Case("pilotc " + " ".join(args), world.dir, ["pilotc", *args, "--no-project"], leaves="new.pbc" if "-o" in args else None)
        if case.code in (0, 5):
            case.problem = None
        cases.append(case)
    return cases, [world]
