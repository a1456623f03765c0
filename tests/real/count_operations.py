#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the operations of API documents with other readers than ours (json, PyYAML), to compare.
usage: count_operations.py FOLDER < list of files   prints: file TAB operations, or file TAB "unread" TAB reason

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


def count(path):
    root = load(path)
    total = 0
    for name in ("paths", "x-ms-paths"):
        _, _, paths = follow(path, root, root.get(name)) if isinstance(root, Pairs) else (0, 0, None)
        for key, item in paths or []:
            if key.startswith("x-") or not isinstance(item, Pairs):
                continue
            p, r, target = follow(path, root, item)
            keys = {}
            doubles = 0
            for one in ([item] if target is item else [item, target]):
                seen = set()
                for k, v in one if isinstance(one, Pairs) else []:
                    if k.lower() in METHODS and v is not None:
                        doubles += k in seen
                        seen.add(k)
                        keys[k] = v
            more = item.get("additionalOperations")
            total += len(keys) + len([k for k, v in (more or []) if k.lower() in METHODS])
    return total


def main():
    for line in sys.stdin:
        name = line.rstrip("\n")
        cache.clear()
        try:
            print(name, count(os.path.join(sys.argv[1], name)), sep="\t")
        except Exception as e:  # whatever PyYAML thinks of
            print(name, "unread", str(e).split("\n")[0], sep="\t")


main()
