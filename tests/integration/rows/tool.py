# SPDX-License-Identifier: Apache-2.0
"""The program `weir` in a folder and an environment of its own."""

import json
import pathlib
import subprocess

from replay import failure


class tool:
    def __init__(self, weir, folder, env):
        self.weir = str(pathlib.Path(weir).resolve())
        self.folder = pathlib.Path(folder)
        self.env = env

    def done(self, *words, expected=0):
        done = subprocess.run([self.weir, *words], env=self.env, capture_output=True, text=True, cwd=self.folder)
        if done.returncode != expected:
            raise failure(f"weir {' '.join(words)}: exit {done.returncode}, not {expected}\n{done.stdout}{done.stderr}")
        return done

    def write(self, name, text):
        file = self.folder / name
        file.write_text(text, newline="")
        return str(file)

    def rejects(self, file):
        path = pathlib.Path(file + ".rejects.ndjson")
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
