# SPDX-License-Identifier: Apache-2.0
"""Whether a schema file generates, and what it generates compiles."""

import os
import pathlib
import shlex
import subprocess
import tempfile

INCLUDE = pathlib.Path(__file__).resolve().parents[3] / "include"


def problems(text):
    """What weir-gen (WEIR_GEN) and the compiler (WEIR_CXX) say about it; empty: nothing."""
    with tempfile.TemporaryDirectory() as folder:
        file, header = pathlib.Path(folder, "again.yaml"), pathlib.Path(folder, "again.weir.hpp")
        file.write_text(text)
        for command in ([os.environ["WEIR_GEN"], "generate", "--out", header, file],
                        [*shlex.split(os.environ["WEIR_CXX"]), "-std=c++20", "-fsyntax-only", f"-I{INCLUDE}", "-x", "c++", "-include", header, "/dev/null"]):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                return done.stderr
    return ""
