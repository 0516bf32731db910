# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/migrations.md, as they stand there."""

import pathlib
import re
import shlex

DOCS = pathlib.Path(__file__).resolve().parents[3] / "docs"


def commands(page, on_warehouse=False):
    """Every line of the page's `sh` blocks that calls weir, without its comment; those for a warehouse, or the others."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (DOCS / page).read_text(), re.DOTALL | re.MULTILINE)
    return [line.split(" # ")[0] for block in blocks for line in block.splitlines()
            if line.startswith("weir ") and ("--on warehouse" in line) == on_warehouse]


def run(at, check):
    at.sql(f"drop schema if exists {at.schema} cascade")
    at.superuser.run("drop role if exists field_ops; create role field_ops")
    at.file.write_text(at.base)
    try:
        found = commands("migrations.md")
        check("commands", len(found) >= 9, True)
        for line in found:
            words = shlex.split(line.replace("schemas/shop.yaml", str(at.file)).replace("old.yaml", str(at.file))
                                .replace("app_data", at.schema))[1:]
            # 4: there is something to do.
            at.weir_run(*words, expected=[0, 4])
    finally:
        at.superuser.run("drop owned by field_ops; drop role field_ops")
