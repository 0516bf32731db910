# SPDX-License-Identifier: Apache-2.0
"""Checks `weir-gen schema` with an independent JSON Schema validator: the project's schemas pass, broken ones do not."""
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml


class Core(yaml.SafeLoader):
    """YAML 1.2's core schema: `no` is text, dates are text."""


Core.yaml_implicit_resolvers = {}
for tag, expression, first in [
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
]:
    Core.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(expression), first)


def load(text):
    return yaml.load(text, Core)


# Each is wrong in a way that a schema can see.
BROKEN = {
    "unknown key": "version: 1\nname: a\ncolour: red\n",
    "no name": "version: 1\n",
    "other version": "version: 2\nname: a\n",
    "bad name": "version: 1\nname: a-b\n",
    "unknown backend": "version: 1\nname: a\ndefaults: {backend: oracle}\n",
    "table without key": "version: 1\nname: a\ntables: [{name: t, columns: [{name: id, type: int}]}]\n",
    "column without type": "version: 1\nname: a\ntables: [{name: t, key: [id], columns: [{name: id}]}]\n",
    "column with a table's key": "version: 1\nname: a\ntables: [{name: t, key: [id], columns: [{name: id, type: int, api: {}}]}]\n",
    "flag that is text": "version: 1\nname: a\ntables: [{name: t, key: [id], columns: [{name: id, type: int, required: yes}]}]\n",
    "type with one bracket": "version: 1\nname: a\ntables: [{name: t, key: [id], columns: [{name: id, type: 'decimal(12'}]}]\n",
    "unknown operation": "version: 1\nname: a\ntables: [{name: t, key: [id], columns: [{name: id, type: int}], api: {operations: [fetch]}}]\n",
    "two access rules": "version: 1\nname: a\ntables: [{name: t, key: [id], columns: [{name: id, type: int}], access: {owner: a, via: b}}]\n",
    "unknown format": "version: 1\nname: a\ntables: [{name: t, key: [id], columns: [{name: id, type: string, format: mail}]}]\n",
    "negative length": "version: 1\nname: a\ntables: [{name: t, key: [id], columns: [{name: id, type: string, max_length: -1}]}]\n",
    "enum and struct": "version: 1\nname: a\ntypes: {x: {enum: [a], struct: [{name: b, type: int}]}}\n",
    "relation without target": "version: 1\nname: a\ntables: [{name: t, key: [id], columns: [{name: id, type: int}], relations: [{name: r, from: [id]}]}]\n",
}


def main():
    weir_gen, root = sys.argv[1], pathlib.Path(sys.argv[2])
    schema = yaml.safe_load(subprocess.run([weir_gen, "schema"], check=True, capture_output=True, text=True).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    passed = failed = 0

    def tell(good, what):
        nonlocal passed, failed
        passed, failed = passed + good, failed + (not good)
        if not good:
            print("FAILED:", what)

    golden = root / "tests" / "golden"
    valid = sorted((root / "schemas").glob("*.yaml"))
    valid += [folder / "schema.yaml" for folder in sorted(golden.iterdir()) if (folder / "expected").is_dir() and (folder / "schema.yaml").exists() and not folder.name.startswith("fmt")]
    for path in valid:
        found = [f"{'/'.join(map(str, each.path))}: {each.message[:200]}" for each in validator.iter_errors(load(path.read_text()))]
        tell(not found, f"{path} is refused: {found}")
    for name, text in BROKEN.items():
        tell(not validator.is_valid(load(text)), f"accepted: {name}")
        told = subprocess.run([weir_gen, "check", "/dev/stdin"], input=text, capture_output=True, text=True)
        tell(told.returncode == 1, f"weir-gen accepts: {name}")
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
