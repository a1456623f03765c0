#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lists the operations of API documents with other readers than ours (json, PyYAML), to compare.
usage: operations.py FOLDER < list of files   prints: file TAB method TAB path TAB parameters as JSON, or file TAB "unread" TAB reason

A path item's $ref within the document or to a file beside it is followed; a null operation is none. What PyYAML refuses but a lenient reader can
read shows as "unread": those documents are looked at by hand."""
import json
import os
import sys
import urllib.parse

import yaml

METHODS = {"get", "head", "post", "put", "patch", "delete", "options", "trace", "query"}


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Core schema: yes, no, on, off and dates are texts."""


Loader.yaml_implicit_resolvers = {}
Loader.add_constructor(None, lambda loader, node: loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode)
                       else loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode)
                       else loader.construct_mapping(node, deep=True))


class Pairs(list):
    """A map whose keys may come twice."""

    def get(self, key):
        found = None
        for k, v in self:
            if k == key:
                found = v
        return found


def pairs(loader, node):
    loader.flatten_mapping(node)
    out = Pairs()
    yield out
    for key, value in node.value:
        out.append((str(key.value), loader.construct_object(value, deep=True)))


Loader.add_constructor("tag:yaml.org,2002:map", pairs)
Loader.add_implicit_resolver("tag:yaml.org,2002:merge", __import__("re").compile("^<<$"), ["<"])
Loader.add_implicit_resolver("tag:yaml.org,2002:null", __import__("re").compile("^(~|null|Null|NULL|)$"), ["~", "n", "N", ""])

cache = {}


def load(path):
    if path in cache:
        return cache[path]
    with open(path, "rb") as f:
        data = f.read()
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    try:
        tree = json.loads(text, object_pairs_hook=Pairs, strict=False) if text.lstrip()[:1] in "{[" else None
    except ValueError:
        tree = None
    if tree is None:
        tree = next(yaml.load_all(text, Loader=Loader))
    cache[path] = tree
    return tree


def follow(path, root, node, hops=0):
    ref = node.get("$ref") if isinstance(node, Pairs) else None
    if not isinstance(ref, str) or hops > 50:
        return path, root, node
    name, _, pointer = ref.partition("#")
    if "://" in name:
        return path, root, None
    try:
        if name:
            path = os.path.normpath(os.path.join(os.path.dirname(path), urllib.parse.unquote(name)))
            root = load(path)
        at = root
        for step in [s for s in urllib.parse.unquote(pointer).split("/")[1:]]:
            step = step.replace("~1", "/").replace("~0", "~")
            path2, root2, at = follow(path, root, at, hops + 1)
            at = at.get(step) if isinstance(at, Pairs) else at[int(step)] if isinstance(at, list) else None
        return follow(path, root, at, hops + 1)
    except (OSError, ValueError, IndexError, TypeError, AttributeError, yaml.YAMLError):
        return path, root, None


def parameters(path, root, item, operation, two):
    """["path id", "query q", ..., "body"]: what a call can say, without headers that follow from the rest."""
    found, body = set(), False
    for holder in (operation, item):
        p, r, many = follow(path, root, holder.get("parameters"))
        for one in many if isinstance(many, list) and not isinstance(many, Pairs) else []:
            _, _, one = follow(p, r, one)
            if not isinstance(one, Pairs) or not one.get("name") or not one.get("in"):
                continue
            place, name = str(one.get("in")).strip().lower(), str(one.get("name")).strip()
            if place in ("body", "formdata"):
                body = True
            elif place != "header" or name.lower() not in ("content-type", "accept", "authorization"):
                found.add(place + " " + name)
    body |= operation.get("requestBody") is not None
    return sorted(found) + (["body"] if body else [])


def operations(path):
    """(method, path, parameters) of each operation, as they stand."""
    root = load(path)
    two = isinstance(root, Pairs) and root.get("swagger") is not None
    for name in ("paths", "x-ms-paths"):
        p0, r0, paths = follow(path, root, root.get(name)) if isinstance(root, Pairs) else (0, 0, None)
        for key, item in paths or []:
            if key.startswith("x-") or not isinstance(item, Pairs):
                continue
            p, r, target = follow(p0, r0, item)
            done = set()
            for where, at, one in ((p, r, target), (p0, r0, item)):
                if not isinstance(one, Pairs) or (one is item and target is item and where is p0 and done):
                    continue
                more = one.get("additionalOperations")
                for k, v in list(one) + list(more if isinstance(more, Pairs) else []):
                    if k.lower() in METHODS and v is not None and (one is target or k not in done):
                        done.add(k)
                        _, _, v = follow(where, at, v)
                        if isinstance(v, Pairs):
                            yield k.upper(), key, parameters(where, at, one, v, two)


def main():
    for line in sys.stdin:
        name = line.rstrip("\n")
        cache.clear()
        try:
            for method, path, names in operations(os.path.join(sys.argv[1], name)):
                print(name, method, path if path.startswith("/") else "/" + path, json.dumps(names, ensure_ascii=False), sep="\t")
        except Exception as e:  # whatever PyYAML thinks of
            print(name, "unread", str(e).split("\n")[0], sep="\t")


main()
