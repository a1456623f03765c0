#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""validate.py SCHEMA FILE...: every file must fit the JSON Schema (2020-12). Says "skipped" where the jsonschema module is absent."""
import json, sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("skipped: python's jsonschema is not installed")
    sys.exit(0)
with open(sys.argv[1]) as f:
    schema = json.load(f)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
bad = 0
for name in sys.argv[2:]:
    with open(name) as f:
        for error in list(validator.iter_errors(json.load(f)))[:3]:
            bad += 1
            print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
sys.exit(bad != 0)
