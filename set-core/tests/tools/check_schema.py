"""Checks each JSON file of a folder against the schema.json beside it.

A file that lost its `cases`, one with an unknown key, and one with a verdict that does not
exist must fail, or the schema says nothing.

    python3 check_schema.py FOLDER

Exits with 3 when the package jsonschema is missing.
"""

import copy
import json
import pathlib
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("the Python package jsonschema is missing")
    sys.exit(3)

folder = pathlib.Path(sys.argv[1])
schema = json.loads((folder / "schema.json").read_text())
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
checked = 0
for path in sorted(folder.glob("*.json")):
    if path.name == "schema.json":
        continue
    document = json.loads(path.read_text())
    for error in validator.iter_errors(document):
        sys.exit(f"{path.name}: {error.json_path}: {error.message}")
    for case in document["cases"]:
        names = case["roots"] + case["certificates"] + case["crls"] + [case["end_entity"]]
        names += [case["bci"]] if "bci" in case else []
        for name in names:
            if name not in document["objects"]:
                sys.exit(f"{path.name}: {case['id']} names {name}, which is not there")
    for spoil in (
        lambda it: it.pop("cases"),
        lambda it: it.update(unknown=1),
        lambda it: it["cases"][0]["expected"].update(verdict="perhaps"),
    ):
        spoilt = copy.deepcopy(document)
        spoil(spoilt)
        if validator.is_valid(spoilt):
            sys.exit("the schema takes what it should refuse")
    checked += 1
print(f"{checked} files keep the schema")
