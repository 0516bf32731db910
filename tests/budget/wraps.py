#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whatever the build files ask for by dependency() has a wrap, and every wrap is one that Meson can go by.

wraps.py SOURCE_ROOT
"""
import configparser
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
SUBPROJECTS = ROOT / "subprojects"
FILES = SUBPROJECTS / "packagefiles"
# What is asked for and needs no wrap, and why.
BESIDES = {
    "": "Meson's word for nothing at all",
    "threads": "comes with the compiler",
    "dl": "comes with the C library",
    "weir": "this project, as the consumers of tests/consumer name it",
}
problems = []


def wrong(what):
    problems.append(what)


def numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version))


def build_files():
    for path in sorted(ROOT.rglob("meson.build")):
        top = path.relative_to(ROOT).parts[0]
        if not top.startswith((".", "build")) and (top != "subprojects" or FILES in path.parents):
            yield path


def read_wrap(path):
    """The names it provides, the version it brings, its overlay or None."""
    wrap = configparser.ConfigParser(interpolation=None)
    wrap.read(path)
    name = path.name
    if not wrap.has_section("wrap-file"):
        wrong(f"{name}: no wrap-file, the one kind that pins what it brings by a hash")
        return set(), (), None
    section = wrap["wrap-file"]
    if not re.fullmatch(r"https://\S+", section.get("source_url", "")):
        wrong(f"{name}: no https source_url")
    if not re.fullmatch(r"[0-9a-f]{64}", section.get("source_hash", "")):
        wrong(f"{name}: no SHA-256 as source_hash")
    if not section.get("source_filename"):
        wrong(f"{name}: no source_filename")
    provided = set()
    for key, value in wrap.items("provide") if wrap.has_section("provide") else ():
        provided |= {each.strip() for each in value.split(",")} if key == "dependency_names" else {key}
    if not provided:
        wrong(f"{name}: provides nothing")
    version = numbers(re.sub(r"^.*?[-_](?=\d)", "", section.get("directory", "")))
    if not version:
        wrong(f"{name}: its directory says no version")
    return {each.lower() for each in provided}, version, section.get("patch_directory")


provided, overlays = {}, {}
for path in sorted(SUBPROJECTS.glob("*.wrap")):
    names, version, overlay = read_wrap(path)
    for each in names:
        if each in provided:
            wrong(f"{path.name}: {each} is provided by another wrap too")
        provided[each] = version
    if overlay:
        overlays[overlay] = version
        build = FILES / overlay / "meson.build"
        said = re.search(r"\bversion: '([^']+)'", build.read_text()) if build.is_file() else None
        if not said:
            wrong(f"{path.name}: {build.relative_to(ROOT)} is not there, or says no version")
        elif numbers(said[1]) != version:
            wrong(f"{build.relative_to(ROOT)}: version {said[1]}, and {path.name} brings another")
for path in FILES.iterdir():
    if path.name not in overlays:
        wrong(f"{path.relative_to(ROOT)}: no wrap lays it over anything")

asked = set()
for path in build_files():
    text, where = path.read_text(), path.relative_to(ROOT)
    for name, rest in re.findall(r"(?<![\w.])dependency\(\s*'([^']*)'([^()]*)", text):
        asked.add(name.lower())
        least = re.search(r"version: '>=([\d.]+)'", rest)
        if name in BESIDES:
            continue
        if name.lower() not in provided:
            wrong(f"{where}: no wrap provides {name}")
        elif least and provided[name.lower()] < numbers(least[1]):
            wrong(f"{where}: {name} >= {least[1]}, and its wrap brings less")
    # The system's own comes first unless somebody says otherwise.
    for word in re.findall(r"\bfallback:|\ballow_fallback:|\bforce_fallback_for\b|\bwrap_mode\b", text):
        wrong(f"{where}: says {word}")
for name in BESIDES:
    if name not in asked:
        wrong(f"nobody asks for '{name}' any more")

for each in problems:
    print(each)
print(f"{len(asked)} dependencies asked for, {len(provided)} provided by wraps")
sys.exit(bool(problems) or len(asked) < 10)
