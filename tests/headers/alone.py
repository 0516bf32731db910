#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every public header compiles with nothing before it and included twice, warnings as errors:

alone.py INCLUDE_DIR WORK_DIR COMPILER...

A unit holds a chain of headers, each of which includes the one before it, by whatever way: what stands before a header
it would have read before its own text anyway, so nothing is hidden that it lacks. Of all ways to put the headers into
chains the one is taken that leaves the least to read. Headers are found here, so a new one is covered at once. Objects
instead of -fsyntax-only: ccache keeps them, a second run takes a tenth.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

FLAGS = "-std=c++20 -O0 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Werror".split()


def closure(name, included):
    """The headers that one includes, by whatever way."""
    found = set()
    waiting = [name]
    while waiting:
        for each in included[waiting.pop()]:
            if each in included and each not in found:
                found.add(each)
                waiting.append(each)
    return found


def chains(texts):
    """Every header in one list, after those of the list that it includes."""
    included = {name: re.findall(r"^\s*#\s*include <([^>]+)>", text, re.M) for name, text in texts.items()}
    below = {name: closure(name, included) for name in texts}
    lines = {name: sum(texts[each].count("\n") for each in below[name] | {name}) for name in texts}
    above = {name: [] for name in texts}
    for name in sorted(texts, key=lines.get):
        for each in below[name] - {name}:
            above[each].append(name)

    before = {}

    def place(name, tried):
        """Puts a header before one that includes it; what stood there is put elsewhere."""
        for each in above[name]:
            if each not in tried:
                tried.add(each)
                if each not in before or place(before[each], tried):
                    before[each] = name
                    return True
        return False

    # A unit costs what its last header costs: the dearest are placed first, and never lose their place.
    for name in sorted(texts, key=lines.get, reverse=True):
        place(name, set())
    for last in sorted(set(texts) - set(before.values()), key=lines.get, reverse=True):
        chain = [last]
        while chain[0] in before:
            chain.insert(0, before[chain[0]])
        yield chain


def main():
    include, work, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    texts = {str(path.relative_to(include)): path.read_text() for path in sorted(include.glob("weir/**/*.hpp"))}
    if not texts:
        sys.exit(f"no headers under {include}")
    bare = [name for name, text in texts.items() if not re.search(r"^#pragma once", text, re.M)]
    if bare:
        sys.exit("have no #pragma once: " + ", ".join(bare))
    work.mkdir(parents=True, exist_ok=True)

    def compile_one(chain):
        unit = work / (chain[-1].replace("/", ".") + ".cpp")
        text = "".join(f"#include <{name}>\n" for name in chain * 2)
        # An unchanged file keeps its time stamp.
        if not unit.exists() or unit.read_text() != text:
            unit.write_text(text)
        command = [*compiler, *FLAGS, f"-I{include}", "-c", str(unit), "-o", f"{unit}.o"]
        return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)

    units = list(chains(texts))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        for chain, done in zip(units, workers.map(compile_one, units)):
            if done.returncode != 0:
                failed += 1
                first_lines = "\n".join(done.stderr.splitlines()[:20])
                print(f"FAILED: {' then '.join(chain)}\n{first_lines}")
    if failed:
        sys.exit(f"{failed} of {len(units)} units do not compile")
    print(f"{len(texts)} headers compile alone and twice, in {len(units)} units")


main()
