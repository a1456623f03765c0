# SPDX-License-Identifier: MIT
"""tests/crash/shop.yaml as JSON: the few shapes of YAML that it has (block and flow mappings and lists, plain and quoted scalars)."""
import json
import re


def scalar(text):
    text = text.strip()
    if text[:1] == '"':
        return json.loads(text)
    return {"true": True, "false": False}.get(text, int(text) if re.fullmatch(r"-?\d+", text) else text)


def flow(text, at):
    """The value that starts at `at`: (value, behind it)."""
    while text[at] == " ":
        at += 1
    if text[at] in "{[":
        is_map, out, at = text[at] == "{", {} if text[at] == "{" else [], at + 1
        while True:
            while text[at] in " ,":
                at += 1
            if text[at] in "}]":
                return out, at + 1
            if is_map:
                colon = text.index(":", at)
                key = scalar(text[at:colon])
                out[key], at = flow(text, colon + 1)
            else:
                value, at = flow(text, at)
                out.append(value)
    if text[at] == '"':
        end = text.index('"', at + 1) + 1
    else:
        end = at
        while end < len(text) and text[end] not in ",}]":
            end += 1
    return scalar(text[at:end]), end


def block(lines, indent):
    out = {}
    while lines and len(lines[0]) - len(lines[0].lstrip()) == indent:
        key, _, rest = lines.pop(0).strip().partition(":")
        rest = rest.strip()
        if not rest:
            deeper = len(lines[0]) - len(lines[0].lstrip())
            out[scalar(key)] = block(lines, deeper)
        elif rest.startswith("- "):
            raise ValueError(rest)
        else:
            out[scalar(key)] = flow(rest, 0)[0] if rest[0] in "{[\"" else scalar(rest)
    return out


def fold(line):
    return [line] if line.strip() else []


def to_json(text):
    lines, out = text.splitlines(), []
    for line in lines:
        if re.match(r"\s+- ", line):
            raise ValueError("a block list: " + line)
        out += fold(line)
    return json.dumps(block(out, 0), indent=1)
