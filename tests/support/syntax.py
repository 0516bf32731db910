#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Has the compiler of a build read what it has not built, and warn, making no objects: syntax.py BUILD_DIR

Leaves out what is built, for the build has warned about it, and generated sources, but for those by which meson compiles
several files as one. A source that several targets compile is read for one of those that are not built.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys


def reading(command):
    """The same command without output."""
    words = shlex.split(command)
    kept = []
    while words:
        word = words.pop(0)
        if word in ("-o", "-MF", "-MQ"):
            words.pop(0)
        elif word == "-c":
            kept.append("-fsyntax-only")
        elif word != "-MD":
            kept.append(word)
    return kept


def not_built(build, objects):
    """Those that ninja would have to make."""
    told = subprocess.run(["ninja", "-C", build, "-n", *objects], stdout=subprocess.PIPE, text=True, check=True)
    named = set(re.findall(r"^\[\d+/\d+\] Compiling C\+\+ object (.+)$", told.stdout, re.MULTILINE))
    if not named and "no work to do" not in told.stdout:
        sys.exit(f"ninja names no objects to make:\n{told.stdout}")
    return named


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    root = build.parent
    units = json.loads((build / "compile_commands.json").read_text())
    wanted = not_built(build, [unit["output"] for unit in units])
    commands = {}
    for unit in units:
        source = pathlib.Path(os.path.normpath(build / unit["directory"] / unit["file"]))
        is_generated = build in source.parents and "-unity" not in source.name
        if unit["output"] in wanted and not is_generated:
            commands.setdefault(source, reading(unit["command"]))

    def read(command):
        return subprocess.run(command, cwd=build, stderr=subprocess.PIPE, text=True, check=False)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        for source, done in zip(commands, workers.map(read, commands.values())):
            if done.returncode != 0:
                failed += 1
                print(f"FAILED: {os.path.relpath(source, root)}\n{done.stderr}")
    print(f"{len(commands)} files read, {failed} with warnings or errors")
    return 1 if failed else 0


sys.exit(main())
