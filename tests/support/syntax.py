#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Has the compiler of a build read sources and warn, making no objects: syntax.py BUILD_DIR BUILT_FOLDER...

Leaves out what lies in the folders named, relative to the source root: a build of theirs warns about them. Leaves out
generated sources too, but for those by which meson compiles several files as one.
"""

import concurrent.futures
import json
import os
import pathlib
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


def is_of(folder, source, build):
    """Whether a source, or the target that several are compiled as one for, lies in a folder."""
    return any((top / folder) in source.parents for top in (build.parent, build))


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    root = build.parent
    commands = {}
    for unit in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(os.path.normpath(build / unit["directory"] / unit["file"]))
        is_generated = build in source.parents and "-unity" not in source.name
        if not is_generated and not any(is_of(folder, source, build) for folder in sys.argv[2:]):
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
    return 1 if failed or not commands else 0


sys.exit(main())
